import assert from "node:assert/strict";
import test from "node:test";
import { HELP, parseLine } from "../cli/commands.js";
import { formatMembers, formatMessage } from "../cli/format.js";

const ann = { id: "1", name: "ann" };
const at = "2024-05-06T07:08:09Z";

test("a received text has time and author", () => {
  const message = { kind: "text", own: false, from: ann, at, text: "hi", delivery: "received" };

  assert.equal(formatMessage(message, { timeZone: "UTC" }), "[07:08] ann: hi");
});

test("an own text ends in its delivery mark", () => {
  const message = { kind: "text", own: true, from: ann, at, text: "hi" };

  assert.equal(formatMessage({ ...message, delivery: "delivered" }, { timeZone: "UTC" }), "[07:08] ann (you): hi ✓");
  assert.equal(formatMessage({ ...message, delivery: "failed", error: "late" }, { timeZone: "UTC" }), "[07:08] ann (you): hi ✗ late");
});

test("an image is described", () => {
  const image = { name: "cat.png", type: "image/png", data: new ArrayBuffer(12_345) };
  const message = { kind: "image", own: false, from: ann, at, image, delivery: "received" };

  assert.equal(formatMessage(message, { timeZone: "UTC" }), "[07:08] ann: sent an image: cat.png (image/png, 12 kB)");
});

test("control characters do not reach the terminal", () => {
  const from = { id: "2", name: "e\u0007ve" };
  const message = { kind: "text", own: false, from, at, text: "\u001b[31mred\nline\u009b2J", delivery: "received" };

  assert.equal(formatMessage(message, { timeZone: "UTC" }), "[07:08] e ve:  [31mred line 2J");
});

test("members are counted, and the own name is marked", () => {
  assert.equal(formatMembers([ann, { id: "2", name: "bob" }], ann), "* here now (2): ann (you), bob");
});

for (const [line, name, argument] of [
  ["", "none", ""],
  [" hi /who ", "say", "hi /who"],
  ["/who", "who", ""],
  ["/image  a b.png ", "image", "a b.png"],
  ["/join den", "join", "den"],
  ["/quit", "quit", ""],
  ["/quitter now", "unknown", "/quitter"],
]) {
  test(`the line ${JSON.stringify(line)} means ${name}`, () => {
    assert.deepEqual(parseLine(line), { name, argument });
  });
}

test("the help names every command", () => {
  for (const command of ["/who", "/image", "/join", "/quit", "/help"]) {
    assert.ok(HELP.includes(command));
  }
});

test("a message to one alone says so", () => {
  const message = { kind: "text", own: false, from: { name: "ann" }, to: "u2", at: "2024-05-06T07:08:09Z", text: "psst", delivery: "received" };

  assert.equal(formatMessage(message, { timeZone: "UTC", toName: "you" }), "[07:08] ann to you: psst");
});
