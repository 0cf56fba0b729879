/**
 * Drives two pages in a real Chromium through the demo: `node test/e2e.mjs --url http://127.0.0.1:PORT
 * [--url2 http://127.0.0.1:PORT] [--transport polling] [--recovers]`; with `--url2` the second page is on another node of the cluster. Prints a
 * line per check; exits 0, or 1 at the first failure.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { MAX_IMAGE_BYTES } from "../src/protocol.js";
import { launchBrowser } from "./support/browser.mjs";
import { endToEndOptions, runChecks } from "./support/checks.mjs";
import { noisePng, shownChecksum } from "./support/png.mjs";

const WAIT_MS = 10_000;
const POLL_MS = 25;
const KEY_WAIT_MS = 300;
const MANY_MESSAGES = 25;

/** How long the server waits for somebody who reloads. */
const GRACE_MS = 5_000;

/** A request of a new session: those of a session that is there have its id. */
const HANDSHAKE = /\/socket\.io\/\?(?!.*sid=)/;

/** How playwright is told to refuse requests, and how the page's console calls that. */
const REFUSED = { reason: "blockedbyclient", shownAs: "ERR_BLOCKED_BY_CLIENT" };

const { url, url2, transport, recovers } = endToEndOptions();
const room = `e2e-${randomUUID().slice(0, 8)}`;
const problems = [];
let browser;

await runChecks(run, async () => browser?.close());

async function run(check) {
  browser = await launchBrowser();
  const ann = await openPage("ann");
  const bob = await openPage("bob", url2);

  await check("ann joins by the form", () => joinByForm(ann, "ann"));
  await check("bob joins by a link", () => joinByLink(bob, "bob"));
  await check("both see both members", () => onBoth(ann, bob, (page) => membersAre(page, ["ann", "bob"])));
  await check(`transport shown is ${expectedTransport()}`, () => onBoth(ann, bob, transportIsShown));
  await check("each page shows its node, and who is on which", () => nodesAreShown(ann, bob));

  await check("ann's text arrives at bob and is acked", () => say(ann, bob, "ann", "Hello, Bob"));
  await check("bob's emoji arrive at ann and are acked", () => say(bob, ann, "bob", "Grüße 👋🏽 👩‍👩‍👧 日本語"));
  await check("markup is shown as text", () => sayMarkup(ann, bob));
  await check("bob sees ann typing, and then not", () => typingIsShown(ann, bob, "ann"));
  await check("an image arrives intact at both and is acked", () => sendImage(bob, ann));
  await check("a too large image is refused with a message", () => refuseLargeImage(ann));
  await check(`${MANY_MESSAGES} messages in a row arrive in order, once each`, () => sayMany(ann, bob));

  await check("traffic of ann moves the charts of both", () => trafficIsShown(ann, bob));
  const [outcome, breakAnn] = recovers ? ["misses nothing", recoverAfterBreak] : ["starts anew", startAnewAfterBreak];
  await check(`ann breaks her connection, comes back and ${outcome}`, () => breakAnn(ann, bob));
  await check("ann writes to bob alone", () => writeAlone(ann, bob));
  await check("a reload is not seen, two tabs are one user, both closed are none after a while", () => comeAndGo(ann, bob));
  await check("bob is back", () => joinByLink(bob, "bob").then(() => membersAre(ann, ["ann", "bob"])));

  await check("the members list changes when ann leaves", () => leave(ann, bob));
  await check("no errors on the pages", async () => assert.deepEqual(problems, []));
}

async function openPage(name, node = url) {
  const context = await browser.newContext({ baseURL: node });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes(REFUSED.shownAs)) {
      problems.push(`${name}: ${message.text()}`);
    }
  });
  return page;
}

function onBoth(ann, bob, action) {
  return Promise.all([action(ann), action(bob)]);
}

function pageUrl(parameters) {
  return `/?${new URLSearchParams(parameters)}`;
}

function expectedTransport() {
  return transport === "polling" ? "polling" : "websocket";
}

async function joinByForm(page, name) {
  await page.goto(pageUrl({ transport }));
  await page.getByTestId("join-room").fill(room);
  await page.getByTestId("join-name").fill(name);
  await page.getByTestId("join-button").click();
  await isJoined(page);
}

async function joinByLink(page, name) {
  await page.goto(pageUrl({ room, name, transport }));
  await isJoined(page);
}

async function isJoined(page) {
  await page.getByTestId("message-input").waitFor();
  await hasText(page.getByTestId("room-title"), room);
  await hasText(page.getByTestId("state"), "Connected");
}

async function membersAre(page, names) {
  await until(
    () => page.getByTestId("member-name").allTextContents().then((shown) => shown.sort().join()),
    names.join(),
  );
}

async function transportIsShown(page) {
  await hasText(page.getByTestId("transport"), expectedTransport());
}

async function say(from, to, name, text) {
  await send(from, text);
  await acked(lastMessage(from));
  await hasText(lastMessage(from).getByTestId("text"), text);
  await hasText(lastMessage(to).getByTestId("text"), text);
  await hasText(lastMessage(to).getByTestId("author"), name);
  await sameCount(from, to);
}

