"""CPU time that watching one command takes: the profiler's own, without start-up and without the command's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from measure.run import run

from .peers import Tool
from .setting import Setting


@dataclass(frozen=True)
class Cost:
    """CPU seconds and how often the tool looked in them."""

    cpu: float
    ticks: int

    @property
    def tick(self) -> float:
        """CPU seconds of one look."""
        return self.cpu / self.ticks if self.ticks > 0 else float("nan")


def of(setting: Setting, tool: Tool, interval: float, tree: bool, child: Callable[[int], list[str]], ms: int) -> Cost:
    """A run of `ms` milliseconds, less the median of several of almost none: what both have, start-up and the child's
    own CPU time, goes away. Where start-up differs by more than the ticks cost there is no answer: `tick` is not a
    number."""
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
    # duct puts a name of its own behind the prefix.
    written = trace if trace.exists() else setting.scratch / "cost.dat.usage.jsonl"
    return Cost(used.cpu, tool.ticks(written.read_text()) if written.exists() else 0)
