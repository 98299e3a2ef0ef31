"""The CPU time that a profiler adds to real programs of many processes, in paired runs."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from measure.numbers import Sample, percent, time
from measure.run import run

from .peers import Tool
from .section import Section
from .setting import Setting
from .works import Work, rate, works


@dataclass
class Added:
    """The CPU time of runs under a tool, and of the tool alone, divided by that of the bare run of the same pair."""

    ratios: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)


def measure(setting: Setting) -> Section:
    """Runs each program bare and under each tool in turn. Each pair begins with a different one."""
    pairs = setting.pick(20, 2)
    section = Section(
        "CPU time added to real trees",
        f"Programs of `make compare-real` and two more, {pairs} pairs of runs. A pair has a bare run, a second bare "
        "run (*bare again*) and a run under each tool, each begun with another one. The CPU time is user and system "
        "time of all processes, also those of the profiler; orphans are waited for. The values are medians of the "
        "ratios to the bare run of the pair, with standard errors. *Of its own* is the CPU time of the profiler's main "
        "thread, divided by that of the bare run. It varies less, but does not contain what the profiler slows down.",
    )
    rows = []
    for work in works(setting, section):
        bare, found = _pairs(setting, work, pairs)
        for name, added in found.items():
            own = f"{Sample.of(added.own).median * 100:.2f} %" if added.own else ""
            rows.append([work.name, name, time(bare.median), _written(Sample.of(added.ratios)), own])
        for interval, goal in work.goals.items():
            if goal is not None:
                _judge(section, f"CPU time of {work.name} at {rate(interval)}", found, f"rprof, {rate(interval)}", goal)
    section.table(["program", "under", "CPU time, bare", "added", "of its own"], rows)
    return section


def _pairs(setting: Setting, work: Work, pairs: int) -> tuple[Sample, dict[str, Added]]:
    """Returns the CPU times of the bare runs, and what each tool added."""
    runs: dict[str, tuple[Tool | None, float]] = {"bare": (None, 0.1), "bare again": (None, 0.1)}
    for tool in setting.tools("mprof"):
        runs |= {f"{tool.name}, {rate(interval)}": (tool, interval) for interval in work.goals}
    names, bare = list(runs), []
    found = {name: Added() for name in names if name != "bare"}
    for number in range(pairs):
        shift = number % len(names)
        took = {name: _once(setting, work, *runs[name]) for name in names[shift:] + names[:shift]}
        base = took["bare"][0]
        bare.append(base)
        for name, added in found.items():
            cpu, own = took[name]
            added.ratios.append(cpu / base)
            if own is not None:
                added.own.append(own / base)
    return Sample.of(bare), found


def _once(setting: Setting, work: Work, tool: Tool | None, interval: float) -> tuple[float, float | None]:
    """Returns the CPU time of a run, and that of the tool alone if the kernel reports it."""
    with tempfile.TemporaryDirectory(prefix="bench-trees-") as name:
        own = Path(name)
        command = list(work.command(own))
        trace, answer = own / "run.dat", own / "launch.json"
        line = tool.record(interval, True, trace, command) if tool else command
        run([setting.floors.path("launch"), answer, *line], cwd=own, env=tool.environment if tool else None)
        took = json.loads(answer.read_text())
        return took["user"] + took["system"], took["own"] if tool else None


def _judge(section: Section, what: str, found: dict[str, Added], name: str, goal: float) -> None:
    """Adds a verdict. It stays undecided if the goal is within two standard errors of the value."""
    ours, again = Sample.of(found[name].ratios), Sample.of(found["bare again"].ratios)
    if abs(ours.median - 1 - goal) < 2 * ours.error and again.error > goal / 4:
        section.undecided(what, f"{goal:.0%}", f"{_written(ours)}; bare again {_written(again)}")
    else:
        section.at_most(what, ours.median - 1, goal, (f"{goal:.0%}", _written(ours), f"bare again {_written(again)}"))


def _written(sample: Sample) -> str:
    return f"{percent(sample.median - 1)} ± {sample.error * 100:.2f}"
