"""What a measurement comes to: tables with words around them, and a verdict on each goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from measure.markdown import table
from measure.numbers import digits


@dataclass(frozen=True)
class Verdict:
    """A goal, what was measured, and the limit measured beside it, all in words."""

    what: str
    goal: str
    measured: str
    limit: str
    met: bool
    missed_by: str = ""
    told: bool = True

    @property
    def outcome(self) -> str:
        """In a word, or by how much."""
        if not self.told:
            return "**not to be told**"
        return "met" if self.met else f"**missed by {self.missed_by}**"


@dataclass
class Section:
    """A row of the table of goals, and all that stands behind it."""

    title: str
    how: str
    tables: list[str] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Adds a table."""
        self.tables.append(table(head, rows))

    def at_most(self, what: str, value: float, goal: float, written: tuple[str, str, str]) -> None:
        """Adds a verdict on a value that must not be larger; `written` is goal, value and limit in words."""
        self._verdict(what, value <= goal, value / goal if goal else float("inf"), written)

    def at_least(self, what: str, value: float, goal: float, written: tuple[str, str, str]) -> None:
        """Adds a verdict on a value that must not be smaller."""
        self._verdict(what, value >= goal, goal / value if value else float("inf"), written)

    def untold(self, what: str, goal: str, why: str) -> None:
        """Adds a goal of which nothing can be said."""
        self.verdicts.append(Verdict(what, goal, why, "n/a", met=False, told=False))

    def _verdict(self, what: str, met: bool, by: float, written: tuple[str, str, str]) -> None:
        goal, measured, limit = written
        self.verdicts.append(Verdict(what, goal, measured, limit, met, f"{digits(by)} x"))

    def text(self) -> str:
        """In Markdown."""
        return f"\n## {self.title}\n\n{self.how}\n\n" + "\n".join(self.tables)
