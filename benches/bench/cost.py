"""The CPU time that a profiler needs for its ticks, without its start-up and without the command."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from measure.run import Failed, run

from .peers import Tool
from .setting import Setting


@dataclass(frozen=True)
class Cost:
    """The CPU time of a profiler in seconds, and the number of ticks that it made."""

    cpu: float
    ticks: int

    @property
    def tick(self) -> float:
        """The CPU time of one tick in seconds."""
        return self.cpu / self.ticks if self.ticks > 0 else float("nan")


def of(setting: Setting, tool: Tool, interval: float, tree: bool, child: Callable[[int], list[str]], ms: int) -> Cost:
    """Measures a run of `ms` milliseconds and subtracts the median of several runs of 1 ms.

    Both have start-up and the child's own CPU time, so the difference is the cost of the ticks alone. If start-up
    varies by more than the ticks cost, or if a peer fails, there is no result and `tick` is not a number.
    """
    try:
        return _difference(setting, tool, interval, tree, child, ms)
    except Failed as error:
        if tool is setting.rprof:
            raise
        print(f"skipped: {tool.name} failed: {error}", file=sys.stderr)
        return Cost(float("nan"), 0)


def _difference(
    setting: Setting, tool: Tool, interval: float, tree: bool, child: Callable[[int], list[str]], ms: int
) -> Cost:
    short = [_once(setting, tool, interval, tree, child(1)) for _ in range(setting.pick(7, 2))]
    long = _once(setting, tool, interval, tree, child(ms))
    cpu = long.cpu - median(one.cpu for one in short)
    doubt = max(one.cpu for one in short) - min(one.cpu for one in short)
    return Cost(cpu if cpu > doubt / 2 else float("nan"), round(long.ticks - median(one.ticks for one in short)))


def _once(setting: Setting, tool: Tool, interval: float, tree: bool, child: list[str]) -> Cost:
    trace = setting.scratch / "cost.dat"
    for old in setting.scratch.glob("cost.dat*"):
        old.unlink()
    used = run(tool.record(interval, tree, trace, child), env=tool.environment, cwd=setting.scratch)
    # duct appends its own suffix to the given prefix.
    written = trace if trace.exists() else setting.scratch / "cost.dat.usage.jsonl"
    return Cost(used.cpu, tool.ticks(written.read_text()) if written.exists() else 0)
