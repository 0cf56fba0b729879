// Duet and Node servers as one cluster: --jar (duet-fixtures.jar) and --redis (its URI); --adapter (classic, sharded or streams), --combinations, --processors (of each Duet server).
// Two Duet and two Node processes; each combination of three of them, in either order, is a namespace that only these three serve. Its first
// member sends. The scenarios are those of the adapters' published test suite. One Duet process has the msgpack parser, which is between it and
// its clients.
import { createClient } from "redis";
import { Emitter } from "@socket.io/redis-emitter";
import { encode } from "notepack.io";
import { parseArgs } from "node:util";
import { next, same, settled, Tap, untagged, within } from "./lib.mjs";
import { duet, node, silent } from "./members.mjs";

const string = value => ({ type: "string", default: value });
const { values: settings } = parseArgs({
  options: { jar: string(), redis: string(), adapter: string("classic"), "subscription-mode": string("dynamic"), combinations: string("DDN,DND,DNN,NDD,NDN,NND"), processors: string("") },
});
const tap = new Tap(`cluster, ${settings.adapter}`, 100);
const classic = settings.adapter === "classic";

/** How long nodes wait for one another; what has to come in time gets more than it needs on a busy machine. */
const REQUESTS_TIMEOUT = 3000;
const BYTES = Buffer.from([3, 4]);

