"""The writer of benches/NUMPY.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from measure.markdown import table
from measure.numbers import Sample, digits, ratio, size, time, times

from .pair import Took

# The goal of each program: how many times as fast as NumPy it must be.
GOALS = {"basic": 1.5, "float32": 3.0, "hdf5": 2.0}
ASPECTS: dict[str, Callable[[Took], float]] = {
    "elapsed": lambda took: took.elapsed,
    "user CPU": lambda took: took.user,
    "system CPU": lambda took: took.system,
    "peak": lambda took: took.peak,
}


@dataclass(frozen=True)
class Results:
    """The runs of all programs. The limits are in seconds, for as many bytes as the array of each example has."""

    depth: int
    python: Mapping[str, Sequence[Took]]
    ours: Mapping[str, Sequence[Took]]
    limits: Mapping[str, Mapping[str, float]]
    versions: str
    machine: str
    warning: str


def text(results: Results) -> str:
    """Returns the text of the file."""
    pairs = len(next(iter(results.ours.values())))
    return "".join(
        [
            "# The workloads against NumPy\n\n",
            "`make compare-numpy` writes this file; changes by hand are lost.\n\n",
            "The article's three programs exist here in Python (benches/numpy) and in Rust (workloads). Each program "
            f"fills {results.depth} slices of 2000 × 2000 numbers of the same kind on one thread. The Python program "
            f"and ours run in turn, {pairs} pairs in all, each under rprof at ten ticks a second. One pair before "
            "them does not count, because the first program to touch the machine's memory is slower. A time is a "
            "median ± half the interquartile range; a ratio is the median of the pairs' ratios. The programs print "
            "*elapsed* themselves: the time to fill the array, without start-up.\n",
            results.warning,
            "\n## Against NumPy\n\n",
            table(["example", "", "NumPy", "ours", "NumPy / ours"], _rows(results)),
            "\n## Goals\n\n",
            "".join(f"- {_goal(results, name)}\n" for name in results.ours),
            "\n## Limits\n\nThe least time that the same bytes can take on this machine, measured in the same run by "
            "a program in C (benches/floors/memory.c). The program touches fresh memory for the first time, with huge "
            "pages (which NumPy and our programs request) and without. It copies slices into that memory, and it "
            "writes slices to the page cache. Our elapsed time also includes the random numbers.\n\n",
            table(
                [
                    "example",
                    "touch, huge pages",
                    "touch, 4 KiB pages",
                    "copy",
                    "page cache",
                    "limit",
                    "ours",
                    "ours / limit",
                ],
                [_limit(results, name) for name in results.ours],
            ),
            "\nThe limit of an array in memory is the sum of touch with huge pages and copy. The limit of a file is "
            "the page cache.\n",
            f"\n## Machine\n\n{results.machine}{results.versions}",
        ]
    )


def _rows(results: Results) -> list[list[str]]:
    rows = []
    for name, ours in results.ours.items():
        python = results.python[name]
        for aspect, of in ASPECTS.items():
            show = _peaks if aspect == "peak" else times
            rows.append(
                [
                    name if aspect == "elapsed" else "",
                    aspect,
                    show(Sample.of([of(took) for took in python])),
                    show(Sample.of([of(took) for took in ours])),
                    f"{digits(_ratio(python, ours, of))} x",
                ]
            )
    return rows


def _ratio(python: Sequence[Took], ours: Sequence[Took], of: Callable[[Took], float]) -> float:
    """Returns the median of the pairs' ratios."""
    pairs = [of(one) / of(other) for one, other in zip(python, ours) if of(other)]
    return Sample.of(pairs).median if pairs else float("nan")


def _peaks(sample: Sample) -> str:
    return size(sample.median)


def _goal(results: Results, name: str) -> str:
    faster = _ratio(results.python[name], results.ours[name], ASPECTS["elapsed"])
    goal = GOALS[name]
    missed = f"**missed by {1 - faster / goal:.0%}**" if faster < goal else "met"
    one, other = (Sample.of([took.peak for took in runs[name]]).median for runs in (results.python, results.ours))
    memory = "at or below NumPy's" if other <= one else f"**{size(other - one)} above NumPy's**"
    return f"{name}: {digits(faster)} times as fast as NumPy, goal {goal}: {missed}; peak {memory}"


def _limit(results: Results, name: str) -> list[str]:
    limits = results.limits[name]
    ours = Sample.of([took.elapsed for took in results.ours[name]]).median
    limit = limits["cache_s"] if name == "hdf5" else limits["touch_huge_s"] + limits["copy_s"]
    parts = [time(limits[key]) for key in ("touch_huge_s", "touch_s", "copy_s", "cache_s")]
    return [name, *parts, time(limit), time(ours), ratio(ours, limit)]
