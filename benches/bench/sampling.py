"""The CPU time of a sample of one process."""

from __future__ import annotations

import math

from measure.numbers import Sample, ratio, time, times

from . import cost
from .section import Section
from .setting import Setting

RATES = (10, 100, 1000)
NOISE = "start-up varies more than the samples cost"
PEERS = ("mprof", "psrecord", "denet", "rizsotto/rprof")


def measure(setting: Setting) -> Section:
    """Measures each tool and the floor in turn, for several rounds."""
    ms, rounds = setting.pick(10_000, 1000), setting.pick(3, 1)
    section = Section(
        "CPU time of a sample",
        f"One process that only sleeps, {ms / 1000:g} s at each rate, {rounds} rounds. The cost is the user and "
        "system time of the whole profiler, less that of runs of 1 ms, divided by the number of samples. A tool is "
        "skipped in a round in which it fails, or in which its start-up varies by more than its samples cost. The floor is a loop in C "
        "(benches/floors/sample.c) with an absolute sleep, one pread of status and one write. *wake-up* is the sleep "
        "alone.",
    )
    tools = setting.tools(*PEERS)
    rows = []
    for rate in RATES:
        found: dict[str, list[float]] = {}
        for _ in range(rounds):
            floor = setting.floors.json("sample", "1", str(10**6 // rate), str(ms / 1000), setting.scratch / "floor")
            found.setdefault("floor", []).append(floor["cpu_s"] / floor["ticks"])
            found.setdefault("wake-up", []).append(floor["wake_s"] / floor["ticks"])
            for tool in tools:
                one = cost.of(setting, tool, 1 / rate, False, lambda ms: setting.child("rest", ms), ms)
                if not math.isnan(one.tick):
                    found.setdefault(tool.name, []).append(one.tick)
        floor_tick = Sample.of(found["floor"]).median
        for name, values in found.items():
            sample = Sample.of(values)
            rows.append([f"{rate} Hz", name, times(sample), ratio(sample.median, floor_tick)])
        _judge(section, rate, {name: Sample.of(values).median for name, values in found.items()})
    section.table(["rate", "by", "CPU time per sample", "against the floor"], rows)
    return section


def _judge(section: Section, rate: int, ticks: dict[str, float]) -> None:
    what, floor = f"a sample at {rate} Hz", ticks["floor"]
    limit = f"{time(floor)}, of which the wake-up {time(ticks['wake-up'])}"
    ours, mprof = ticks.get("rprof"), ticks.get("mprof")
    if ours:
        written = ("1.3 x the floor", f"{time(ours)}, {ratio(ours, floor)}", limit)
        section.at_most(what, ours / floor, 1.3, written)
    else:
        section.undecided(what, "1.3 x the floor", NOISE)
    if ours and mprof:
        written = ("a third of mprof", f"{time(ours)}, mprof {time(mprof)}", limit)
        section.at_most(f"{what}, against mprof", ours / mprof, 1 / 3, written)
    else:
        section.undecided(f"{what}, against mprof", "a third of mprof", NOISE)