async function sayMarkup(from, to) {
  await say(from, to, "ann", `<b>bold</b> <img src=x onerror="document.title='broken'">`);
  for (const page of [from, to]) {
    assert.equal(await page.getByTestId("text").locator("*").count(), 0, "markup became elements");
    assert.doesNotMatch(await page.title(), /broken/);
  }
}

/** Types on until the other page shows it: the server may drop any one of these volatile events. */
async function typingIsShown(from, to, name) {
  const line = to.getByTestId("typing").filter({ hasText: `${name} is typing` });
  const deadline = Date.now() + WAIT_MS;
  let seen = false;
  while (!seen) {
    assert.ok(Date.now() < deadline, "typing is not shown");
    await from.getByTestId("message-input").press("x");
    seen = await line.waitFor({ timeout: KEY_WAIT_MS }).then(
      () => true,
      () => false,
    );
  }
  await from.getByTestId("message-input").fill("");
  await hasText(to.getByTestId("typing"), "");
}

async function sendImage(from, to) {
  const { png, checksum } = noisePng(300, 200);
  await from.getByTestId("image-input").setInputFiles({ name: "noise.png", mimeType: "image/png", buffer: png });
  await acked(lastMessage(from));
  for (const page of [from, to]) {
    const image = page.getByTestId("image");
    await image.waitFor();
    await image.evaluate((node) => node.decode());
    assert.equal(await image.evaluate(shownChecksum), checksum, "the pixels differ");
    assert.equal(await image.getAttribute("alt"), "noise.png");
  }
  await sameCount(from, to);
}

async function refuseLargeImage(page) {
  const before = await page.getByTestId("message").count();
  const buffer = Buffer.alloc(MAX_IMAGE_BYTES + 1);
  await page.getByTestId("image-input").setInputFiles({ name: "large.png", mimeType: "image/png", buffer });
  await page.getByTestId("composer-error").filter({ hasText: "too large" }).waitFor();
  assert.equal(await page.getByTestId("message").count(), before);
}

async function sayMany(from, to) {
  const texts = Array.from({ length: MANY_MESSAGES }, (_, i) => `message ${i}`);
  for (const text of texts) {
    await send(from, text);
  }
  for (const page of [from, to]) {
    await until(
      () => page.getByTestId("text").filter({ hasText: /^message \d+$/ }).allTextContents().then((all) => all.join()),
      texts.join(),
    );
  }
  const open = from.getByTestId("ack").and(from.locator(":not([data-state=delivered])"));
  await until(() => open.count(), 0);
}

async function nodesAreShown(ann, bob) {
  const [annNode, bobNode] = [await ann.getByTestId("my-node").textContent(), await bob.getByTestId("my-node").textContent()];
  assert.ok(annNode, "no name of a node");
  assert.equal(annNode !== bobNode, url !== url2, `ann is on ${annNode}, bob on ${bobNode}`);
  const nodeOf = (page, name) => page.getByTestId("member").filter({ hasText: name }).getByTestId("node-name");
  for (const page of [ann, bob]) {
    await hasText(nodeOf(page, "ann"), annNode);
    await hasText(nodeOf(page, "bob"), bobNode);
    await hasText(page.getByTestId("node").and(page.locator("[data-here=true]")).getByTestId("node-name"), page === ann ? annNode : bobNode);
    assert.equal(await page.getByTestId("node").count(), annNode === bobNode ? 1 : 2);
  }
}

async function trafficIsShown(from, to) {
  await from.getByTestId("traffic").check();
  for (const page of [from, to]) {
    await until(async () => Number(await page.getByTestId("rate").textContent()) >= 5, true);
    assert.match(await page.getByTestId("rate-chart").locator(".values").getAttribute("d"), /^(M[\d.]+,20v-[\d.]+h[\d.]+v[\d.]+z)+$/);
    await until(async () => Number(await page.getByTestId("latency").textContent()) > 0, true);
    assert.match(await page.getByTestId("latency-chart").locator(".values").getAttribute("d"), /^M[\d.]+,[\d.]+h0/);
    assert.equal(await page.getByTestId("missed").textContent(), "0");
  }
  await from.getByTestId("traffic").uncheck();
  for (const page of [from, to]) {
    await hasText(page.getByTestId("rate"), "0");
  }
}

async function recoverAfterBreak(away, other) {
  await breakWhileOthersTalk(away, other);
  await until(() => texts(away), await texts(other));
  await hasText(away.getByTestId("recovery"), "Recovered, 2 caught up");
  await trafficGoesOn(away, other);
  assert.equal(await away.getByTestId("missed").textContent(), "0");
}

async function startAnewAfterBreak(away, other) {
  const before = await texts(away);
  await breakWhileOthersTalk(away, other);
  await hasText(away.getByTestId("recovery"), "Connected anew");
  await trafficGoesOn(away, other);
  assert.notEqual(await away.getByTestId("missed").textContent(), "0");
  await send(other, "there you are");
  await hasText(lastMessage(away).getByTestId("text"), "there you are");
  assert.equal(await texts(away), `${before}|there you are`);
}

