// What the scripts share: options, clients of three generations, waiting, comparing, TAP output.
import { inspect, isDeepStrictEqual, parseArgs } from "node:util";
import { io as io4 } from "socket.io-client";
import io2 from "socket.io-client-2";
import { io as io3 } from "socket.io-client-3";
import msgpack from "socket.io-msgpack-parser";

const LIBRARIES = { 2: io2, 3: io3, 4: io4 };
const PARSERS = ["json", "msgpack"];
const TRANSPORTS = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
export const CLIENTS = Object.keys(LIBRARIES);
export const MODES = Object.keys(TRANSPORTS);

/** Reads --url, --client, --transport, --parser and --limit (seconds for the whole script), and those in `extra`. */
export function options(extra = {}) {
  const string = value => ({ type: "string", default: value });
  const common = { client: string("4"), transport: string("upgrade"), parser: string("json"), limit: string("60") };
  const { values } = parseArgs({ options: { url: { type: "string" }, ...common, ...extra } });
  const known = CLIENTS.includes(values.client) && MODES.includes(values.transport) && PARSERS.includes(values.parser);
  if (!values.url || !known) {
    const choices = [["client", CLIENTS], ["transport", MODES], ["parser", PARSERS]];
    console.error(`expected: --url http://host:port ${choices.map(([name, all]) => `--${name} ${all.join("|")}`).join(" ")}`);
    process.exit(2);
  }
  return values;
}

/** Opens a socket over a connection of its own; `more` goes to the client library as it is. */
export function connect({ url, client, transport, parser }, { nsp = "/", ...more } = {}) {
  if (parser === "msgpack") more.parser = msgpack;
  const pace = { reconnectionDelay: 50, reconnectionDelayMax: 500 };
  return LIBRARIES[client](url + nsp, { forceNew: true, transports: TRANSPORTS[transport], ...pace, ...more });
}

/** As `connect`, but waits until the socket is connected on its final transport. */
export async function settled(settings, more) {
  const socket = connect(settings, more);
  const upgraded = settings.transport === "upgrade" && next(socket.io.engine, "upgrade");
  await Promise.all([next(socket, "connect"), upgraded]);
  return socket;
}

/** A promise with a limit; `start` gets the function that fulfils it. */
export function within(ms, what, start) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no ${what} within ${ms} ms`)), ms);
    start(value => {
      clearTimeout(late);
      resolve(value);
    });
  });
}

/** The arguments of the next event of that name. */
export function next(emitter, event, ms = 10_000) {
  return within(ms, `"${event}"`, done => emitter.once(event, (...args) => done(args)));
}

/** Emits and gives the arguments of the ack. */
export function ask(socket, event, ...args) {
  return within(10_000, `ack of "${event}"`, done => socket.emit(event, ...args, (...answer) => done(answer)));
}

/** Emits and gives the arguments of the event that answers. */
export function exchange(socket, event, args, answer) {
  const answered = next(socket, answer);
  socket.emit(event, ...args);
  return answered;
}

/** Proves that the socket works: one message there and back. */
export async function works(socket) {
  const args = [socket.id, { n: 1 }];
  same(await exchange(socket, "message", args, "message-back"), args);
}

/** Asks the server whether it has got the numbers 0 to count - 1, in order. */
export async function numbersArrived(socket, count) {
  const verdict = Promise.race([next(socket, "numbers-ok"), next(socket, "numbers-bad")]);
  socket.emit("done", count);
  same(await verdict, [count]);
}

/** Watches a namespace from outside; the result tells why the server saw a socket id go. */
export async function watch({ url, parser }, nsp = "/") {
  const socket = await settled({ url, client: "4", transport: "websocket", parser }, { nsp });
  const reasons = new Map();
  const waiting = new Map();
  socket.on("gone", (id, reason) => {
    reasons.set(id, reason);
    waiting.get(id)?.(reason);
  });
  await ask(socket, "watch");
  return id =>
    within(10_000, `report that ${id} is gone`, done => {
      if (reasons.has(id)) done(reasons.get(id));
      else waiting.set(id, done);
    });
}

/** Binary as JSON lines have it: `{"$bin":"hex"}`. */
export function tagged(value) {
  if (Buffer.isBuffer(value)) return { $bin: value.toString("hex") };
  if (Array.isArray(value)) return value.map(tagged);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, tagged(inner)]));
}

/** The reverse. */
export function untagged(value) {
  if (Array.isArray(value)) return value.map(untagged);
  if (value === null || typeof value !== "object") return value;
  if ("$bin" in value) return Buffer.from(value.$bin, "hex");
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, untagged(inner)]));
}

/** Deep and strict, but all binary types with the same bytes are equal: each client has its own favourite. */
export function same(actual, expected) {
  const difference = firstDifference(plain(actual), plain(expected));
  if (difference) throw new Error(difference);
}

function firstDifference(actual, expected, path = "") {
  if (isDeepStrictEqual(actual, expected)) return undefined;
  const comparable = [actual, expected].every(value => Object(value) === value && !Buffer.isBuffer(value));
  if (comparable && Array.isArray(actual) === Array.isArray(expected)) {
    for (const key of Object.keys({ ...expected, ...actual })) {
      const inner = firstDifference(actual[key], expected[key], `${path}[${key}]`);
      if (inner) return inner;
    }
  }
  return `${path} got ${brief(actual)}, expected ${brief(expected)}`.trim();
}

function plain(value) {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function brief(value) {
  const text = inspect(value, { depth: 3, breakLength: Infinity, compact: true, maxStringLength: 60, maxArrayLength: 10 });
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

/** Prints one line per check and ends the process with 0 only if there were some and all passed. */
export class Tap {
  #label;
  #count = 0;
  #failed = 0;

  constructor(label, limitSeconds) {
    this.#label = label;
    setTimeout(() => this.abort("time limit", `not done after ${limitSeconds} s`), limitSeconds * 1000);
    process.on("uncaughtException", error => this.abort("uncaught", error.stack));
  }

  /** A failed check does not end the script; the result tells whether going on makes sense. */
  async check(name, body) {
    try {
      await body();
      return this.#line(name);
    } catch (error) {
      return this.#line(name, error.message);
    }
  }

  end() {
    console.log(`# ${this.#label}: ${this.#count - this.#failed} of ${this.#count} checks passed`);
    process.exit(this.#count > 0 && this.#failed === 0 ? 0 : 1);
  }

  /** For faults after which no further check makes sense. */
  abort(name, fault) {
    this.#line(name, fault);
    this.end();
  }

  #line(name, fault) {
    const text = `${++this.#count} - ${this.#label}: ${name}`;
    console.log(fault === undefined ? `ok ${text}` : `not ok ${text}: ${fault.replaceAll("\n", " ")}`);
    if (fault !== undefined) this.#failed++;
    return fault === undefined;
  }
}
