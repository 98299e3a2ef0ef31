"""System calls of a tick: the reads, one write, one sleep."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from measure.numbers import digits
from measure.run import Failed, run

from .section import Section
from .setting import Setting

# A process's reads: its status, and one that tells whether there are new processes.
READS = 2.0
# What a tick may need besides: nothing.
GOAL = READS + 1 + 1
RATE = 1000
# What is left out, by tick.
RARE = 1 / 200


def measure(setting: Setting) -> Section:
    """By strace, as the difference of a long and a short run."""
    section = Section(
        "System calls of a tick",
        "`strace -c` of rprof alone (not of the child, and not of what it waits for) at 1 kHz on one process that "
        "sleeps: calls of a run of 3 s less those of one of 1 s, by the ticks between. Those rarer than 1 in 200 "
        "ticks are left out.",
    )
    strace = shutil.which("strace")
    if not strace:
        print("SKIPPED: system calls of a tick: there is no strace", file=sys.stderr)
        section.tables.append("**Skipped: there is no strace on this machine.**\n")
        return section
    try:
        long, short = (_calls(setting, strace, ms) for ms in (3000, 1000))
    except Failed as error:
        print(f"SKIPPED: system calls of a tick: {error}", file=sys.stderr)
        section.tables.append("**Skipped: strace may not trace here.**\n")
        return section
    ticks = long["ticks"] - short["ticks"]
    each = {name: (count - short.get(name, 0)) / ticks for name, count in long.items() if name != "ticks"}
    often = {name: count for name, count in sorted(each.items(), key=lambda item: -item[1]) if count > RARE}
    section.table(["system call", "a tick"], [[name, digits(count)] for name, count in often.items()])
    total = sum(often.values())
    said = (f"{GOAL:g}: the reads, one write, one sleep", digits(total), f"{GOAL:g}")
    section.at_most("system calls of a tick", round(total, 1), GOAL, said)
    return section


def _calls(setting: Setting, strace: str, ms: int) -> dict[str, float]:
    """How often each was called, and the ticks."""
    trace, table = setting.scratch / "strace.dat", setting.scratch / "strace.txt"
    run([strace, "-c", "-o", table, *setting.rprof.record(1 / RATE, True, trace, setting.child("rest", ms))])
    calls = _parse(table)
    calls["ticks"] = setting.rprof.ticks(trace.read_text())
    return calls


def _parse(table: Path) -> dict[str, float]:
    """The rows of a table: % time, seconds, usecs/call, calls, errors if any, name."""
    rows = (line.split() for line in table.read_text().splitlines())
    return {row[-1]: float(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"}
