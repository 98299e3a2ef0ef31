// The functions of a page: what held the memory at the cursor, in the part shown, and at the peak.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, test } from "node:test";

import { close, colours, inChart, inPage, makePage, valueOf, writeStacks } from "./browser.mjs";
import { stacks } from "./stacks.mjs";
import { EVIL, gap, tree } from "./traces.mjs";

after(close);

const HOLD = `hold${EVIL}`;
const FUNCTIONS = [
  { name: "main", library: "app" },
  { name: "app::grow", library: "app", file: "grow.c", line: 12, parent: 0, lost: 3 },
  { name: HOLD, library: `lib${EVIL.replaceAll("/", "")}.so`, file: EVIL },
  { name: "late", library: "liblate.so" },
  {},
];
const LOOKS = [
  [1, [0, 10, 4, 0, 2]],
  [4, [0, 30, 4, 0, 2]],
  [7, [0, 5, 4, 8, 2]],
];

function page(name, trace, ...options) {
  writeStacks(name, stacks(FUNCTIONS, LOOKS));
  return makePage({ [name]: trace }, ...options);
}

const file = page("functions", tree());
const about = (page) => page.locator("#functions .about").innerText();
const names = (page) => page.locator("#functions tbody th").allInnerTexts();
const cells = (page, row) => page.locator("#functions tbody tr").nth(row).locator("td").allInnerTexts();
const hover = async (page, share) => page.mouse.move(...Object.values(await inChart(page, share)));

test("shows what held the memory at the highest look at the pages", () =>
  inPage(file, async (page) => {
    assert.match(await about(page), /^At the moment with most memory, 4\.0+ s: 36\.0 MiB RSS, of which 2\.0 MiB \(5\.6 %\) are not attributed\.$/);
    assert.deepEqual(await names(page), ["app::grow", HOLD, "[no fault seen] [heap]", "main"]);
    const bounds = "30.0 MiB\nat least 27.0 MiB, at most 32.0 MiB";
    assert.deepEqual(await cells(page, 0), [bounds, "83.3 %", bounds, "app", "grow.c:12"]);
    const readout = await page.locator("#readout").innerText();
    assert.match(readout, /Functions at 4\.0+ s[^]*app::grow\s+30\.0 MiB[^]*not attributed\s+2\.0 MiB/);
    assert.match(await page.locator("#method").innerText(), /at 3 looks at the pages/);
  }));

test("follows the cursor from look to look", () =>
  inPage(file, async (page) => {
    await hover(page, 0.55);
    assert.match(await about(page), /^At the cursor, 5\.[45]\d* s: rprof last looked at the pages at 4\.0+ s: 36\.0 MiB RSS/);
    await hover(page, 0.85);
    assert.match(await about(page), /last looked at the pages at 7\.0+ s: 19\.0 MiB RSS/);
    assert.deepEqual(await names(page), ["late", "app::grow", HOLD, "[no fault seen] [heap]", "main"]);
    // The bounds of this moment are not in the page.
    assert.doesNotMatch(await page.locator("#functions tbody").innerText(), /at least|at most/);
    await hover(page, 0.05);
    assert.match(await about(page), /looked at the pages first at 1\.0+ s: 16\.0 MiB RSS/);
    await page.locator("#chart").focus();
    await page.keyboard.press("p");
    assert.match(await page.locator("#live").innerText(), /most in function app::grow, 10\.0 MiB/);
  }));

test("shows the total of callers, and the bounds of each value at the peak", () =>
  inPage(file, async (page) => {
    assert.deepEqual(await cells(page, 3), ["0 B\nat most 5.0 MiB", "0.0 %", "30.0 MiB\nat least 27.0 MiB, at most 32.0 MiB", "app", ""]);
    // Memory without a function has no bounds of its own: the functions' bounds allow for it.
    assert.deepEqual((await cells(page, 2)).slice(0, 3), ["2.0 MiB", "5.6 %", "2.0 MiB"]);
    // A bound that reads as its value does is not shown, however far it is.
    await page.selectOption("#unit", "TiB");
    assert.deepEqual((await cells(page, 0)).slice(0, 3), ["0.00 TiB", "83.3 %", "0.00 TiB"]);
    await page.selectOption("#unit", "auto");
    await page.locator("#functions thead th", { hasText: "Total" }).getByRole("button").click();
    assert.deepEqual((await names(page)).slice(0, 2), ["app::grow", "main"]);
    await page.evaluate(() => scrollTo(0, 0));
    await hover(page, 0.85);
    assert.deepEqual((await cells(page, 1)).slice(0, 3), ["5.0 MiB", "26.3 %", "5.0 MiB"]);
    assert.deepEqual((await names(page)).slice(0, 3), ["late", "app::grow", "main"]);
  }));

