/** Starts a headless Chromium: CHROMIUM_PATH, else the system's, else the one in @sparticuz/chromium. */
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const SYSTEM_CHROMIUM = "/usr/bin/chromium";

const FLAGS = [
  "--no-sandbox", // Needed when run as root, as in containers; the pages are our own.
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function launchBrowser() {
  return chromium.launch({ executablePath: await executablePath(), headless: true, args: FLAGS });
}

async function executablePath() {
  if (process.env.CHROMIUM_PATH) {
    return process.env.CHROMIUM_PATH;
  }
  if (existsSync(SYSTEM_CHROMIUM)) {
    return SYSTEM_CHROMIUM;
  }
  const { default: bundled } = await import("@sparticuz/chromium");
  return bundled.executablePath();
}
