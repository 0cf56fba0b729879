// Numbered events in both directions while the clients move from polling to websocket: none lost, doubled, or late.
import { ask, connect, next, numbersArrived, options, same, settled, Tap } from "./lib.mjs";

const settings = options({ clients: { type: "string", default: "10" }, events: { type: "string", default: "10000" } });
const [clients, events] = [Number(settings.clients), Number(settings.events)];
const tap = new Tap(`client ${settings.client} upgrade under load`, settings.limit);

for (const chunk of [10, 1000]) {
  const flows = await Promise.allSettled(Array.from({ length: clients }, () => flow(chunk)));
  for (const [i, { reason }] of flows.entries()) {
    await tap.check(`connection ${i + 1}, by ${chunk}: ${events} events each way`, () => reason && Promise.reject(reason));
  }
}
tap.end();

/**
 * Sends numbers, and has numbers sent to it, from `connect` on until there were enough and a chunk was asked for behind
 * the upgrade, which begins when the first chunk is under way. A second client does the asking: our own requests would
 * rest during the upgrade, and the server with them.
 */
async function flow(chunk) {
  const feeder = await settled({ ...settings, client: "4", transport: "websocket" });
  const socket = connect({ ...settings, transport: "upgrade" });
  const { engine } = socket.io;
  const upgrade = heldUpgrade(engine);
  let [asked, received, upgraded, fault] = [0, 0, false, undefined];
  engine.once("upgrade", () => (upgraded = true));
  socket.on("number", i => {
    if (i !== received++) fault ??= `got ${i} in place of ${received - 1}`;
  });
  socket.on("disconnect", reason => (fault ??= `disconnected after ${received} numbers: ${reason}`));

  try {
    await next(socket, "connect");
    for (let last = false; !last && !fault; asked += chunk) {
      last = asked + chunk >= events && upgraded;
      for (let i = 0; i < chunk; i++) socket.emit("number", asked + i);
      await ask(feeder, "feed", socket.id, chunk, asked);
      upgrade();
    }
    await ask(socket, "message-with-ack"); // behind everything that was fed
    if (fault) throw new Error(fault);
    same(received, asked);
    await numbersArrived(socket, asked);
    same(received, asked);
    same(socket.io.engine.transport.name, "websocket");
  } finally {
    socket.off("disconnect");
    socket.disconnect();
    feeder.disconnect();
  }
}

/** Keeps an engine from probing its next transport until what this returns is called. */
function heldUpgrade(engine) {
  const method = "_probe" in engine ? "_probe" : "probe"; // engine.io-client before 6.6
  const probe = engine[method];
  const held = [];
  engine[method] = name => held.push(name);
  return () => {
    engine[method] = probe;
    held.splice(0).forEach(name => probe.call(engine, name));
  };
}
