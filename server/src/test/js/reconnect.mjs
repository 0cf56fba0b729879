// Prints `connected`, waits for the server to go away, prints `disconnected: <reason>`, and prints `ok` when the
// client has come back by itself and both namespaces work again. Whoever runs it restarts the server in between.
import { next, options, same, settled, works } from "./lib.mjs";

const settings = options();
setTimeout(() => fail(new Error(`not done after ${settings.limit} s`)), settings.limit * 1000);
process.on("uncaughtException", fail);

const wait = settings.limit * 1000;
const socket = await settled(settings);
const custom = socket.io.socket("/custom");
await next(custom, "connect");
await works(socket);
await works(custom);
const [before, gone] = [socket.id, next(socket, "disconnect", wait)];
console.log("connected");

const [reason] = await gone;
const back = [next(socket, "connect", wait), next(custom, "connect", wait)];
const kept = next(socket, "message-back", wait);
socket.emit("message", "sent while away", Buffer.from([1, 2, 3]));
console.log(`disconnected: ${reason}`);

await Promise.all(back);
same(await kept, ["sent while away", Buffer.from([1, 2, 3])]);
await works(socket);
await works(custom);
if (socket.id === before) throw new Error("the same socket id after a restart");
console.log("ok");
process.exit(0);

function fail(error) {
  console.log(`not ok - client ${settings.client} ${settings.transport}: ${error.message}`);
  process.exit(1);
}
