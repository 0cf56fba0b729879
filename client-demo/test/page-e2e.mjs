/**
 * Whether the page can be used by everybody: on a phone, in light and dark, by keyboard and by a screen reader. `node test/page-e2e.mjs --url
 * http://127.0.0.1:PORT`. Prints a line per check; exits 0, or 1 at the first failure.
 */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { launchBrowser } from "./support/browser.mjs";
import { endToEndOptions, runChecks } from "./support/checks.mjs";

const WAIT_MS = 10_000;
const SIZES = { phone: { width: 360, height: 740 }, tablet: { width: 800, height: 900 }, desktop: { width: 1280, height: 720 } };

const { url } = endToEndOptions();
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const room = `${randomUUID()}-a-room-with-a-long-name`;
let browser;

await runChecks(run, async () => browser?.close());

async function run(check) {
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: SIZES.phone });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(url);

  await check("the form fits a phone", () => fits(page));
  await check("the form has no problem that axe knows", () => isAccessible(page));
  await check("what is wrong in the form is said", () => problemIsSaid(page));
  await check("a room is joined by keyboard", () => joinByKeyboard(page));
  await fillRoom(page);
  for (const [name, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    await check(`the room fits a ${name}`, () => fits(page));
    await check(`the room has no problem that axe knows on a ${name}`, () => isAccessible(page));
  }
  await page.setViewportSize(SIZES.phone);
  await check("the panel is closed on a phone until it is opened", () => openPanel(page));
  await check("the room with its panel fits a phone", () => fits(page));
  await check("the room with its panel has no problem that axe knows", () => isAccessible(page));
  await check("what changes is read out, what ticks is not", () => isReadOut(page));
  await check("the panel is used by keyboard, and the focus is seen", () => usePanelByKeyboard(page));
}

/** Nothing lies outside the width of the screen, but in what scrolls by itself. */
async function fits(page) {
  const { width } = page.viewportSize();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width, "scrolls sideways");
  const outside = await page.evaluate(() => {
    const scrolls = (node) => node && (getComputedStyle(node).overflowX !== "visible" || scrolls(node.parentElement));
    return [...document.body.querySelectorAll("*")]
      .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 0.5 && !scrolls(node.parentElement))
      .map((node) => node.outerHTML.slice(0, 80));
  });
  assert.deepEqual(outside, []);
}

async function isAccessible(page) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate(() => window.axe.run());
    const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id} (${colorScheme}): ${node.target} ${node.failureSummary}`));
    assert.deepEqual(found, []);
    assert.ok(passes.some(({ id }) => id === "color-contrast"), "contrast was not looked at");
  }
}

async function problemIsSaid(page) {
  await page.getByRole("textbox", { name: "Room" }).fill(" ");
  await page.getByLabel("Your name").fill("ann");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("alert").filter({ hasText: "Please enter a room." }).waitFor();
}

async function joinByKeyboard(page) {
  await page.getByRole("textbox", { name: "Room" }).fill(room);
  await page.getByLabel("Your name").fill("ann-with-a-long-name-without-any-blank");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Message" }).and(page.locator(":focus")).waitFor();
}

/** With everything that the room can show. */
async function fillRoom(page) {
  for (const text of ["hello", `a${"b".repeat(300)}`]) {
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  }
  const other = await page.context().newPage();
  await other.goto(`${url}/?${new URLSearchParams({ room, name: "bob" })}`);
  await other.getByRole("textbox", { name: "Message" }).fill("hi");
  await other.keyboard.press("Enter");
  await page.getByTestId("text").filter({ hasText: /^hi$/ }).waitFor();
  // Keys are for the tab in front, which is bob's now.
  await page.bringToFront();
  await page.getByRole("button", { name: "Write to bob alone" }).click();
}

async function openPanel(page) {
  const broken = page.getByRole("button", { name: "Break my connection" });
  await broken.waitFor({ state: "hidden" });
  await page.getByTestId("live").locator("summary").press("Enter");
  await broken.waitFor();
}

async function isReadOut(page) {
  await page.getByRole("log", { name: "Messages" }).waitFor();
  await page.getByRole("list", { name: /^Here now/ }).waitFor();
  const live = await page.evaluate(() => {
    const spoken = (id) => document.getElementById(id).closest("[aria-live], [role=status], [role=alert], [role=log]") !== null;
    const ids = ["messages", "state", "recovery", "banner-text", "composer-error", "rate", "latency", "missed"];
    return Object.fromEntries(ids.map((id) => [id, spoken(id)]));
  });
  const yes = { messages: true, state: true, recovery: true, "banner-text": true, "composer-error": true };
  assert.deepEqual(live, { ...yes, rate: false, latency: false, missed: false });
}

async function usePanelByKeyboard(page) {
  const traffic = page.getByRole("switch", { name: /^Send 10 messages a second/ });
  await page.getByTestId("live").locator("summary").focus();
  await page.keyboard.press("Tab");
  await traffic.and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Space");
  assert.ok(await traffic.isChecked());
  await page.keyboard.press("Tab");
  const focused = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return `${document.activeElement.textContent}: ${outlineStyle} ${outlineWidth}`;
  });
  assert.equal(focused, "Break my connection: solid 2px");
  await page.keyboard.press("Enter");
  await page.getByTestId("recovery").filter({ hasText: /^(Recovered|Connected)/ }).waitFor();
}
