"""The writer of the results: Markdown between two marker lines of a document."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from measure import document as documents

from .case import MIB, Case
from .judge import Verdict
from .tools import Tool

NAME = "compare"
HEADING = "## Compared with other tools"


@dataclass(frozen=True)
class Results:
    """The content of the table: verdicts by case and tool, in the order of `cases` and `tools`."""

    cases: list[Case]
    tools: list[Tool]
    verdicts: dict[tuple[str, str], Verdict]
    swarm: int
    rounds: int
    notes: list[str]


def write(document: Path, results: Results) -> None:
    """Replaces the former results in the document. Adds the section if there is none."""
    documents.write(document, NAME, HEADING, render(results))


def render(results: Results) -> str:
    """Returns the table, the versions and options, and each case with the reason for its truth."""
    rows = [
        ["case", "truth", *(tool.name for tool in results.tools)],
        ["---"] * (len(results.tools) + 2),
        *(_row(case, results) for case in results.cases),
        _totals(results),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    rounds = f"each case ran {results.rounds} times under each tool."
    parts = [f"{setting()[:-1]}; {rounds}", "\n".join(lines), tools(results.tools), _cases(results), *results.notes]
    return "\n\n".join(parts)


def _row(case: Case, results: Results) -> list[str]:
    truth = f"{case.truth.low // MIB}–{case.truth.high // MIB}"
    return [case.name, truth, *(cell(results.verdicts[case.name, tool.name]) for tool in results.tools)]


def cell(verdict: Verdict) -> str:
    """Returns the text of a cell: ✓ or ✗ and the value."""
    return f"{'✓' if verdict.right else '✗'} {verdict.text}"


def _totals(results: Results) -> list[str]:
    return ["**right**", "", *(f"**{right_of(tool, results)} of {len(results.cases)}**" for tool in results.tools)]


def right_of(tool: Tool, results: Results) -> int:
    """Returns the number of cases in which a tool is right."""
    return sum(results.verdicts[case.name, tool.name].right for case in results.cases)


def setting() -> str:
    """Returns a sentence with the unit, the date and the machine."""
    system = f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}"
    return f"All numbers are in MiB. Measured on {date.today()}, {system}, {os.cpu_count()} cores."


def tools(listed: list[Tool]) -> str:
    """Returns a list of the tools with their versions and commands."""
    lines = ["Version and command of each tool:", ""]
    for tool in listed:
        version = f"{tool.version}, " if tool.version else ""
        command = f"{version}`{tool.options}`" if tool.program else "**not installed on this machine**"
        lines.append(f"- {tool.name}: {command}")
    return "\n".join(lines)


def _cases(results: Results) -> str:
    lines = ["The cases, and the reason for each truth:", ""]
    for case in results.cases:
        what = case.what.format(swarm=results.swarm)
        lines.append(f"- **{case.name}**: {what}. Truth: {case.truth.why}.")
    return "\n".join(lines)
