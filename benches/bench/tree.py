"""The CPU time of a tick of a tree of a thousand processes, at ten ticks a second."""

from __future__ import annotations

import math

from measure.numbers import Sample, ratio, time, times

from . import cost
from .section import Section
from .setting import Setting

RATE = 10
# The CPU time in seconds that a tick of 1,000 idle processes may take.
IDLE_GOAL = 4e-3
PEERS = ("mprof", "duct", "psrecord", "denet")


def measure(setting: Setting) -> Section:
    """Measures each tool and the floor in turn, for several rounds."""
    processes, ms, rounds = setting.pick(1000, 200), setting.pick(10_000, 2000), setting.pick(3, 1)
    section = Section(
        f"A tree of {processes} processes at {RATE} Hz",
        f"A program in C with {processes} idle children, {ms / 1000:g} s, {rounds} rounds. The cost is the CPU time of "
        "the profiler, less that of runs of 1 ms, divided by its number of ticks. The floor is a loop in C: one pread "
        "of the status of each process from a descriptor that stays open, one write, one sleep.",
    )
    found: dict[str, list[float]] = {}
    ticks: dict[str, float] = {}
    for _ in range(rounds):
        floor = setting.floors.json(
            "sample", str(processes), str(10**6 // RATE), str(ms / 1000), setting.scratch / "floor"
        )
        found.setdefault("floor", []).append(floor["cpu_s"] / floor["ticks"])
        ticks["floor"] = floor["ticks"]
        for tool in setting.tools(*PEERS):
            one = cost.of(setting, tool, 1 / RATE, True, lambda ms: setting.child("swarm", ms, processes), ms)
            if not math.isnan(one.tick):
                found.setdefault(tool.name, []).append(one.tick)
                ticks[tool.name] = one.ticks
    samples = {name: Sample.of(values) for name, values in found.items()}
    floor_tick = samples["floor"].median
    section.table(
        ["by", "CPU time per tick", "against the floor", f"ticks in {ms / 1000:g} s"],
        [
            [name, times(sample), ratio(sample.median, floor_tick), f"{ticks[name]:.0f}"]
            for name, sample in samples.items()
        ],
    )
    what, goal = f"a tick of {processes} processes", "1.5 x the floor"
    if "rprof" in samples:
        ours = samples["rprof"].median
        written = (goal, f"{time(ours)}, {ratio(ours, floor_tick)}", time(floor_tick))
        section.at_most(what, ours / floor_tick, 1.5, written)
        if processes == 1000:
            section.at_most(f"{what}, mostly idle", ours, IDLE_GOAL, (time(IDLE_GOAL), time(ours), time(floor_tick)))
    else:
        section.undecided(what, goal, "start-up varies more than the ticks cost")
    return section
