// Connection state recovery: what a client that lost its connection has missed, and when it is somebody new.
import { ask, next, options, same, settled, Tap, watch } from "./lib.mjs";

const settings = options();
const tap = new Tap(`client ${settings.client} ${settings.transport} ${settings.parser} recovery`, settings.limit);
const reasonOf = await watch(settings);
const feeder = await settled(settings);

await tap.check("a lost client gets its id, its rooms and what it missed", async () => {
  const { socket, seen } = await member();
  const { id } = socket;
  await lose(socket);
  await ask(feeder, "feed", id, 2, 2);

  await comeBack(socket);
  same({ recovered: socket.recovered, id: socket.id }, { recovered: true, id });
  same(seen, [0, 1, [id, "transport close"], 2, 3]);

  await ask(feeder, "feed", id, 1, 4);
  await ask(socket, "message-with-ack");
  same(seen.at(-1), 4);
  socket.disconnect();
});

await tap.check("it can be lost again and again", async () => {
  const { socket, seen } = await member();
  const { id } = socket;
  for (let first = 2; first < 6; first += 2) {
    await lose(socket);
    await ask(feeder, "feed", id, 2, first);
    await comeBack(socket);
    same({ recovered: socket.recovered, id: socket.id }, { recovered: true, id });
  }
  same(seen.filter(Number.isInteger), [0, 1, 2, 3, 4, 5]);
  socket.disconnect();
});

await tap.check("whom the server has sent away is somebody new", async () => {
  const { socket, seen } = await member();
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.emit("disconnect-me", false);
  await gone;
  await ask(feeder, "feed", id, 2, 2);

  await comeBack(socket);
  same({ recovered: socket.recovered, kept: socket.id === id, seen }, { recovered: false, kept: false, seen: [0, 1] });
  await ask(socket, "message-with-ack");
  socket.disconnect();
});

tap.end();

/** A socket that comes back only when told to, in the room "watchers", that has got the numbers 0 and 1. */
async function member() {
  const socket = await settled(settings, { reconnection: false });
  const seen = [];
  socket.on("number", number => seen.push(number));
  await ask(socket, "watch");
  await ask(feeder, "feed", socket.id, 2, 0);
  await ask(socket, "message-with-ack");
  socket.on("gone", (id, reason) => id === socket.id && seen.push([id, reason]));
  return { socket, seen };
}

/** Ends the connection without a word of Socket.IO; returns once the server knows. */
async function lose(socket) {
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  await gone;
  same(await reasonOf(id), "transport close");
}

async function comeBack(socket) {
  const back = next(socket, "connect");
  socket.connect();
  await back;
}
