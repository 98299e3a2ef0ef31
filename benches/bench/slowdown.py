"""The slow-down of a program that a profiler samples a thousand times a second."""

from __future__ import annotations

from dataclasses import dataclass

from measure.numbers import Sample, digits, percent
from measure.run import run

from .peers import Tool
from .section import Section
from .setting import Setting

# Each kind of work, and the slow-down by rprof that is allowed.
GOALS = {"faults": 0.02, "compute": 0.01, "forks": 0.01}
INTERVAL = 0.001


@dataclass(frozen=True)
class Slower:
    """The ratios to bare runs, of the wall clock and of the program's own CPU time."""

    wall: Sample
    cpu: Sample


def measure(setting: Setting) -> Section:
    """Runs each program bare, bare again and under each tool in turn. Each round begins with a different one."""
    rounds, seconds = setting.pick(90, 3), 0.25
    section = Section(
        "Slow-down of the program at 1 kHz",
        f"Programs in C do a fixed amount of work, about {seconds:g} s of it, and time it themselves. The work is "
        f"touching fresh pages, computing, or forking. Each of {rounds} rounds has a bare run, a second bare run "
        "(*bare again*) and a run under each tool. The runs are short because the speed of the machine drifts within "
        "seconds. The values are medians of the ratios within a round, with standard errors: of the wall clock, and of "
        "the program's own CPU time. The difference of *bare again* is the limit: a smaller slow-down cannot be "
        "measured.",
    )
    rows = []
    for kind, goal in GOALS.items():
        ratios = compare(setting, [kind, _calibrated(setting, kind, seconds)], setting.tools("mprof"), INTERVAL, rounds)
        rows += [[kind, name, *cells(slower)] for name, slower in ratios.items()]
        judge(section, f"slow-down, {kind}", ratios, "rprof", goal)
    section.table(["program", "under", "slow-down", "CPU time"], rows)
    return section


def judge(section: Section, what: str, ratios: dict[str, Slower], name: str, goal: float) -> None:
    """Adds a verdict on a slow-down by wall clock.

    The goal stays undecided if it is within two standard errors of the value and the error of a second bare run is
    more than half of the goal.
    """
    ours, again = ratios[name].wall, ratios["bare again"].wall
    if abs(ours.median - 1 - goal) < 2 * ours.error and again.error > goal / 2:
        section.undecided(what, f"{goal:.0%}", f"{_written(ours)}; bare again {_written(again)}")
        return
    written = (f"{goal:.0%}", _written(ours), f"bare again {_written(again)}")
    section.at_most(what, ours.median - 1, goal, written)


def cells(slower: Slower) -> list[str]:
    """Returns the two cells of a table row."""
    return [_written(slower.wall), _written(slower.cpu)]


def compare(setting: Setting, work: list[object], tools: list[Tool], interval: float, rounds: int) -> dict[str, Slower]:
    """Returns the ratios to the bare run of the same round, by tool."""
    child, trace = setting.child(*work), setting.scratch / "slow.dat"
    commands = {"bare": child, "bare again": child}
    commands |= {tool.name: tool.record(interval, True, trace, child) for tool in tools}
    paths = {tool.name: tool.environment for tool in tools}
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            output = run(commands[name], env=paths.get(name), cwd=setting.scratch).output
            wall, cpu = output.split()[-2:]
            took[name].append((float(wall), float(cpu)))
            trace.unlink(missing_ok=True)
    bare = took.pop("bare")
    return {name: Slower(*(_ratios(values, bare, which) for which in (0, 1))) for name, values in took.items()}


def _ratios(values: list[tuple[float, float]], bare: list[tuple[float, float]], which: int) -> Sample:
    return Sample.of([one[which] / other[which] for one, other in zip(values, bare)])


def _calibrated(setting: Setting, kind: str, seconds: float) -> int:
    """Returns the amount of that work that takes `seconds` on this machine."""
    first = {"faults": 4, "compute": 20, "forks": 100}[kind]
    took = min(float(run(setting.child(kind, first)).output.split()[0]) for _ in range(3))
    return max(1, round(float(digits(first * seconds / took))))


def _written(sample: Sample) -> str:
    return f"{percent(sample.median - 1)} ± {sample.error * 100:.2f}"
