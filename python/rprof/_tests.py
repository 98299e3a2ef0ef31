"""Limits of tests: the marker's arguments, the measured call, the words of a failure, and the table of all tests."""

from __future__ import annotations

import gc
import json
import os
import re
import subprocess
from dataclasses import dataclass
from typing import Any

from ._binary import binary
from ._measure import measure
from ._units import duration, parse_size, size

_SIZES = ("max", "peak", "growth")
#: The most rows of the table.
_ROWS = 20


@dataclass(frozen=True)
class Limits:
    """The arguments of the marker. A limit of None is not checked."""

    max: int | None = None
    peak: int | None = None
    growth: int | None = None
    strict: bool = False
    interval: float = 0.01
    #: The limits as they were written.
    words: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, marker: Any) -> Limits:
        """Reads the arguments. Raises ValueError if one is not known or not valid."""
        if marker is None:
            return cls()
        if marker.args:
            raise ValueError("the marker `rprof` has keyword arguments only, for example max='500MB'")
        given = dict(marker.kwargs)
        sizes = {name: given.pop(name) for name in _SIZES if given.get(name) is not None}
        values: dict[str, Any] = {name: parse_size(value) for name, value in sizes.items()}
        for name in _SIZES:
            given.pop(name, None)
        for name in ("strict", "interval"):
            if name in given:
                values[name] = given.pop(name)
        if given:
            known = ", ".join([*_SIZES, "strict", "interval"])
            raise ValueError(f"the marker `rprof` has no argument `{next(iter(given))}`; it has {known}")
        words = tuple((name, f"{name}={value!r}") for name, value in sizes.items())
        return cls(**values, words=words)


class Test:
    """One measured call of a test."""

    def __init__(self, item: Any, marker: Any) -> None:
        self.limits = Limits.of(marker)
        self.measurement = measure(interval=self.limits.interval, output=_output(item))

    def begin(self) -> None:
        """Begins the measurement."""
        if self.limits.growth is not None:
            # Garbage of earlier tests must not be collected in this one, which would hide what stays.
            gc.collect()
        self.measurement.__enter__()

    def end(self) -> None:
        """Ends the measurement."""
        if self.limits.growth is not None:
            gc.collect()
        self.measurement.__exit__(None, None, None)

    def properties(self) -> list[tuple[str, Any]]:
        """The properties of the test in a JUnit report. A value that is not known is missing."""
        found = self.measurement.peak
        values: dict[str, Any] = {
            "peak_bytes": found.peak_bytes,
            "peak_upper_bytes": found.peak_upper_bytes,
            "added_bytes": found.rise_bytes,
            "growth_bytes": found.growth_bytes,
            "processes": found.processes,
            "limits": ", ".join(text for _, text in self.limits.words) or None,
        }
        return [(f"rprof_{name}", value) for name, value in values.items() if value is not None]

    def findings(self) -> list[str]:
        """The limits that are passed, in words: which, by how much, when and by which process."""
        found, limits = self.measurement.peak, self.limits
        if found.peak_bytes is None or found.first_bytes is None or found.last_bytes is None:
            return ["rprof measured no memory, so the limits of the test cannot be checked"] if limits.words else []
        words = dict(limits.words)
        texts = []
        upper = found.peak_upper_bytes
        for name, base, what in (("max", found.first_bytes, "added"), ("peak", 0, "peak")):
            limit = getattr(limits, name)
            if limit is None:
                continue
            value = found.peak_bytes - base
            if value > limit:
                over = _over(value, limit, words[name])
                texts.append(f"{what} {size(value)} {over}, {self._when(name)}; {self._who()}")
            elif limits.strict and (upper is None or upper - base > limit):
                bound = "has no upper bound" if upper is None else f"may be up to {size(upper - base)}"
                texts.append(f"{what} {size(value)} is within {words[name]}, but {bound} (strict=True)")
        growth = found.last_bytes - found.first_bytes
        if limits.growth is not None and growth > limits.growth:
            start, end = size(found.first_bytes), size(found.last_bytes)
            over = _over(growth, limits.growth, words["growth"])
            texts.append(f"growth {size(growth)} {over}: {start} at the start of the test, {end} at its end")
        return texts

    def _when(self, limit: str) -> str:
        found = self.measurement.peak
        when = f"{duration(found.peak_time_s or 0)} after the start of the test"
        if limit == "max" and found.peak_bytes is not None:
            return f"{when}, with {size(found.peak_bytes)} in all"
        return when

    def _who(self) -> str:
        """The process with the largest peak of its own."""
        found = self.measurement.peak
        if found.processes == 1:
            return f"process {os.getpid()}, the only one"
        checked = json.loads(_check("--max-peak", "1MiB", "--", self.measurement.trace))["findings"][0]
        process, largest = checked.get("process"), checked.get("process_peak_bytes")
        if process is None:
            return f"{found.processes} processes"
        own = " (the test itself)" if process.startswith(f"{os.getpid()}:") else ""
        of = f"; {found.processes} processes in all"
        return f"largest process `{process}`{own}{f' with {size(largest)}' if largest else ''}{of}"


def _check(*arguments: str) -> bytes:
    """The answer of `rprof check`, whose exit code 3 is a verdict."""
    return subprocess.run([binary(), "check", "--json", *arguments], capture_output=True).stdout


def _over(value: int, limit: int, written: str) -> str:
    excess = value - limit
    share = f" ({excess / limit:.1%})" if limit else ""
    return f"exceeds {written} ({size(limit)}) by {size(excess)}{share}"


def _output(item: Any) -> str | None:
    """The file of the trace, by the name of the test; None if it is not kept."""
    directory = item.config.getoption("rprof_traces")
    if not directory:
        return None
    os.makedirs(directory, exist_ok=True)
    return os.path.join(directory, re.sub(r"[^\w.\-\[\]]+", "_", item.nodeid)[:200] + ".dat")


def table(tests: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """The rows of the table, those that added the most first."""
    tests.sort(key=lambda test: -test[1].get("rprof_added_bytes", 0))
    rows = [["added", "peak", "at most", "growth", "test"]]
    for name, values in tests[:_ROWS]:
        sizes = (values.get(f"rprof_{key}_bytes") for key in ("added", "peak", "peak_upper", "growth"))
        limits = f"  [{values['rprof_limits']}]" if "rprof_limits" in values else ""
        rows.append([*("-" if value is None else size(value) for value in sizes), name + limits])
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    lines = ["  ".join([*(row[at].rjust(widths[at]) for at in range(4)), row[4]]) for row in rows]
    if len(tests) > _ROWS:
        lines.append(f"and {len(tests) - _ROWS} more that added less")
    return lines
