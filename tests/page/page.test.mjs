// The page in a browser: what a reader does with it, and what it must never do.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { after, test } from "node:test";

import { close, colours, inChart, inPage, makePage, shown, valueOf } from "./browser.mjs";
import { EVIL, gap, long, tree } from "./traces.mjs";

after(close);

const near = (found, expected, by) => assert.ok(Math.abs(found - expected) <= by, `${found} is not ${expected} ± ${by}`);
const treePage = makePage({ tree: tree() });

test("draws the curve, the spans and the summary", () =>
  inPage(treePage, async (page) => {
    assert.equal(await page.title(), "make -j2");
    assert.ok((await colours(page)) > 20);
    assert.ok((await colours(page, "#spans canvas")) > 3);
    const facts = await page.locator("#facts").innerText();
    for (const words of ["46.0 MiB", "10.0 s", "Exit code 0", "11"]) assert.ok(facts.includes(words), facts);
    assert.match(await page.locator("#resolution").innerText(), /all 100 ticks/);
    assert.match(await page.locator("#method").innerText(), /resident set size/);
  }));

test("shows the values of all curves at the cursor", () =>
  inPage(treePage, async (page) => {
    await page.mouse.move(...Object.values(await inChart(page, 0.55)));
    const time = await page.locator("#readout .time strong").innerText();
    near(parseFloat(time), 5.5, 0.06);
    assert.equal(await valueOf(page, "all processes"), "30.0 MiB");
    assert.equal(await valueOf(page, "205:cc1"), "20.0 MiB");
    const rest = await page.locator("#readout").innerText();
    for (const words of ["anonymous", "28.0 MiB", "file-backed", "2.0 MiB", "at most", "31.0 MiB"]) assert.ok(rest.includes(words), rest);
    assert.match(rest, /Open spans[^]*outer/);
  }));

test("zooms by a drag, by keys and back", () =>
  inPage(treePage, async (page) => {
    const [from, to] = [await inChart(page, 0.3), await inChart(page, 0.5)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 5 });
    await page.mouse.up();
    const dragged = await shown(page);
    near(dragged[0], 3, 0.1);
    near(dragged[1], 5, 0.1);
    await page.keyboard.press("ArrowRight");
    near((await shown(page))[0], dragged[0] + 0.4, 0.02);
    await page.keyboard.press("+");
    near((await shown(page))[1] - (await shown(page))[0], 1, 0.1);
    await page.keyboard.press("0");
    assert.deepEqual(await shown(page), [0, 10]);
    await page.mouse.dblclick(from.x, from.y);
    assert.deepEqual(await shown(page), [0, 10]);
  }));

test("the wheel zooms around the cursor with Ctrl only, and scrolls the page without", () =>
  inPage(
    treePage,
    async (page) => {
      const at = await inChart(page, 0.25);
      await page.mouse.move(at.x, at.y);
      await page.mouse.wheel(0, 300);
      await page.waitForFunction(() => scrollY > 0);
      assert.deepEqual(await shown(page), [0, 10]);
      await page.evaluate(() => scrollTo(0, 0));
      await page.waitForFunction(() => scrollY === 0);
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -300);
      await page.keyboard.up("Control");
      await page.waitForFunction(() => rprof.page.state.to - rprof.page.state.from < 8);
      const [from, to] = await shown(page);
      assert.ok(from < 2.6 && to > 2.4, `${from} ${to}`);
    },
    { height: 500 },
  ));

test("the cursor goes from sample to sample, to marks and to spans", () =>
  inPage(treePage, async (page) => {
    const time = async () => parseFloat(await page.locator("#readout .time strong").innerText());
    await page.locator("#chart").focus();
    await page.keyboard.press("p");
    near(await time(), 0.9, 1e-6);
    await page.keyboard.press(".");
    near(await time(), 1.0, 1e-6);
    await page.keyboard.press(",");
    near(await time(), 0.9, 1e-6);
    assert.match(await page.locator("#live").innerText(), /0\.90* s: all processes \(RSS\) 46\.0 MiB/);
    await page.keyboard.press("m");
    near(await time(), 2.0, 1e-6);
    await page.keyboard.press("n");
    assert.match(await page.locator("#spans .about").innerText(), /^outer/);
    await page.keyboard.press("n");
    assert.match(await page.locator("#spans .about").innerText(), /^inner: 0\.50 s, from 3\.00 s to 3\.50 s/);
    await page.keyboard.press("Enter");
    const [from, to] = await shown(page);
    assert.ok(from > 2.9 && from < 3 && to > 3.5 && to < 3.6, `${from} ${to}`);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => rprof.page.state.span), null);
  }));

