// What Node servers were seen to send, and their clients to get, again with Duet: --jar (duet-fixtures.jar), --redis, --vectors (their folder).
// Each captured call is made at a Duet node A that has another, B, beside it, with the clients of the capture: what both publish must equal what
// was captured, byte for byte, with this run's ids in place of those of the capture, and so must the frames that the clients get. What was
// captured is then published as it is: the clients get the same frames.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decode, encode } from "notepack.io";
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { WebSocket } from "ws";
import { next, same, Tap, untagged, within } from "./lib.mjs";
import { duet } from "./members.mjs";

const string = { type: "string" };
const { values: settings } = parseArgs({ options: { jar: string, redis: string, vectors: string } });
const tap = new Tap("vectors", 100);
const read = name => JSON.parse(readFileSync(`${settings.vectors}/${name}.json`));

/** Here Node's encoder loses what it is given, and Duet does not follow it. */
const DEFECTS = ["num-2p64", "num-1e20", "num-m1e20", "num-1e300", "str-lone-surrogate", "date-invalid"];
/** What has no counterpart in Java, or is not done by one call. */
const NO_CALL = {
  "emit-room-numeric": "rooms are text",
  "nsp-dynamic-parent": "the fixture names namespaces",
  "js-bigint": "a number like others",
  "all-sockets": "not published",
  "bin-uint16array": "an array of numbers has no bytes",
  close: "ends a node",
  "close-ioredis": "ends a node",
  "after-close": "a node was ended",
  "alone-fetch": "a node was ended",
};
/** Where Node's clients get what is no event, or no frame at all. An acknowledgement id of another server means nothing here. */
const OTHER_FRAMES = {
  "type-3-ack": [],
  "type-5-no-binary": ['42["v"]'],
  "type-5-binary": ['451-["v",{"_placeholder":true,"num":0}]', { $bin: "01" }],
};

/** A client as it stands on the wire; answers what the clients of the capture answered. */
class Client {
  frames = [];

  constructor(name, { namespace, rooms }) {
    Object.assign(this, { name, namespace, rooms });
    this.prefix = namespace === "/" ? "" : `${namespace},`;
  }

