"""The machine and its load. A time means little without them."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path


def describe() -> str:
    """Returns a list in Markdown: the facts of the machine, and the date."""
    return f"{facts()}- date: {date.today().isoformat()}\n"


def facts() -> str:
    """Returns a list in Markdown: processor, cores, memory, kernel."""
    known = {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or "unknown",
        "cores": f"{cores()} of {os.cpu_count()} usable",
        "memory": f"{memory() / (1 << 30):.1f} GiB",
        "huge pages": _chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    return "".join(f"- {name}: {value}\n" for name, value in known.items())


def cores() -> int:
    """Returns the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """Returns the average number of runnable processes in the last minute."""
    return os.getloadavg()[0]


def warning(before: float) -> str:
    """Returns a warning if other programs used the machine before the first measurement, otherwise an empty text."""
    if before < 0.5:
        return ""
    return (
        f"\n**The machine was busy: its load was {before:.1f} before the first measurement. Differences below about "
        "ten percent mean nothing. Repeat the run on a quiet machine.**\n"
    )


def memory() -> int:
    """Returns the memory of the machine in bytes; 0 if the system does not report it."""
    return _kibibytes("MemTotal")


def available() -> int:
    """Returns the memory in bytes that is available without swapping; 0 if the system does not report it."""
    return _kibibytes("MemAvailable")


def _kibibytes(name: str) -> int:
    text = _field("/proc/meminfo", name)
    return int(text.split()[0]) * 1024 if text else 0


def _field(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), None)


def _chosen(path: str) -> str:
    """Returns the word in brackets: the active choice of a file in /sys."""
    try:
        return Path(path).read_text().partition("[")[2].partition("]")[0]
    except OSError:
        return "unknown"
