/**
 * Lets two terminal clients chat: `node test/cli-e2e.mjs --url http://127.0.0.1:PORT [--transport polling]`. A bare
 * socket.io-client joins them for what only a person at a terminal does (typing), and to look at the binary payload.
 * Prints a line per check; exits 0, or 1 at the first failure.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { EVENT, formatBytes, transportsFor } from "../src/protocol.js";
import { endToEndOptions, runChecks } from "./support/checks.mjs";
import { noisePng } from "./support/png.mjs";

const WAIT_MS = 10_000;
const TYPING_REPEAT_MS = 200;
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

const { url, transport } = endToEndOptions();
const room = `cli-${randomUUID().slice(0, 8)}`;
const clients = [];
const peer = io(url, { autoConnect: false, transports: transportsFor(transport) });
const folder = await mkdtemp(join(tmpdir(), "duet-cli-"));

await runChecks(run, cleanUp);

async function run(check) {
  const ann = startClient("ann");
  await check("ann joins", () => ann.prints(`* joined ${room} as ann`));
  const bob = startClient("bob");
  await check("bob joins", () => bob.prints(`* joined ${room} as bob`));
  await check("ann sees bob come", () => ann.prints(/^\* here now \(2\): .*bob/));
  const name = transport === "polling" ? "polling" : "websocket";
  await check(`transport shown is ${name}`, () => both(ann, bob, (client) => client.prints(`* transport: ${name}`)));

  await check("ann's text arrives at bob and is acked", () => say(ann, bob, "Hello, Bob"));
  await check("bob's emoji arrive at ann and are acked", () => say(bob, ann, "Grüße 👋🏽 <b>日本語</b>"));
  await check("the members are listed on demand", () => who(bob));
  await check("ann writes to bob alone", () => sayTo(ann, bob));
  await check("an image arrives intact and is acked", () => sendImage(ann, bob));
  await check("typing is shown", () => typingIsShown(ann));
  await check("another room is joined, the first one left", () => moveAway(bob, ann));
  await check("the end of the input ends a client after its last ack", () => endOfInput(ann));
  await check("/quit ends a client", () => quit(bob));
}

async function cleanUp() {
  peer.disconnect();
  clients.filter((client) => client.process.exitCode === null).forEach((client) => client.process.kill());
  await rm(folder, { recursive: true, force: true });
}

function both(ann, bob, action) {
  return Promise.all([action(ann), action(bob)]);
}

/** A client process; `prints` waits for a line among those not yet seen, and forgets it. */
function startClient(name) {
  const args = [MAIN, "--url", url, "--room", room, "--name", name, "--transport", transport];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = [];
  let wake = () => {};
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    wake();
  });
  const exited = new Promise((resolve) => child.on("exit", resolve));

  const prints = (expected) =>
    bounded(() => `${name} prints ${expected} (unread so far: ${JSON.stringify(lines)})`, async () => {
      const matches = (line) => (expected instanceof RegExp ? expected.test(line) : line.includes(expected));
      while (!lines.some(matches)) {
        await new Promise((resolve) => (wake = resolve));
      }
      return lines.splice(lines.findIndex(matches), 1)[0];
    });

  const client = { name, process: child, lines, prints, exited, type: (line) => child.stdin.write(`${line}\n`) };
  clients.push(client);
  return client;
}

async function say(from, to, text) {
  from.type(text);
  const own = await from.prints(`${from.name} (you): ${text}`);
  assert.ok(own.endsWith("✓"), `no ack mark: ${own}`);
  const received = await to.prints(`${from.name}: ${text}`);
  assert.ok(!received.includes("✓"), `an ack mark at another's message: ${received}`);
}

async function who(client) {
  client.type("/who");
  await client.prints(/^\* here now \(2\): ann, bob \(you\)$|^\* here now \(2\): bob \(you\), ann$/);
}

/** Once there is somebody else in the room who could hear it. */
async function sayTo(from, to) {
  await connectPeer();
  const heard = [];
  peer.onAny((event) => heard.push(event));
  const spoken = bounded(() => "the peer hears what is for all", () => new Promise((done) => peer.once(EVENT.CHAT, done)));
  from.type(`/to ${to.name} between us`);
  assert.ok((await from.prints(`${from.name} (you) to ${to.name}: between us`)).endsWith("✓"), "no ack mark");
  await to.prints(`${from.name} to you: between us`);
  await Promise.all([say(from, to, "for all"), spoken]);
  assert.deepEqual(heard.filter((event) => event !== EVENT.MEMBERS), [EVENT.CHAT]);
  peer.offAny();
}

async function sendImage(from, to) {
  await connectPeer();
  const { png } = noisePng(200, 150);
  const path = join(folder, "noise.png");
  await writeFile(path, png);
  const received = bounded(() => "the peer receives the image", () => new Promise((done) => peer.once(EVENT.IMAGE, done)));
  from.type(`/image ${path}`);
  const text = `sent an image: noise.png (image/png, ${formatBytes(png.length)})`;
  assert.ok((await from.prints(text)).endsWith("✓"), "no ack mark");
  await to.prints(text);
  assert.ok(png.equals((await received).data), "the bytes differ");
}

async function connectPeer() {
  if (peer.connected) {
    return;
  }
  peer.connect();
  const ack = await peer.timeout(WAIT_MS).emitWithAck(EVENT.JOIN, { room, name: "eve" });
  assert.equal(ack.ok, true);
}

/** Says so until it is shown: the server may drop any one of these volatile events. */
async function typingIsShown(client) {
  const repeat = setInterval(() => peer.emit(EVENT.TYPING, true), TYPING_REPEAT_MS);
  try {
    await client.prints("~ eve is typing…");
  } finally {
    clearInterval(repeat);
    peer.disconnect();
  }
}

async function moveAway(mover, other) {
  await other.prints(/^\* here now \(2\): /);
  mover.type(`/join ${room}-2`);
  await mover.prints(`* joined ${room}-2 as ${mover.name}`);
  await other.prints(/^\* here now \(1\): /);
  other.type("nobody hears");
  await other.prints(/nobody hears ✓$/);
  mover.type("nor this");
  await mover.prints(/nor this ✓$/);
  assert.ok(!mover.lines.some((line) => line.includes("nobody hears")), "heard in the room that was left");
}

async function endOfInput(client) {
  client.process.stdin.end("last words\n");
  assert.ok((await client.prints("last words")).endsWith("✓"), "no ack mark");
  assert.equal(await bounded(() => `${client.name} exits`, () => client.exited), 0);
}

async function quit(client) {
  client.type("/quit");
  assert.equal(await bounded(() => `${client.name} exits`, () => client.exited), 0);
}

async function bounded(describe, action) {
  let timer;
  const timeout = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${WAIT_MS / 1_000} s: ${describe()}`)), WAIT_MS);
  });
  try {
    return await Promise.race([action(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
