// Duet and Node servers as one cluster on the classic wire: --jar (duet-fixtures.jar) and --redis (its URI).
// Two Duet nodes (fixture `node`) and one Node server; whatever one of them does is checked at the clients of all. The
// second Duet node has the msgpack parser, which is between it and its clients.
import { createAdapter } from "@socket.io/redis-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { Server } from "socket.io";
import { next, same, settled, Tap, within } from "./lib.mjs";

const { values: settings } = parseArgs({ options: { jar: { type: "string" }, redis: { type: "string" } } });
const tap = new Tap("cluster", 60);

/** A Duet node; `ask` resolves to the result of an operation of the fixture. */
async function duet(parser) {
  const process = spawn("java", ["-Xmx96m", "-jar", settings.jar, "node", "--redis", settings.redis, "--parser", parser]);
  const answers = new Map();
  const node = { parser, stop: () => process.kill(), kill: () => process.kill("SIGKILL"), log: [] };
  node.ask = request =>
    within(8000, request.op, done => {
      const id = answers.size + 1;
      answers.set(id, done);
      process.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    }).then(answer => {
      if (answer.error) throw new Error(answer.error);
      return answer.result;
    });
  createInterface({ input: process.stderr }).on("line", line => node.log.push(line));
  await within(20_000, "ready", ready =>
    createInterface({ input: process.stdout }).on("line", line => {
      if (line.startsWith("ready ")) {
        node.url = `http://127.0.0.1:${line.slice(6)}`;
        ready();
      } else {
        const message = JSON.parse(line);
        answers.get(message.id)?.(message);
      }
    }),
  );
  return node;
}

const pub = await createClient({ url: settings.redis }).connect();
const sub = await pub.duplicate().connect();
const reference = new Server(0, { adapter: createAdapter(pub, sub) });
reference.url = `http://127.0.0.1:${reference.httpServer.address().port}`;
const [first, second] = await Promise.all([duet("json"), duet("msgpack")]);
const open = server => settled({ url: server.url, client: "4", transport: "websocket", parser: server.parser });
const clients = await Promise.all([open(first), open(second), open(reference)]);
const [atFirst, atSecond, atReference] = clients;
const emitter = new Emitter(pub);

/** Does something and gives what each of these clients gets as that event. */
async function heard(event, act, by = clients) {
  const all = Promise.all(by.map(client => next(client, event, 3000)));
  await act();
  return all;
}

/** As three equal answers. */
const thrice = value => [value, value, value];

/** Nobody tells when the others have done what they were told: asks until it is so, for a while. */
async function eventually(what, holds) {
  const until = Date.now() + 5000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`${what}: not within 5 s`);
    await new Promise(resolve => setImmediate(resolve));
  }
}

await tap.check("all nodes are counted", () =>
  eventually("3 nodes", async () => (await first.ask({ op: "serverCount" })) === 3 && (await reference.of("/").adapter.serverCount()) === 3),
);

const bytes = Buffer.from([1, 2]);
for (const [name, act] of [
  ["Duet", () => first.ask({ op: "emit", args: ["news", "x", { $bin: "0102" }] })],
  ["Node", () => reference.emit("news", "x", bytes)],
  ["the emitter", () => emitter.emit("news", "x", bytes)],
]) {
  await tap.check(`${name} reaches everybody, with binary`, async () => same(await heard("news", act), thrice(["x", bytes])));
}

await tap.check("a room that was just joined is reached from Node and from Duet", async () => {
  for (let i = 0; i < 50; i++) {
    const room = `room-${i}`;
    await second.ask({ op: "join", socket: atSecond.id, rooms: [room] });
    same(await heard("a", () => reference.to(room).emit("a", i), [atSecond]), [[i]]);
    same(await heard("b", () => first.ask({ op: "emit", rooms: [room], args: ["b", i] }), [atSecond]), [[i]]);
  }
});

await tap.check("a socket is reached by its id, and excepted by it", async () => {
  same(await heard("own", () => reference.to(atFirst.id).emit("own", 1), [atFirst]), [[1]]);
  let wrong = false;
  atSecond.once("others", () => (wrong = true));
  await heard("others", () => reference.except(atSecond.id).emit("others"), [atFirst, atReference]);
  await heard("barrier", () => reference.emit("barrier"));
  same(wrong, false);
});

await tap.check("sockets are found from everywhere", async () => {
  const ids = clients.map(client => client.id).sort();
  same((await first.ask({ op: "fetchSockets" })).map(socket => socket.id).sort(), ids);
  same((await reference.fetchSockets()).map(socket => socket.id).sort(), ids);
});

await tap.check("rooms are known everywhere", async () => {
  const rooms = await first.ask({ op: "allRooms" });
  same(rooms.includes("room-7") && rooms.includes(atReference.id), true);
  same((await reference.of("/").adapter.allRooms()).has("room-7"), true);
});

await tap.check("acknowledgements of all clients come back", async () => {
  for (const client of clients) client.on("question", (value, ack) => ack(value));
  const ask = { op: "emit", flags: { timeout: 3000 }, args: ["question", 7], ack: true };
  same(await first.ask(ask), { responses: [7, 7, 7], error: null });
  same(await reference.timeout(3000).emitWithAck("question", bytes), thrice(bytes));
});

await tap.check("a client that does not answer is missed", async () => {
  atSecond.off("question");
  const answer = await first.ask({ op: "emit", flags: { timeout: 300 }, args: ["question", 7], ack: true });
  same(answer, { responses: [7, 7], error: "operation has timed out" });
});

await tap.check("server-side events are answered by the others", async () => {
  for (const node of [first, second]) await node.ask({ op: "answer", event: "who", value: "duet" });
  reference.on("who", answer => answer("node"));
  const answer = await first.ask({ op: "serverSideEmit", args: ["who"], ack: true });
  same({ ...answer, responses: answer.responses.sort() }, { responses: ["duet", "node"], error: null });
  same(await reference.serverSideEmitWithAck("who"), ["duet", "duet"]);
});

await tap.check("sockets join and leave rooms from afar", async () => {
  const members = async () => (await first.ask({ op: "fetchSockets", rooms: ["everybody"] })).length;
  await first.ask({ op: "socketsJoin", join: ["everybody"] });
  await eventually("3 members", async () => (await members()) === 3);
  reference.socketsLeave("everybody");
  await eventually("no member", async () => (await members()) === 0);
});

await tap.check("messages of one node keep their order", async () => {
  const seen = [];
  atReference.on("number", number => seen.push(number));
  const all = within(10_000, "1000 numbers", done => atReference.on("number", number => number === 999 && done()));
  for (let i = 0; i < 1000; i++) first.ask({ op: "emit", args: ["number", i] });
  await all;
  same(seen, [...Array(1000).keys()]);
});

await tap.check("a node that was killed is not waited for in vain", async () => {
  second.kill();
  await eventually("2 nodes", async () => (await reference.of("/").adapter.serverCount()) === 2);
  same((await first.ask({ op: "fetchSockets" })).length, 2);
  same((await reference.fetchSockets()).length, 2);
});

await tap.check("sockets are disconnected from afar", async () => {
  same(await heard("disconnect", () => reference.disconnectSockets(), [atFirst]), [["io server disconnect", undefined]]);
});

await tap.check("a node that stops is no longer counted", async () => {
  first.stop();
  await eventually("1 node", async () => (await reference.of("/").adapter.serverCount()) === 1);
  same(first.log.filter(line => /WARN|ERROR/.test(line)), []);
});

tap.end();
