"""What starting a command under a profiler adds."""

from __future__ import annotations

import shutil

from measure.numbers import Sample, time, times
from measure.run import run

from .section import Section
from .setting import Setting

PEERS = ("mprof", "psrecord", "duct", "denet", "rizsotto/rprof", "GNU time", "hyperfine -N")
GOAL = 0.003


def measure(setting: Setting) -> Section:
    """`true`, bare and under each, in turn."""
    rounds = setting.pick(30, 5)
    section = Section(
        "Start-up",
        f"Wall clock of `true` bare and under each tool in turn, {rounds} rounds. *Added* is the median of a round's "
        "differences. GNU time and hyperfine only start a command and wait for it: they are the limit, where "
        "installed.",
    )
    command = [shutil.which("true") or "/bin/true"]
    trace = setting.scratch / "start.dat"
    tools = setting.tools(*PEERS)
    took: dict[str, list[float]] = {name: [] for name in ("bare", *(tool.name for tool in tools))}
    for _ in range(rounds):
        took["bare"].append(run(command).wall)
        for tool in tools:
            # One that finds the command gone before it looked may say so and fail.
            used = run(tool.record(0.1, True, trace, command), env=tool.environment, cwd=setting.scratch, accept=(0, 1))
            took[tool.name].append(used.wall)
            trace.unlink(missing_ok=True)
    rows, added = [], {}
    for name, values in took.items():
        added[name] = Sample.of([one - other for one, other in zip(values, took["bare"])]).median
        rows.append([name, times(Sample.of(values)), time(added[name]) if name != "bare" else ""])
    section.table(["under", "wall clock of `true`", "added"], rows)
    limits = [f"{name} {time(added[name])}" for name in ("GNU time", "hyperfine -N") if name in added]
    said = (
        time(GOAL),
        time(added["rprof"]),
        ", ".join(limits) or f"`true` itself {time(Sample.of(took['bare']).median)}",
    )
    section.at_most("start-up", added["rprof"], GOAL, said)
    return section
