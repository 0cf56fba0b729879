// Node's server for the benchmarks, with the handlers of the bench fixture. Prints `ready <port>`. SIGUSR2 collects
// the garbage if node runs with --expose-gc.
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values } = parseArgs({ options: { port: { type: "string", default: "0" }, redis: { type: "string" } } });

/** The usual way to sentinels and to a Redis Cluster: ioredis, as the adapter's documentation has it. Its complaints about a Redis that is away go to the log. */
async function adapter(uri) {
  const { createAdapter } = await import("@socket.io/redis-adapter");
  const { Cluster, Redis } = await import("ioredis");
  const [, kind, hosts, name] = /^redis\+(sentinel|cluster):\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  const addresses = hosts?.split(",").map(address => ({ host: address.split(":")[0], port: Number(address.split(":")[1]) }));
  const connect = { sentinel: () => new Redis({ sentinels: addresses, name }), cluster: () => new Cluster(addresses) }[kind] ?? (() => new Redis(uri));
  const pub = connect();
  const sub = pub.duplicate();
  for (const client of [pub, sub]) client.on("error", error => console.error(error.message));
  return createAdapter(pub, sub);
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