/** Nobody tells when the others have done what they were told: asks until it is so, for a while. */
async function eventually(what, holds, limit = 8000) {
  const until = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`${what}: not within ${limit} ms`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const sorted = values => [...values].sort();

/** Three members that serve a namespace of their own, and a client at each. */
class Cluster {
  constructor(name, members, nsp = `/${name}`) {
    Object.assign(this, { name, members, nsp });
  }

  async start() {
    await Promise.all(this.members.map((_, i) => this.ask(i, { op: "of" })));
    await Promise.all(this.members.map((_, i) => eventually(`3 nodes at ${i}`, async () => (await this.ask(i, { op: "serverCount" })) === 3)));
    // Until it has read something, Node reads "what comes from now on" again and again, and misses what comes in between.
    if (settings.adapter === "streams") await pub.sendCommand(["XADD", "socket.io", "*", "uid", "script", "nsp", "/nobody", "type", "3"]);
    return this.connected();
  }

  async connected() {
    this.clients = await Promise.all(
      this.members.map(({ url, parser }) => settled({ url, parser, client: "4", transport: "websocket" }, { nsp: this.nsp, auth: { of: this.name } })),
    );
    this.ids = this.clients.map(client => client.id);
    return this;
  }

  ask(i, request) {
    return this.members[i].ask({ nsp: this.nsp, ...request });
  }

  /** What each client gets of an event until it gets one that the same sender has sent after it: `sender` asks for both. */
  async received(event, request, sender = request => this.ask(0, request)) {
    const got = this.clients.map(() => []);
    const listeners = this.clients.map((client, i) => {
      const listener = (...args) => got[i].push(args);
      client.on(event, listener);
      return () => client.off(event, listener);
    });
    const barrier = Promise.all(this.clients.map(client => next(client, "barrier")));
    await sender(request);
    await sender({ op: "emit", args: ["barrier"] });
    await barrier;
    listeners.forEach(remove => remove());
    return got;
  }

  /** Sets what the clients acknowledge; undefined: nothing. */
  answer(...values) {
    this.clients.forEach((client, i) => {
      client.off("question");
      if (values[i] !== undefined) client.on("question", (...args) => args.at(-1)(values[i]));
    });
  }

  join(i, ...rooms) {
    return this.ask(i, { op: "join", socket: this.ids[i], rooms });
  }

  /** Waits until the room has these clients, as each member sees it. */
  has(room, ...clients) {
    const expected = String(sorted(clients.map(i => this.ids[i])));
    return eventually(`${expected} in ${room}`, async () => {
      const seen = await Promise.all(this.members.map((_, by) => this.ask(by, { op: "fetchSockets", rooms: [room] })));
      return seen.every(sockets => String(sorted(sockets.map(socket => socket.id))) === expected);
    });
  }

  /** What server-side events each member has told of. */
  listen() {
    return this.members.map(member => {
      const heard = [];
      member.on("serverSide", ({ nsp, args }) => nsp === this.nsp && heard.push(args));
      return heard;
    });
  }

  end() {
    this.clients.forEach(client => client.disconnect());
  }
}

const to = (cluster, i) => ({ rooms: [cluster.ids[i]] });
const SENT = ["test", 1, "2", { $bin: "0304" }];
const GOT = [1, "2", BYTES];

/** What a sender can do, be it a server or an emitter; what it does to others shows at the clients. */
const SENDING = {
  async "broadcasts to all clients"(cluster, sender) {
    same(await cluster.received("test", { op: "emit", args: SENT }, sender), [[GOT], [GOT], [GOT]]);
  },
  async "broadcasts to the clients in a room"(cluster, sender) {
    await cluster.join(1, "room1");
    same(await cluster.received("test", { op: "emit", rooms: ["room1"], args: SENT }, sender), [[], [GOT], []]);
    same(await cluster.received("test", { op: "emit", rooms: ["nobody's"], args: SENT }, sender), [[], [], []]);
  },
  async "broadcasts to the clients except those in a room"(cluster, sender) {
    await cluster.join(1, "room2");
    same(await cluster.received("test", { op: "emit", except: ["room2"], args: SENT }, sender), [[GOT], [], [GOT]]);
  },
  async "broadcasts once to clients in several rooms"(cluster, sender) {
    await cluster.join(0, "once1");
    await cluster.join(1, "once1", "once2", "once3");
    const rooms = ["once1", "once2", "once3"];
    same(await cluster.received("test", { op: "emit", rooms, args: SENT }, sender), [[GOT], [GOT], []]);
  },
  async "broadcasts to a room whose name is a number"(cluster, sender) {
    await cluster.join(1, "42");
    same(await cluster.received("test", { op: "emit", rooms: ["42"], args: SENT }, sender), [[], [GOT], []]);
  },
  async "broadcasts to a single client"(cluster, sender) {
    same(await cluster.received("test", { op: "emit", ...to(cluster, 1), args: SENT }, sender), [[], [GOT], []]);
  },
  async "sends flags that change nothing here"(cluster, sender) {
    const flags = { compress: false };
    same(await cluster.received("test", { op: "emit", flags, args: SENT }, sender), [[GOT], [GOT], [GOT]]);
  },
  async "makes all sockets join a room"(cluster, sender) {
    await sender({ op: "socketsJoin", join: ["all1", "all2"] });
    await cluster.has("all1", 0, 1, 2);
    await cluster.has("all2", 0, 1, 2);
  },
  async "makes the matching sockets join a room"(cluster, sender) {
    await cluster.join(0, "from1");
    await cluster.join(2, "from1");
    await sender({ op: "socketsJoin", rooms: ["from1"], join: ["into1"] });
    await cluster.has("into1", 0, 2);
  },
  async "makes one socket join a room"(cluster, sender) {
    await sender({ op: "socketsJoin", ...to(cluster, 1), join: ["single1"] });
    await cluster.has("single1", 1);
  },
  async "makes all sockets leave a room"(cluster, sender) {
    await Promise.all([0, 1, 2].map(i => cluster.join(i, "left1")));
    await sender({ op: "socketsLeave", leave: ["left1"] });
    await cluster.has("left1");
  },
  async "makes the matching sockets leave a room"(cluster, sender) {
    await Promise.all([0, 1, 2].map(i => cluster.join(i, "left2")));
    await cluster.join(1, "stay2");
    await sender({ op: "socketsLeave", except: ["stay2"], leave: ["left2"] });
    await cluster.has("left2", 1);
  },
  async "makes one socket leave a room"(cluster, sender) {
    await Promise.all([0, 1, 2].map(i => cluster.join(i, "left3")));
    await sender({ op: "socketsLeave", ...to(cluster, 1), leave: ["left3"] });
    await cluster.has("left3", 0, 2);
  },
};

/** What only a server can do. */
const SERVING = {
  async "broadcasts to all clients of another namespace"(cluster) {
    const custom = await new Cluster(cluster.name, cluster.members, `${cluster.nsp}/custom`).start();
    const here = [];
    cluster.clients.forEach(client => client.on("elsewhere", () => here.push(client.id)));
    same(await custom.received("elsewhere", { op: "emit", args: ["elsewhere"] }), [[[]], [[]], [[]]]);
    await cluster.received("test", { op: "emit", args: ["test"] });
    same(here, []);
    custom.end();
  },
  async "broadcasts to local clients only"(cluster) {
    same(await cluster.received("test", { op: "emit", flags: { local: true }, args: SENT }), [[GOT], [], []]);
  },
  async "broadcasts from a socket to the others"(cluster) {
    const request = { op: "socketBroadcast", socket: cluster.ids[0], args: SENT };
    same(await cluster.received("test", request), [[], [GOT], [GOT]]);
  },
  async "collects acknowledgements, with binary"(cluster) {
    for (const value of [7, BYTES, null]) {
      cluster.answer(value, value, value);
      const request = { op: "emit", flags: { timeout: REQUESTS_TIMEOUT }, args: ["question", { $bin: "01" }], ack: true };
      same(untagged(await cluster.ask(0, request)), { responses: [value, value, value], error: null });
    }
  },
  async "collects acknowledgements of nobody"(cluster) {
    const request = { op: "emit", rooms: ["nobody's"], flags: { timeout: REQUESTS_TIMEOUT }, args: ["question"], ack: true };
    same(await cluster.ask(0, request), { responses: [], error: null });
  },
  async "tells which acknowledgements came in time"(cluster) {
    cluster.answer(1, 2, undefined);
    const answer = await cluster.ask(0, { op: "emit", flags: { timeout: 1200 }, args: ["question"], ack: true });
    same({ ...answer, responses: sorted(answer.responses) }, { responses: [1, 2], error: "operation has timed out" });
  },
  async "asks a single client of its own"(cluster) {
    cluster.answer(1, 2, 3);
    const request = { op: "socketEmit", socket: cluster.ids[0], flags: { timeout: REQUESTS_TIMEOUT }, args: ["question"], ack: true };
    same((await cluster.ask(0, request)).responses, [1]);
  },
  async "asks a single client of another server"(cluster) {
    cluster.answer(1, 2, 3);
    const request = { op: "remoteEmit", socket: cluster.ids[1], flags: { timeout: REQUESTS_TIMEOUT }, args: ["question"], ack: true };
    same((await cluster.ask(0, request)).responses, [2]);
  },
  async "fetches all sockets"(cluster) {
    same(sorted((await cluster.ask(0, { op: "fetchSockets" })).map(socket => socket.id)), sorted(cluster.ids));
  },
  async "fetches a single socket, as its own server sees it"(cluster) {
    const [, id] = cluster.ids;
    await cluster.join(1, "described");
    await cluster.ask(1, { op: "setData", socket: id, data: { name: "b", list: [1, null] } });
    const [seen, ...others] = await cluster.ask(0, { op: "fetchSockets", ...to(cluster, 1) });
    same(others, []);
    same([seen.id, seen.data, seen.handshake.auth], [id, { name: "b", list: [1, null] }, { of: cluster.name }]);
    same(seen.rooms.includes(id) && seen.rooms.includes("described"), true);
    const [own] = await cluster.ask(1, { op: "fetchSockets", ...to(cluster, 1), flags: { local: true } });
    same({ ...seen, rooms: sorted(seen.rooms) }, { ...own, rooms: sorted(own.rooms) });
  },
  async "fetches its own sockets only"(cluster) {
    const sockets = await cluster.ask(0, { op: "fetchSockets", flags: { local: true } });
    same(sockets.map(socket => socket.id), [cluster.ids[0]]);
  },
  async "knows the rooms of all servers"(cluster) {
    await Promise.all([0, 1, 2].map(i => cluster.join(i, `known${i}`)));
    // Of Node's adapters only the classic one can tell.
    const asked = classic ? 0 : cluster.name.indexOf("D");
    const rooms = await cluster.ask(asked, { op: "allRooms" });
    same(["known0", "known1", "known2", ...cluster.ids].filter(room => !rooms.includes(room)), []);
  },
  async "calls the listeners of the other servers"(cluster) {
    const heard = cluster.listen();
    await Promise.all([0, 1, 2].map(i => cluster.ask(i, { op: "listen", event: "hello" })));
    await cluster.ask(0, { op: "serverSideEmit", args: ["hello", "world", 1, "2", { $bin: "01" }] });
    await eventually("2 calls", () => heard[1].length > 0 && heard[2].length > 0);
    const call = ["hello", "world", 1, "2", classic ? { type: "Buffer", data: [1] } : { $bin: "01" }];
    await cluster.received("test", { op: "emit", args: ["test"] });
    same(heard, [[], [call], [call]]);
  },
  async "collects the answers of the other servers"(cluster) {
    await cluster.ask(1, { op: "answer", event: "who", value: 2 });
    await cluster.ask(2, { op: "answer", event: "who", value: "3" });
    const answer = await cluster.ask(0, { op: "serverSideEmit", args: ["who"], ack: true });
    same({ ...answer, responses: sorted(answer.responses) }, { responses: [2, "3"], error: null });
  },
  async "tells that a server has not answered"(cluster) {
    await cluster.ask(1, { op: "answer", event: "partly", value: 2 });
    await cluster.ask(2, { op: "listen", event: "partly" });
    const answer = await cluster.ask(0, { op: "serverSideEmit", args: ["partly"], ack: true });
    same(answer, { responses: [2], error: "timeout reached: only 1 responses received out of 2" });
  },
  async "is delivered to nodes that hold the room, and to Node's if they cannot do otherwise"(cluster) {
    await Promise.all([1, 2].map(i => cluster.join(i, "held")));
    const [packet, opts] = [{ type: 2, data: ["nobody listens"], nsp: cluster.nsp }, { rooms: ["held"], except: [], flags: {} }];
    // A stream is read by all.
    if (settings.adapter === "streams") return;
    const channel = `socket.io#${cluster.nsp}#held#`;
    const deliveries = classic
      ? await pub.publish(channel, Buffer.from(encode(["script", packet, opts])))
      : await pub.sPublish(channel, JSON.stringify({ type: 3, data: { packet, opts }, uid: "script", nsp: cluster.nsp }));
    const holders = settings["subscription-mode"] === "static" ? 0 : 2;
    same(deliveries, holders + (classic && cluster.name[0] === "N" ? 1 : 0));
  },
  async "reaches a room that was joined just now"(cluster) {
    for (let i = 0; i < 20; i++) {
      await cluster.join(2, `fresh${i}`);
      same(await cluster.received("test", { op: "emit", rooms: [`fresh${i}`], args: SENT }), [[], [], [GOT]]);
    }
  },
  async "keeps the order of a sender"(cluster) {
    const count = 500;
    await cluster.join(1, "ordered");
    const seen = [];
    cluster.clients[1].on("number", number => seen.push(number));
    const all = within(10_000, `${count} numbers`, done => cluster.clients[1].on("number", () => seen.length === count && done()));
    for (let i = 0; i < count; i++) cluster.ask(0, { op: "emit", rooms: [["ordered"], [], ["ordered", cluster.ids[1]]][i % 3], args: ["number", i] });
    await all;
    same(seen, [...Array(count).keys()]);
  },
};

/** What clients are told when they are disconnected from a namespace. */
const reasons = clients => Promise.all(clients.map(async client => (await next(client, "disconnect"))[0]));

/** In this order, and last: afterwards nobody is connected. */
const DISCONNECTING = {
  async "disconnects one socket, whose connection stays"(cluster, sender) {
    // A client with no socket left ends its connection itself.
    cluster.companions = cluster.clients.map(client => client.io.reconnection(false).socket("/"));
    await Promise.all(cluster.companions.map(socket => next(socket, "connect")));
    const [, client] = cluster.clients;
    const told = reasons([client]);
    await sender({ op: "disconnectSockets", ...to(cluster, 1), close: false });
    same(await told, ["io server disconnect"]);
    client.connect();
    await next(client, "connect");
    same(cluster.companions[1].connected, true);
  },
  async "sends what comes before the end, then ends all connections"(cluster, sender) {
    const byes = cluster.clients.map(client => next(client, "bye"));
    const told = reasons([...cluster.clients, ...cluster.companions]);
    await sender({ op: "emit", args: ["bye"] });
    await sender({ op: "disconnectSockets", close: true });
    await Promise.all(byes);
    same(await told, Array(6).fill("io server disconnect"));
  },
};

/** Node's emitter, in this process, as the fixture `emitter`. */
function nodeEmitter(pub) {
  return async ({ nsp, op, rooms = [], except = [], flags = {}, args, join, leave, close }) => {
    const all = new Emitter(pub).of(nsp);
    if (op === "serverSideEmit") return all.serverSideEmit(...untagged(args));
    const emitter = all.to(rooms).except(except);
    if ("compress" in flags) emitter.compress(flags.compress);
    if (op === "emit") emitter.emit(...untagged(args));
    else if (op === "socketsJoin") emitter.socketsJoin(join);
    else if (op === "socketsLeave") emitter.socketsLeave(leave);
    else emitter.disconnectSockets(close);
  };
}

async function run(name, cluster, scenarios, sender) {
  for (const [what, scenario] of Object.entries(scenarios)) await tap.check(`${name} ${what}`, () => scenario(cluster, sender));
}

const wire = ["--redis", settings.redis, "--adapter", settings.adapter, "--subscription-mode", settings["subscription-mode"]];
const member = [...wire, "--answer-timeout", String(REQUESTS_TIMEOUT)];
const processors = settings.processors ? [`-XX:ActiveProcessorCount=${settings.processors}`] : [];
const [d1, d2, javaEmitter, n1, n2, pub] = await Promise.all([
  duet(settings.jar, "d1", "node", ...processors, ...member),
  duet(settings.jar, "d2", "node", ...processors, "--parser", "msgpack", ...member),
  duet(settings.jar, "emitter", "emitter", ...wire),
  node("n1", ...member),
  node("n2", ...member),
  createClient({ url: settings.redis }).connect(),
]);

d2.parser = "msgpack";

const COMBINATIONS = { DDN: [d1, d2, n1], DND: [d1, n1, d2], DNN: [d1, n1, n2], NDD: [n1, d1, d2], NDN: [n1, d1, n2], NND: [n1, n2, d1] };

await Promise.all(
  settings.combinations.split(",").map(async name => {
    const cluster = await new Cluster(name, COMBINATIONS[name]).start();
    const sender = request => cluster.ask(0, request);
    await run(name, cluster, { ...SENDING, ...SERVING, ...DISCONNECTING }, sender);
  }),
);


// Node has none for the sharded wire, and that for streams is in no package.
const EMITTERS = { "Duet's emitter": request => javaEmitter.ask(request), ...(classic && { "Node's emitter": nodeEmitter(pub) }) };
for (const [name, emitter] of Object.entries(EMITTERS)) {
  const cluster = await new Cluster(name, [d1, n1, d2], `/emitter-${name[0]}`).start();
  const sender = request => emitter({ nsp: cluster.nsp, ...request });
  await run(name, cluster, SENDING, sender);
  await tap.check(`${name} calls the listeners of all servers`, async () => {
    const heard = cluster.listen();
    await Promise.all([0, 1, 2].map(i => cluster.ask(i, { op: "listen", event: "hello" })));
    await sender({ op: "serverSideEmit", args: ["hello", 1, { $bin: "01" }] });
    await eventually("3 calls", () => heard.every(calls => calls.length > 0));
    same(heard, Array(3).fill([["hello", 1, classic ? { type: "Buffer", data: [1] } : { $bin: "01" }]]));
  });
  await run(name, cluster, DISCONNECTING, sender);
}

// What follows takes its time, and is about the classic wire's waiting, whatever the number of processors.
if (!classic || settings.processors) {
  await tap.check("no node complains", () => silent([d1, d2, javaEmitter]));
  tap.end();
}

const LEASE = 6000;
const people = await new Cluster("people", [d1, n1, d2], "/people").start();
const isOnline = user => people.ask(0, { op: "isOnline", user });

await tap.check("a user is known on another node", async () => {
  await Promise.all([0, 2].map(i => people.ask(i, { op: "presence", lease: LEASE })));
  await people.ask(2, { op: "identify", socket: people.ids[2], user: "anna" });
  await eventually("anna is online", () => isOnline("anna"));
});

await tap.check("a user is reached from everywhere, on a Node server too", async () => {
  await people.join(1, "user:anna");
  const byRoom = { op: "emit", rooms: ["user:anna"], args: SENT };
  const senders = [
    () => people.ask(0, { op: "toUser", user: "anna", args: SENT }),
    () => people.ask(2, { op: "toUser", user: "anna", args: SENT }),
    () => people.ask(1, byRoom),
    ...Object.values(EMITTERS).map(emitter => () => emitter({ nsp: people.nsp, ...byRoom })),
  ];
  for (const send of senders) {
    const heard = [1, 2].map(i => next(people.clients[i], "test"));
    people.clients[0].once("test", () => tap.abort("a user alone is reached", "somebody else was"));
    await send();
    same(await Promise.all(heard), [GOT, GOT]);
  }
  await people.received("end", { op: "emit", args: ["end"] });
  people.clients[0].off("test");
});

/** In the namespace of all four. */
const all = { counts: by => by.ask({ op: "serverCount" }), found: async by => (await by.ask({ op: "fetchSockets" })).length };
let alive = [d1, d2, n1, n2];

await tap.check("all four are counted in the first namespace", () =>
  eventually("4 nodes", async () => (await Promise.all(alive.map(all.counts))).every(count => count === 4)),
);

for (const [frozen, others] of [
  [n2, [d1, n1]],
  [d2, [d1, n1]],
]) {
  await tap.check(`${frozen.name} does not answer: the others wait no longer than they should, and say so`, async () => {
    await frozen.freeze();
    const start = Date.now();
    const failures = await Promise.all(others.map(by => by.ask({ op: "fetchSockets" }).then(() => "", error => error.message)));
    frozen.thaw();
    const timeout = "timeout reached while waiting for fetchSockets response";
    same([failures[0], failures[1].slice(0, timeout.length)], [`${timeout}: 2 of 3 nodes answered`, timeout]);
    same(Date.now() - start < REQUESTS_TIMEOUT + 1500, true);
    await eventually("answers again", async () => (await Promise.all(alive.map(by => all.found(by).then(() => true, () => false)))).every(Boolean));
  });
}

for (const victim of [n2, d2]) {
  await tap.check(`${victim.name} is killed: the others work within the time they wait for one another`, async () => {
    // Under way while it dies.
    const pending = alive.filter(by => by !== victim).map(by => by.ask({ op: "fetchSockets" }).catch(error => error.message));
    await victim.end("SIGKILL");
    const start = Date.now();
    alive = alive.filter(by => by !== victim);
    await eventually("the others count one less", async () => (await Promise.all(alive.map(all.counts))).every(count => count === alive.length));
    same(await Promise.all(alive.map(all.found)), alive.map(() => 0));
    same(Date.now() - start < REQUESTS_TIMEOUT, true);
    await Promise.all(pending);
    if (victim === d2) {
      same(await isOnline("anna"), true);
      await eventually("anna is offline", async () => !(await isOnline("anna")), LEASE + 2000 - (Date.now() - start));
    }
    const last = await new Cluster(`without ${victim.name}`, alive.slice(0, 2), "/").connected();
    same(await last.received("test", { op: "emit", args: SENT }), [[GOT], [GOT]]);
    last.end();
  });
}

await tap.check("a node that stops is no longer counted", async () => {
  await d1.end("SIGTERM");
  await eventually("1 node", async () => (await all.counts(n1)) === 1);
});

// d2 was frozen, and has noticed.
await tap.check("no node complains", () => silent([d1, javaEmitter]));

tap.end();
