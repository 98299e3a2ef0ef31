"""The cost of PSS for a large process. The kernel walks all of its pages at each reading."""

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
# The number of idle children.
CHILDREN = 1


def measure(setting: Setting) -> Section:
    """Measures the share of its time that rprof spends on PSS, and the slow-down of the program."""
    mebibytes = setting.pick(4096, 512)
    short = machine.available() < (mebibytes << 20) * 2
    if short:
        mebibytes = 1024
    rounds, seconds = setting.pick(16, 2), setting.pick(30, 3)
    section = Section(
        f"PSS of a process of {mebibytes} MiB in 4 KiB pages",
        ("The machine has too little memory for 4 GiB. " if short else "")
        + "A program in C holds that much memory and faults fresh pages in addition. It has one idle child, because "
        f"rprof reads PSS only of trees. The rate is ten ticks a second, {rounds} rounds. *Share of the time* is "
        f"measured on a tree that fills its pages and then rests for {seconds} s: the profiler's CPU time, less the "
        f"same for a small tree, divided by {seconds} s. The limit is one read of smaps_rollup, which walks the page "
        "tables; its cost limits how often rprof can read PSS.",
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
    written = ("1 %", f"{shares['rprof']:.2%}", f"one read of smaps_rollup {time(once)}")
    section.at_most("time spent on PSS", shares["rprof"], GOAL, written)
    slowdown.judge(section, "slow-down by PSS", ratios, "rprof", GOAL)
    return section


def _rollup(setting: Setting, mebibytes: int) -> float:
    """Returns the time of one read of smaps_rollup in seconds."""
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
    """Returns the CPU time of a tool on a tree that rests, divided by wall-clock time, without the tree's own CPU
    time."""
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
    """Returns the CPU time of the program itself: exact from rprof's trace, otherwise that of a bare run."""
    for line in trace.read_text().splitlines()[-3:]:
        if line.startswith("END "):
            end = json.loads(line[4:])
            return float(end["user_s"] + end["system_s"])
    return bare
