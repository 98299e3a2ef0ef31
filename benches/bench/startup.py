"""The time that a profiler adds to the start of a command."""

from __future__ import annotations

import shutil

from measure.numbers import Sample, time, times
from measure.run import run

from .section import Section
from .setting import Setting

PEERS = ("mprof", "psrecord", "duct", "denet", "rizsotto/rprof", "GNU time", "hyperfine -N")
GOAL = 0.003


def measure(setting: Setting) -> Section:
    """Runs `true` bare and under each tool in turn."""
    rounds = setting.pick(30, 5)
    section = Section(
        "Start-up",
        f"The wall clock of `true`, bare and under each tool in turn, {rounds} rounds. *Added* is the median of the "
        "rounds' differences. GNU time and hyperfine only start a command and wait for it, so they are the limit if "
        "they are installed.",
    )
    command = [shutil.which("true") or "/bin/true"]
    trace = setting.scratch / "start.dat"
    tools = setting.tools(*PEERS)
    took: dict[str, list[float]] = {name: [] for name in ("bare", *(tool.name for tool in tools))}
    for _ in range(rounds):
        took["bare"].append(run(command).wall)
        for tool in tools:
            # A tool may fail with 1 if the command ends before the first tick.
            used = run(tool.record(0.1, True, trace, command), env=tool.environment, cwd=setting.scratch, accept=(0, 1))
            took[tool.name].append(used.wall)
            trace.unlink(missing_ok=True)
    rows, added = [], {}
    for name, values in took.items():
        added[name] = Sample.of([one - other for one, other in zip(values, took["bare"])]).median
        rows.append([name, times(Sample.of(values)), time(added[name]) if name != "bare" else ""])
    section.table(["under", "wall clock of `true`", "added"], rows)
    limits = [f"{name} {time(added[name])}" for name in ("GNU time", "hyperfine -N") if name in added]
    written = (
        time(GOAL),
        time(added["rprof"]),
        ", ".join(limits) or f"bare `true` {time(Sample.of(took['bare']).median)}",
    )
    section.at_most("start-up", added["rprof"], GOAL, written)
    return section
