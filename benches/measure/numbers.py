"""Medians, spreads and ratios, and their formats in the reports."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Several measurements of one quantity."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        """Returns the sample of at least one value."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """The median."""
        return float(statistics.median(self.values))

    @property
    def spread(self) -> float:
        """Half the interquartile range divided by the median. For two or three values: half the range instead."""
        ordered = sorted(self.values)
        if len(ordered) < 2 or not self.median:
            return 0.0
        low, high = ordered[0], ordered[-1]
        if len(ordered) >= 4:
            low, _, high = statistics.quantiles(ordered, n=4)
        return float(abs((high - low) / 2 / self.median))

    @property
    def error(self) -> float:
        """The standard error of the median, estimated from the interquartile range.

        The interquartile range of a normal distribution is 1.349 standard deviations, and the standard error of its
        median is 1.253 times that of its mean.
        """
        if len(self.values) < 4:
            return (max(self.values) - min(self.values)) / 2
        low, _, high = statistics.quantiles(self.values, n=4)
        return 1.253 * (high - low) / 1.349 / len(self.values) ** 0.5


def time(seconds: float) -> str:
    """Formats seconds with three significant digits and a suitable unit, s to ns."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(seconds) >= factor:
            return f"{digits(seconds / factor)} {unit}"
    return f"{digits(seconds / 1e-9)} ns" if seconds else "0 s"


def times(sample: Sample) -> str:
    """Formats a median of seconds and its spread."""
    return time(sample.median) + (f" ± {sample.spread:.0%}" if len(sample.values) > 1 else "")


def size(count: float) -> str:
    """Formats bytes by powers of 1000."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(count) >= factor:
            return f"{digits(count / factor)} {unit}"
    return f"{count:.0f} B"


def mib(count: float) -> str:
    """Formats bytes in MiB."""
    return f"{digits(count / (1 << 20))} MiB"


def ratio(one: float, other: float) -> str:
    """Formats the quotient of two values."""
    return f"{digits(one / other)} x" if other else "n/a"


def percent(share: float) -> str:
    """Formats a share in percent with its sign and two digits after the point."""
    return f"{share * 100:+.2f} %"


def digits(value: float) -> str:
    """Formats a value with three significant digits and no exponent."""
    size_ = abs(value)
    places = 0 if size_ >= 100 else 1 if size_ >= 10 else 2
    return f"{value:.{places}f}"
