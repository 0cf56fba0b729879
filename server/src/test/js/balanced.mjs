// Clients of the demo behind a load balancer: they begin with polling, upgrade, chat in rooms of ten, come back by
// themselves. Prints `connected` when all are settled; at the line `end` on standard input `report <json>`: how each
// client fared, and when messages went out, as somebody was told, that it has not received. Times are in ms since 1970.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { io } from "socket.io-client";

const ROOM_SIZE = 10;
const QUIET_MS = 1000;
const BACK_LIMIT_MS = 20_000;
const string = value => ({ type: "string", default: value });
const flag = { type: "boolean", default: false };
const { values: settings } = parseArgs({
  // `every`: ms between two messages in one room; `forwarded`: each client tells an address of its own.
  options: { url: { type: "string" }, clients: string("100"), every: string("500"), cookies: flag, forwarded: flag },
});
let lastArrival = 0;

class Room {
  members = [];
  told = new Map();
  #turn = 0;

  constructor(name) {
    this.name = name;
  }

  /** Whose turn it is of those who are here; a message counts once the server has told that it went out. */
  speak() {
    const turn = this.#turn++;
    const text = `${this.name} ${turn}`;
    const present = this.members.filter(member => member.joined);
    present[turn % present.length]?.say(text, () => this.told.set(text, Date.now()));
  }
}

class Client {
  joined = false;
  settled;
  #room;
  #socket;
  #heard = new Set();
  #events = { connects: [], disconnects: [], refusals: [] };

  constructor(index, room) {
    this.#room = room;
    room.members.push(this);
    const address = settings.forwarded && { "X-Forwarded-For": `10.${index & 255}.${index >> 8}.1` };
    this.#socket = io(settings.url, { forceNew: true, withCredentials: settings.cookies, extraHeaders: address || undefined });
    this.settled = new Promise(resolve => {
      this.#socket.on("connect", () => this.#join(`user-${index}`).then(resolve));
    });
    this.#socket.on("chat", ({ text }) => {
      lastArrival = Date.now();
      this.#heard.add(text);
    });
    this.#socket.on("disconnect", reason => {
      this.joined = false;
      this.#events.disconnects.push({ at: Date.now(), reason });
    });
    this.#socket.io.on("error", ({ message, description }) => {
      this.#events.refusals.push({ at: Date.now(), why: `${message} ${description?.status ?? description?.message ?? description}` });
    });
  }

  say(text, told) {
    this.#socket.emit("chat", text, ({ ok }) => ok && told());
  }

  report() {
    const missed = [...this.#room.told].filter(([text]) => !this.#heard.has(text)).map(([, at]) => at);
    return { ...this.#events, joined: this.joined, transport: this.#socket.io.engine.transport.name, expected: this.#room.told.size, missed };
  }

  async #join(user) {
    const engine = this.#socket.io.engine;
    const upgraded = engine.transport.name === "polling" && new Promise(resolve => engine.once("upgrade", resolve));
    this.#events.connects.push(Date.now());
    const answer = await this.#socket.emitWithAck("join", { room: this.#room.name, name: user, user });
    if (!answer.ok) throw new Error(answer.error);
    this.joined = true;
    await upgraded;
  }
}

const rooms = Array.from({ length: Math.ceil(settings.clients / ROOM_SIZE) }, (_, i) => new Room(`room-${i}`));
const clients = Array.from({ length: Number(settings.clients) }, (_, i) => new Client(i, rooms[i % rooms.length]));
await Promise.all(clients.map(client => client.settled));
console.log("connected");

const chat = setInterval(() => rooms.forEach(room => room.speak()), Number(settings.every));
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "end") break;
}
await complete();
clearInterval(chat);
await quiet();
// Longer than a pipe takes at once: the end has to wait for it.
process.stdout.write(`report ${JSON.stringify(clients.map(client => client.report()))}\n`, () => process.exit(0));

/** Once those who were sent away are back. */
async function complete() {
  const deadline = Date.now() + BACK_LIMIT_MS;
  while (clients.some(client => !client.joined) && Date.now() < deadline) await pause();
}

/** What was sent last has come by then, or will not any more. */
async function quiet() {
  if (rooms.every(room => room.told.size === 0)) return;
  const end = Date.now();
  while (Date.now() - Math.max(end, lastArrival) < QUIET_MS) await pause();
}

function pause() {
  return new Promise(resolve => setTimeout(resolve, 100));
}
