/**
 * Takes the pictures for the README: `npm run screenshots -- --url http://127.0.0.1:3000 --url2 http://127.0.0.1:3001 --alone
 * http://127.0.0.1:3002`, where the first two are nodes of a cluster, and the third is a server alone with `--recovery 2m`. They are in docs/ then.
 */
import { mkdir, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launchBrowser } from "./test/support/browser.mjs";
import { picturePng } from "./test/support/png.mjs";

const DESKTOP = { viewport: { width: 1200, height: 720 } };
const PHONE = { viewport: { width: 360, height: 760 }, deviceScaleFactor: 2, colorScheme: "dark" };
const MAX_BYTES = 150_000;
const SCENE_MS = 12_000;

const folder = fileURLToPath(new URL("docs/", import.meta.url));
const { values: nodes } = parseArgs({ options: { url: { type: "string" }, url2: { type: "string" }, alone: { type: "string" } } });

await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
try {
  await cluster();
  await recovery();
} finally {
  await browser.close();
}

/** Four people on two nodes; the chart shows two of them sending, and one of these lose the connection. */
async function cluster() {
  const clara = await open("Clara", nodes.url, DESKTOP);
  const robert = await open("Robert", nodes.url2, DESKTOP);
  const fanny = await open("Fanny", nodes.url2, DESKTOP);
  const felix = await open("Felix", nodes.url, DESKTOP);
  await say(clara, "Good morning! Who is on which node?");
  await say(robert, "I am on beta, on my phone.");
  await say(felix, "alpha, like you. Robert's answer has come through Redis.");
  await sendPicture(fanny);
  await clara.getByTestId("image").waitFor();
  await say(clara, "Lovely! Let us make some traffic…");
  await clara.getByTestId("traffic").check();
  await clara.waitForTimeout(SCENE_MS);
  await fanny.getByTestId("traffic").check();
  await clara.waitForTimeout(SCENE_MS);
  await fanny.getByTestId("break-button").click();
  await clara.waitForTimeout(SCENE_MS);
  await felix.getByTestId("message-input").press("x"); // Is typing.
  await clara.getByTestId("typing").filter({ hasText: "Felix" }).waitFor();
  await save(clara, "desktop.png");
  await Promise.all([clara, robert, fanny, felix].map((page) => page.context().close()));
}

/** On a server that recovers connections, a phone loses its own, and misses nothing. */
async function recovery() {
  const clara = await open("Clara", nodes.alone, DESKTOP);
  const felix = await open("Felix", nodes.alone, PHONE);
  await felix.getByTestId("live").locator("summary").click();
  await clara.getByTestId("traffic").check();
  await clara.waitForTimeout(SCENE_MS);
  await felix.route("**/socket.io/**", (route) => route.abort());
  await felix.getByTestId("break-button").click();
  for (const text of ["Felix, are you in the tunnel?", "You will have missed nothing."]) {
    await say(clara, text);
  }
  await felix.unroute("**/socket.io/**");
  await felix.getByTestId("recovery").filter({ hasText: "Recovered" }).waitFor();
  await clara.waitForTimeout(SCENE_MS);
  await save(felix, "phone.png");
}

async function open(name, url, device) {
  const page = await (await browser.newContext(device)).newPage();
  await page.goto(`${url}/?${new URLSearchParams({ room: "orchestra", name })}`);
  await page.getByTestId("member-name").filter({ hasText: name }).waitFor();
  return page;
}

async function say(page, text) {
  await page.getByTestId("message-input").fill(text);
  await page.getByTestId("message-input").press("Enter");
  await page.getByTestId("ack").last().and(page.locator("[data-state=delivered]")).waitFor();
}

async function sendPicture(page) {
  await page.getByTestId("image-input").setInputFiles({ name: "dawn.png", mimeType: "image/png", buffer: picturePng(260, 130) });
  await page.getByTestId("image").waitFor();
}

async function save(page, name) {
  const path = `${folder}${name}`;
  await page.screenshot({ path });
  const { size } = await stat(path);
  console.log(`${name}: ${size} bytes`);
  if (size > MAX_BYTES) {
    throw new Error(`${name}: more than ${MAX_BYTES} bytes`);
  }
}
