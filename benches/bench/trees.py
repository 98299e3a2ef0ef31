"""The CPU time that a profiler adds to real programs of many processes, in paired runs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from measure import venv
from measure.numbers import Sample, percent, time
from measure.run import Failed, run
from real import runs as real
from real.program import Program, Room, Skipped
from real.programs import PROGRAMS

from .peers import Tool
from .section import Section
from .setting import Setting

PYTEST = ("pytest==8.4.2", "pytest-xdist==3.8.0")
TESTS = 60
# Programs of `make compare-real`: what the report calls them, and the goals, see `Work`.
REAL: dict[str, tuple[str, dict[float, float | None]]] = {
    "chromium": ("a screenshot by chromium", {0.1: 0.03}),
    "make -j4": ("make -j4", {0.1: 0.02, 0.001: 0.08}),
}

# From the run's own directory to the command.
Command = Callable[[Path], Sequence[str]]


@dataclass(frozen=True)
class Work:
    """A program, and by interval in seconds the CPU time that rprof may add; None if there is no goal."""

    name: str
    command: Command
    goals: dict[float, float | None]


@dataclass
class Added:
    """The CPU time of runs under a tool, divided by that of the bare run of the same pair, and rprof's own share."""

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
        "ratios to the bare run of the pair, with standard errors. *rprof's own* is the CPU time that the command did "
        "not use, by rprof's trace, divided by that of the bare run. It varies less, but does not contain what rprof "
        "slows down.",
    )
    rows = []
    for work in _works(setting, section):
        bare, found = _pairs(setting, work, pairs)
        for name, added in found.items():
            own = f"{Sample.of(added.own).median * 100:.2f} %" if added.own else ""
            rows.append([work.name, name, time(bare.median), _written(Sample.of(added.ratios)), own])
        for interval, goal in work.goals.items():
            rate = _rate(interval)
            if goal is not None:
                _judge(section, f"CPU time of {work.name} at {rate}", found, f"rprof, {rate}", goal)
    section.table(["program", "under", "CPU time, bare", "added", "rprof's own"], rows)
    return section


def _works(setting: Setting, section: Section) -> list[Work]:
    """Returns the programs that this machine can run. A goal of a program that is missing stays undecided."""
    works = []
    for name, (what, goals) in REAL.items():
        [program] = [one for one in PROGRAMS if one.name == name]
        try:
            shared = real.prepare(program, setting.scratch, None)
        except (Skipped, OSError) as error:
            for interval, goal in goals.items():
                section.undecided(f"CPU time of {what} at {_rate(interval)}", f"{goal:.0%}" if goal else "", str(error))
            continue
        works.append(Work(what, _command(program, shared), goals))
    requests = setting.pick(400, 40)
    works.append(Work("a fork server", lambda _: setting.child("serve", requests, 100), {0.1: None}))
    try:
        python = venv.make(setting.installed / "pytest", PYTEST) / "python"
        works.append(Work("pytest, two workers", lambda own: _pytest(python, own), {0.1: None}))
    except (Failed, OSError) as error:
        print(f"trees: pytest is skipped: {error}", flush=True)
    return works


def _command(program: Program, shared: Path) -> Command:
    return lambda own: program.command(Room(shared, own, Path("python3")))


def _pytest(python: Path, own: Path) -> list[str]:
    body = "\n".join(
        f"def test_{number}():\n    held = [str(i) for i in range(100000)]\n    assert len(held) == 100000\n"
        for number in range(TESTS)
    )
    (own / "test_numbers.py").write_text(body)
    return [str(python), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(own)]


def _pairs(setting: Setting, work: Work, pairs: int) -> tuple[Sample, dict[str, Added]]:
    """Returns the CPU times of the bare runs, and what each tool added."""
    runs: dict[str, tuple[Tool | None, float]] = {"bare": (None, 0.1), "bare again": (None, 0.1)}
    for tool in setting.tools("mprof"):
        runs |= {f"{tool.name}, {_rate(interval)}": (tool, interval) for interval in work.goals}
    names, bare = list(runs), []
    found = {name: Added() for name in names if name != "bare"}
    for number in range(pairs):
        shift = number % len(names)
        took = {name: _once(setting, work, *runs[name]) for name in names[shift:] + names[:shift]}
        base = took["bare"][0]
        bare.append(base)
        for name, added in found.items():
            cpu, commands = took[name]
            added.ratios.append(cpu / base)
            if commands is not None:
                added.own.append((cpu - commands) / base)
    return Sample.of(bare), found


def _once(setting: Setting, work: Work, tool: Tool | None, interval: float) -> tuple[float, float | None]:
    """Returns the CPU time of a run, and of the command alone if the trace reports it."""
    with tempfile.TemporaryDirectory(prefix="bench-trees-") as name:
        own = Path(name)
        command = list(work.command(own))
        trace, answer = own / "run.dat", own / "launch.json"
        line = tool.record(interval, True, trace, command) if tool else command
        run([setting.floors.path("launch"), answer, *line], cwd=own, env=tool.environment if tool else None)
        took = json.loads(answer.read_text())
        return took["user"] + took["system"], _commands(trace)


def _commands(trace: Path) -> float | None:
    """Returns the CPU time of the command by the last line of rprof's trace; None if it is another tool's."""
    last = trace.read_text().splitlines()[-1] if trace.exists() else ""
    if not last.startswith("END "):
        return None
    end = json.loads(last[4:])
    return float(end["user_s"] + end["system_s"])


def _judge(section: Section, what: str, found: dict[str, Added], name: str, goal: float) -> None:
    """Adds a verdict. It stays undecided if the goal is within two standard errors of the value."""
    ours, again = Sample.of(found[name].ratios), Sample.of(found["bare again"].ratios)
    if abs(ours.median - 1 - goal) < 2 * ours.error and again.error > goal / 4:
        section.undecided(what, f"{goal:.0%}", f"{_written(ours)}; bare again {_written(again)}")
    else:
        section.at_most(what, ours.median - 1, goal, (f"{goal:.0%}", _written(ours), f"bare again {_written(again)}"))


def _rate(interval: float) -> str:
    rate = 1 / interval
    return f"{rate / 1000:g} kHz" if rate >= 1000 else f"{rate:g} Hz"


def _written(sample: Sample) -> str:
    return f"{percent(sample.median - 1)} ± {sample.error * 100:.2f}"
