"""The number of system calls of a tick: the reads, one write, one sleep."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from measure.numbers import digits
from measure.run import Failed, run

from .section import Section
from .setting import Setting

# The reads of a tick with one process: its status, and /proc/loadavg, which shows whether there are new processes.
READS = 2.0
# The reads, one write, one sleep, and nothing else.
GOAL = READS + 1 + 1
RATE = 1000
# Calls per tick below which a system call is not counted.
RARE = 1 / 200


def measure(setting: Setting) -> Section:
    """Counts system calls with strace, as the difference of a long and a short run."""
    section = Section(
        "System calls of a tick",
        "The count by `strace -c` of rprof alone, without the child, at 1 kHz on one process that sleeps: the calls of "
        "a run of 3 s less those of a run of 1 s, divided by the difference in ticks. Calls rarer than 1 in 200 ticks "
        "are not counted.",
    )
    strace = shutil.which("strace")
    if not strace:
        print("skipped: system calls of a tick: strace is not installed", file=sys.stderr)
        section.tables.append("**Skipped: strace is not installed on this machine.**\n")
        return section
    try:
        long, short = (_calls(setting, strace, ms) for ms in (3000, 1000))
    except Failed as error:
        print(f"skipped: system calls of a tick: {error}", file=sys.stderr)
        section.tables.append("**Skipped: strace has no permission to trace on this machine.**\n")
        return section
    ticks = long["ticks"] - short["ticks"]
    each = {name: (count - short.get(name, 0)) / ticks for name, count in long.items() if name != "ticks"}
    often = {name: count for name, count in sorted(each.items(), key=lambda item: -item[1]) if count > RARE}
    section.table(["system call", "calls per tick"], [[name, digits(count)] for name, count in often.items()])
    total = sum(often.values())
    written = (f"{GOAL:g}: the reads, one write, one sleep", digits(total), f"{GOAL:g}")
    section.at_most("system calls of a tick", round(total, 1), GOAL, written)
    return section


def _calls(setting: Setting, strace: str, ms: int) -> dict[str, float]:
    """Returns the number of calls of each system call, and the number of ticks."""
    trace, table = setting.scratch / "strace.dat", setting.scratch / "strace.txt"
    run([strace, "-c", "-o", table, *setting.rprof.record(1 / RATE, True, trace, setting.child("rest", ms))])
    calls = _parse(table)
    calls["ticks"] = setting.rprof.ticks(trace.read_text())
    return calls


def _parse(table: Path) -> dict[str, float]:
    """Reads the rows of strace's table: % time, seconds, usecs/call, calls, errors if any, name."""
    rows = (line.split() for line in table.read_text().splitlines())
    return {row[-1]: float(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit() and row[-1] != "total"}
