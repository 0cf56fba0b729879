// Peers that stop answering pings. Give the server short ping settings; the script reads them from the open packet.
import WebSocket from "ws";
import { next, options, same, settled, Tap, watch, within, works } from "./lib.mjs";

const settings = options();
const tap = new Tap(`client ${settings.client} ${settings.transport} heartbeat`, settings.limit);
let cycle = 0;

const known = await tap.check("a raw client lives while it answers and is closed when it stops", async () => {
  const { pings, silence, pingInterval, pingTimeout } = await rawClient(2);
  cycle = pingInterval + pingTimeout;
  same(pings, 3);
  // The server cannot know of our last pong before we sent it, so this lower bound holds however slow the machine is.
  if (silence < cycle - 5) throw new Error(`closed ${silence} ms after the last pong (expected: >= ${cycle})`);
  if (silence > cycle + 5000) throw new Error(`closed only ${silence} ms after the last pong (expected: ${cycle})`);
});
if (!known) tap.end();

await tap.check("a client whose heartbeats are lost is closed and comes back", async () => {
  const reasonOf = await watch(settings);
  const socket = await settled(settings);
  const { id } = socket;
  const wait = 2 * cycle + 5000;
  const [gone, back] = [next(socket, "disconnect", wait), next(socket, "connect", wait + 5000)];
  mute(socket.io.engine.transport);

  oneOf((await gone)[0], ["ping timeout", "transport close"]);
  // A v2 client sends the pings itself and misses the answer at the same moment as the server misses the ping.
  const leaving = settings.client === "2" ? ["transport close", "transport error"] : [];
  oneOf(await reasonOf(id), ["ping timeout", ...leaving]);
  await back;
  await works(socket);
  if (socket.id === id) throw new Error("came back with the same id");
});

await tap.check("a quiet client that answers stays", async () => {
  const socket = await settled(settings);
  const { id } = socket;
  const fromServer = settings.client === "2" ? "pong" : "ping";
  let left = 3;
  await within(left * (cycle + 5000), "three heartbeats", done => {
    socket.io.engine.on("packet", ({ type }) => type === fromServer && --left === 0 && done());
  });
  await works(socket);
  same(socket.id, id);
});

tap.end();

/** Answers so many pings, then none; gives what happened when the server has closed the connection. */
function rawClient(answers) {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`${settings.url.replace(/^http/, "ws")}/socket.io/?EIO=4&transport=websocket`);
    let [open, pings, lastPong] = [undefined, 0, 0];
    ws.on("message", data => {
      const packet = String(data);
      if (packet.startsWith("0")) {
        open = JSON.parse(packet.slice(1));
        ws.send("40");
      } else if (packet === "2" && ++pings <= answers) {
        lastPong = performance.now();
        ws.send("3");
      }
    });
    ws.on("error", reject);
    ws.on("close", () => resolve({ ...open, pings, silence: performance.now() - lastPong }));
  });
}

/** Loses the heartbeats of one transport; everything else still goes out. */
function mute(transport) {
  const write = transport.write;
  transport.write = packets => {
    const rest = packets.filter(({ type }) => type !== "ping" && type !== "pong");
    if (rest.length > 0) return write.call(transport, rest);
    transport.writable = false;
    setImmediate(() => {
      transport.writable = true;
      transport.emit("drain");
    });
  };
}

function oneOf(actual, expected) {
  if (!expected.includes(actual)) throw new Error(`got ${actual}, expected one of: ${expected.join(", ")}`);
}