  async connect(node) {
    this.node = node;
    this.socket = new WebSocket(`${node.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    this.socket.on("message", (data, binary) => this.onFrame(binary ? { $bin: data.toString("hex") } : data.toString()));
    this.socket.on("close", () => {
      this.frames.push("<closed>");
      this.onAny?.();
    });
    await next(this.socket, "open");
    this.id = await within(5000, `id of ${this.name}`, connected => {
      this.connected = connected;
      this.socket.send(`40${this.prefix}`);
    });
    await node.ask({ op: "setData", nsp: this.namespace, socket: this.id, data: { who: this.name, n: 1 } });
    if (this.rooms.length > 0) await node.ask({ op: "join", nsp: this.namespace, socket: this.id, rooms: this.rooms });
  }

  onFrame(frame) {
    if (frame === "2") return this.socket.send("3");
    if (typeof frame === "string" && /^(0|40)/.test(frame)) return frame.startsWith("40") && this.connected(JSON.parse(frame.slice(2 + this.prefix.length)).sid);
    if (typeof frame === "string" && frame.includes('["barrier"')) return this.barrier?.();
    this.frames.push(frame);
    this.onAny?.();
    this.answer(frame);
  }

  answer(frame) {
    const [, id, event] = /^4(?:2|51-)(?:\/[^,]*,)?(\d+)\["([^"]*)"/.exec(frame) ?? [];
    const who = this.name;
    const answers = { question: [`ack-${who}`], "ack-none": [], "ack-null": [null], "ack-multi": [`first-${who}`, "second"] };
    const json = event === "ack-obj" ? [{ who, n: 1.5, l: [1, 2, { z: null }] }] : answers[event];
    if (json) this.socket.send(`43${this.prefix}${id}${JSON.stringify(json)}`);
    if (event === "ack-bin") {
      this.socket.send(`461-${this.prefix}${id}[{"_placeholder":true,"num":0}]`);
      this.socket.send(Buffer.from([0xde, 0xad, who.charCodeAt(0)]));
    }
  }
}

/** Values that JSON would change. */
function tagged(value) {
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) return { $num: Object.is(value, -0) ? "-0.0" : String(value) };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return { $num: String(BigInt(value)) };
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof ArrayBuffer) return { $bin: Buffer.from(value).toString("hex") };
  if (ArrayBuffer.isView(value)) return { $bin: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return Array.from(value, tagged);
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return value;
  if (typeof value.toJSON === "function") return tagged(value.toJSON());
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined && typeof inner !== "function");
  return Object.fromEntries(entries.map(([key, inner]) => [key, tagged(inner)]));
}

/** Turns the calls of Node's API into operations of the fixture. */
class Operator {
  constructor(ask, request = {}) {
    Object.assign(this, { ask, request });
  }

  with(more) {
    return new this.constructor(this.ask, { ...this.request, ...more });
  }

  more(member, names) {
    return this.with({ [member]: [...(this.request[member] ?? []), ...[names].flat()] });
  }

  flag(name, value) {
    return this.with({ flags: { ...this.request.flags, [name]: value } });
  }

  run(op, more) {
    return this.ask({ ...this.request, op, ...more });
  }

  of(nsp) {
    return this.with({ nsp });
  }
  to(rooms) {
    return this.more("rooms", rooms);
  }
  in(rooms) {
    return this.more("rooms", rooms);
  }
  except(rooms) {
    return this.more("except", rooms);
  }
  get volatile() {
    return this.flag("volatile", true);
  }
  get local() {
    return this.flag("local", true);
  }
  compress(compress) {
    return this.flag("compress", compress);
  }
  timeout(timeout) {
    return this.flag("timeout", timeout);
  }
  emit(...args) {
    return this.run("emit", { args: tagged(args) });
  }
  send(...args) {
    return this.emit("message", ...args);
  }
  async emitWithAck(...args) {
    return this.run("emit", { args: tagged(args), ack: true });
  }
  socketsJoin(rooms) {
    return this.run("socketsJoin", { join: [rooms].flat() });
  }
  socketsLeave(rooms) {
    return this.run("socketsLeave", { leave: [rooms].flat() });
  }
  disconnectSockets(close = false) {
    return this.run("disconnectSockets", { close });
  }
  async fetchSockets() {
    return (await this.run("fetchSockets")).map(({ id }) => new Remote(this.ask, { socket: id }));
  }
  serverSideEmit(...args) {
    return this.run("serverSideEmit", { args: tagged(args) });
  }
  async serverSideEmitWithAck(...args) {
    return this.run("serverSideEmit", { args: tagged(args), ack: true });
  }
  get adapter() {
    return { allRooms: () => this.run("allRooms"), serverCount: () => this.run("serverCount") };
  }
}

/** A socket of the node: but for a plain emit, what it does is done to the others. */
class Own extends Operator {
  get broadcast() {
    return this.with({ others: true });
  }
  run(op, more) {
    const { rooms, except, flags, others } = this.request;
    return super.run(rooms || except || flags || others ? "socketBroadcast" : "socketEmit", more);
  }
}

class Remote extends Operator {
  run(op, more) {
    return super.run(op === "emit" ? "remoteEmit" : op, more);
  }
  join(join) {
    return this.ask({ op: "socketsJoin", rooms: [this.request.socket], join: [join] });
  }
  leave(leave) {
    return this.ask({ op: "socketsLeave", rooms: [this.request.socket], leave: [leave] });
  }
  disconnect(close = false) {
    return this.ask({ op: "disconnectSockets", rooms: [this.request.socket], close });
  }
}

const digest = bytes => createHash("sha256").update(bytes).digest("hex");
const latin1 = text => Buffer.from(text).toString("latin1");

/** Comparable with another run: ids by their meaning, descriptions of sockets without what each run has of its own, sets in order. */
function canonical({ channel, payload }, ids) {
  let message = payload[0] === 0x7b ? JSON.parse(payload) : decode(payload);
  const names = [...ids, [Array.isArray(message) ? message[0] : message.uid, "(uid)"], [message.requestId, "(request)"]].filter(([id]) => id);
  const named = text => names.reduce((result, [id, name]) => result.replaceAll(id, name), text);
  let text = payload.toString("latin1");
  if (payload[0] === 0x7b && (message.sockets || (message.rooms && !("type" in message)))) {
    for (const socket of message.sockets ?? [])
      Object.assign(socket, {
        handshake: Object.keys(socket.handshake),
        rooms: socket.rooms.map(named).sort(),
        data: Object.entries(socket.data).sort(),
      });
    message.sockets?.sort((one, other) => (named(one.id) < named(other.id) ? -1 : 1));
    if (message.rooms) message = { ...message, rooms: message.rooms.map(named).sort() };
    text = latin1(JSON.stringify(message));
  }
  // A response channel may end with the uid of who has asked.
  return `${named(latin1(channel)).replace(/(-response#[^#]*#).{6}#$/, "$1(uid)#")} ${named(text)}`;
}

/** Without the acknowledgement id, which is each server's own, and with numbers as JavaScript prints them. */
function plain(frame) {
  const [, head, body] = (typeof frame === "string" && /^(4(?:2|5\d+-)(?:\/[^,]*,)?)\d*(\[.*\])$/s.exec(frame)) || [];
  return head ? head + JSON.stringify(JSON.parse(body)) : frame;
}

/** Frames of more than some hundred characters were cut. */
function sameFrames(actual, expected) {
  const cut = (frame, like) => {
    const [, beginning, length] = (typeof like === "string" && /^(.*)…<(\d+) chars>$/s.exec(like)) || [];
    if (beginning && frame?.startsWith(beginning) && frame.length === Number(length)) return like;
    return like?.$binLength === frame?.$bin?.length / 2 ? like : frame;
  };
  same(actual.map((frame, i) => plain(cut(frame, expected[i]))), expected.map(plain));
}

/** A capture's clients at Duet nodes, and what these publish. */
class Run {
  published = [];

  constructor(nodes, key, setup) {
    Object.assign(this, { nodes, key, setup });
    this.clients = Object.entries(setup.clients).filter(([, { server }]) => nodes[server]).map(([name, client]) => new Client(name, client));
  }

  async start() {
    for (const client of this.clients) await client.connect(this.nodes[this.setup.clients[client.name].server]);
    this.ids = this.clients.map(({ id, name }) => [id, `(${name})`]);
    this.capturedIds = this.clients.map(({ name }) => [this.setup.clients[name].sid, `(${name})`]).filter(([id]) => id);
    this.recorder = await pub.duplicate().connect();
    await this.recorder.pSubscribe(`${this.key}*`, (payload, channel) => this.onPublished(channel.toString(), payload), true);
    return this;
  }

  onPublished(channel, payload) {
    if (channel.startsWith(`${this.key}-duet#`) || payload.includes("barrier")) return;
    // A remote socket has been fetched before.
    if (this.fetched && (payload.includes('"type":5') || payload.includes('"sockets"'))) return;
    this.published.push({ channel, payload });
    this.awaited?.();
  }

  id(client) {
    return this.ids.find(([, name]) => name === `(${client})`)?.[0];
  }

  /** With this run's ids of clients. */
  translated(text) {
    return this.capturedIds.reduce((result, [captured, name]) => result.replaceAll(captured, this.id(name.slice(1, -1))), text);
  }

  /** Everything that was sent before has arrived at these clients, and their transports are idle. */
  async barrier(present, send) {
    const arrived = Promise.all(present.map(client => within(5000, `barrier at ${client.name}`, done => (client.barrier = done))));
    for (const nsp of new Set(present.map(client => client.namespace))) await send(nsp);
    await arrived;
    await Promise.all(
      present.map(({ node, id, prefix, socket }) =>
        within(5000, "an idle transport", done => {
          const onMessage = message => message.socket === id && (node.off("message", onMessage), done());
          node.on("message", onMessage);
          socket.send(`42${prefix}["idle"]`);
        }),
      ),
    );
  }

  /** Does something, and compares what the clients get until the same sender's barrier comes. */
  async delivers(delivered, act, sendBarrier) {
    for (const client of this.clients) {
      client.frames.length = 0;
      client.expected = delivered.find(({ client: name }) => name === client.name)?.frames ?? [];
    }
    const leaving = this.clients.filter(({ expected }) => expected.some(frame => String(frame).startsWith("41")));
    const result = await act();
    const clients = this.clients;
    this.clients = clients.filter(client => !leaving.includes(client));
    await this.barrier(this.clients, sendBarrier);
    for (const client of leaving)
      await within(5000, `end of ${client.name}`, done => {
        client.onAny = () => client.frames.length >= client.expected.length && done();
        client.onAny();
      });
    for (const client of clients) sameFrames(client.frames, client.expected);
    return result;
  }

  /** The call, and what it makes the nodes publish. */
  async call(flow, caller) {
    this.published.length = 0;
    this.fetched = /remote|\[0\]/.test(flow[0].call);
    const expected = flow.filter(({ command }) => command === "PUBLISH");
    const sender = this.nodes[flow[0].sender ?? "A"];
    const act = async () => {
      const outcome = await caller(this.translated(flow[0].call));
      await within(5000, `${expected.length} messages`, done => {
        this.awaited = () => this.published.length >= expected.length && done();
        this.awaited();
      });
      return outcome;
    };
    const result = await this.delivers(flow[0].delivered ?? [], act, nsp => sender.ask({ op: "emit", nsp, args: ["barrier"] }));
    const large = expected.find(({ payloadSha256 }) => payloadSha256);
    if (large) {
      const [{ payload }] = this.published;
      payload.write(flowUid(this.setup), 2, "latin1");
      return same([payload.length, digest(payload)], [large.payloadLength, large.payloadSha256]);
    }
    const captured = expected.map(({ channel, payloadHex }) => canonical({ channel, payload: Buffer.from(payloadHex, "hex") }, this.capturedIds));
    same(this.published.map(message => canonical(message, this.ids)).sort(), captured.sort());
    // A Buffer prints as the capture has it.
    const json = value => JSON.stringify(untagged(value));
    if (Array.isArray(flow[0].result) && result?.responses) same(result.responses.map(json).sort(), flow[0].result.map(json).sort());
  }

  /** The captured message as it is, in the name of its sender. */
  replay({ channel, payloadHex, delivered: captured = [] }) {
    // To the clients of its sender as to those of others: here it has come over the wire.
    const remote = captured.find(({ server }) => server === "B") ?? captured[0];
    const delivered = captured.map(({ client, server, frames }) => ({ client, frames: server === "A" ? remote.frames : frames }));
    const publish = () =>
      pub.publish(this.translated(channel).replace(/^[^#-]+/, this.key), Buffer.from(this.translated(Buffer.from(payloadHex, "hex").toString("latin1")), "latin1"));
    const barrier = nsp => Buffer.from(encode(["script", { type: 2, data: ["barrier"], nsp }, { rooms: [], except: [], flags: {} }]));
    return this.delivers(delivered, publish, nsp => pub.publish(`${this.key}#${nsp}#`, barrier(nsp)));
  }

  async end() {
    for (const { socket } of this.clients) socket.terminate();
    await this.recorder.close();
  }
}

/** Large payloads are those of node A in the main namespace. */
const flowUid = setup => setup.servers.A["/"];

/** The vectors of each call, in their order. */
function flows(...files) {
  const found = new Map();
  for (const file of files)
    for (const vector of read(file).vectors) {
      const id = `${file} ${vector.flow ?? vector.id}`;
      found.set(id, [...(found.get(id) ?? []), vector]);
    }
  return found;
}

function evaluate(text, scope) {
  const map = /<\{k0: 0, .* k(\d+)\} with values i & 127>/.exec(text);
  const plain = map ? text.replace(map[0], `Object.fromEntries(Array.from({ length: ${map[1]} + 1 }, (_, i) => ["k" + i, i & 127]))`) : text;
  const body = plain.startsWith("{") ? plain : `return (${plain.replace(/\s+\/\/.*$/, "")})`;
  const AsyncFunction = async function () {}.constructor;
  return new AsyncFunction(...Object.keys(scope), body)(...Object.values(scope));
}

async function calls(run, files, scope) {
  for (const [id, flow] of flows(...files)) {
    const name = id.split(" ")[1];
    if (!flow[0].call) continue;
    const act = text => evaluate(text.replace(/<id of client (\w+)>/g, (_, client) => run.id(client)), scope(run));
    if (!DEFECTS.includes(name) && !(name in NO_CALL)) await tap.check(`${id}: ${flow[0].call.slice(0, 60)}`, () => run.call(flow, act));
    const [message] = flow;
    if (name !== "after-close" && message.payloadHex && !/-(request|response)#/.test(message.channel)) await tap.check(`${id} received`, () => run.replay(message));
  }
}

const pub = await createClient({ url: settings.redis }).connect();
const member = key => ["--redis", settings.redis, "--key", key, "--answer-timeout", "1500"];
const start = (name, ...args) => duet(settings.jar, name, "node", ...args);
const [A, B, A2, B2, C] = await Promise.all([
  start("A", ...member("socket.io")),
  start("B", ...member("socket.io")),
  start("A", ...member("myapp"), "--specific-responses"),
  start("B", ...member("myapp"), "--specific-responses"),
  start("C", ...member("myapp")),
]);

const ANSWERS = { "ping-none": [], "ping-null": [null], "ping-bin": [{ $bin: "010203" }], "ping-obj": [{ a: 1, b: [true, null], d: { $date: 0 } }] };
for (const node of [A, B, A2, B2, C])
  for (const nsp of ["/", "/custom", "/dyn-7"]) {
    await node.ask({ op: "of", nsp });
    const values = Object.entries({ ping: [`pong-from-${node.name}`], ...ANSWERS });
    if (node !== A && node !== A2) for (const [event, answer] of values) await node.ask({ op: "answer", nsp, event, values: answer });
  }

const counted = async (node, count) => (await node.ask({ op: "serverCount" })) === count;
while (!((await counted(A, 2)) && (await counted(A2, 3)))) await new Promise(resolve => setTimeout(resolve, 20));

const scope = run => {
  const own = run.id("a1");
  const other = run.id("b1");
  const by = node => request => node.ask(request);
  const operators = Object.fromEntries(Object.entries(run.nodes).map(([name, node]) => [name === "A" ? "io" : `io${name}`, new Operator(by(node))]));
  return { ...operators, sock: new Own(by(run.nodes.A), { socket: own }), remote: new Remote(by(run.nodes.A), { socket: other }) };
};

let run = await new Run({ A, B }, "socket.io", read("classic-values").setup).start();
await calls(run, ["classic-broadcast", "classic-values", "classic-requests"], scope);
await run.end();

run = await new Run({ A: A2, B: B2, C }, "myapp", read("classic-options").setup).start();
await calls(run, ["classic-options"], scope);
await run.end();

for (const file of ["emitter", "classic-recovery"]) {
  run = await new Run({ A, B }, "socket.io", read(file).setup).start();
  for (const vector of read(file).vectors) if (vector.payloadHex) await tap.check(`${file} ${vector.id} received`, () => run.replay(vector));
  await run.end();
}

run = await new Run({ A, B }, "socket.io", {
  clients: { k1: { server: "B", namespace: "/", rooms: ["r1"] }, k2: { sid: "NWS6uLM0ZA5PyegSAAAB", server: "B", namespace: "/", rooms: ["r1"] } },
}).start();
for (const file of ["tolerance", "malformed"])
  for (const vector of read(file).vectors.filter(({ channel, command, payloadHex }) => channel && command === "PUBLISH" && typeof payloadHex === "string")) {
    const frames = file === "malformed" ? [] : OTHER_FRAMES[vector.id];
    const delivered = frames ? run.clients.map(({ name }) => ({ client: name, frames })) : vector.delivered;
    await tap.check(`${file} ${vector.id} ${file === "malformed" ? "hurts nobody" : "received"}`, () => run.replay({ ...vector, delivered }));
  }
await run.end();

await tap.check("no node complains", () => same([A, B, A2, B2, C].flatMap(({ log }) => log.filter(line => /WARN|ERROR|Exception/.test(line))), []));
tap.end();
