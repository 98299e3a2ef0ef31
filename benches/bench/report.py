"""The results in words: benches/RESULTS.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from measure.markdown import table

from .reasons import REASONS
from .section import Section
from .setting import Setting


def write(path: Path, sections: Sequence[Section], setting: Setting, machine: str, warning: str) -> None:
    """The whole file; to be called after each section, so that what was measured is kept when a later one fails."""
    path.write_text(_text(sections, setting, machine, warning))


def _text(sections: Sequence[Section], setting: Setting, machine: str, warning: str) -> str:
    goals = [
        [verdict.what, verdict.goal, verdict.measured, verdict.limit, verdict.outcome]
        for section in sections
        for verdict in section.verdicts
    ]
    tools = {tool.name: tool.version for tool in [setting.rprof, *setting.peers.values()] if tool.version}
    quick = "\n**A quick run: it shows that all works, and its numbers mean little.**\n" if setting.quick else ""
    return "".join(
        [
            "# What rprof costs\n\n",
            "`make bench` writes this file; what is changed by hand is lost. Everything was measured in one run, "
            "rprof, its peers and the limits in turn. Times are medians ± half the range between the quartiles. "
            "A limit is what the bare "
            "system calls cost, measured beside. 1 MB = 10^6 bytes, 1 MiB = 2^20 bytes.\n",
            quick,
            warning,
            "\n## Goals\n\n",
            table(["what", "goal", "measured", "limit", ""], goals),
            _reasons(sections),
            *(section.text() for section in sections),
            f"\n## Where\n\n{machine}",
            f"- {', '.join(f'{name} {version}' for name, version in tools.items())}\n",
        ]
    )


def _reasons(sections: Sequence[Section]) -> str:
    """What is known of why a goal is missed."""
    missed = [verdict.what for section in sections for verdict in section.verdicts if verdict.told and not verdict.met]
    known = [f"- {reason}\n" for start, reason in REASONS.items() if any(what.startswith(start) for what in missed)]
    return "".join(["\n## What is in the way\n\n", *known]) if known else ""
