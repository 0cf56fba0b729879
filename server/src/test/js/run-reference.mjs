// Proves the kit: starts the reference server and runs every script with every client and transport against it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CLIENTS, MODES } from "./lib.mjs";

const AT_ONCE = 2;
const LIMIT_SECONDS = 300;
const SHORT_HEARTBEAT = ["--ping-interval", "400", "--ping-timeout", "800"];
const children = new Set();

process.on("exit", () => children.forEach(child => child.kill()));
setTimeout(() => {
  console.log(`not ok - not done after ${LIMIT_SECONDS} s`);
  process.exit(1);
}, LIMIT_SECONDS * 1000);

const plain = await startServer();
const msgpack = await startServer("--parser", "msgpack");
const recovering = await startServer("--recovery");
const quick = await startServer(...SHORT_HEARTBEAT);
const jobs = CLIENTS.flatMap(client => [
  ...MODES.flatMap(transport => [
    () => run("matrix.mjs", plain.url, { client, transport }),
    () => run("disconnects.mjs", plain.url, { client, transport }),
    () => run("heartbeat.mjs", quick.url, { client, transport }),
    () => reconnect({ client, transport }),
  ]),
  () => run("upgrade-load.mjs", plain.url, { client }),
]);

jobs.push(...MODES.map(transport => () => run("recovery.mjs", recovering.url, { transport })));

for (const client of ["4", "3"]) {
  for (const transport of MODES) {
    const options = { client, transport, parser: "msgpack" };
    jobs.push(() => run("matrix.mjs", msgpack.url, options), () => run("disconnects.mjs", msgpack.url, options));
  }
}

const total = jobs.length;
let failed = 0;
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(`# ${total - failed} of ${total} scripts passed`);
process.exit(failed === 0 ? 0 : 1);

async function work() {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const start = performance.now();
    const { name, code, lines } = await job();
    if (code !== 0) failed++;
    console.log([...lines, `# ${name}: exit ${code}, ${((performance.now() - start) / 1000).toFixed(1)} s`].join("\n"));
  }
}

function run(script, url, options, onLine = () => {}) {
  const args = Object.entries(options).flatMap(([key, value]) => [`--${key}`, value]);
  const child = start(script, "--url", url, ...args);
  const lines = [];
  createInterface(child.stdout).on("line", line => lines.push(line) && onLine(line));
  return once(child, "close").then(([code]) => ({ name: [script, ...args].join(" "), code, lines }));
}

/** Kills the server when the client is connected and starts another one on that port when the client has noticed. */
async function reconnect(options) {
  let server = await startServer();
  const result = await run("reconnect.mjs", server.url, options, async line => {
    if (line === "connected") server.child.kill("SIGKILL");
    if (line.startsWith("disconnected")) server = await startServer("--port", new URL(server.url).port);
  });
  server.child.kill();
  return result;
}

async function startServer(...args) {
  const child = start("reference-server.mjs", "--eio3", ...args);
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, url: `http://127.0.0.1:${line.replace("ready ", "")}` };
}

function start(script, ...args) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}
