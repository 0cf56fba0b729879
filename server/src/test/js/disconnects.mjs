// The reason of a disconnection as the client and as the server see it, and what is left afterwards.
import { next, options, same, settled, Tap, watch, works } from "./lib.mjs";

const settings = options();
const tap = new Tap(`client ${settings.client} ${settings.transport} ${settings.parser} disconnects`, settings.limit);
const reasonOf = await watch(settings);
const customReasonOf = await watch(settings, "/custom");

const CASES = [
  {
    name: "client leaves",
    act: socket => socket.disconnect(),
    client: "io client disconnect",
    server: "client namespace disconnect",
  },
  {
    name: "server disconnects the socket",
    act: socket => socket.emit("disconnect-me", false),
    client: "io server disconnect",
    server: "server namespace disconnect",
  },
  {
    name: "server disconnects and closes",
    act: socket => socket.emit("disconnect-me", true),
    client: "io server disconnect",
    server: "server namespace disconnect",
  },
  {
    name: "client closes its connection",
    act: socket => socket.io.engine.close(),
    client: "forced close",
    server: "transport close",
    comesBack: true,
  },
  {
    name: "client sends garbage",
    act: socket => socket.io.engine.write("9garbage"),
    client: "transport close",
    server: "forced close",
    comesBack: true,
  },
  {
    name: "client sends what is no packet of Engine.IO",
    act: socket => socket.io.engine.transport.ws.send("9x"),
    client: "transport close",
    server: "parse error",
    comesBack: true,
    websocketOnly: true,
  },
  {
    name: "connection is cut",
    act: socket => socket.io.engine.transport.ws.terminate(),
    client: "transport close",
    server: "transport close",
    comesBack: true,
    websocketOnly: true,
  },
];

for (const { name, act, client, server, comesBack, websocketOnly } of CASES) {
  if (websocketOnly && settings.transport === "polling") continue;
  await tap.check(name, async () => {
    const socket = await settled(settings);
    const { id } = socket;
    const gone = next(socket, "disconnect");
    act(socket);

    const [atClient] = await gone;
    const back = next(socket, "connect"); // before anything else is waited for: it may come by itself
    if (!comesBack) socket.connect();
    const [atServer] = await Promise.all([reasonOf(id), back]);
    same({ client: atClient, server: atServer }, { client, server });
    await works(socket);
    if (socket.id === id) throw new Error("came back with the same id");
    socket.disconnect();
  });
}

await tap.check("leaving one namespace leaves the other alone", async () => {
  const { socket, custom } = await pair();
  for (const leave of [() => custom.disconnect(), () => custom.emit("disconnect-me", false)]) {
    const gone = next(custom, "disconnect");
    leave();
    await gone;
    await works(socket);
    const back = next(custom, "connect");
    custom.connect();
    await back;
    await works(custom);
  }
  socket.disconnect();
  custom.disconnect();
});

await tap.check("closing takes every namespace along", async () => {
  const { socket, custom } = await pair();
  const ids = [socket.id, custom.id];
  const gone = [next(socket, "disconnect"), next(custom, "disconnect")];
  socket.emit("disconnect-me", true);
  same((await Promise.all(gone)).flatMap(([reason]) => reason), ["io server disconnect", "io server disconnect"]);
  const server = [await reasonOf(ids[0]), await customReasonOf(ids[1])];
  same(server, ["server namespace disconnect", "server namespace disconnect"]);
});

tap.end();

async function pair() {
  const socket = await settled(settings);
  const custom = socket.io.socket("/custom");
  await next(custom, "connect");
  return { socket, custom };
}
