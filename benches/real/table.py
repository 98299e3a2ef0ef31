"""The writer of the results: two tables, the list of programs, and the rule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compare import table as compare
from compare.tools import Tool
from measure import document as documents
from measure.markdown import table

from .judge import MIB, Judged, Outcome, Truth
from .rows import LARGEST, ONCE, PSS, RSS, Row

NAME = "compare-real"
HEADING = "## Real programs"
RULE = (
    "✓: within 1 % of the truth, or 5 % for PSS. ≤: farther away, but rprof itself says “at least” or “at most”, and "
    "the truth lies between its bounds. ✗: wrong. The truth of RSS is the largest sum that another program saw, which "
    "adds up `statm` a thousand times a second in the same run. For the largest process it is the largest high-water "
    "mark of the kernel. The truth of PSS is the largest sum of `smaps_rollup` while all processes were stopped, in "
    "runs of their own. *cgroup* is the anonymous and mapped memory that the control group was charged with; it does "
    "not contain libraries that were in memory before. *Needed* is the upper bound of the memory with each shared page "
    "counted once; it must not be below PSS. Ratios are ours ÷ truth and upper bound ÷ truth."
)


@dataclass(frozen=True)
class Counts:
    """The numbers of rprof by outcome, and the programs that were skipped or failed."""

    right: int
    labelled: int
    wrong: int
    skipped: int
    failed: int

    @property
    def text(self) -> str:
        """The counts as one line."""
        failed = f", {self.failed} failed under rprof" if self.failed else ""
        return (
            f"rprof: {self.right} numbers right, {self.labelled} labelled, {self.wrong} wrong; "
            f"{self.skipped} programs skipped{failed}"
        )


def counts(rows: list[Row]) -> Counts:
    """Counts the outcomes of all numbers of rprof."""
    outcomes = [judged.outcome for row in rows for judged in row.ours.values()]
    return Counts(
        outcomes.count(Outcome.RIGHT),
        outcomes.count(Outcome.LABELLED),
        outcomes.count(Outcome.WRONG),
        sum(bool(row.skipped) for row in rows),
        sum(bool(row.failed) for row in rows),
    )


def write(document: Path, rows: list[Row], tools: list[Tool], rounds: int) -> None:
    """Replaces the former results in the document."""
    documents.write(document, NAME, HEADING, render(rows, tools, rounds))


def render(rows: list[Row], tools: list[Tool], rounds: int) -> str:
    """Returns the tables and their explanation in Markdown."""
    setting = (
        f"{compare.setting()} Runs of each program under rprof: {rounds}; the table has the worst outcome. "
        "Each peer ran it once. GNU time reports the largest process, never a sum."
    )
    [mprof] = [tool for tool in tools if tool.name == "mprof"]
    return "\n\n".join(
        [setting, RULE, _rss(rows, tools[1:]), _shared(rows, mprof), f"**{counts(rows).text}.**", _programs(rows)]
    )


def _rss(rows: list[Row], peers: list[Tool]) -> str:
    head = ["sum of RSS", "truth", "rprof", "ratios", *(tool.name for tool in peers), "largest process", "rprof"]
    lines = []
    for row in rows:
        if row.skipped or row.failed:
            lines.append([row.program.name, _reason(row), *[""] * (len(head) - 2)])
            continue
        rss, largest = row.ours[RSS], row.ours[LARGEST]
        beside = [peer_cell(tool, row.peers.get(tool.name)) for tool in peers]
        ends = [_range(largest.truth), our_cell(largest)]
        lines.append([row.program.name, _range(rss.truth), our_cell(rss), ratios(rss), *beside, *ends])
    return table(head, lines).strip()


def _shared(rows: list[Row], mprof: Tool) -> str:
    head = ["shared pages once", "PSS, truth", "cgroup", "rprof", "ratios", "needed", "ratio", "mprof, PSS"]
    lines = []
    for row in rows:
        if row.skipped or row.failed:
            continue
        pss, once = row.ours.get(PSS), row.ours[ONCE]
        cells = [our_cell(pss), ratios(pss)] if pss else ["one process", ""]
        bound = _mib(once.number.upper) if once.number.upper else "unknown"
        cells += [f"{once.outcome.value} {bound}", ratios(once)]
        charged = _mib(row.charged) if row.charged else ""
        lines.append([row.program.name, _range(row.shared), charged, *cells, peer_cell(mprof, row.peers_pss)])
    return table(head, lines).strip()


def _programs(rows: list[Row]) -> str:
    return "\n".join(["The programs:", "", *(f"- **{row.program.name}**: {row.program.what}." for row in rows)])


def our_cell(judged: Judged) -> str:
    """Returns the sign and a number of rprof, with its upper bound if rprof prints one."""
    number = judged.number
    text = f"{judged.outcome.value} {_mib(number.value or 0)}"
    if not number.labelled:
        return text
    return f"{text} (at most {_mib(number.upper)})" if number.upper else f"{text} (at least)"


def peer_cell(tool: Tool, judged: Judged | None) -> str:
    """Returns the sign, a peer's number and its ratio to the truth of its own run."""
    if tool.program is None:
        return "not installed"
    if judged is None:
        return "✗ none"
    value = judged.number.value or 0
    return f"{judged.outcome.value} {_mib(value)} ({_nearest(value, judged.truth):.2f})"


def ratios(judged: Judged) -> str:
    """Returns value ÷ truth and upper bound ÷ truth, as far as they are known."""
    number = judged.number
    known = [value for value in (number.value, number.upper) if value is not None]
    return ", ".join(f"{_nearest(value, judged.truth):.3f}" for value in known)


def _nearest(value: float, truth: Truth) -> float:
    """Returns the ratio to the nearest value of the truth's range: 1 inside."""
    return value / min(max(value, truth.low), truth.high) if truth.high else float("nan")


def _range(truth: Truth) -> str:
    low, high = _mib(truth.low), _mib(truth.high)
    return low if low == high else f"{low}–{high}"


def _mib(value: float) -> str:
    return f"{value / MIB:.1f}"


def _reason(row: Row) -> str:
    return f"skipped: {row.skipped}" if row.skipped else f"✗ failed: {row.failed}"
