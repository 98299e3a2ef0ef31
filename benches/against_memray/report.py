"""The document: a table of the programs, the versions, and the reasons why numbers of both tools differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from measure.markdown import table
from measure.numbers import mib

from .functions import Held, Row
from .programs import COMMIT, Program, listed
from .verdict import Verdict

TOP = 3

HEAD = """# The example programs of memray under rprof and memray

`make compare-memray` writes this file; changes by hand are lost. [docs/where.md](../docs/where.md#beside-memray) explains
the differences.

The programs are those of memray's repository, commit {commit}. Each ran {rounds} times under `rprof run --where`, under
`memray run`, and under `memray run --native`; the table has the run with the median peak. Both tools name the innermost
Python function of each stack, or, in the case of rprof, of a library that is no part of Python. *Other* is the memory
that rprof found in the process besides: the interpreter, its libraries and files, and memory without a recorded fault.
memray does not count it.

"""


@dataclass
class Result:
    """The runs of a program under each tool; `skipped` is the reason if there are none."""

    program: Program
    skipped: str = ""
    ours: Held | None = None
    theirs: Held | None = None
    native: Held | None = None
    verdict: Verdict = field(default_factory=lambda: Verdict(False, None))


def text(results: Sequence[Result], facts: str, rounds: int) -> str:
    """Returns the document."""
    head = ["program", "RSS, rprof", "other", "rprof", "heap, memray", "memray", "memray --native", "same first function"]
    rows = [_row(result) for result in results]
    ran = [result for result in results if not result.skipped]
    same = sum(result.verdict.same for result in ran)
    unexplained = sum(result.verdict.reason is None for result in ran)
    counts = f"**The same first function: {same} of {len(ran)} programs; without an explanation: {unexplained}.**"
    parts = [
        HEAD.format(commit=f"`{COMMIT[:12]}`", rounds=rounds) + table(head, rows),
        f"{counts}\n",
        f"The programs:\n\n{listed([result.program for result in results])}",
        f"## Machine\n\n{facts}",
    ]
    return "\n".join(parts)


def line(result: Result) -> str:
    """Returns the outcome of a program as a line of text."""
    if result.skipped:
        return f"skipped: {result.skipped}"
    ours, theirs = (", ".join(_cells(held.rows)) if held else "" for held in (result.ours, result.theirs))
    return f"rprof: {ours}; memray: {theirs}; {_outcome(result.verdict)}"


def _row(result: Result) -> list[str]:
    ours, theirs, native = result.ours, result.theirs, result.native
    if ours is None or theirs is None or native is None:
        return [result.program.name, f"skipped: {result.skipped}", *[""] * 6]
    return [
        result.program.name,
        mib(ours.peak),
        mib(ours.peak - ours.listed),
        "<br>".join(_cells(ours.rows)),
        mib(theirs.peak),
        "<br>".join(_cells(theirs.rows)),
        "<br>".join(_cells(native.rows)),
        _outcome(result.verdict),
    ]


def _cells(rows: Sequence[Row]) -> list[str]:
    return [f"`{row.name}` {mib(row.bytes)}" for row in rows[:TOP]]


def _outcome(verdict: Verdict) -> str:
    if verdict.same:
        return "yes"
    return f"no: {verdict.reason}" if verdict.reason else "no, **unexplained**"
