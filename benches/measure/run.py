"""A runner of programs that returns their wall clock, CPU time and memory.

wait4 reports CPU time and memory, for the program and all descendants that were waited for.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .numbers import Sample

# A program that runs longer than this is assumed to hang.
LIMIT_S = 900.0


class Skipped(Exception):
    """A measurement is impossible on this machine. The message is the reason."""


class Failed(Exception):
    """A program ended with an unexpected exit code. The message has its command and its stderr."""


@dataclass(frozen=True)
class Usage:
    """The usage of a program: times in seconds, and the maximum RSS in bytes of it or of a descendant."""

    wall: float
    user: float
    system: float
    peak: int
    output: str

    @property
    def cpu(self) -> float:
        """CPU seconds."""
        return self.user + self.system


def walls(runs: Sequence[Usage]) -> Sample:
    """Returns the wall-clock times of several runs."""
    return Sample.of([one.wall for one in runs])


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    accept: tuple[int, ...] = (0,),
) -> Usage:
    """Runs a command to its end and keeps its standard output. Its stderr is shown only if it fails."""
    words = [str(word) for word in command]
    environment = {**os.environ, **env} if env else None
    start = time.perf_counter()
    with subprocess.Popen(
        words, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        watch = threading.Timer(LIMIT_S, child.kill)
        watch.start()
        try:
            output, errors = _read(child)
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - start
        finally:
            watch.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in accept:
        raise Failed(f"`{' '.join(words)}` ended with {child.returncode}:\n{errors[-2000:]}")
    return Usage(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024, output)


def _read(child: subprocess.Popen[bytes]) -> tuple[str, str]:
    """Reads both outputs. A thread reads stderr, so that neither pipe fills up and blocks the child."""
    assert child.stdout is not None and child.stderr is not None
    errors: list[bytes] = []
    pipe = child.stderr
    reader = threading.Thread(target=lambda: errors.append(pipe.read()))
    reader.start()
    output = child.stdout.read()
    reader.join()
    return output.decode(errors="replace"), b"".join(errors).decode(errors="replace")
