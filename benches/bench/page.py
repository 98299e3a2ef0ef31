"""The page of a long trace: the time to make it, its size, and the time until a browser has drawn it; beside the pages of
memray and denet."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import venv
from measure.numbers import Sample, mib, size, time, times
from measure.run import Failed, Usage, run, walls

from . import example
from .section import Section
from .setting import Setting

PLAYWRIGHT = "playwright-core@1.65.1"
PACKAGES = ("memray==1.20.0", "denet[report]==0.10.3")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SAMPLES = 1_000_000
DRAWN = 0.3
FILE = 2_000_000

# What must hold when a page is drawn, as JavaScript.
OURS = ("document.documentElement.dataset.drawn", "document.documentElement.dataset.drawn === 'all'")
MEMRAY = ("document.querySelector('.d3-flame-graph rect')",)
DENET = ("document.querySelector('.vega-embed svg path, .vega-embed canvas')",)

# A Python program that allocates for some seconds, so that memray has a curve. It has no trace of a million samples: it
# records allocations, and reads RSS in the background.
WORK = "import time\nkept = []\nfor step in range(200):\n    kept.append(bytearray(1 << 18))\n    time.sleep(0.005)\n"


@dataclass(frozen=True)
class Made:
    """A page: its file, what its making took, and the conditions that hold when it is drawn."""

    name: str
    of: str
    file: Path
    took: Sequence[Usage]
    drawn: Sequence[str]


def measure(setting: Setting) -> Section:
    """Makes the pages, and opens them in a headless browser if there is one."""
    rounds = setting.pick(7, 2)
    section = Section(
        "The page",
        f"`rprof plot -o FILE.html` of 1 million ticks at 1 kHz, {rounds} rounds; denet's report of as many samples; and a "
        "flame graph of memray, made to work without a network, of a program of one second. The times in the browser, a "
        "headless Chromium, count from the navigation to the frame that first has a chart, and for rprof also to the one "
        "that has all ticks. A browser waits for the requests of a page.",
    )
    pages = [_ours(setting, rounds), *_peers(setting)]
    rows = []
    browser, reason = _browser(setting)
    for page in pages:
        length = page.file.stat().st_size
        first, last, requests = "skipped", "skipped", "skipped"
        if browser:
            try:
                opened, asked = _open(browser, page, rounds)
            except Failed as error:
                print(f"bench: page: {error}", file=sys.stderr)
                continue
            first, last, requests = times(opened[0]), times(opened[-1]), str(asked)
            if page.name == "rprof":
                drawn = opened[0].median
                section.at_most("page of 1 million ticks, drawn", drawn, DRAWN, (time(DRAWN), time(drawn), "n/a"))
        if page.name == "rprof":
            section.at_most("size, page of 1 million ticks", length, FILE, (size(FILE), size(length), "n/a"))
        peak = mib(max(took.peak for took in page.took))
        rows.append([page.name, page.of, times(walls(page.took)), peak, size(length), first, last, requests])
    head = ["by", "of", "made in", "memory", "size", "first chart", "all drawn", "requests"]
    section.table(head, rows)
    if reason:
        section.tables.append(f"The times in the browser are skipped: {reason}.\n")
    return section


def _ours(setting: Setting, rounds: int) -> Made:
    trace = example.write(setting, SAMPLES)
    file = setting.scratch / "page.html"
    command: list[str | Path] = [setting.rprof.program, "plot", "--force", trace, "-o", file]
    took = [setting.peak(command) for _ in range(rounds)]
    return Made("rprof", f"{SAMPLES:,} ticks", file, took, OURS)


def _peers(setting: Setting) -> list[Made]:
    """Makes the pages of the peers. A peer that cannot be installed or fails is reported and skipped."""
    made: list[Made] = []
    try:
        place = venv.make(setting.installed / "peers-page", PACKAGES)
    except (Failed, OSError) as error:
        print(f"bench: cannot install a peer: {error}", file=sys.stderr)
        return made
    for make in (_denet, _memray):
        try:
            made.append(make(setting, place))
        except (Failed, OSError) as error:
            print(f"bench: page: {error}", file=sys.stderr)
    return made


def _denet(setting: Setting, place: Path) -> Made:
    samples = setting.pick(SAMPLES, 20_000)
    record, file = setting.scratch / "denet.jsonl", setting.scratch / "denet.html"
    with record.open("w") as out:
        out.write(json.dumps({"kind": "metadata", "pid": 1, "cmd": ["x"], "executable": "x", "t0_ms": 0}) + "\n")
        for at in range(samples):
            kib = 80_000 + at % 50_000 * 4 + at * 7919 % 512 * 4
            row = {"kind": "sample", "ts_ms": at, "cpu_usage": 50.0, "mem_rss_kb": kib, "mem_vms_kb": 900_000}
            counters = ("disk_read_bytes", "disk_write_bytes", "sys_net_rx_bytes", "sys_net_tx_bytes")
            out.write(json.dumps({**row, **dict.fromkeys(counters, 0)}) + "\n")
    took = setting.peak([place / "denet-report", record, "-o", file])
    return Made("denet 0.10.3", f"{samples:,} samples", file, [took], DENET)


def _memray(setting: Setting, place: Path) -> Made:
    work, record, file = (setting.scratch / name for name in ("work.py", "work.bin", "memray.html"))
    work.write_text(WORK)
    run([place / "memray", "run", "--quiet", "--force", "--output", record, work])
    took = setting.peak([place / "memray", "flamegraph", "--no-web", "--force", "--output", file, record])
    return Made("memray 1.20.0", "200 allocations", file, [took], MEMRAY)


def _browser(setting: Setting) -> tuple[tuple[Path, Path] | None, str]:
    """Returns the place of playwright-core and the browser, or the reason why there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None, "node and npm are not installed"
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not chromium:
        return None, "there is no Chromium (CHROMIUM=PATH names one)"
    tools = setting.installed.resolve() / "page"
    if not (tools / "node_modules" / "playwright-core").exists():
        tools.mkdir(parents=True, exist_ok=True)
        try:
            run([npm, "install", "--silent", "--no-save", "--prefix", tools, PLAYWRIGHT])
        except Failed as error:
            return None, f"npm cannot install {PLAYWRIGHT}: {error}"
    return (tools, Path(chromium)), ""


def _open(browser: tuple[Path, Path], page: Made, rounds: int) -> tuple[list[Sample], int]:
    """Returns the seconds until each of the page's conditions held, and the number of requests."""
    tools, chromium = browser
    script = Path(__file__).with_name("open_page.mjs")
    words = ["node", script, tools, chromium, str(rounds), page.file.resolve(), *page.drawn]
    answer = json.loads(run(words).output)
    return [Sample.of([ms / 1000 for ms in each]) for each in answer["times"]], len(answer["requests"])
