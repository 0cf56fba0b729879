// socket.io on Bun's native engine, for the benchmarks. Prints `ready <port>`. SIGUSR2 collects the garbage.
import { Server as Engine } from "@socket.io/bun-engine";
import { server, settings } from "../js/bench-app.mjs";

const io = await server();
const engine = new Engine({ path: "/socket.io/" });
io.bind(engine);

process.on("SIGUSR2", () => Bun.gc(true));

const { websocket, ...handler } = engine.handler();
const { port } = Bun.serve({
  ...handler,
  port: Number(settings.port),
  websocket: { ...websocket, perMessageDeflate: settings.deflate }
});
console.log(`ready ${port}`);