test("switches views, units and the form of spans", () =>
  inPage(treePage, async (page) => {
    const offered = await page.locator("#view option").allInnerTexts();
    assert.deepEqual(offered, ["Lines", "Processes stacked", "Kinds of memory", "RSS and PSS", "Used and requested"]);
    const before = await page.screenshot();
    await page.selectOption("#view", "processes");
    assert.equal(await valueOf(page, "100:make"), "10.0 MiB");
    await page.check("#grouped");
    assert.equal(await page.locator("#readout li", { hasText: "cc1 (10)" }).count(), 1);
    await page.selectOption("#view", "kinds");
    assert.equal(await valueOf(page, "file-backed"), "2.0 MiB");
    await page.selectOption("#view", "shared");
    assert.equal(await page.locator("#readout li", { hasText: "PSS" }).count(), 1);
    await page.selectOption("#view", "requested");
    assert.equal(await valueOf(page, "address space"), "136.7 MiB");
    await page.selectOption("#unit", "kB");
    assert.equal(await valueOf(page, "RSS"), "48234 kB");
    await page.keyboard.press("Escape");
    await page.selectOption("#span-view", "flame");
    assert.ok((await colours(page, "#spans canvas")) > 3);
    await page.selectOption("#span-view", "hidden");
    assert.ok(await page.locator("#spans").isHidden());
    assert.notDeepEqual(await page.screenshot(), before);
  }));

test("the axis of memory can be logarithmic, and has the unit that was chosen", () =>
  inPage(treePage, async (page) => {
    const labels = () => page.evaluate(() => rprof.page.chart.axes.y.labels);
    assert.deepEqual((await labels()).slice(0, 3), ["0", "10", "20"]);
    await page.check("#log");
    assert.ok((await labels()).includes("50"), String(await labels()));
    const half = await page.evaluate(() => rprof.page.chart.axes.y.share(10 * 2 ** 20));
    assert.ok(half > 0.3, String(half));
    await page.selectOption("#unit", "kB");
    assert.ok((await labels()).includes("20000"), String(await labels()));
    await page.selectOption("#view", "processes");
    assert.ok(await page.locator("#log-choice").isHidden());
    assert.equal((await labels())[0], "0");
  }));

test("hides a curve, and fits the axis to the others", () =>
  inPage(treePage, async (page) => {
    const highest = () => page.evaluate(() => rprof.page.chart.axes.y.to);
    const before = await highest();
    const button = page.locator("#readout li button", { hasText: "all processes" });
    await button.click();
    assert.equal(await button.getAttribute("aria-pressed"), "false");
    assert.ok((await highest()) < before);
  }));

test("sorts, filters and chooses processes", () =>
  inPage(treePage, async (page) => {
    const names = () => page.locator("#processes tbody th").allInnerTexts();
    assert.equal((await names()).length, 11);
    await page.keyboard.press("/");
    await page.keyboard.type("file3");
    assert.deepEqual(await names(), ["cc1"]);
    assert.match(await page.locator("#processes [role=status]").innerText(), /1 of 11 processes/);
    await page.locator("#processes input[type=checkbox]").check();
    assert.equal(await page.locator("#readout .series .chosen, #readout li button", { hasText: "203:cc1 file3.c" }).count(), 1);
    await page.fill("#processes input[type=search]", "");
    const head = page.locator("#processes thead th", { hasText: "Id" });
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    assert.equal(await page.locator("#processes tbody tr").first().locator("td").nth(1).innerText(), "100");
  }));

test("shows texts of the trace as text", () =>
  inPage(treePage, async (page) => {
    assert.equal(await page.title(), "make -j2");
    assert.ok((await page.locator("#marks-list").innerText()).includes(EVIL));
    assert.ok((await page.locator("#span-names").innerText()).includes(EVIL));
    assert.ok((await page.locator("#notes").innerText()).includes(EVIL));
    assert.equal(await page.locator("img").count(), 0);
  }));

