"""The writer of the trace's records. It never raises an exception into the program.

All imports are cheap, and `typing` is not among them: `rprof run script.py` may cost at most 1 MiB and 5 ms.
"""

from __future__ import annotations

import os
import time

#: The most bytes of one write. A longer write could be split by the line of another writer.
LONGEST = 4096
#: The most bytes of a name. The two lines that end a span then fit one write.
LONGEST_NAME = 1024

_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", 0))
_MIB_PER_PAGE = os.sysconf("SC_PAGE_SIZE") / 2**20
#: Two readings of the clock that are closer than this, in seconds, count as one time.
_CLOSE = 2e-5


def _epoch() -> float:
    """Returns the wall clock at the start of the clock. On a busy machine, another program may run between the two readings."""
    best, epoch = 1e9, 0.0
    for _ in range(8):
        before = time.clock_gettime(_CLOCK)
        wall = time.time()
        after = time.clock_gettime(_CLOCK)
        if after - before < best:
            best, epoch = after - before, wall - (before + after) / 2
        if best < _CLOSE:
            break
    return epoch


# The wall clock is read once, as in rprof: a later change of the wall clock then shifts no time.
_EPOCH = _epoch()


def _find() -> str:
    # The variable is read once: a program that clears its environment continues to be recorded.
    path = os.environ.get("RPROF_TRACE", "")
    return "" if path.endswith(".csv") else path


_path = _find()


def active() -> bool:
    """True if there is a trace to write to."""
    return bool(_path)


def now() -> float:
    """Returns the seconds since 1970 on the clock of the trace."""
    return time.clock_gettime(_CLOCK) + _EPOCH


def rss_mib() -> float:
    """Returns the resident memory of this process in MiB; 0 if the system does not report it."""
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY)
        try:
            return int(os.read(file, 128).split()[1]) * _MIB_PER_PAGE
        finally:
            os.close(file)
    except Exception:
        return 0.0


def append(line: str) -> None:
    """Appends whole lines in one write.

    The file is opened each time. A program that becomes a daemon closes all descriptors, and a later file may get the
    number of ours. The file is never created: if it is gone, nothing reads it any more.
    """
    if not _path:
        return
    try:
        file = os.open(_path, _FLAGS)
        try:
            os.write(file, line.encode("utf-8", "replace"))
        finally:
            os.close(file)
    except Exception:
        pass


def escape(text: str, longest: int = LONGEST_NAME) -> str:
    """Returns the text as one line: a backslash becomes `\\\\`, a newline `\\n`, other control characters `\\u{1b}`."""
    parts = []
    for char in text:
        if char == "\\":
            char = "\\\\"
        elif char == "\n":
            char = "\\n"
        elif char < " " or "\x7f" <= char <= "\x9f":
            char = "\\u{%x}" % ord(char)
        longest -= len(char.encode("utf-8", "replace"))
        if longest < 0:
            break
        parts.append(char)
    return "".join(parts)


def mark(label: object) -> None:
    """Records this instant."""
    if _path:
        append("MARK %.6f %s\n" % (now(), escape(str(label))))


def note(key: object, value: object) -> None:
    """Records a value under a key. Blanks in the key become `_`."""
    if _path:
        word = "_".join(str(key).split()) or "_"
        append("NOTE %s %s\n" % (escape(word), escape(str(value), LONGEST // 2)))