function texts(page) {
  return page.getByTestId("text").allTextContents().then((all) => all.join("|"));
}

/** The one breaks the connection and is kept from coming back until the other has spoken. */
async function breakWhileOthersTalk(away, other) {
  await other.getByTestId("traffic").check();
  await until(async () => Number(await away.getByTestId("rate").textContent()) > 0, true);
  await away.route(HANDSHAKE, (route) => route.abort(REFUSED.reason));
  await away.getByTestId("break-button").click();
  await hasText(away.getByTestId("state"), "Reconnecting…");
  await away.getByTestId("reconnecting").waitFor();
  for (const text of ["where are you?", "ann?"]) {
    await send(other, text);
    await hasText(lastMessage(other).getByTestId("text"), text);
    await acked(lastMessage(other));
  }
  await away.unroute(HANDSHAKE);
  await hasText(away.getByTestId("state"), "Connected");
}

/** Until the one who was away has counted a second of traffic that is all new: what is missing before it is missing for good. */
async function trafficGoesOn(away, other) {
  const seconds = () => away.getByTestId("rate-chart").locator(".values").getAttribute("d");
  for (let i = 0; i < 2; i++) {
    const shown = await seconds();
    await until(async () => (await seconds()) !== shown && Number(await away.getByTestId("rate").textContent()) > 0, true);
  }
  await other.getByTestId("traffic").uncheck();
}

/** A third person in the room does not hear it. */
async function writeAlone(from, to) {
  const carol = await openPage("carol");
  await joinByLink(carol, "carol");
  await membersAre(from, ["ann", "bob", "carol"]);
  await from.getByTestId("member").filter({ hasText: "bob" }).getByTestId("write-to").click();
  await send(from, "between us");
  await acked(lastMessage(from));
  await hasText(lastMessage(from).getByTestId("direct"), "to bob");
  await hasText(lastMessage(to).getByTestId("text"), "between us");
  await hasText(lastMessage(to).getByTestId("direct"), "to you");
  await from.getByTestId("partner-clear").click();
  await send(from, "for all");
  await hasText(lastMessage(carol).getByTestId("text"), "for all");
  assert.deepEqual(await carol.getByTestId("text").allTextContents(), ["for all"]);
  await carol.getByTestId("leave-button").click();
  await membersAre(from, ["ann", "bob"]);
  await carol.context().close();
}

async function comeAndGo(watcher, page) {
  const lists = await watchMembers(watcher);
  await page.reload();
  await isJoined(page);
  const tab = await page.context().newPage();
  await joinByLink(tab, "bob");
  await onBoth(page, tab, (each) => membersAre(each, ["ann", "bob"]));
  await onBoth(page, tab, transportIsShown);
  // What the tab sends now comes after its poll: a tab that ends between two polls, or within an upgrade, is missed by no server before the heartbeat.
  await typingIsShown(tab, watcher, "bob");

  await tab.close();
  await page.waitForTimeout(GRACE_MS / 2);
  await page.goto("about:blank");
  const closed = Date.now();
  await membersAre(watcher, ["ann"]);

  const taken = Date.now() - closed;
  assert.ok(taken > GRACE_MS * 0.9 && taken < GRACE_MS + 2_000, `bob was gone after ${taken} ms`);
  assert.deepEqual(await lists(), ["ann,bob", "ann"]);
}

/** Gives each list of members that the page has shown since, as it is in the document. */
async function watchMembers(page) {
  await page.evaluate(() => {
    const list = document.querySelector("[data-testid=members]");
    const read = () =>
      [...list.querySelectorAll("[data-testid=member-name]")]
        .map((name) => name.textContent)
        .sort()
        .join();
    window.shownMembers = [read()];
    new MutationObserver(() => {
      if (window.shownMembers.at(-1) !== read()) {
        window.shownMembers.push(read());
      }
    }).observe(list, { childList: true, subtree: true });
  });
  return () => page.evaluate(() => window.shownMembers);
}

async function leave(from, to) {
  await from.getByTestId("leave-button").click();
  await from.getByTestId("join-form").waitFor();
  await membersAre(to, ["bob"]);
}

async function send(page, text) {
  await page.getByTestId("message-input").fill(text);
  await page.getByTestId("message-input").press("Enter");
}

function lastMessage(page) {
  return page.getByTestId("message").last();
}

async function acked(message) {
  await message.getByTestId("ack").and(message.page().locator("[data-state=delivered]")).waitFor();
}

async function sameCount(from, to) {
  const count = await from.getByTestId("message").count();
  await until(() => to.getByTestId("message").count(), count);
}

async function hasText(locator, text) {
  await until(() => locator.textContent(), text);
}

/** Asks again until the value is the expected one. */
async function until(read, expected) {
  const deadline = Date.now() + WAIT_MS;
  let actual = await read();
  while (actual !== expected) {
    assert.ok(Date.now() < deadline, `got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    actual = await read();
  }
}
