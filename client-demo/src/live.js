/**
 * The figures of one connection: messages per second, latency, gaps. Pure but for the timers; what it finds out is shown by `live-view.js`.
 */
import { EVENT } from "./protocol.js";
import { GapCounter, PulseSender } from "./pulse.js";

/** How far back the figures go. */
export const SECONDS_SHOWN = 60;

const MESSAGES = new Set([EVENT.CHAT, EVENT.DIRECT, EVENT.IMAGE, EVENT.PULSE]);
const PROBE_TIMEOUT_MS = 5_000;

/**
 * @typedef {{rate: number, latency: number|null, connected: boolean}} Second messages received, milliseconds to the node and back, whether the
 *   connection was there all the time
 */
export class Live {
  #socket;
  #onSecond;
  #now;
  #seconds = [];
  #received = 0;
  #latency = null;
  #joined = false;
  #lost = false;
  #gaps = new GapCounter();
  #pulses = new PulseSender((pulse) => this.#send(pulse));
  #timer;

  /**
   * @param socket a socket.io-client socket
   * @param {(figures: {seconds: Second[], missed: number}) => void} onSecond called once a second, with what is known of the last minute
   * @param now a clock in milliseconds
   */
  constructor(socket, onSecond, now = () => performance.now()) {
    this.#socket = socket;
    this.#onSecond = onSecond;
    this.#now = now;
    socket.onAny((event) => MESSAGES.has(event) && (this.#received += 1));
    socket.on(EVENT.PULSE, (pulse) => this.#gaps.see(pulse));
    socket.on("disconnect", () => {
      this.#joined = false;
      this.#lost = true;
    });
  }

  /** To be called when the room is joined, or joined again. */
  joined() {
    this.#joined = true;
    this.#pulses.restart();
    this.#timer ??= setInterval(() => this.second(), 1_000);
  }

  /** Whether to send test traffic to the room. */
  traffic(on) {
    if (on) {
      this.#pulses.start();
    } else {
      this.#pulses.stop();
    }
  }

  close() {
    this.#pulses.stop();
    clearInterval(this.#timer);
  }

  /** One more second is over. */
  second() {
    const { connected } = this.#socket;
    this.#seconds.push({ rate: this.#received, latency: this.#latency, connected: !this.#lost });
    this.#seconds = this.#seconds.slice(-SECONDS_SHOWN);
    this.#received = 0;
    this.#latency = null;
    this.#lost = !connected;
    this.#onSecond({ seconds: this.#seconds, missed: this.#gaps.missed });
    if (connected) {
      this.#probe();
    }
  }

  #probe() {
    const start = this.#now();
    this.#socket.timeout(PROBE_TIMEOUT_MS).emit(EVENT.PROBE, (error) => {
      if (!error) {
        this.#latency = this.#now() - start;
      }
    });
  }

  #send(pulse) {
    if (this.#joined) {
      this.#socket.emit(EVENT.PULSE, pulse);
    }
    return this.#joined;
  }
}
