import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import test from "node:test";
import { ChatSession } from "../src/chat-session.js";

const YOU = { id: "s1", name: "ann" };
const AT = "2024-05-06T07:08:09Z";

test("shows an own message once when the ack comes first", () => {
  const { socket, shown, session } = joined();

  session.sendText("hi");
  socket.answer("chat", null, { ok: true, id: "m1", at: AT });
  socket.receive("chat", { id: "m1", from: YOU, text: "hi", at: AT });

  assert.deepEqual(shown(), ["hi delivered"]);
});

test("shows an own message once when its copy comes first", () => {
  const { socket, shown, session } = joined();

  session.sendText("hi");
  socket.receive("chat", { id: "m1", from: YOU, text: "hi", at: AT });
  assert.deepEqual(shown(), ["hi pending"]);
  socket.answer("chat", null, { ok: true, id: "m1", at: AT });

  assert.deepEqual(shown(), ["hi delivered"]);
});

test("shows a direct message once, and to whom it went", () => {
  const { socket, messages, shown, session } = joined();

  session.sendDirect("u2", "psst");
  socket.receive("direct", { id: "m1", from: YOU, to: "u2", text: "psst", at: AT });
  socket.answer("direct", null, { ok: true, id: "m1", at: AT });

  assert.deepEqual(shown(), ["psst delivered"]);
  assert.equal(messages[0].to, "u2");
});

test("takes a copy as confirmation if the connection breaks before the ack", () => {
  const { socket, shown, session } = joined();

  session.sendText("hi");
  session.sendText("ho");
  socket.receive("chat", { id: "m1", from: YOU, text: "hi", at: AT });
  socket.lose();
  socket.answer("chat", new Error("disconnected"));
  socket.answer("chat", new Error("disconnected"));

  assert.deepEqual(shown(), ["hi delivered", "ho failed"]);
});

test("shows why the server refused a message", () => {
  const { socket, messages, session } = joined();

  session.sendText("hi");
  socket.answer("chat", null, { ok: false, error: "too long" });

  assert.equal(messages[0].delivery, "failed");
  assert.equal(messages[0].error, "too long");
});

test("shows a message of another member once", () => {
  const { socket, shown } = joined();
  const message = { id: "m1", from: { id: "s2", name: "bob" }, text: "yo", at: AT };

  socket.receive("chat", message);
  socket.receive("chat", message);

  assert.deepEqual(shown(), ["yo received"]);
});

test("joins again after a reconnect, and only then sends what was written meanwhile", () => {
  const { socket, session, shown } = joined();

  socket.lose();
  session.sendText("later");
  assert.deepEqual(socket.sent, ["join"]);
  socket.establish();
  assert.deepEqual(socket.sent, ["join", "join"]);
  socket.answer("join", null, { ok: true, you: { id: "s9", name: "ann" }, members: [] });
  socket.answer("chat", null, { ok: true, id: "m1", at: AT });

  assert.deepEqual(socket.sent, ["join", "join", "chat"]);
  assert.deepEqual(shown(), ["later delivered"]);
});

test("what comes before the room is joined again was said meanwhile", () => {
  const { socket, shown, joins } = joined();

  socket.lose();
  socket.recovered = true;
  socket.receive("chat", { id: "m1", from: { id: "s2", name: "bob" }, text: "yo", at: AT });
  socket.establish();
  socket.answer("join", null, { ok: true, you: YOU, node: "beta", members: [] });

  assert.deepEqual(shown(), ["yo received"]);
  assert.deepEqual(joins.map(({ again, caughtUp, node }) => ({ again, caughtUp, node })), [
    { again: false, caughtUp: null, node: "alpha" },
    { again: true, caughtUp: 1, node: "beta" },
  ]);
});

test("a message whose ack was lost is delivered when its copy comes by recovery", () => {
  const { socket, shown, session } = joined();

  session.sendText("hi");
  socket.lose();
  socket.answer("chat", new Error("disconnected"));
  assert.deepEqual(shown(), ["hi failed"]);
  socket.receive("chat", { id: "m1", from: YOU, text: "hi", at: AT });

  assert.deepEqual(shown(), ["hi delivered"]);
});

test("gives up waiting messages when the server closes the connection on purpose", () => {
  const { socket, session, shown } = joined();

  socket.lose();
  session.sendText("later");
  socket.active = false;
  socket.receive("connect_error", new Error("not allowed"));
  session.sendText("too late");

  assert.deepEqual(shown(), ["later failed", "too late failed"]);
  assert.equal(session.pendingCount, 0);
});

function joined() {
  const socket = new FakeSocket();
  const messages = [];
  const joins = [];
  const ignore = () => {};
  const listener = {
    state: ignore,
    transport: ignore,
    joined: (join) => joins.push(join),
    refused: ignore,
    members: ignore,
    message: (message) => messages.push(message),
    delivery: ignore,
    typing: ignore,
  };
  const session = new ChatSession(socket, listener);
  session.join({ room: "den", name: "ann" });
  socket.establish();
  socket.answer("join", null, { ok: true, you: YOU, node: "alpha", members: [YOU] });
  const shown = () => messages.map((message) => `${message.text} ${message.delivery}`);
  return { socket, messages, joins, session, shown };
}

/** What the session needs of a socket.io-client socket; acks are given by hand, in the order of the events. */
class FakeSocket {
  io = new EventEmitter();
  connected = false;
  active = true;
  recovered = false;
  sent = [];
  #incoming = new EventEmitter();
  #acks = [];

  on(event, handler) {
    this.#incoming.on(event, handler);
  }

  connect() {}

  timeout() {
    return this;
  }

  emit(event, payload, ack) {
    this.sent.push(event);
    if (ack) {
      this.#acks.push({ event, ack });
    }
  }

  receive(event, payload) {
    this.#incoming.emit(event, payload);
  }

  answer(event, error, ack) {
    const [found] = this.#acks.splice(this.#acks.findIndex((entry) => entry.event === event), 1);
    found.ack(error, ack);
  }

  establish() {
    this.connected = true;
    this.receive("connect");
  }

  lose() {
    this.connected = false;
    this.receive("disconnect", "transport close");
  }
}
