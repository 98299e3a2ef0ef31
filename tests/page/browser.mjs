// A headless browser with a page of rprof in it. Whatever the page must never do fails the test: write to the console, make
// a request, or break its policy.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(`${process.env.PAGE_TOOLS}/`);
const { chromium } = require("playwright-core");

export const place = mkdtempSync(join(tmpdir(), "rprof-page-"));

/** Writes traces and makes their page with rprof. Returns the name of the page. */
export function makePage(traces, ...options) {
  const names = Object.entries(traces).map(([name, text]) => {
    writeFileSync(join(place, `${name}.dat`), text);
    return `${name}.dat`;
  });
  const file = join(place, `${Object.keys(traces).join("-")}.html`);
  execFileSync(process.env.RPROF, ["plot", "--force", ...options, ...names, "-o", file], {
    cwd: place,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return file;
}

/** Writes the stacks of a trace, which is not made yet. */
export const writeStacks = (name, bytes) => writeFileSync(join(place, `${name}.dat.stacks`), bytes);

let browser = null;

/** Opens a page, runs a test in it, and checks that nothing forbidden has happened. */
export async function inPage(file, test, { width = 1280, height = 900, isUnpacked = true, ...more } = {}) {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  const context = await browser.newContext({ viewport: { width, height }, ...more });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    if (request.url() !== `file://${file}` && !request.url().startsWith("blob:")) wrong.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  try {
    await page.goto(`file://${file}`);
    await page.waitForFunction((wanted) => document.documentElement.dataset.drawn === wanted, isUnpacked ? "all" : "overview", {
      timeout: 60_000,
    });
    await test(page);
    assert.deepEqual(await page.evaluate(() => window.violations), []);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

export async function close() {
  if (browser) await browser.close();
}

/** The middle of the plot area, or another share of its width, in pixels of the window. */
export async function inChart(page, share = 0.5) {
  const box = await page.locator("#chart .u-over").boundingBox();
  return { x: box.x + box.width * share, y: box.y + box.height / 2 };
}

/** The stretch of time that is shown. */
export const shown = (page) => page.evaluate(() => [rprof.page.state.from, rprof.page.state.to]);

/** The value of a curve in the list beside the chart. */
export const valueOf = (page, label) => page.locator("#readout li button", { hasText: label }).first().locator(".value").innerText();

/** The number of differing colours in the canvas of the chart. */
export const colours = (page, selector = "#chart canvas") =>
  page.evaluate((where) => {
    const canvas = document.querySelector(where);
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  }, selector);
