// What Node servers were seen to send, and their clients to get, again with Duet: --jar (duet-fixtures.jar), --redis, --vectors (their folder),
// --adapter (classic, sharded or streams).
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
import { duet, silent } from "./members.mjs";

const string = { type: "string" };
const { values: settings } = parseArgs({ options: { jar: string, redis: string, vectors: string, adapter: { ...string, default: "classic" } } });
const tap = new Tap(`vectors, ${settings.adapter}`, 100);
const classic = settings.adapter === "classic";
const streams = settings.adapter === "streams";
const PUBLISH = settings.adapter === "sharded" ? "SPUBLISH" : "PUBLISH";
/** The commands that carry messages. */
const CARRIERS = streams ? [PUBLISH, "XADD"] : [PUBLISH];
const read = name => JSON.parse(readFileSync(`${settings.vectors}/${name}.json`));

/** Here Node's encoder loses what it is given, and Duet does not follow it. */
const DEFECTS = ["num-2p64", "num-1e20", "num-m1e20", "num-1e300", "str-lone-surrogate", "date-invalid", "bin-and-specials"];
// A member that is undefined: in MessagePack Node's streams adapter says so, by a nil.
if (streams) DEFECTS.push("bin-arraybuffer", "sse-binary", "sse-plain-special");
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
  idle: "nothing is done",
  "alone-fetch": "a node was ended",
};
/** Where Node's clients get what is no event, or no frame at all. An acknowledgement id of another server means nothing here. */
const OTHER_FRAMES = {
  "type-3-ack": [],
  "type-5-no-binary": ['42["v"]'],
  "type-5-binary": ['451-["v",{"_placeholder":true,"num":0}]', { $bin: "01" }],
};

/** In the hand-made messages, the id of `k2`. */
const EXCEPTED = { classic: "NWS6uLM0ZA5PyegSAAAB", sharded: "5GeADN-M3a54A0KTAAAB" };

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
  join(room) {
    return this.run("remoteJoin", { join: [room] });
  }
  leave(room) {
    return this.run("remoteLeave", { leave: [room] });
  }
  disconnect(close = false) {
    return this.run("remoteDisconnect", { close });
  }
}

/** Publishes as a script that is no node. */
function send(channel, payload) {
  return classic ? pub.publish(channel, payload) : pub.sPublish(channel, payload);
}

function barrier(nsp) {
  const [packet, opts] = [{ type: 2, data: ["barrier"], nsp }, { rooms: [], except: [], flags: {} }];
  return Buffer.from(classic ? encode(["script", packet, opts]) : JSON.stringify({ type: 3, data: { packet, opts }, uid: "script", nsp }));
}

function appendBarrier(stream, nsp) {
  const data = { packet: { type: 2, data: ["barrier"] }, opts: { rooms: [], except: [], flags: {} } };
  return pub.sendCommand(["XADD", stream, "*", "uid", "script", "nsp", nsp, "type", "3", "data", JSON.stringify(data)]);
}

/** Whether it tells clients something, so that it can be told to them again. */
function isBroadcast({ payloadHex, channel, decoded, fields }) {
  if (streams) return fields?.[2][1] === "3";
  return payloadHex && (classic ? !/-(request|response)#/.test(channel) : decoded.type === 3 && !decoded.data.requestId);
}

/** The words of a command, as MONITOR prints them. */
function words(line) {
  const escapes = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b" };
  const unescaped = text => text.replace(/\\(x..|.)/g, (_, code) => (code[0] === "x" ? String.fromCharCode(parseInt(code.slice(1), 16)) : escapes[code] ?? code));
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => Buffer.from(unescaped(text), "latin1"));
}

const digest = bytes => createHash("sha256").update(bytes).digest("hex");
const latin1 = text => Buffer.from(text).toString("latin1");

