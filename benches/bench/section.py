"""A section of the report: its text, its tables and a verdict on each goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from measure.markdown import table
from measure.numbers import digits


@dataclass(frozen=True)
class Verdict:
    """A goal, the measured value and the limit, all as text."""

    what: str
    goal: str
    measured: str
    limit: str
    met: bool
    missed_by: str = ""
    decided: bool = True

    @property
    def outcome(self) -> str:
        """The outcome as text, with the factor by which a goal was missed."""
        if not self.decided:
            return "**undecided**"
        return "met" if self.met else f"**missed by {self.missed_by}**"


@dataclass
class Section:
    """A section of the report. Its verdicts become rows of the table of goals."""

    title: str
    how: str
    tables: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Adds a table."""
        self.tables.append(table(head, rows))

    def at_most(self, what: str, value: float, goal: float, written: tuple[str, str, str]) -> None:
        """Adds a verdict on a value that must not exceed its goal. `written` is goal, value and limit as text."""
        self._verdict(what, value <= goal, value / goal if goal else float("inf"), written)

    def at_least(self, what: str, value: float, goal: float, written: tuple[str, str, str]) -> None:
        """Adds a verdict on a value that must not be below its goal."""
        self._verdict(what, value >= goal, goal / value if value else float("inf"), written)

    def undecided(self, what: str, goal: str, why: str) -> None:
        """Adds a goal that the measurement could not decide."""
        self.verdicts.append(Verdict(what, goal, why, "n/a", met=False, decided=False))

    def _verdict(self, what: str, met: bool, by: float, written: tuple[str, str, str]) -> None:
        goal, measured, limit = written
        self.verdicts.append(Verdict(what, goal, measured, limit, met, f"{digits(by)} x"))

    def text(self) -> str:
        """Returns the section in Markdown."""
        return f"\n## {self.title}\n\n{self.how}\n\n" + "\n".join(self.tables)
