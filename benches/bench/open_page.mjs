// Opens an HTML file in a headless Chromium several times and prints, as JSON, the milliseconds from navigation until each of
// some states: `node open_page.mjs TOOLS CHROMIUM ROUNDS FILE STATE…`, a state being a condition in JavaScript.
import { createRequire } from "node:module";

const [, , tools, executablePath, rounds, file, ...states] = process.argv;
const { chromium } = createRequire(`${tools}/`)("playwright-core");

/** Checks the states after each frame that was painted, and keeps the time at which each first held. */
function watch(conditions) {
  const seen = {};
  window.seen = seen;
  const tests = conditions.map((condition) => new Function(`return ${condition}`));
  const look = () => {
    tests.forEach((test, at) => {
      try {
        // The frame in which the state is seen is painted before the next one begins.
        if (seen[at] === undefined && test())
          requestAnimationFrame(() => {
            seen[at] ??= performance.now();
          });
      } catch {
        /* Not there yet. */
      }
    });
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const times = states.map(() => []);
const requests = new Set();
for (let round = 0; round < Number(rounds); round++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (/^https?:/.test(request.url())) requests.add(request.url());
  });
  await page.addInitScript(watch, states);
  await page.goto(`file://${file}`, { waitUntil: "commit" });
  await page.waitForFunction((count) => Object.keys(window.seen).length === count, states.length, { timeout: 120_000 });
  const seen = await page.evaluate(() => window.seen);
  states.forEach((_, at) => times[at].push(seen[at]));
  await context.close();
}
await browser.close();
console.log(JSON.stringify({ times, requests: [...requests] }));