/** Comparable with another run: ids by their meaning, descriptions of sockets without what each run has of its own, sets in order. */
function canonical({ channel, payload, fields }, ids) {
  if (fields) {
    const named = text => [...ids, [fields[0][1], "(uid)"]].reduce((result, [id, name]) => result.replaceAll(id, name), text);
    const plain = ([name, value]) => `${name}=${name === "data" && !value.startsWith("{") ? Buffer.from(value, "base64").toString("latin1") : value}`;
    return named(`${channel} ${fields.map(plain).join(" ")}`);
  }
  let message = payload[0] === 0x7b ? JSON.parse(payload) : decode(payload);
  const uid = Array.isArray(message) ? message[0] : message.uid;
  const body = message.data ?? {};
  const names = [...ids, [uid, "(uid)"], [message.requestId ?? body.requestId, "(request)"]].filter(([id]) => id);
  const named = text => names.reduce((result, [id, name]) => result.replaceAll(id, name), text);
  let text = payload.toString("latin1");
  const sockets = message.sockets ?? body.sockets;
  if (sockets || (message.rooms && !("type" in message))) {
    for (const socket of sockets ?? [])
      Object.assign(socket, {
        handshake: Object.keys(socket.handshake),
        rooms: socket.rooms.map(named).sort(),
        data: Object.entries(socket.data).sort(),
      });
    sockets?.sort((one, other) => (named(one.id) < named(other.id) ? -1 : 1));
    if (message.rooms) message = { ...message, rooms: message.rooms.map(named).sort() };
    text = payload[0] === 0x7b ? latin1(JSON.stringify(message)) : Buffer.from(encode(message)).toString("latin1");
  }
  // A response channel may end with the uid of who has asked.
  return `${named(latin1(channel)).replace(/(-response#[^#]*#.{6}|#[^#]*#[0-9a-f]{16})#$/, whole => `${whole.slice(0, whole.lastIndexOf("#", whole.length - 2))}#(uid)#`)} ${named(text)}`;
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
    // What is sharded has no patterns.
    await this.recorder.monitor(line => this.onCommand(line.toString()));
    return this;
  }

  /** MONITOR may tell of what this script has sent when the clients have it already. */
  onCommand(line) {
    if (line.includes(own)) return;
    const [command, channel, ...more] = words(line);
    if (!CARRIERS.includes(command?.toString()) || !channel.toString().startsWith(this.key)) return;
    if (command.toString() === PUBLISH) this.onPublished(channel.toString(), more[0]);
    else this.onAppended(channel.toString(), more.map(String));
  }

  onAppended(stream, more) {
    const fields = more.slice(4);
    if (fields[7]?.includes("barrier")) return;
    this.published.push({ channel: stream, fields: [0, 2, 4, 6].filter(i => i < fields.length).map(i => fields.slice(i, i + 2)) });
    this.awaited?.();
  }

  onPublished(channel, payload) {
    if (channel.startsWith(`${this.key}-duet#`) || payload.includes("barrier")) return;
    // A remote socket has been fetched before.
    const type = this.fetched && (payload[0] === 0x7b ? JSON.parse(payload) : decode(payload)).type;
    if (this.fetched && (type === (classic ? 5 : 7) || payload.includes("sockets"))) return;
    this.published.push({ channel, payload });
    this.awaited?.();
  }

  id(client) {
    return this.ids.find(([, name]) => name === `(${client})`)?.[0];
  }

  /** Whether all channels are those of the capture, once all clients had connected. */
  async subscribed(file) {
    const vectors = read(file).vectors.filter(({ id }) => id.startsWith("subscribe"));
    const sids = Object.entries(read(file).setup.clients).map(([name, { sid }]) => [sid, `(${name})`]);
    const named = (channels, ids) => new Set(channels.map(channel => ids.reduce((text, [id, name]) => text.replaceAll(id, name), channel).replace(/#[0-9a-f]{16}#$/, "#(uid)#")));
    const expected = named(vectors.map(({ args }) => args[0]), sids);
    same([...named(await pub.pubSubShardChannels(), this.ids)].sort(), [...expected].sort());
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
    const expected = flow.filter(({ command }) => CARRIERS.includes(command));
    const sender = this.nodes[flow[0].sender ?? "A"];
    if (flow[0].call.includes("data.blob")) {
      const data = { blob: { $bin: "010203" } };
      await this.nodes.B.ask({ op: "setData", nsp: "/", socket: this.id("b1"), data });
    }
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
    const captured = expected.map(({ channel, stream, fields, payloadHex }) =>
      canonical({ channel: channel ?? stream, fields, payload: Buffer.from(payloadHex ?? "", "hex") }, this.capturedIds),
    );
    same(this.published.map(message => canonical(message, this.ids)).sort(), captured.sort());
    // A Buffer prints as the capture has it.
    const json = value => JSON.stringify(untagged(value));
    if (Array.isArray(flow[0].result) && result?.responses) same(result.responses.map(json).sort(), flow[0].result.map(json).sort());
  }

  /** The captured message as it is, in the name of its sender. */
  replay({ channel, stream, fields, payloadHex, delivered: captured = [] }) {
    // To the clients of its sender as to those of others: here it has come over the wire.
    const remote = captured.find(({ server }) => server === "B") ?? captured[0];
    const delivered = captured.map(({ client, server, frames }) => ({ client, frames: server === "A" ? remote.frames : frames }));
    const publish = () =>
      send(this.translated(channel).replace(/^[^#-]+/, this.key), Buffer.from(this.translated(Buffer.from(payloadHex, "hex").toString("latin1")), "latin1"));
    const append = () => pub.sendCommand(["XADD", stream, "*", ...fields.flat().map(word => this.translated(word))]);
    const sendBarrier = nsp => (stream ? appendBarrier(stream, nsp) : send(`${this.key}#${nsp}#`, barrier(nsp)));
    return this.delivers(delivered, stream ? append : publish, sendBarrier);
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
    if (name !== "after-close" && isBroadcast(message)) await tap.check(`${id} received`, () => run.replay(message));
  }
}

const pub = await createClient({ url: settings.redis }).connect();
const [, own] = /addr=(\S+)/.exec(await pub.sendCommand(["CLIENT", "INFO"]));
const member = key => ["--redis", settings.redis, "--adapter", settings.adapter, "--key", key, "--answer-timeout", "1500"];
const ANSWERS = { "ping-none": [], "ping-null": [null], "ping-bin": [{ $bin: "010203" }], "ping-obj": [{ a: 1, b: [true, null], d: { $date: 0 } }] };

/** One cluster, as that of the capture; A asks, the others answer. */
async function start(names, args, more = {}) {
  const nodes = await Promise.all(names.map(name => duet(settings.jar, name, "node", ...args, ...(more[name] ?? []))));
  for (const node of nodes)
    for (const nsp of ["/", "/custom", "/dyn-7"]) {
      await node.ask({ op: "of", nsp });
      const values = Object.entries({ ping: [`pong-from-${node.name}`], ...ANSWERS });
      if (node !== nodes[0]) for (const [event, answer] of values) await node.ask({ op: "answer", nsp, event, values: answer });
    }
  while ((await nodes[0].ask({ op: "serverCount" })) !== nodes.length) await new Promise(resolve => setTimeout(resolve, 20));
  return Object.fromEntries(nodes.map(node => [node.name, node]));
}

const scope = run => {
  const own = run.id("a1");
  const other = run.id("b1");
  const by = node => request => node.ask(request);
  const operators = Object.fromEntries(Object.entries(run.nodes).map(([name, node]) => [name === "A" ? "io" : `io${name}`, new Operator(by(node))]));
  return { ...operators, sock: new Own(by(run.nodes.A), { socket: own }), remote: new Remote(by(run.nodes.A), { socket: other }) };
};

async function captured(nodes, key, setup, ...files) {
  const run = await new Run(nodes, key, read(setup).setup).start();
  if (settings.adapter === "sharded") await tap.check(`${setup}: listens to what Node listens to`, () => run.subscribed(setup.replace("broadcast", "subscribe")));
  await calls(run, files, scope);
  await run.end();
}

async function unusual(nodes) {
  const run = await new Run(nodes, "socket.io", {
    clients: { k1: { server: "B", namespace: "/", rooms: ["r1"] }, k2: { sid: EXCEPTED[settings.adapter], server: "B", namespace: "/", rooms: ["r1"] } },
  }).start();
  for (const file of ["tolerance", "malformed"])
    for (const vector of read(file).vectors.filter(({ channel, command, payloadHex }) => channel && command === PUBLISH && typeof payloadHex === "string")) {
      const frames = file === "malformed" ? [] : OTHER_FRAMES[vector.id];
      const delivered = frames ? run.clients.map(({ name }) => ({ client: name, frames })) : vector.delivered;
      await tap.check(`${file} ${vector.id} ${file === "malformed" ? "hurts nobody" : "received"}`, () => run.replay({ ...vector, delivered }));
    }
  await run.end();
}

function noneComplains(...clusters) {
  const nodes = clusters.flatMap(cluster => Object.values(cluster));
  return tap.check("no node complains", () => silent(nodes));
}

if (classic) {
  const specific = ["--specific-responses"];
  const [nodes, others] = await Promise.all([start(["A", "B"], member("socket.io")), start(["A", "B", "C"], member("myapp"), { A: specific, B: specific })]);
  await captured(nodes, "socket.io", "classic-values", "classic-broadcast", "classic-values", "classic-requests");
  await captured(others, "myapp", "classic-options", "classic-options");
  for (const file of ["emitter", "classic-recovery"]) {
    const run = await new Run(nodes, "socket.io", read(file).setup).start();
    for (const vector of read(file).vectors) if (vector.payloadHex) await tap.check(`${file} ${vector.id} received`, () => run.replay(vector));
    await run.end();
  }
  await unusual(nodes);
  await noneComplains(nodes, others);
} else if (streams) {
  const nodes = await start(["A", "B"], member("socket.io"));
  await captured(nodes, "socket.io", "streams-broadcast", "streams-broadcast", "streams-values", "streams-requests");
  await noneComplains(nodes);
} else {
  const modes = { dynamic: ["sharded-broadcast", "sharded-values", "sharded-requests"], static: ["sharded-static-broadcast"], "dynamic-private": ["sharded-dynamic-private-broadcast"] };
  for (const [mode, files] of Object.entries(modes)) {
    const nodes = await start(["A", "B"], [...member("socket.io"), "--subscription-mode", mode]);
    await captured(nodes, "socket.io", files[0], ...files);
    if (mode === "dynamic") await unusual(nodes);
    await noneComplains(nodes);
    await Promise.all(Object.values(nodes).map(node => node.end("SIGTERM")));
  }
}
tap.end();
