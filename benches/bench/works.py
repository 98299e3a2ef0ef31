"""The programs of many processes that the section of bench.trees measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import venv
from measure.run import Failed, Skipped
from real import runs as real
from real.program import Program, Room
from real.programs import PROGRAMS

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


def works(setting: Setting, section: Section) -> list[Work]:
    """Returns the programs that this machine can run. A goal of a program that is missing stays undecided."""
    found = []
    for name, (what, goals) in REAL.items():
        [program] = [one for one in PROGRAMS if one.name == name]
        try:
            shared = real.prepare(program, setting.scratch, None)
        except (Skipped, OSError) as error:
            for interval, goal in goals.items():
                section.undecided(f"CPU time of {what} at {rate(interval)}", f"{goal:.0%}" if goal else "", str(error))
            continue
        found.append(Work(what, _command(program, shared), goals))
    requests = setting.pick(400, 40)
    found.append(Work("a fork server", lambda _: setting.child("serve", requests, 100), {0.1: None}))
    try:
        python = venv.make(setting.installed / "pytest", PYTEST) / "python"
        found.append(Work("pytest, two workers", lambda own: _pytest(python, own), {0.1: None}))
    except (Failed, OSError) as error:
        print(f"trees: pytest is skipped: {error}", flush=True)
    return found


def _command(program: Program, shared: Path) -> Command:
    return lambda own: program.command(Room(shared, own, Path("python3")))


def _pytest(python: Path, own: Path) -> list[str]:
    body = "\n".join(
        f"def test_{number}():\n    held = [str(i) for i in range(100000)]\n    assert len(held) == 100000\n"
        for number in range(TESTS)
    )
    (own / "test_numbers.py").write_text(body)
    return [str(python), "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", str(own)]


def rate(interval: float) -> str:
    """Formats the rate of an interval in seconds."""
    hertz = 1 / interval
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz:g} Hz"
