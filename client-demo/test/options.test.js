import assert from "node:assert/strict";
import test from "node:test";
import { parseOptions, UsageError } from "../cli/options.js";

test("fills in defaults", () => {
  assert.deepEqual(parseOptions(["--name", "ann"]), {
    help: false,
    url: "http://localhost:3000",
    room: "lobby",
    name: "ann",
    transport: "both",
  });
});

test("takes the origin of the address and trims the names", () => {
  const options = parseOptions(["--url", "https://example.org:8443/chat?x=1", "--room", " den ", "--name", " ann "]);

  assert.equal(options.url, "https://example.org:8443");
  assert.equal(options.room, "den");
  assert.equal(options.name, "ann");
});

test("needs no name to show the help", () => {
  assert.deepEqual(parseOptions(["-h"]), { help: true });
});

for (const [args, message] of [
  [[], /--name is missing/],
  [["--name", "  "], /enter your name/],
  [["--name", "ann", "--room", ""], /enter a room/],
  [["--name", "n".repeat(41)], /more than 40 characters/],
  [["--name", "ann", "--transport", "carrier-pigeon"], /--transport: carrier-pigeon \(expected: both, polling, websocket\)/],
  [["--name", "ann", "--url", "localhost:3000"], /--url: localhost:3000 \(expected: an http or https address\)/],
  [["--name", "ann", "--colour"], /--colour/],
]) {
  test(`refuses ${JSON.stringify(args)}`, () => {
    assert.throws(() => parseOptions(args), (error) => error instanceof UsageError && message.test(error.message));
  });
}
