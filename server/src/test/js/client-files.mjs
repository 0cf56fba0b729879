// Compares the browser bundles that a server serves, answer by answer, with those of Node's server.
import { once } from "node:events";
import { request } from "node:http";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { Server } from "socket.io";
import { Tap, options, same } from "./lib.mjs";

const BUNDLES = ["socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"];
const NAMES = BUNDLES.flatMap(name => [name, `${name}.map`]);
const CODINGS = [
  "gzip, deflate, br",
  "br;q=0.9, deflate;q=0.8",
  "deflate",
  "identity",
  "*",
  "gzip;q=0, *;q=0.5",
  "zstd, GZIP ;q=0.2",
  "",
];
const DECODE = { br: brotliDecompressSync, gzip: gunzipSync, deflate: inflateSync };
/** Of the connection and its framing, not of the answer. */
const IGNORED = new Set(["connection", "date", "keep-alive", "transfer-encoding"]);

const settings = options({ cors: { type: "boolean", default: false } });
const tap = new Tap(`client files${settings.cors ? " with CORS" : ""}`, settings.limit);
const io = new Server(settings.cors ? { cors: { origin: "*" } } : {}).listen(0);
await once(io.httpServer, "listening");
const reference = `http://127.0.0.1:${io.httpServer.address().port}`;
const { etag } = (await ask(reference, "GET", "socket.io.js")).headers;

for (const name of NAMES) {
  await compare(name, "GET", name);
}
for (const coding of CODINGS) {
  await compare(`Accept-Encoding: ${coding}`, "GET", "socket.io.min.js", { "accept-encoding": coding });
}
for (const tag of [etag, `W/${etag}`, '"1.2.3"', `"1.2.3", ${etag}`, "*"]) {
  await compare(`If-None-Match: ${tag}`, "GET", "socket.io.js", { "if-none-match": tag });
}
for (const method of ["HEAD", "POST", "OPTIONS"]) {
  await compare(method, method, "socket.io.js", { origin: "http://page.example", "accept-encoding": "br" });
}
await compare("an origin", "GET", "socket.io.js", { origin: "http://page.example" });
await compare("a query", "GET", "socket.io.js?version=1");
for (const other of ["socket.io.slim.js", "socket.io.js.br", "socket%2Eio.js", "client.properties", "x/socket.io.js", ""]) {
  await compare(`no such file: ${other}`, "GET", other);
}
tap.end();

function compare(check, method, name, headers) {
  return tap.check(check, async () => {
    const [actual, expected] = await Promise.all([settings.url, reference].map(url => ask(url, method, name, headers)));
    same(actual, expected);
  });
}

async function ask(url, method, name, headers = {}) {
  const asked = request(`${url}/socket.io/${name}`, { method, headers, agent: false }).end();
  const [answer] = await once(asked, "response");
  const raw = Buffer.concat(await answer.toArray());
  const kept = Object.fromEntries(Object.entries(answer.headers).filter(([key]) => !IGNORED.has(key)));
  // Node sends its bundles in chunks. An answer that says "not modified" has no length at all.
  if (answer.statusCode !== 304) delete kept["content-length"];
  const decode = raw.length > 0 && DECODE[answer.headers["content-encoding"]];
  return { status: answer.statusCode, headers: kept, body: decode ? decode(raw) : raw };
}
