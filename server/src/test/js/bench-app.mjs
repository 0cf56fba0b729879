// What Node's and Bun's servers for the benchmarks have in common: the options, the adapters, and the handlers of the bench fixture.
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: settings } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    redis: { type: "string" },
    adapter: { type: "string", default: "classic" },
    deflate: { type: "boolean", default: false }
  }
});

const adapters = {
  async classic(client) {
    const { createAdapter } = await import("@socket.io/redis-adapter");
    return createAdapter(client, await duplicate(client));
  },
  async sharded(client) {
    const { createShardedAdapter } = await import("@socket.io/redis-adapter");
    return createShardedAdapter(client, await duplicate(client), { subscriptionMode: "dynamic" });
  },
  async streams(client) {
    const { createAdapter } = await import("@socket.io/redis-streams-adapter");
    return createAdapter(client);
  }
};

async function duplicate(client) {
  const { quiet } = await import("./redis-client.mjs");
  return quiet(client.duplicate());
}

async function adapter() {
  const { redisClient } = await import("./redis-client.mjs");
  return adapters[settings.adapter](redisClient(settings.redis));
}

/** A server that does not listen yet, the handlers in place. */
async function server(options) {
  const io = new Server({ adapter: settings.redis && (await adapter()), ...options });
  io.on("connection", socket => {
    socket.on("join", (room, ack) => {
      socket.join(room);
      ack("ok");
    });

    socket.on("leave", (room, ack) => {
      socket.leave(room);
      ack("ok");
    });

    socket.on("bcast", message => io.to(message.room).emit("msg", message));

    socket.on("bin", (room, bytes) => io.to(room).emit("bin", bytes));

    socket.on("echo", (value, ack) => ack(value));
  });
  return io;
}

process.on("SIGTERM", () => process.exit(0));

export { server, settings };
