"""The judge of answers. One rule holds for every tool and every case."""

from __future__ import annotations

from dataclasses import dataclass

from .answer import Answer, Curve
from .case import MIB, Case, Truth
from .processes import Ended

# An answer may differ from the truth by the larger of the two.
TOLERANCE_BYTES = 2 * MIB
TOLERANCE_SHARE = 0.02
# An upper bound counts as an answer only up to this multiple of the truth.
WIDEST_BOUND = 2.0


@dataclass(frozen=True)
class Verdict:
    """The content of a cell of the table."""

    right: bool
    text: str


def judge(case: Case, ended: Ended, answer: Answer) -> Verdict:
    """Compares an answer with the truth, and checks the other conditions of the case."""
    faults = _faults(case, ended, answer)
    value = answer.shared_once if case.shared and answer.shared_once is not None else answer.peak
    if value is None:
        return Verdict(False, ", ".join(["no peak", *faults]))
    text = _mib(value)
    right = _close(value, case.truth)
    if case.shared:
        if answer.shared_once is not None and answer.peak is not None:
            text += f" (sum of RSS: {_mib(answer.peak)})"
    elif answer.upper is not None:
        right = _bounds_hold(right, value, answer.upper, case.truth)
        text += " (exact)" if answer.upper == value else f" (at most {_mib(answer.upper)})"
    return Verdict(right and not faults, ", ".join([text, *faults]))


def worst(verdicts: list[Verdict]) -> Verdict:
    """Returns one verdict for several runs: right if all are right, otherwise the first wrong one and a count."""
    wrong = [verdict for verdict in verdicts if not verdict.right]
    if not wrong:
        return verdicts[0]
    right = len(verdicts) - len(wrong)
    return Verdict(False, f"{wrong[0].text} (right in {right} of {len(verdicts)})" if right else wrong[0].text)


def tolerance(truth: Truth) -> float:
    """Returns the distance from the truth in bytes that an answer may have."""
    return max(TOLERANCE_BYTES, TOLERANCE_SHARE * truth.low)


def _close(value: float, truth: Truth) -> bool:
    return truth.low - tolerance(truth) <= value <= truth.high + tolerance(truth)


def _bounds_hold(close: bool, lower: float, upper: float, truth: Truth) -> bool:
    """True if the upper bound is not below the truth, and either the peak is close or the bounds are narrow."""
    narrow = lower <= truth.high and upper <= WIDEST_BOUND * truth.high
    return upper >= truth.low and (close or narrow)


def _faults(case: Case, ended: Ended, answer: Answer) -> list[str]:
    faults = []
    if ended.exit_code is None:
        faults.append("did not end")
    elif ended.exit_code != case.exit_code:
        faults.append(f"exit code {ended.exit_code}")
    if case.terminate_at and ended.left_behind:
        faults.append("command keeps running")
    if case.steady and answer.curve:
        lowest = min((value for _, value in _middle(answer.curve)), default=0.0)
        if lowest < case.truth.low - tolerance(case.truth):
            faults.append(f"falls to {_mib(lowest)}")
    return faults


def _middle(curve: Curve) -> Curve:
    """Returns the points between a quarter and three quarters of the time."""
    begin, end = min(t for t, _ in curve), max(t for t, _ in curve)
    quarter = (end - begin) / 4
    return [(t, value) for t, value in curve if begin + quarter <= t <= end - quarter]


def _mib(value: float) -> str:
    return f"{value / MIB:.1f}"
