"""The trace's records: how a line is made, and how it gets into the file. Nothing here ever raises into the program.

Few imports, all of them cheap, and so not `typing`: `rprof run script.py` may cost no more than a MiB and 5 ms.
"""

from __future__ import annotations

import os
import time

#: What one write may hold and still be whole among other writers' lines.
LONGEST = 4096
#: What is kept of a name, so that the two lines of a closed span fit together.
LONGEST_NAME = 1024

_FLAGS = os.O_WRONLY | os.O_APPEND | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", 0))
_MIB_PER_PAGE = os.sysconf("SC_PAGE_SIZE") / 2**20
# As rprof does it: the wall clock once, so that setting it moves nothing.
_EPOCH = time.time() - time.clock_gettime(_CLOCK)


def _find() -> str:
    # Read once: a program that empties its environment is stamped on.
    path = os.environ.get("RPROF_TRACE", "")
    return "" if path.endswith(".csv") else path


_path = _find()


def active() -> bool:
    """Whether there is a trace to write to."""
    return bool(_path)


def now() -> float:
    """Epoch seconds on the clock of the trace."""
    return time.clock_gettime(_CLOCK) + _EPOCH


def rss_mib() -> float:
    """This process's resident memory in MiB; 0 where the system does not tell."""
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

    The file is opened each time: a descriptor kept open would be closed, or given to another file, by a program
    that makes itself a daemon. It is never created: without it there is no rprof that listens.
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
    """The text on one line: a backslash is `\\\\`, a newline `\\n`, other control characters `\\u{1b}`."""
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
    """Marks this instant."""
    if _path:
        append("MARK %.6f %s\n" % (now(), escape(str(label))))


def note(key: object, value: object) -> None:
    """Notes a value under a key; blanks in the key become `_`."""
    if _path:
        word = "_".join(str(key).split()) or "_"
        append("NOTE %s %s\n" % (escape(word), escape(str(value), LONGEST // 2)))
