"""PSS of a large process: the kernel walks all of its pages each time."""

from __future__ import annotations

import json
import subprocess
import time as clock
from pathlib import Path

from measure import machine
from measure.numbers import Sample, time
from measure.run import run

from . import slowdown
from .peers import Tool, rprof
from .section import Section
from .setting import Setting

GOAL = 0.01
INTERVAL = 0.1
# That only wait.
CHILDREN = 1


def measure(setting: Setting) -> Section:
    """How much of its time rprof spends on it, and what the program loses by it."""
    mebibytes = setting.pick(4096, 512)
    short = machine.available() < (mebibytes << 20) * 2
    if short:
        mebibytes = 1024
    rounds, seconds = setting.pick(16, 2), setting.pick(30, 3)
    section = Section(
        f"PSS of a process of {mebibytes} MiB in 4 KiB pages",
        ("Memory is short here, so it is no 4 GiB. " if short else "")
        + "A program in C that holds so much and faults fresh pages beside it, with a child that only waits, since PSS "
        f"is read of trees, at ten ticks a second, {rounds} rounds. *Share* is the profiler's CPU time, while such a "
        f"tree fills its pages and then rests, by the {seconds} s that it rests, less what it costs to watch a small one. "
        "The limit is one read of smaps_rollup, which walks the page tables: how often it can be afforded follows from it.",
    )
    tools = [setting.rprof, *(setting.peers[name] for name in ("mprof pss",) if name in setting.peers)]
    once = _rollup(setting, mebibytes)
    work: list[object] = ["faults", 100 if not setting.quick else 50, mebibytes, CHILDREN]
    ratios = slowdown.compare(setting, work, tools, INTERVAL, rounds)
    at_each = rprof(setting.rprof.program, "--metric", "pss", name="rprof --metric pss")
    shares = {tool.name: _share(setting, tool, mebibytes, seconds) for tool in [*tools, at_each]}
    section.table(
        ["under", "slow-down", "CPU time", "share of the time"],
        [
            [
                name,
                *(slowdown.cells(ratios[name]) if name in ratios else ["", ""]),
                f"{shares[name]:.2%}" if name in shares else "",
            ]
            for name in dict.fromkeys([*ratios, *shares])
        ],
    )
    said = ("1 %", f"{shares['rprof']:.2%}", f"one read of smaps_rollup is {time(once)}")
    section.at_most("time spent on PSS", shares["rprof"], GOAL, said)
    slowdown.judge(section, "slow-down by PSS", ratios, "rprof", GOAL)
    return section


def _rollup(setting: Setting, mebibytes: int) -> float:
    """Seconds that one read of smaps_rollup takes."""
    with subprocess.Popen(setting.child("rest", 600_000, mebibytes)) as child:
        try:
            resident = Path(f"/proc/{child.pid}/statm")
            while int(resident.read_text().split()[1]) * 4096 < mebibytes << 20:
                clock.sleep(0.01)
            took = []
            for _ in range(5):
                start = clock.perf_counter()
                Path(f"/proc/{child.pid}/smaps_rollup").read_text()
                took.append(clock.perf_counter() - start)
            return Sample.of(took).median
        finally:
            child.kill()


def _share(setting: Setting, tool: Tool, mebibytes: int, seconds: int) -> float:
    """CPU time of a tool on a tree that rests, by wall-clock time; the tree's own is left out."""
    trace = setting.scratch / "pss.dat"
    used = {}
    for size in (mebibytes, 1):
        child = setting.child("rest", seconds * 1000, size, CHILDREN)
        bare = Sample.of([run(setting.child("rest", 1, size, CHILDREN)).cpu for _ in range(setting.pick(5, 1))]).median
        under = run(tool.record(INTERVAL, True, trace, child), env=tool.environment, cwd=setting.scratch)
        used[size] = under.cpu - _own(trace, bare)
        trace.unlink(missing_ok=True)
    return max(0.0, used[mebibytes] - used[1]) / seconds


def _own(trace: Path, bare: float) -> float:
    """CPU time of the program itself: by rprof's trace exactly, else as in a bare run."""
    for line in trace.read_text().splitlines()[-3:]:
        if line.startswith("END "):
            end = json.loads(line[4:])
            return float(end["user_s"] + end["system_s"])
    return bare
