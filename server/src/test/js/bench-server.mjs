// Node's server for the benchmarks, with the handlers of the bench fixture. Prints `ready <port>`. SIGUSR2 collects
// the garbage if node runs with --expose-gc.
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values } = parseArgs({ options: { port: { type: "string", default: "0" }, redis: { type: "string" } } });

async function adapter(uri) {
  const { createAdapter } = await import("@socket.io/redis-adapter");
  const { quiet, redisClient } = await import("./redis-client.mjs");
  const pub = redisClient(uri);
  return createAdapter(pub, quiet(pub.duplicate()));
}

const io = new Server({ adapter: values.redis && (await adapter(values.redis)) });

io.on("connection", socket => {
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack("ok");
  });

  socket.on("bcast", message => io.to(message.room).emit("msg", message));

  socket.on("echo", (value, ack) => ack(value));
});

process.on("SIGUSR2", () => globalThis.gc?.());
process.on("SIGTERM", () => process.exit(0));

io.listen(Number(values.port));
io.httpServer.on("listening", () => console.log(`ready ${io.httpServer.address().port}`));
