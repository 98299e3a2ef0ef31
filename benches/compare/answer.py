"""A tool's answer, and the readers of each tool's output files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from .case import MIB

# Time in seconds and memory in bytes.
Curve = list[tuple[float, float]]


@dataclass(frozen=True)
class Answer:
    """The answer of a tool: the peak in bytes, the upper bound and the curve. Not every tool reports all three."""

    peak: float | None
    upper: float | None = None
    curve: Curve = field(default_factory=list)
    # The peak with shared pages counted once, if the tool reports it.
    shared_once: float | None = None


NONE = Answer(None)


def highest(curve: Curve) -> Answer:
    """Returns the answer of a tool that writes only a curve."""
    return Answer(max((value for _, value in curve), default=None), curve=curve)


def dat_curve(file: Path) -> Curve:
    """Reads the curve of a .dat file, lines of `MEM <MiB> <unix time> …`."""
    rows = (line.split() for line in file.read_text().splitlines())
    return [(float(row[2]), float(row[1]) * MIB) for row in rows if len(row) >= 3 and row[0] == "MEM"]


def rprof(text: str, file: Path) -> Answer:
    """Reads the output of `rprof peak --json` and the trace."""
    [run] = json.loads(text)
    return Answer(run["peak_bytes"], run["peak_upper_bytes"], dat_curve(file), run["pss_peak_bytes"])


def mprof(text: str, file: Path) -> Answer:
    """Reads the output of `mprof peak` and the profile."""
    found = re.search(r"\t([\d.]+) MiB", text)
    return Answer(float(found[1]) * MIB, curve=dat_curve(file)) if found else NONE


def psrecord(file: Path) -> Answer:
    """Reads psrecord's log, lines of `elapsed cpu real virtual`. Its MB are MiB."""
    rows = (line.split() for line in file.read_text().splitlines() if not line.startswith("#"))
    return highest([(float(row[0]), float(row[2]) * MIB) for row in rows if len(row) >= 3])


def duct(info: Path, usage: Path) -> Answer:
    """Reads duct's info.json and its reports."""
    peak = json.loads(info.read_text())["execution_summary"]["peak_rss"]
    reports = [json.loads(line) for line in usage.read_text().splitlines()] if usage.exists() else []
    curve = [(datetime.fromisoformat(r["timestamp"]).timestamp(), r["totals"]["rss"] or 0) for r in reports]
    return Answer(peak or None, curve=curve)


def denet(file: Path) -> Answer:
    """Reads denet's JSON lines: the sum over the tree, or the only process."""
    curve: Curve = []
    for line in file.read_text().splitlines():
        record = json.loads(line)
        memory = record.get("aggregated") or record
        if "mem_rss_kb" in memory:
            curve.append((record["ts_ms"] / 1000, memory["mem_rss_kb"] * 1024))
    return highest(curve)


def gnu_time(file: Path) -> Answer:
    """Reads the last word of GNU time's output, `%M` in KiB."""
    words = file.read_text().split()
    return Answer(int(words[-1]) * 1024) if words and words[-1].isdigit() else NONE
