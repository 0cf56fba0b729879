import assert from "node:assert/strict";
import test from "node:test";
import * as protocol from "../src/protocol.js";

test("a transport choice becomes the client's list", () => {
  assert.deepEqual(protocol.transportsFor("both"), ["polling", "websocket"]);
  assert.deepEqual(protocol.transportsFor("polling"), ["polling"]);
  assert.throws(() => protocol.transportsFor("toString"), RangeError);
});

test("the image type follows from the extension", () => {
  assert.equal(protocol.imageTypeOf("a.b.JPG"), "image/jpeg");
  assert.equal(protocol.imageTypeOf("x.svg"), "");
  assert.equal(protocol.imageTypeOf("x.constructor"), "");
});

test("an image must be of a known type, not empty, and within the limit", () => {
  const image = { name: "a.png", type: "image/png", size: protocol.MAX_IMAGE_BYTES };

  assert.equal(protocol.imageProblem(image), "");
  assert.match(protocol.imageProblem({ ...image, size: image.size + 1 }), /too large: 700 kB, at most 700 kB/);
  assert.match(protocol.imageProblem({ ...image, size: 0 }), /empty/);
  assert.match(protocol.imageProblem({ ...image, type: "image/svg+xml" }), /not a PNG/);
});

test("an image within the limit stays below 1 MB in base64", () => {
  assert.ok((protocol.MAX_IMAGE_BYTES / 3) * 4 < 1_000_000);
});

test("attachments of both platforms become bytes", () => {
  assert.deepEqual([...protocol.bytesOf(Uint8Array.of(1, 2).buffer)], [1, 2]);
  assert.deepEqual([...protocol.bytesOf(Buffer.from([3, 4]))], [3, 4]);
  assert.equal(protocol.bytesOf("text").length, 0);
});

test("sizes and times are short", () => {
  assert.equal(protocol.formatBytes(999), "999 B");
  assert.equal(protocol.formatBytes(1_234), "1.2 kB");
  assert.equal(protocol.formatBytes(700_000), "700 kB");
  assert.equal(protocol.formatTime("2024-05-06T23:08:09.123Z", "UTC"), "23:08");
  assert.equal(protocol.formatTime(undefined), "--:--");
});

test("who types is one sentence", () => {
  assert.equal(protocol.formatTyping([]), "");
  assert.equal(protocol.formatTyping(["ann"]), "ann is typing…");
  assert.equal(protocol.formatTyping(["ann", "bob"]), "ann and bob are typing…");
  assert.equal(protocol.formatTyping(["ann", "bob", "eve"]), "ann and 2 others are typing…");
});
