"""The truths: runs of a program under benches/real/truth/poll.c and freeze.c, which know nothing of rprof."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from compare.processes import Ended, run

from .groups import made

SOURCES = Path(__file__).resolve().parent / "truth"
# The time limit of a run in seconds.
LIMIT = 120.0
# A run whose stops all had less than this share of the largest RSS says nothing about the peak of PSS.
NEAR_PEAK = 0.97


@dataclass(frozen=True)
class Poll:
    """The truth of one run, in bytes: the largest sum of RSS at a poll, and the largest RSS of one process.

    `largest` is a mark of the kernel that a poll read; `reported` is the maximum that wait4 reports at the end. The
    tool is one of the processes of `reported`.
    """

    rss: float
    largest: float
    reported: float
    # The longest time between two polls in seconds.
    widest: float


@dataclass(frozen=True)
class Frozen:
    """The truth of one run that was stopped again and again, in bytes: PSS, and what the control group counted.

    `charged` is 0 without a control group.
    """

    pss: float
    charged: float
    # The largest RSS at a stop, and the largest between the stops.
    rss: float
    passed: float

    @property
    def at_peak(self) -> bool:
        """True if a stop was made near the peak of RSS."""
        return self.rss >= NEAR_PEAK * self.passed


def polled(
    programs: Path, tool: Callable[[list[str]], list[str]], command: list[str], directory: Path, path: str
) -> tuple[Ended, Poll | None]:
    """Runs a command under a tool, beside the poller. `tool` makes the tool's command line."""
    out, pid = directory / "poll.json", directory / "pid"
    with made() as groups:
        inner = [str(SOURCES / "enter.sh"), str(pid), groups.entered, *command]
        members = str(groups.freezer / "cgroup.procs") if groups.freezer else "-"
        argv = [str(programs / "poll"), str(out), str(pid), members, *tool(inner)]
        ended = run(argv, directory, path, LIMIT, None)
    facts = _read(out)
    return ended, Poll(facts["rss"], facts["mark"], facts["reported"], facts["widest"]) if facts else None


def frozen(programs: Path, command: list[str], directory: Path, path: str) -> tuple[Ended, Frozen | None]:
    """Runs a command and stops it to read its PSS: whenever its RSS has grown, and at least every 0.05 s."""
    out, pid = directory / "freeze.json", directory / "pid"
    with made() as groups:
        inner = [str(SOURCES / "enter.sh"), str(pid), groups.entered, *command]
        places = [str(group) if group else "-" for group in (groups.freezer, groups.memory)]
        ended = run([str(programs / "freeze"), str(out), str(pid), *places, *inner], directory, path, LIMIT, None)
    facts = _read(out)
    return ended, Frozen(facts["pss"], facts["charged"], facts["rss"], facts["passed"]) if facts else None


def _read(out: Path) -> dict[str, float] | None:
    if not out.exists():
        return None
    facts: dict[str, float] = json.loads(out.read_text())
    return facts
