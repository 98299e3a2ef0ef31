"""The writer of benches/RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measure import machine
from measure.markdown import table

from .kept import Measured
from .reasons import REASONS
from .section import Section

def write(path: Path, measured: Sequence[Measured], is_quick: bool) -> None:
    """Writes the whole file. Called after each section, so that results remain if a later measurement fails."""
    path.write_text(_text(measured, is_quick))


def _text(measured: Sequence[Measured], is_quick: bool) -> str:
    sections = [each.section for each in measured]
    goals = [
        [verdict.what, verdict.goal, verdict.measured, verdict.limit, verdict.outcome]
        for section in sections
        for verdict in section.verdicts
    ]
    quick = "\n**This was a quick run, a check that everything works. Its numbers mean little.**\n" if is_quick else ""
    return "".join(
        [
            "# The cost of rprof\n\n",
            "`make bench` writes this file; changes by hand are lost. One run measured each section: rprof, its peers "
            "and the limits in turn. A time is a median ± half the interquartile range. A *limit* is the cost of the "
            "bare system calls or of a program that does the least possible work, measured in the same run. "
            "1 MB = 10^6 bytes, 1 MiB = 2^20 bytes.\n",
            quick,
            "\n## Goals\n\n",
            table(["quantity", "goal", "measured", "limit", "outcome"], goals),
            _reasons(sections),
            *(f"{each.section.text()}\n{_circumstances(each)}" for each in measured),
            *(f"\n## Machine\n\n{facts}" for facts in dict.fromkeys(each.machine for each in measured)),
        ]
    )


def _circumstances(measured: Measured) -> str:
    """Returns the day, the version and, if the machine was busy, a warning."""
    words = f"Measured on {measured.date} with rprof {measured.rprof}."
    return f"{words}\n{machine.warning(measured.load)}"


def _reasons(sections: Sequence[Section]) -> str:
    """Returns the known reasons for the missed goals."""
    verdicts = [verdict for section in sections for verdict in section.verdicts]
    missed = [verdict.what for verdict in verdicts if verdict.decided and not verdict.met]
    known = [f"- {reason}\n" for start, reason in REASONS.items() if any(what.startswith(start) for what in missed)]
    return "".join(["\n## Why goals are missed\n\n", *known]) if known else ""
