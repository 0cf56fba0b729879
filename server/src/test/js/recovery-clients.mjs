// Clients that count what they get of their room, whose messages are numbered from 1.
import { io } from "socket.io-client";

export class Room {
  /** The last number that was sent. */
  sent = 0;
  /** Numbers of which the sender was told that they did not go out. */
  refused = new Set();

  constructor(name) {
    this.name = name;
  }
}

/** An unmodified client with its default settings, which comes back by itself and joins its room again if it was not recovered. */
export class Client {
  /** How often each number came. */
  #times = new Map();
  #newest = 0;
  /** The one that has not ended. */
  #absence;
  #joined = false;
  /** The first number that was sent after the server had said that this is in the room. */
  #first = Infinity;
  outOfOrder = 0;
  absences = [];

  constructor(name, url, room) {
    this.name = name;
    this.room = room;
    this.socket = io(url, { forceNew: true, withCredentials: true });
    this.socket.on("connect", () => this.#onConnect());
    this.socket.on("disconnect", reason => {
      // It tells also of connections that were lost before the server had said that the socket is connected.
      this.#absence ??= { at: Date.now(), reason };
    });
    this.socket.on("n", number => {
      if (number < this.#newest && !this.#times.has(number)) this.outOfOrder++;
      this.#times.set(number, (this.#times.get(number) ?? 0) + 1);
      this.#newest = Math.max(this.#newest, number);
    });
  }

  get settled() {
    return this.socket.connected && this.#joined;
  }

  get reached() {
    return this.#times.size > 0;
  }

  has(number) {
    return this.#times.has(number);
  }

  get expected() {
    return Array.from({ length: Math.max(0, this.room.sent - this.#first + 1) }, (_, i) => this.#first + i).filter(number => !this.room.refused.has(number));
  }

  get missed() {
    return this.expected.filter(number => !this.has(number));
  }

  /** Once for each time that it came again. */
  get doubled() {
    return [...this.#times].flatMap(([number, times]) => Array(times - 1).fill(number));
  }

  describe() {
    const absences = this.absences.map(({ reason, millis, recovered }) => `${reason} ${millis} ms ${recovered ? "recovered" : "not recovered"}`);
    const numbers = Object.entries({ missed: this.missed, doubled: this.doubled }).map(([what, values]) => `${what} ${values.length} [${values.slice(0, 10)}]`);
    return `${this.name} in ${this.room.name}: ${numbers.join(", ")}, out of order ${this.outOfOrder}; away: ${absences.join(", ")}`;
  }

  #onConnect() {
    const { recovered } = this.socket;
    if (this.#absence) this.absences.push({ ...this.#absence, millis: Date.now() - this.#absence.at, recovered });
    this.#absence = undefined;
    if (!recovered) this.#joined = false;
    // If it goes before the answer, the next connection asks anew.
    if (!this.#joined) this.socket.emitWithAck("join", this.room.name).then(() => this.#onJoin(), () => {});
  }

  #onJoin() {
    this.#joined = true;
    this.#first = Math.min(this.#first, this.room.sent + 1);
  }
}
