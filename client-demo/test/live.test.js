import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import test from "node:test";
import { bands, bars, line, scaleOf } from "../src/chart.js";
import { Live, SECONDS_SHOWN } from "../src/live.js";
import { GapCounter, PulseSender } from "../src/pulse.js";

test("a scale is above all values, and changes seldom", () => {
  assert.equal(scaleOf([], 10), 10);
  assert.equal(scaleOf([null, 3], 10), 10);
  assert.equal(scaleOf([18]), 20);
  assert.equal(scaleOf([20]), 30);
  assert.equal(scaleOf([99]), 200);
});

test("the newest value is at the right", () => {
  assert.equal(bars([0, 10], 20), "M59,20v-10h0.72v10z");
  assert.equal(bands([true, false]), "M58,20v-20h1v20z");
});

test("a line is interrupted where nothing was measured", () => {
  assert.equal(line([5, 10, null, 20], 20), "M56.5,15h0L57.5,10M59.5,0h0");
});

test("gaps are counted for each stream, repetitions are not", () => {
  const gaps = new GapCounter();

  gaps.see({ stream: "a", n: 7 });
  gaps.see({ stream: "b", n: 0 });
  gaps.see({ stream: "a", n: 8 });
  assert.equal(gaps.missed, 0);
  gaps.see({ stream: "a", n: 11 });
  gaps.see({ stream: "a", n: 11 });
  gaps.see({ stream: "b", n: 2 });

  assert.equal(gaps.missed, 3);
});

test("traffic that cannot be sent is not numbered, and a new stream begins with 0", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const sent = [];
  let able = true;
  const pulses = new PulseSender((pulse) => able && sent.push(pulse) > 0);

  pulses.start();
  t.mock.timers.tick(200);
  able = false;
  t.mock.timers.tick(200);
  able = true;
  t.mock.timers.tick(100);
  pulses.restart();
  t.mock.timers.tick(100);
  pulses.stop();
  t.mock.timers.tick(500);

  assert.deepEqual(sent.map(({ n }) => n), [0, 1, 2, 0]);
  assert.notEqual(sent[0].stream, sent[3].stream);
});

test("each second has its messages, its latency, and whether the connection was there", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const socket = new FakeSocket();
  let now = 0;
  let figures = { seconds: [] };
  const live = new Live(socket, (latest) => (figures = latest), () => now);
  live.joined();

  ["chat", "pulse", "members"].forEach((event) => socket.receive(event, { stream: "a", n: 1 }));
  t.mock.timers.tick(1_000);
  now += 12;
  socket.answer();
  t.mock.timers.tick(1_000);
  socket.receive("disconnect");
  socket.receive("pulse", { stream: "a", n: 4 });
  t.mock.timers.tick(1_000);
  t.mock.timers.tick(1_000);
  live.close();
  t.mock.timers.tick(5_000);

  assert.deepEqual(figures.seconds, [
    { rate: 2, latency: null, connected: true },
    { rate: 0, latency: 12, connected: true },
    { rate: 1, latency: null, connected: false },
    { rate: 0, latency: null, connected: true },
  ]);
  assert.equal(figures.missed, 2);
});

test("no more than a minute is kept", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let figures;
  const live = new Live(new FakeSocket(), (latest) => (figures = latest));

  live.joined();
  t.mock.timers.tick(90_000);
  live.close();

  assert.equal(figures.seconds.length, SECONDS_SHOWN);
});

class FakeSocket extends EventEmitter {
  connected = true;
  #any = () => {};
  #ack = () => {};

  onAny(handler) {
    this.#any = handler;
  }

  timeout() {
    return { emit: (event, ack) => (this.#ack = ack) };
  }

  receive(event, payload) {
    this.#any(event);
    this.emit(event, payload);
  }

  answer() {
    this.#ack(null);
  }
}
