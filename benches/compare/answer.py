"""A tool's answer, and the ways to read it from what the tools leave behind."""

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
    """What a tool says: the peak in bytes, with an upper bound where it states one, and the curve where it has one."""

    peak: float | None
    upper: float | None = None
    curve: Curve = field(default_factory=list)
    # Pages shared by several processes counted once, where the tool tells.
    shared_once: float | None = None


NONE = Answer(None)


def highest(curve: Curve) -> Answer:
    """The answer of a tool that leaves only a curve."""
    return Answer(max((value for _, value in curve), default=None), curve=curve)


def dat_curve(file: Path) -> Curve:
    """The curve of a .dat file: `MEM <MiB> <unix time> …`."""
    rows = (line.split() for line in file.read_text().splitlines())
    return [(float(row[2]), float(row[1]) * MIB) for row in rows if len(row) >= 3 and row[0] == "MEM"]


def rprof(text: str, file: Path) -> Answer:
    """From `rprof peak --json` and the trace."""
    [run] = json.loads(text)
    return Answer(run["peak_bytes"], run["peak_upper_bytes"], dat_curve(file), run["pss_peak_bytes"])


def mprof(text: str, file: Path) -> Answer:
    """From `mprof peak` and the profile."""
    found = re.search(r"\t([\d.]+) MiB", text)
    return Answer(float(found[1]) * MIB, curve=dat_curve(file)) if found else NONE


def psrecord(file: Path) -> Answer:
    """From the log: `elapsed cpu real virtual`; its MB are MiB."""
    rows = (line.split() for line in file.read_text().splitlines() if not line.startswith("#"))
    return highest([(float(row[0]), float(row[2]) * MIB) for row in rows if len(row) >= 3])


def duct(info: Path, usage: Path) -> Answer:
    """From info.json and the reports."""
    peak = json.loads(info.read_text())["execution_summary"]["peak_rss"]
    reports = [json.loads(line) for line in usage.read_text().splitlines()] if usage.exists() else []
    curve = [(datetime.fromisoformat(r["timestamp"]).timestamp(), r["totals"]["rss"] or 0) for r in reports]
    return Answer(peak or None, curve=curve)


def denet(file: Path) -> Answer:
    """From the JSON lines: the sum over the tree, or the one process."""
    curve: Curve = []
    for line in file.read_text().splitlines():
        record = json.loads(line)
        memory = record.get("aggregated") or record
        if "mem_rss_kb" in memory:
            curve.append((record["ts_ms"] / 1000, memory["mem_rss_kb"] * 1024))
    return highest(curve)


def gnu_time(file: Path) -> Answer:
    """From `%M`, the last line: KiB."""
    words = file.read_text().split()
    return Answer(int(words[-1]) * 1024) if words and words[-1].isdigit() else NONE
