"""rprof bench beside hyperfine: what the measuring adds to the numbers of a command, and what a run costs."""

from __future__ import annotations

import shutil

from measure.numbers import Sample, digits, size, time, times

from . import hyperfine
from .section import Section
from .setting import Setting

# The reported time of `true` may differ from hyperfine's by this.
TIME_GOAL = 0.0001
# hyperfine's floor: the memory that it reports for `true` is its own.
MEMORY_GOAL = 2.9e6
# A whole run may take this many times as long as one of hyperfine.
COST_GOAL = 1.5


def measure(setting: Setting) -> Section:
    """Runs `true` many times under each in turn."""
    rounds, many = setting.pick(15, 3), setting.pick(600, 150)
    few = many // 6
    section = Section(
        "Benchmarks of short commands",
        f"`true` under `rprof bench` and under hyperfine in turn, {rounds} rounds, both without a shell. *Time* and "
        f"*memory* are the medians of what they report of {few} runs. hyperfine's time has the start of the process in "
        "it, rprof's begins right before the exec. *A run* is the wall clock of one run with all that belongs to it: the "
        f"difference of benchmarks of {many} and {few} runs.",
    )
    command = shutil.which("true") or "/bin/true"
    others = hyperfine.theirs(setting)
    tools = [hyperfine.ours(setting), *([others] if others else [])]
    clock: dict[str, list[float]] = {tool.name: [] for tool in tools}
    memory: dict[str, list[float]] = {tool.name: [] for tool in tools}
    cost: dict[str, list[float]] = {tool.name: [] for tool in tools}
    for number in range(rounds):
        for tool in tools if number % 2 == 0 else tools[::-1]:
            _, reported, sizes = tool.runs(setting, few, command)
            clock[tool.name].append(hyperfine.median(reported))
            memory[tool.name].append(hyperfine.median(sizes))
            cost[tool.name].append(tool.cost(setting, few, many, command))
    rows = [
        [
            tool.name,
            times(Sample.of(clock[tool.name])),
            size(Sample.of(memory[tool.name]).median),
            times(Sample.of(cost[tool.name])),
        ]
        for tool in tools
    ]
    section.table(["by", "time of `true`", "memory of `true`", "a run"], rows)
    mine = tools[0].name
    reported_size = Sample.of(memory[mine]).median
    theirs = size(Sample.of(memory[others.name]).median) if others else "hyperfine is missing"
    section.at_most("inflation, memory", reported_size, MEMORY_GOAL, (size(MEMORY_GOAL), size(reported_size), theirs))
    if not others:
        for what in ("inflation, time", "overhead of a run"):
            section.undecided(what, "that of hyperfine", "hyperfine is missing")
        return section
    more = Sample.of([one - other for one, other in zip(clock[mine], clock[others.name])]).median
    limit = time(Sample.of(clock[others.name]).median)
    section.at_most("inflation, time", abs(more), TIME_GOAL, (time(TIME_GOAL), time(more), limit))
    factor = Sample.of([one / other for one, other in zip(cost[mine], cost[others.name])]).median
    limit = time(Sample.of(cost[others.name]).median)
    section.at_most("overhead of a run", factor, COST_GOAL, (f"{digits(COST_GOAL)} x", f"{digits(factor)} x", limit))
    return section
