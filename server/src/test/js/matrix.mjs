// One unmodified client over one transport: every kind of value, every direction.
import { ask, connect, exchange, next, numbersArrived, options, same, Tap, works } from "./lib.mjs";

const settings = options({ base64: { type: "boolean", default: false } });
const { client, transport, parser, base64 } = settings;
const tap = new Tap(`client ${client} ${transport} ${parser}${base64 ? " base64" : ""}`, settings.limit);

const bytes = (length, seed = 0) => Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed) % 256));
const MEGA = bytes(700_000, 7);
const VALUES = {
  "integers": [0, 1, -1, 255, -65_536, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53 - 1)],
  "floats": [0.5, -1.25, 0.1 + 0.2, 1e21, -2.5e-7, 5e-324, Number.MAX_VALUE],
  "booleans": [true, false],
  "arrays and objects": [[], {}, [[[]], {}], { a: { b: [1, { c: [] }] }, "": "", "a b": 1 }, [[1, 2], ["3", [4.5]]]],
  "no arguments": [],
  "empty string": ["", [""], { key: "" }],
  "null alone": [null],
  "null inside": [{ a: null, b: [null, { c: null }] }, [null]],
  "null at the end": [1, null, null],
  "unicode": ["äöü ß € 日本語 العربية", "👍🏽 👩‍👩‍👧 𝄞", { "ключ 🔑": "𐍈" }],
  "separators and controls": ["a\u2028b\u2029c", "\u0000\u0001\u001e\u001f\u007f", 'quote " slash / back \\ line\r\n\t'],
  "packet look-alikes": ["42[\"x\"]", "/custom,", "451-[]", "b64", "10:4", "\\n"],
  "placeholder look-alikes": [{ _placeholder: true, num: 0 }, { _placeholder: "yes", num: 1 }],
  "deep nesting": [Array.from({ length: 100 }).reduce(inner => [{ inner }], "core")],
  "binary": [bytes(256)],
  "binary of other types": [new Uint8Array(bytes(20)).subarray(3, 9), new Uint8Array([1, 2, 3]).buffer],
  "empty binary": [Buffer.alloc(0)],
  "two attachments": [bytes(10), "between", bytes(20, 5)],
  "nested binary": [{ a: [1, { deep: bytes(33) }], n: null }, [[bytes(1)]]],
  "binary beside null and unicode": [null, { "🔑": bytes(3), none: null, fake: { _placeholder: false, num: 0 } }, "𝄞", null],
  "ten attachments": [Array.from({ length: 10 }, (_, i) => bytes(i, i))],
  "200 kB of text": ["0123456789abcdef".repeat(12_500)],
  "200 kB of unicode": ["€𝄞a".repeat(25_000)],
  "700 kB of binary": [MEGA],
};
if (parser === "msgpack") {
  // What its encoder can do more than JSON's, and less: it knows no part of a buffer and no integers from 2^64 on.
  VALUES["dates"] = [new Date(0), [new Date(-1), { at: new Date(8.64e15) }], new Date(1_700_000_000_123)];
  VALUES["numbers beyond JSON"] = [NaN, [Infinity], { low: -Infinity }];
  VALUES["floats"] = [0.5, -1.25, 0.1 + 0.2, -2.5e-7, 5e-324, 2 ** 63, -(2 ** 63)];
  VALUES["binary of other types"] = [new Uint8Array(bytes(20)), new Uint8Array([1, 2, 3]).buffer];
}
const ACKED = ["no arguments", "arrays and objects", "null at the end", "unicode"].concat(
  ["binary", "nested binary", "empty binary", "two attachments"],
);

const socket = connect(settings, { forceBase64: base64 });
const firstAuth = next(socket, "auth");
const upgraded = transport === "upgrade" && next(socket.io.engine, "upgrade");
let echoes = 0;
let expectedEchoes = 0;
socket.on("message-back", () => echoes++);
socket.on("question", (...args) => args.pop()(...args));

const lost = reason => tap.abort("stays connected", reason);
socket.on("disconnect", lost);

// Nothing waits for the upgrade: the first checks run while it is under way.
if (!(await tap.check("connect", () => next(socket, "connect")))) tap.end();