test("its policy stops scripts and styles that are not its own", async () => {
  const file = makePage({ policy: tree() });
  await assert.rejects(
    inPage(file, (page) =>
      page.evaluate(() => {
        const script = document.createElement("script");
        script.textContent = "window.taken = true";
        document.body.append(script);
        if (window.taken) throw new Error("a script ran");
      }),
    ),
    /script-src/,
  );
});

test("downloads the values and the figure of the view shown", () =>
  inPage(
    treePage,
    async (page) => {
      await page.evaluate(() => rprof.page.zoom(2, 4));
      const download = async (button) => {
        const [file] = await Promise.all([page.waitForEvent("download"), page.locator(button).click()]);
        return [file.suggestedFilename(), readFileSync(await file.path(), "utf8")];
      };
      const [csvName, csv] = await download("#csv");
      assert.equal(csvName, "make--j2.csv");
      const lines = csv.trimEnd().split("\n");
      assert.equal(lines[0].split(",")[0], "time_s");
      assert.equal(lines.length, 1 + 21);
      assert.deepEqual(lines[1].split(",").slice(0, 2), ["2", String(10 << 20)]);
      const [svgName, svg] = await download("#svg");
      assert.equal(svgName, "make--j2.svg");
      const parsed = await page.evaluate((text) => {
        const document = new DOMParser().parseFromString(text, "image/svg+xml");
        return [
          document.documentElement.tagName,
          document.querySelectorAll("path").length,
          document.querySelectorAll("script, img").length,
          document.querySelectorAll("parsererror").length,
        ];
      }, svg);
      assert.equal(parsed[0], "svg");
      assert.ok(parsed[1] > 3 && parsed[2] === 0 && parsed[3] === 0, String(parsed));
      assert.ok(!svg.includes("undefined") && !svg.includes("NaN") && !svg.includes("[object"), svg.slice(0, 400));
    },
    { acceptDownloads: true },
  ));

test("nothing is shown where nothing was measured", () =>
  inPage(makePage({ gap: gap() }), async (page) => {
    await page.mouse.move(...Object.values(await inChart(page, 0.5)));
    assert.equal(await valueOf(page, "RSS"), "not measured");
    await page.mouse.move(...Object.values(await inChart(page, 0.9)));
    assert.match(await valueOf(page, "RSS"), /19\d\.0 MiB/);
  }));

test("compares traces", () => {
  const file = makePage({ one: tree(), two: gap() }, "--label", "two=the other");
  return inPage(file, async (page) => {
    assert.deepEqual(await page.locator("#traces tbody th").allInnerTexts(), ["make", "the other"]);
    const row = await page.locator("#traces tbody tr").nth(1).innerText();
    assert.match(row, /199\.0 MiB\s+\+332\.6 %/);
    await page.locator("#traces tbody th button").first().click();
    assert.equal(await page.locator("#run").inputValue(), "0");
    assert.ok(await page.locator("#processes").isVisible());
    await page.selectOption("#run", "");
    assert.ok(await page.locator("#processes").isHidden());
  });
});

test("a million ticks are all there, in a file below 2 MB", async () => {
  const file = makePage({ long: long(1_000_000) });
  const { size } = statSync(file);
  assert.ok(size < 2_000_000, `${size} bytes`);
  await inPage(file, async (page) => {
    // The spike of one tick is seen from afar and close by.
    assert.match(await page.locator("#facts").innerText(), /1\.53 GiB/);
    await page.evaluate(() => rprof.page.zoom(777.77, 777.785));
    await page.keyboard.press("p");
    assert.equal(await page.locator("#readout .time strong").innerText(), "12:57.77700");
    assert.equal(await valueOf(page, "RSS"), "1.53 GiB");
    await page.keyboard.press(",");
    assert.equal(await page.locator("#readout .time strong").innerText(), "12:57.77600");
  });
});

