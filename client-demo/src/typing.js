/**
 * Typing indicators. The server relays them as volatile events, so any of them may be lost: the sender repeats
 * "still typing" and the receiver lets an indication expire.
 */

const REPEAT_MS = 1_500;
const IDLE_MS = 3_000;
const EXPIRY_MS = 5_000;

/** Tells the server that this user types, at most once per repeat interval, and that they stopped. */
export class TypingSender {
  #send;
  #lastSentAt = -Infinity;
  #idleTimer;

  /** @param send called with true or false */
  constructor(send) {
    this.#send = send;
  }

  /** To be called for every change of the text. */
  touch(now = Date.now()) {
    if (now - this.#lastSentAt >= REPEAT_MS) {
      this.#lastSentAt = now;
      this.#send(true);
    }
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.stop(), IDLE_MS);
  }

  stop() {
    clearTimeout(this.#idleTimer);
    if (this.#lastSentAt !== -Infinity) {
      this.#lastSentAt = -Infinity;
      this.#send(false);
    }
  }

  /** Like {@link stop}, but tells nobody. */
  reset() {
    clearTimeout(this.#idleTimer);
    this.#lastSentAt = -Infinity;
  }
}

/** Who types at the moment, in the order they began. */
export class TypingList {
  #onChange;
  #entries = new Map();

  /** @param onChange called with the names after every change */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  set(id, name) {
    const known = this.#entries.get(id);
    clearTimeout(known?.timer);
    this.#entries.set(id, { name, timer: setTimeout(() => this.delete(id), EXPIRY_MS) });
    if (known?.name !== name) {
      this.#changed();
    }
  }

  delete(id) {
    clearTimeout(this.#entries.get(id)?.timer);
    if (this.#entries.delete(id)) {
      this.#changed();
    }
  }

  /** Forgets everybody whose id is not in `ids`. */
  retain(ids) {
    for (const id of [...this.#entries.keys()].filter((id) => !ids.has(id))) {
      this.delete(id);
    }
  }

  #changed() {
    this.#onChange([...this.#entries.values()].map((entry) => entry.name));
  }
}
