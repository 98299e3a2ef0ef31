"""The comparison of two runs: do both tools name the same function first, and if not, which fact explains it?"""

from __future__ import annotations

from dataclasses import dataclass

from measure.numbers import mib

from .functions import Function, Held, is_script

# Two functions are level if they differ by less than this part of the peak.
LEVEL = 0.05


@dataclass(frozen=True)
class Verdict:
    """The outcome for one program. `reason` is empty if both name the same function, and None if nothing explains it."""

    same: bool
    reason: str | None


def judge(ours: Held, theirs: Held) -> Verdict:
    """Compares the first functions of two runs."""
    if not ours.rows or not theirs.rows:
        return Verdict(False, None)
    own, other = ours.rows[0], theirs.rows[0].function
    if own.function == other:
        return Verdict(True, "")
    first = _first(ours.by_script)
    if not first[0]:
        return Verdict(False, None)
    if first == other and not is_script(own.library):
        return Verdict(
            False,
            f"`{own.library}` is no part of Python: rprof prints its function `{own.name}`, memray the script that called "
            f"it. By functions of scripts both name `{_name(other)}`: {mib(ours.by_script[other])} and "
            f"{mib(theirs.by_script[other])}",
        )
    gap = ours.by_script.get(first, 0) - ours.by_script.get(other, 0)
    if gap < LEVEL * ours.peak:
        return Verdict(False, f"`{_name(first)}` and `{_name(other)}` are level: they differ by {mib(gap)}")
    touched, freed = ours.by_script.get(first, 0), theirs.allocated.get(first, 0)
    if freed > touched * (1 - LEVEL):
        return Verdict(
            False,
            f"`{_name(first)}` touched these pages first, freed its {mib(freed)}, and the allocator gave them to "
            f"`{_name(other)}` without giving them back to the kernel",
        )
    return Verdict(False, None)


def _first(sums: dict[Function, float]) -> Function:
    return max(sums, key=lambda function: sums[function], default=("", ""))


def _name(function: Function) -> str:
    return function[0]
