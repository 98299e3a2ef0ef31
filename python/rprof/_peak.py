"""The peak of a trace, as `rprof peak --json` reports it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from typing import Any

from ._binary import ask, existing
from ._units import size


@dataclass(frozen=True)
class Peak:
    """The peak of one run. The attributes have the names and meanings of the keys of `rprof peak --json`.

    Sizes are in bytes, times in seconds from the start of the run. A value that is not known is None.
    """

    command: str
    #: The metric of the sizes: `rss`, `pss`, `uss` or `footprint`.
    metric: str
    #: The largest memory of the process tree that is proven.
    peak_bytes: int | None
    #: Memory that the tree never exceeded.
    peak_upper_bytes: int | None
    #: The same with each shared page counted once.
    peak_upper_once_bytes: int | None
    #: The most by which the kernel's maximum of one process may be off.
    peak_uncertainty_bytes: int | None
    #: The time of the peak, and its interval if no tick saw it.
    peak_time_s: float | None
    peak_within_s: tuple[float, float] | None
    #: True if rprof started the process, it was the only one, and the kernel reported its maximum.
    exact: bool
    #: The peak with each shared page divided among all processes that map it.
    pss_peak_bytes: int | None
    pss_peak_upper_bytes: int | None
    #: The largest RSS of any one process.
    hwm_bytes: int | None
    #: The values of the first and the last tick.
    first_bytes: int | None
    last_bytes: int | None
    elapsed_s: float
    exit_code: int | None
    signal: int | None
    #: Why the run ended, if the command did not end by itself.
    reason: str | None
    #: The number of ticks, and that of processes.
    samples: int
    processes: int
    #: The whole object, with spans, marks, notes and the parts of memory.
    json: dict[str, Any] = field(repr=False, compare=False)

    def __str__(self) -> str:
        if self.peak_bytes is None:
            return "no memory was measured"
        text = f"{size(self.peak_bytes)} {self.metric.upper() if self.metric != 'footprint' else self.metric}"
        upper = self.peak_upper_bytes
        if upper is None or upper > 2 * self.peak_bytes:
            return f"at least {text}"
        return text if size(upper) == size(self.peak_bytes) else f"{text}, at most {size(upper)}"

    @property
    def rise_bytes(self) -> int | None:
        """The peak minus the first tick."""
        return None if self.peak_bytes is None or self.first_bytes is None else self.peak_bytes - self.first_bytes

    @property
    def growth_bytes(self) -> int | None:
        """The last tick minus the first; negative if memory was given back."""
        return None if self.last_bytes is None or self.first_bytes is None else self.last_bytes - self.first_bytes


_KEYS = [key.name for key in fields(Peak) if key.name != "json"]


def peak(path: str | os.PathLike[str]) -> Peak:
    """Returns the peak of a trace. If the file holds several runs, it is that of the run with the largest peak."""
    return max(peaks(path), key=lambda found: found.peak_bytes or 0)


def peaks(path: str | os.PathLike[str]) -> list[Peak]:
    """Returns the peak of each run of a trace, in the order of the file."""
    return parse_peaks(ask("peak", "--json", "--", existing(path)))


def parse_peaks(text: bytes) -> list[Peak]:
    """Returns the peaks that `rprof peak --json` printed."""
    found = []
    for run in json.loads(text):
        values = {key: run.get(key) for key in _KEYS}
        within = values["peak_within_s"]
        values["peak_within_s"] = None if within is None else (within[0], within[1])
        found.append(Peak(json=run, **values))
    return found
