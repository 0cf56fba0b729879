/**
 * Test traffic for the room. Its messages are numbered, so that who receives them sees how many are missing.
 */

const INTERVAL_MS = 100;
export const PULSES_PER_SECOND = 1_000 / INTERVAL_MS;

const MAX_STREAMS = 100;

/** Sends numbered messages at an even rate while it is switched on. */
export class PulseSender {
  #send;
  #timer;
  #stream = "";
  #next = 0;

  /** @param send called with `{stream, n}`; false if it could not be sent */
  constructor(send) {
    this.#send = send;
  }

  start() {
    this.stop();
    this.restart();
    this.#timer = setInterval(() => this.#pulse(), INTERVAL_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** Counts from 0 under another name: what was under way may have been lost with the sender's connection, which is no receiver's gap. */
  restart() {
    this.#stream = Math.random().toString(36).slice(2);
    this.#next = 0;
  }

  #pulse() {
    if (this.#send({ stream: this.#stream, n: this.#next })) {
      this.#next += 1;
    }
  }
}

/** Counts what is missing between the numbers of each stream. */
export class GapCounter {
  #lastNumbers = new Map();
  missed = 0;

  see({ stream, n }) {
    const last = this.#lastNumbers.get(stream) ?? n - 1;
    if (n <= last) {
      return;
    }
    this.missed += n - last - 1;
    this.#lastNumbers.delete(stream); // Set anew at the end: the stream that is silent for longest goes first.
    this.#lastNumbers.set(stream, n);
    if (this.#lastNumbers.size > MAX_STREAMS) {
      this.#lastNumbers.delete(this.#lastNumbers.keys().next().value);
    }
  }
}
