"""The machine and how busy it is: without that, no number of seconds says anything."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path


def describe() -> str:
    """A list in Markdown: processor, cores, memory, kernel, date."""
    facts = {
        "processor": _field("/proc/cpuinfo", "model name") or platform.processor() or "not told",
        "cores": f"{cores()} of {os.cpu_count()} to be used",
        "memory": f"{memory() / (1 << 30):.1f} GiB",
        "huge pages": _chosen("/sys/kernel/mm/transparent_hugepage/enabled"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "date": date.today().isoformat(),
    }
    return "".join(f"- {name}: {value}\n" for name, value in facts.items())


def cores() -> int:
    """How many threads of this process can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load() -> float:
    """How many processes wanted to run in the last minute, on average."""
    return os.getloadavg()[0]


def warning(before: float) -> str:
    """What to say where others used the machine when the measuring began; nothing where none did."""
    if before < 0.5:
        return ""
    return (
        f"\n**The machine was busy: its load was {before:.1f} before the first measurement. Differences of less than "
        "some ten percent mean nothing here; run it again on a quiet machine.**\n"
    )


def memory() -> int:
    """All memory in bytes; 0 where it is not told."""
    return _kibibytes("MemTotal")


def available() -> int:
    """The memory in bytes that can be had without swapping; 0 where it is not told."""
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
    """The word in brackets."""
    try:
        return Path(path).read_text().partition("[")[2].partition("]")[0]
    except OSError:
        return "not told"