test("shows the highest look of the part shown, and of a chosen span", () =>
  inPage(file, async (page) => {
    const zoom = (from, to) => page.evaluate((part) => rprof.page.zoom(...part), [from, to]);
    await zoom(6, 9);
    assert.match(await about(page), /^At the moment with most memory in the part shown, 7\.0+ s: 19\.0 MiB/);
    await zoom(2, 3);
    assert.match(await about(page), /^rprof did not look at the pages in the part shown; it last did before, at 1\.0+ s: 16\.0 MiB/);
    await zoom(0, 0.5);
    assert.match(await about(page), /in the part shown; it first did at 1\.0+ s/);
    await page.keyboard.press("0");
    await page.keyboard.press("n");
    assert.match(await about(page), /^At the moment with most memory in the span `outer .*`, 4\.0+ s/);
  }));

test("names of functions, libraries and sources stay text", () =>
  inPage(file, async (page) => {
    const row = page.locator("#functions tbody tr").nth(1);
    assert.equal(await row.locator("th").innerText(), HOLD);
    assert.equal(await row.locator("td").nth(4).innerText(), EVIL);
    await page.selectOption("#view", "functions");
    assert.equal(await page.locator("#readout li button", { hasText: HOLD }).count(), 1);
    assert.equal(await page.title(), "make -j2");
    assert.equal(await page.locator("img").count(), 0);
  }));

test("sorts and filters functions", () =>
  inPage(file, async (page) => {
    await page.fill("#functions input[type=search]", "grow.c");
    assert.deepEqual(await names(page), ["app::grow"]);
    await page.fill("#functions input[type=search]", "");
    await page.locator("#functions thead th", { hasText: "Memory" }).getByRole("button").click();
    assert.equal((await names(page)).at(-1), "app::grow");
    await page.selectOption("#unit", "kB");
    assert.match(await page.locator("#functions tbody").innerText(), /31457 kB/);
  }));

test("stacks the curve by functions, never above the run", () =>
  inPage(
    page("stacked", tree(), "--view", "where"),
    async (page) => {
      assert.equal(await page.locator("#view").inputValue(), "functions");
      assert.ok((await colours(page)) > 20);
      await hover(page, 0.49);
      assert.equal(await valueOf(page, "app::grow"), "30.0 MiB");
      assert.equal(await valueOf(page, "all other memory"), "10.0 MiB");
      assert.doesNotMatch(await page.locator("#readout").innerText(), /Functions at/);
      const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#csv").click()]);
      const [head, ...rows] = readFileSync(await download.path(), "utf8").trimEnd().split("\n");
      assert.match(head, /^time_s,RSS \(bytes\),app::grow \(bytes\)/);
      // Two rows have the time of the end, at which the run falls to 0.
      for (const row of rows.slice(0, -2)) {
        const [time, whole, ...parts] = row.split(",").map(Number);
        assert.equal(
          parts.reduce((all, part) => all + part, 0),
          whole,
          `at ${time} s`,
        );
        assert.ok(
          parts.every((part) => part >= 0),
          row,
        );
      }
    },
    { acceptDownloads: true },
  ));

test("a page without stacks has no functions, and one of several runs has those of each", () => {
  writeStacks("with", stacks(FUNCTIONS, LOOKS));
  return inPage(makePage({ with: tree(), without: gap() }), async (page) => {
    assert.ok(await page.locator("#functions").isHidden());
    await page.selectOption("#run", "0");
    assert.equal((await names(page))[0], "app::grow");
    await page.selectOption("#run", "1");
    assert.ok(await page.locator("#functions").isHidden());
    assert.ok(!(await page.locator("#view option").allInnerTexts()).includes("Functions stacked"));
  });
});

test("many functions at many moments fit, and the highest moment is among them", async () => {
  const many = Array.from({ length: 600 }, (_, at) => ({ name: `module_${(at * 7919) % 600}::function_${at}`, library: `lib${at % 40}.so` }));
  const looks = Array.from({ length: 250 }, (_, at) => [at / 26, many.map((_, one) => ((at + one) % 3) + (at === 180 ? 2 : 1))]);
  writeStacks("many", stacks(many, looks));
  const file = makePage({ many: tree() });
  assert.ok(statSync(file).size < 1_000_000, `${statSync(file).size} bytes`);
  await inPage(file, async (page) => {
    assert.match(await about(page), /^At the moment with most memory, 6\.92\d* s/);
    assert.match(await page.locator("#functions [role=status]").innerText(), /rows$/);
    assert.match(await page.locator("#functions tbody").innerText(), /100 smaller functions/);
  });
});
