"""The cost of rprof's Python module to a script: time at its start, and memory."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from measure.numbers import Sample, mib, time, times
from measure.run import Usage, walls

from .section import Section
from .setting import Setting

GOAL_TIME = 0.005
GOAL_MEMORY = 1 << 20


def measure(setting: Setting) -> Section:
    """Runs an empty script bare, under rprof without the module, and under rprof with it, in turn."""
    rounds = setting.pick(40, 5)
    section = Section(
        "Spans of Python",
        f"An empty script under Python {platform.python_version()} runs bare, under `rprof run --nopython` and under "
        f"`rprof run --python` in turn, {rounds} rounds. One round before them fills the cache of compiled modules. "
        "*Added* is the median of the rounds' differences to `--nopython`: the cost of the Python module alone, "
        "without the cost of sampling.",
    )
    script, trace = setting.scratch / "nothing.py", setting.scratch / "spans.dat"
    script.write_text("pass\n")
    python: list[str | Path] = [sys.executable, script]
    record: list[str | Path] = [setting.rprof.program, "run", "--quiet", "--force", "--output", trace]
    watched = {name: [*record, name, *python] for name in ("--nopython", "--python")}
    commands: dict[str, list[str | Path]] = {"bare": python, **watched}
    used: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            usage = setting.peak(["env", f"XDG_CACHE_HOME={setting.scratch / 'cache'}", *command])
            if number:
                used[name].append(usage)
    pairs = list(zip(used["--python"], used["--nopython"]))
    differences = Sample.of([one.wall - other.wall for one, other in pairs])
    wall = differences.median
    cpu = Sample.of([one.cpu - other.cpu for one, other in pairs]).median
    peak = Sample.of([one.peak - other.peak for one, other in pairs]).median
    rows = []
    for name, usages in used.items():
        row = [name, times(walls(usages)), mib(Sample.of([u.peak for u in usages]).median)]
        rows.append([*row, time(wall), time(cpu), mib(peak)] if name == "--python" else [*row, "", "", ""])
    section.table(["under", "wall clock", "peak", "time added", "CPU time added", "memory added"], rows)
    bare = time(walls(used["bare"]).median)
    what, goal = "spans of Python, time", time(GOAL_TIME)
    if differences.error > GOAL_TIME / 2:
        section.undecided(what, goal, f"{time(wall)} ± {time(differences.error)} (CPU time {time(cpu)})")
    else:
        section.at_most(what, wall, GOAL_TIME, (goal, time(wall), f"the bare script {bare}"))
    limit = f"the bare script {mib(Sample.of([usage.peak for usage in used['bare']]).median)}"
    section.at_most("spans of Python, memory", peak, GOAL_MEMORY, (mib(GOAL_MEMORY), mib(peak), limit))
    return section
