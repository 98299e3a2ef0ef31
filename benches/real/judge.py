"""The judge of the numbers. A number is right, labelled by rprof itself, or wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MIB = 1 << 20
# The distance from the truth that a right number may have, as a share of the truth.
RSS_SHARE = 0.01
PSS_SHARE = 0.05


class Outcome(Enum):
    """The outcome of a comparison, from best to worst, with the sign of the table."""

    RIGHT = "✓"
    LABELLED = "≤"
    WRONG = "✗"


@dataclass(frozen=True)
class Truth:
    """The range of a true value in bytes. Both ends are equal if one run saw it."""

    low: float
    high: float

    def capped(self, most: float) -> Truth:
        """Returns the range of a run whose RSS was `most`: PSS is never above RSS, but runs differ."""
        return Truth(min(self.low, most), min(self.high, most))


@dataclass(frozen=True)
class Number:
    """A reported number in bytes with its upper bound. Without a label the value claims to be the truth itself."""

    value: float | None
    upper: float | None
    labelled: bool
    # The distance by which the kernel's own marks may be off, as rprof reports it.
    uncertainty: float = 0


@dataclass(frozen=True)
class Judged:
    """A number with its truth and the outcome."""

    number: Number
    truth: Truth
    outcome: Outcome


def judge(number: Number, truth: Truth, share: float) -> Judged:
    """Compares a number with the truth.

    A value is right within `share` of the truth. A labelled value that is farther away must lie below the truth. An
    upper bound below the truth is wrong, however close the value is.
    """
    if number.value is None:
        return Judged(number, truth, Outcome.WRONG)
    close = truth.low * (1 - share) <= number.value <= truth.high * (1 + share)
    bounded = number.upper is None or number.upper >= truth.low - max(number.uncertainty, truth.low * share * 0.1)
    if not number.labelled:
        return Judged(number, truth, Outcome.RIGHT if close and bounded else Outcome.WRONG)
    below = number.value <= truth.high * (1 + share)
    if not (bounded and below):
        return Judged(number, truth, Outcome.WRONG)
    return Judged(number, truth, Outcome.RIGHT if close else Outcome.LABELLED)


def judge_bound(upper: float | None, truth: Truth, share: float) -> Judged:
    """Compares an upper bound that stands alone with the truth. Unknown is an honest answer."""
    number = Number(None, upper, labelled=True)
    if upper is None:
        return Judged(number, truth, Outcome.LABELLED)
    if upper < truth.low * (1 - share * 0.1):
        return Judged(number, truth, Outcome.WRONG)
    return Judged(number, truth, Outcome.RIGHT if upper <= truth.high * (1 + share) else Outcome.LABELLED)


def worst(judged: list[Judged]) -> Judged:
    """Returns the worst of several rounds; of equal ones the first."""
    order = list(Outcome)
    return max(judged, key=lambda one: order.index(one.outcome))
