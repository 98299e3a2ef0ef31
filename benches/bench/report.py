"""The writer of benches/RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measure.markdown import table

from .reasons import REASONS
from .section import Section
from .setting import Setting


def write(path: Path, sections: Sequence[Section], setting: Setting, machine: str, warning: str) -> None:
    """Writes the whole file. Called after each section, so that results remain if a later measurement fails."""
    path.write_text(_text(sections, setting, machine, warning))


def _text(sections: Sequence[Section], setting: Setting, machine: str, warning: str) -> str:
    goals = [
        [verdict.what, verdict.goal, verdict.measured, verdict.limit, verdict.outcome]
        for section in sections
        for verdict in section.verdicts
    ]
    tools = {tool.name: tool.version for tool in [setting.rprof, *setting.peers.values()] if tool.version}
    quick = (
        "\n**This was a quick run, a check that everything works. Its numbers mean little.**\n" if setting.quick else ""
    )
    return "".join(
        [
            "# The cost of rprof\n\n",
            "`make bench` writes this file; changes by hand are lost. One run measured everything: rprof, its peers "
            "and the limits in turn. A time is a median ± half the interquartile range. A *limit* is the cost of the "
            "bare system calls or of a program that does the least possible work, measured in the same run. "
            "1 MB = 10^6 bytes, 1 MiB = 2^20 bytes.\n",
            quick,
            warning,
            "\n## Goals\n\n",
            table(["quantity", "goal", "measured", "limit", "outcome"], goals),
            _reasons(sections),
            *(section.text() for section in sections),
            f"\n## Machine\n\n{machine}",
            f"- {', '.join(f'{name} {version}' for name, version in tools.items())}\n",
        ]
    )


def _reasons(sections: Sequence[Section]) -> str:
    """Returns the known reasons for the missed goals."""
    verdicts = [verdict for section in sections for verdict in section.verdicts]
    missed = [verdict.what for verdict in verdicts if verdict.decided and not verdict.met]
    known = [f"- {reason}\n" for start, reason in REASONS.items() if any(what.startswith(start) for what in missed)]
    return "".join(["\n## Why goals are missed\n\n", *known]) if known else ""
