"""The results of one program: each number of rprof and of its peers, beside its truth."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from compare.tools import Tool
from measure.run import Skipped

from . import ours, runs, truth
from .judge import MIB, PSS_SHARE, RSS_SHARE, Judged, Number, Truth, judge, judge_bound, worst
from .program import Program
from .setting import Setting

RSS, LARGEST, PSS, ONCE = "sum of RSS", "largest process", "PSS", "upper bound of memory needed"


@dataclass
class Row:
    """The results of a program. `skipped` is the reason if it did not run, `failed` if it did not run under rprof."""

    program: Program
    skipped: str = ""
    failed: str = ""
    # What rprof reports, by the names above. A number that it does not report is missing.
    ours: dict[str, Judged] = field(default_factory=dict)
    # The sum of RSS and the PSS by peers; None for a peer that is not installed or has no answer.
    peers: dict[str, Judged | None] = field(default_factory=dict)
    peers_pss: Judged | None = None
    # The range of PSS and the largest memory that the control group counted; 0 if unknown.
    shared: Truth = Truth(0, 0)
    charged: float = 0


def measure(program: Program, setting: Setting) -> Row:
    """Makes all runs of a program."""
    row = Row(program)
    try:
        shared = runs.prepare(program, setting.scratch, setting.python)
        found = _stopped(program, setting, shared)
    except (Skipped, subprocess.SubprocessError, OSError) as error:
        row.skipped = str(error)
        return row
    row.shared = Truth(min(one.pss for one in found), max(one.pss for one in found))
    row.charged = max(one.charged for one in found)
    try:
        rounds = [_round(program, setting, shared, row.shared) for _ in range(setting.rounds)]
    except (Skipped, subprocess.SubprocessError, OSError) as error:
        row.failed = str(error)
        return row
    for name in (RSS, LARGEST, PSS, ONCE):
        judged = [one[name] for one in rounds if name in one]
        if judged:
            row.ours[name] = worst(judged)
    for tool in setting.tools[1:]:
        row.peers[tool.name] = _peer(tool, program, setting, shared, None)
    row.peers_pss = _peer(setting.mprof_pss, program, setting, shared, row.shared)
    return row


def _stopped(program: Program, setting: Setting, shared: Path) -> list[truth.Frozen]:
    """Makes the runs for the truth of PSS, two more than rounds. A run without a stop near the peak is repeated."""
    wanted = setting.rounds + 2
    found: list[truth.Frozen] = []
    for _ in range(2 * wanted):
        one = runs.frozen(program, setting, shared)
        if one.at_peak:
            found.append(one)
        else:
            print(
                f"{program.name}: no stop near the peak, {one.rss / MIB:.1f} of {one.passed / MIB:.1f} MiB", flush=True
            )
        if len(found) == wanted:
            return found
    if not found:
        raise Skipped("no stop near the peak in any run")
    return found


def _round(program: Program, setting: Setting, shared: Path, shared_truth: Truth) -> dict[str, Judged]:
    """Runs a program under rprof once and compares its numbers with the truths."""
    tool = setting.tools[0]
    poll, mine = runs.under(tool, program, setting, shared, lambda own: ours.read(str(tool.program), own / "run.dat"))
    # wait4 covers the time after the last poll. rprof is one of its processes, but a small one.
    largest = max(poll.largest, poll.reported)
    shared_truth = shared_truth.capped(max(poll.rss, largest))
    judged = {
        RSS: judge(mine.rss, _exactly(max(poll.rss, largest)), RSS_SHARE),
        LARGEST: judge(mine.largest, _exactly(largest), RSS_SHARE),
        ONCE: judge_bound(mine.once, shared_truth, PSS_SHARE),
    }
    if mine.pss is not None:
        judged[PSS] = judge(mine.pss, shared_truth, PSS_SHARE)
    return judged


def _peer(tool: Tool, program: Program, setting: Setting, shared: Path, shared_truth: Truth | None) -> Judged | None:
    """Runs a program under a peer once. Its RSS is compared with the truth of its own run."""
    if tool.program is None:
        return None
    try:
        poll, peak = runs.under(tool, program, setting, shared, lambda own: tool.read(str(tool.program), own).peak)
    except (Skipped, OSError, ValueError, LookupError, TypeError) as error:
        print(f"{program.name} under {tool.name}: {error}", flush=True)
        return None
    if peak is None:
        return None
    number = Number(peak, None, labelled=False)
    if shared_truth:
        return judge(number, shared_truth.capped(max(poll.rss, poll.largest)), PSS_SHARE)
    return judge(number, _exactly(max(poll.rss, poll.largest)), RSS_SHARE)


def _exactly(value: float) -> Truth:
    return Truth(value, value)
