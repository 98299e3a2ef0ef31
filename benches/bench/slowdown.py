"""How much slower a program is that is watched a thousand times a second."""

from __future__ import annotations

from dataclasses import dataclass

from measure.numbers import Sample, digits, percent
from measure.run import run

from .peers import Tool
from .section import Section
from .setting import Setting

# What is done, and by how much rprof may slow it down.
GOALS = {"faults": 0.02, "compute": 0.01, "forks": 0.01}
INTERVAL = 0.001


@dataclass(frozen=True)
class Slower:
    """Ratios to bare runs, of wall clock and of the program's own CPU time."""

    wall: Sample
    cpu: Sample


def measure(setting: Setting) -> Section:
    """Bare, bare again, and under each tool in turn; each round begins with another of them."""
    rounds, seconds = setting.pick(90, 3), 0.25
    section = Section(
        "Slow-down of the program at 1 kHz",
        f"Programs in C that do a fixed amount of work, about {seconds:g} s of it, and time it themselves: touching "
        f"fresh pages, computing, forking. {rounds} rounds; each is a run bare, one bare again, and one under each "
        "tool. Short runs and many: the machine's own speed drifts within seconds. Medians of the ratios of a round, "
        "of wall clock and of the program's own CPU time, with standard errors. What *bare again* differs by is the "
        "limit: nothing smaller can be told.",
    )
    rows = []
    for kind, goal in GOALS.items():
        ratios = compare(setting, [kind, _calibrated(setting, kind, seconds)], setting.tools("mprof"), INTERVAL, rounds)
        rows += [[kind, name, *cells(slower)] for name, slower in ratios.items()]
        judge(section, f"slow-down, {kind}", ratios, "rprof", goal)
    section.table(["program", "under", "slow-down", "CPU time"], rows)
    return section


def judge(section: Section, what: str, ratios: dict[str, Slower], name: str, goal: float) -> None:
    """A verdict on a slow-down by wall clock; nothing is said where the goal is within two standard errors and another
    bare run differs as much."""
    ours, again = ratios[name].wall, ratios["bare again"].wall
    if abs(ours.median - 1 - goal) < 2 * ours.error and again.error > goal / 2:
        section.untold(what, f"{goal:.0%}", f"{_written(ours)}; bare again {_written(again)}")
        return
    said = (f"{goal:.0%}", _written(ours), f"bare again {_written(again)}")
    section.at_most(what, ours.median - 1, goal, said)


def cells(slower: Slower) -> list[str]:
    """Of a table."""
    return [_written(slower.wall), _written(slower.cpu)]


def compare(setting: Setting, work: list[object], tools: list[Tool], interval: float, rounds: int) -> dict[str, Slower]:
    """Ratios to the bare run of the same round, by tool."""
    child, trace = setting.child(*work), setting.scratch / "slow.dat"
    commands = {"bare": child, "bare again": child}
    commands |= {tool.name: tool.record(interval, True, trace, child) for tool in tools}
    paths = {tool.name: tool.environment for tool in tools}
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            said = run(commands[name], env=paths.get(name), cwd=setting.scratch).output
            wall, cpu = said.split()[-2:]
            took[name].append((float(wall), float(cpu)))
            trace.unlink(missing_ok=True)
    bare = took.pop("bare")
    return {name: Slower(*(_ratios(values, bare, which) for which in (0, 1))) for name, values in took.items()}


def _ratios(values: list[tuple[float, float]], bare: list[tuple[float, float]], which: int) -> Sample:
    return Sample.of([one[which] / other[which] for one, other in zip(values, bare)])


def _calibrated(setting: Setting, kind: str, seconds: float) -> int:
    """How much of that work takes so many seconds here."""
    first = {"faults": 4, "compute": 20, "forks": 100}[kind]
    took = min(float(run(setting.child(kind, first)).output.split()[0]) for _ in range(3))
    return max(1, round(float(digits(first * seconds / took))))


def _written(sample: Sample) -> str:
    return f"{percent(sample.median - 1)} ± {sample.error * 100:.2f}"