for (const [name, args] of Object.entries(VALUES)) {
  expectedEchoes++;
  await tap.check(`echo: ${name}`, async () => same(await exchange(socket, "message", args, "message-back"), args));
}
for (const name of ACKED) {
  const args = VALUES[name];
  await tap.check(`server acks: ${name}`, async () => same(await ask(socket, "message-with-ack", ...args), args));
  await tap.check(`client acks: ${name}`, async () => same(await exchange(socket, "ask", args, "answer"), args));
}

await tap.check("many acks under way at once", async () => {
  const questions = Array.from({ length: 50 }, (_, i) => [i, i % 2 ? bytes(i) : `text ${i}`]);
  same(await Promise.all(questions.map(args => ask(socket, "message-with-ack", ...args))), questions);
});

await tap.check("200 mixed echoes come back in order", async () => {
  const sent = Array.from({ length: 200 }, (_, i) => [i, i % 3 ? `text ${i}` : bytes(i)]);
  expectedEchoes += sent.length;
  same(await collect("message-back", () => sent.forEach(args => socket.emit("message", ...args))), sent);
});

await tap.check("200 numbered events from the server", async () => {
  const numbers = Array.from({ length: 200 }, (_, i) => [i]);
  same(await collect("number", () => socket.emit("burst", 200)), numbers);
});

await tap.check("200 numbered events from the client", async () => {
  for (let i = 0; i < 200; i++) socket.emit("number", i);
  await numbersArrived(socket, 200);
});

await tap.check("second namespace on the same connection", async () => {
  const custom = socket.io.socket("/custom");
  await next(custom, "connect");
  for (const name of ["unicode", "nested binary"]) {
    const args = VALUES[name];
    same(await exchange(custom, "message", args, "message-back"), args);
    same(await ask(custom, "message-with-ack", ...args), args);
  }
  custom.disconnect();
  await works(socket);
  expectedEchoes++;
});

await tap.check("namespace alone, with a client of its own", async () => {
  const custom = connect(settings, { nsp: "/custom" });
  await next(custom, "connect");
  await works(custom);
  custom.disconnect();
});

await tap.check("unknown namespace is refused and the connection lives on", async () => {
  const unknown = socket.io.socket("/no-such-namespace");
  const [error] = await next(unknown, client === "2" ? "error" : "connect_error");
  same(error.message ?? error, "Invalid namespace");
  unknown.disconnect();
  await works(socket);
  expectedEchoes++;
});

await tap.check("a middleware's refusal arrives with its data", async () => {
  const data = client === "2" ? "a b" : { code: 7, why: [null, "ü"] };
  const refused = connect(settings, { nsp: "/custom", ...credentials({ refuse: data }) });
  const [error] = await next(refused, client === "2" ? "error" : "connect_error");
  refused.disconnect();
  same(client === "2" ? error : { message: error.message, data: error.data }, client === "2" ? data : { message: "refused", data });
});

await tap.check("auth is empty unless given", async () => same(await firstAuth, [{}]));

const auth = client === "2" ? { token: "a b&c=ü" } : { token: "🔑", nested: { list: [1, null, true] } };
await tap.check("auth reaches the handler", async () => {
  const custom = connect(settings, { nsp: "/custom", ...credentials(auth) });
  same(await next(custom, "auth"), [auth]);
  custom.disconnect();
});

await tap.check("every echo came once", async () => {
  await ask(socket, "message-with-ack");
  same(echoes, expectedEchoes);
});

await tap.check(transport === "upgrade" ? "ends on websocket" : `stays on ${transport}`, async () => {
  await upgraded;
  same(socket.io.engine.transport.name, transport === "upgrade" ? "websocket" : transport);
});

await tap.check("disconnect by the client", async () => {
  socket.off("disconnect", lost);
  const gone = next(socket, "disconnect");
  socket.disconnect();
  same((await gone)[0], "io client disconnect");
});

tap.end();

/** A v2 client has no payload of its own: the query goes with the CONNECT of any namespace but the root. */
function credentials(auth) {
  return client === "2" ? { query: auth } : { auth };
}

/** All events of that name up to an ack: a session has one queue, so the ack is behind everything asked for before. */
async function collect(event, act) {
  const got = [];
  const push = (...args) => got.push(args);
  socket.on(event, push);
  act();
  await ask(socket, "message-with-ack");
  socket.off(event, push);
  return got;
}