test("opens at the window that was asked for", () =>
  inPage(makePage({ window: tree() }, "-w", "2,5", "--flame", "--theme", "dark", "--view", "programs", "--unit", "MB"), async (page) => {
    assert.deepEqual(await shown(page), [2, 5]);
    assert.equal(await page.locator("#view").inputValue(), "processes");
    assert.ok(await page.locator("#grouped").isChecked());
    assert.equal(await page.locator("#unit").inputValue(), "MB");
    assert.equal(await page.locator("#span-view").inputValue(), "flame");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  }));

test("follows the theme of the system, and its reader's", () =>
  inPage(
    treePage,
    async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      assert.equal(await ground(), "rgb(22, 25, 29)");
      await page.locator("#theme").click();
      assert.equal(await ground(), "rgb(255, 255, 255)");
      await page.emulateMedia({ colorScheme: "light" });
      await page.keyboard.press("t");
      assert.equal(await ground(), "rgb(22, 25, 29)");
    },
    { colorScheme: "dark" },
  ));

test("can be read on a phone", () =>
  inPage(
    treePage,
    async (page) => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
      const at = await inChart(page, 0.55);
      await page.touchscreen.tap(at.x, at.y);
      near(parseFloat(await page.locator("#readout .time strong").innerText()), 5.5, 0.2);
    },
    { width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  ));

test("a screen reader finds names, tables and the list of keys", () =>
  inPage(treePage, async (page) => {
    const chart = page.locator("#chart");
    assert.match(await chart.getAttribute("aria-label"), /Memory over 10\.0 s, peak at least|Memory over 10\.0 s, peak 46\.0 MiB/);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, select, input")]
        .filter((control) => !(control.textContent.trim() || control.getAttribute("aria-label") || control.labels?.length))
        .map((control) => control.outerHTML),
    );
    assert.deepEqual(nameless, []);
    await page.locator("#values summary").click();
    assert.equal(await page.locator("#values-table tbody tr").count(), 24);
    assert.match(await page.locator("#values-table tbody").innerText(), /46\.0 MiB/);
    // The layers of a stack are in the table too.
    await page.selectOption("#view", "kinds");
    assert.match(await page.locator("#values-table thead").innerText(), /anonymous\s+file-backed/);
    assert.match(await page.locator("#values-table tbody tr").nth(2).innerText(), /44\.0 MiB\s+2\.0 MiB/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    assert.ok(await page.locator("#keys").isVisible());
    assert.match(await page.locator("#keys").innerText(), /next span/);
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#keys").isHidden());
  }));

test("a printed page has the figure in light colours", () =>
  inPage(treePage, async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.ok(await page.locator("#print-figure svg").isVisible());
    assert.ok(await page.locator("#chart").isHidden());
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
    const tint = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--tint").trim());
    assert.equal(tint, "#e3eff7");
    assert.ok((await page.pdf()).length > 10_000);
  }));

test("a file of mprof has a page too", async () => {
  const mprof = readFileSync(new URL("../data/mprof_funcs.dat", import.meta.url), "utf8");
  await inPage(makePage({ mprof }), async (page) => {
    assert.ok((await colours(page)) > 10);
    assert.match(await page.locator("#method").innerText(), /mprof/);
  });
});

test("without DecompressionStream there is the overview, and the page says so", async () => {
  const file = makePage({ old: tree() });
  await inPage(file, async (page) => {
    await page.addInitScript(() => {
      delete window.DecompressionStream;
    });
    await page.reload();
    await page.waitForFunction(() => document.documentElement.dataset.drawn === "overview");
    assert.match(await page.locator("#resolution").innerText(), /cannot unpack/);
    assert.ok((await colours(page)) > 10);
  });
});

test("names the layer of a stack that the cursor is in", () =>
  inPage(treePage, async (page) => {
    await page.selectOption("#view", "processes");
    const tag = async (share, height) => {
      const box = await page.locator("#chart .u-over").boundingBox();
      const top = await page.evaluate(() => rprof.page.chart.axes.y.to);
      await page.mouse.move(box.x + box.width * share, box.y + box.height * (1 - height / top));
      return page.locator("#chart .tag").innerText();
    };
    assert.match(await tag(0.55, 4 * 2 ** 20), /^5\.5\d* s · (205:cc1 file5\.c · 20\.0 MiB|100:make · 10\.0 MiB)$/);
    assert.doesNotMatch(await tag(0.55, 45 * 2 ** 20), /MiB/);
  }));
