"""The memory of the profiler itself while it samples."""

from __future__ import annotations

from measure.numbers import mib

from .section import Section
from .setting import Setting

GOAL = 6 << 20
PEERS = ("mprof", "psrecord", "duct", "denet", "rizsotto/rprof")


def measure(setting: Setting) -> Section:
    """Measures a short run, a run ten times as long, and a process tree."""
    processes, short = setting.pick(1000, 100), setting.pick(2000, 500)
    section = Section(
        "Memory of the profiler while it samples",
        "The maximum RSS of the profiler's process; its children are smaller. The runs are a short one and one ten "
        f"times as long, both at 1 kHz, and a tree of {processes} processes at 10 Hz. The limit is the maximum RSS of "
        "a C program that only starts another (benches/floors/launch.c).",
    )
    cases = {
        f"{short / 1000:g} s": (0.001, setting.child("rest", short)),
        f"{short / 100:g} s": (0.001, setting.child("rest", short * 10)),
        f"{processes} processes": (0.1, setting.child("swarm", short, processes)),
    }
    rows, ours = [], 0
    for tool in setting.tools(*PEERS):
        cells = []
        for interval, child in cases.values():
            command = tool.record(interval, True, setting.scratch / "memory.dat", child)
            prefix = ["env", *(f"{name}={value}" for name, value in tool.environment.items())]
            took = setting.peak([*prefix, *command] if len(prefix) > 1 else command)
            cells.append(mib(took.peak))
            ours = max(ours, took.peak) if tool is setting.rprof else ours
        rows.append([tool.name, *cells])
    least = setting.peak([setting.floors.path("launch"), setting.scratch / "inner.json", *setting.child("rest", 10)])
    section.table(["by", *cases], rows)
    section.at_most("memory while sampling", ours, GOAL, (mib(GOAL), mib(ours), mib(least.peak)))
    return section
