"""Medians, spreads, ratios, and how they are written."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Several measurements of one thing."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        """Of at least one value."""
        return cls(tuple(values))

    @property
    def median(self) -> float:
        """Half are above, half below."""
        return float(statistics.median(self.values))

    @property
    def spread(self) -> float:
        """Half the range between the quartiles, as a share of the median; of two or three values half the range."""
        ordered = sorted(self.values)
        if len(ordered) < 2 or not self.median:
            return 0.0
        low, high = ordered[0], ordered[-1]
        if len(ordered) >= 4:
            low, _, high = statistics.quantiles(ordered, n=4)
        return float(abs((high - low) / 2 / self.median))

    @property
    def error(self) -> float:
        """The standard error of the median, by the range between the quartiles (a normal one is 1.35 deviations wide)."""
        if len(self.values) < 4:
            return (max(self.values) - min(self.values)) / 2
        low, _, high = statistics.quantiles(self.values, n=4)
        return 1.253 * (high - low) / 1.349 / len(self.values) ** 0.5


def time(seconds: float) -> str:
    """Three digits, in the unit that has them before the point."""
    for factor, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if abs(seconds) >= factor:
            return f"{digits(seconds / factor)} {unit}"
    return f"{digits(seconds / 1e-9)} ns" if seconds else "0 s"


def times(sample: Sample) -> str:
    """A median of seconds, and its spread."""
    return time(sample.median) + (f" ± {sample.spread:.0%}" if len(sample.values) > 1 else "")


def size(count: float) -> str:
    """Bytes, by powers of 1000."""
    for factor, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if abs(count) >= factor:
            return f"{digits(count / factor)} {unit}"
    return f"{count:.0f} B"


def mib(count: float) -> str:
    """Bytes, in MiB."""
    return f"{digits(count / (1 << 20))} MiB"


def ratio(one: float, other: float) -> str:
    """How often the other goes into the one."""
    return f"{digits(one / other)} x" if other else "n/a"


def percent(share: float) -> str:
    """A share with its sign, in percent; two digits after the point."""
    return f"{share * 100:+.2f} %"


def digits(value: float) -> str:
    """Three significant digits, no exponent."""
    size_ = abs(value)
    places = 0 if size_ >= 100 else 1 if size_ >= 10 else 2
    return f"{value:.{places}f}"
