"""A runner of one command with a time limit, which kills all processes that remain."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

# The time in seconds that a terminated command and its orphans may take to end.
GRACE = 3.0


@dataclass(frozen=True)
class Ended:
    """The end of a run: the exit code as a shell reports it, or None if the time limit was reached."""

    exit_code: int | None
    # True if processes of the command were alive after the tool had ended.
    left_behind: bool


def run(argv: list[str], directory: Path, path: str, limit: float, terminate_at: Path | None) -> Ended:
    """Runs `argv` in `directory`. Sends it SIGTERM when the file `terminate_at` appears."""
    deadline = time.monotonic() + limit
    with open(directory / "stdout", "wb") as out, open(directory / "stderr", "wb") as err:
        process = subprocess.Popen(
            argv,
            cwd=directory,
            env={**os.environ, "PATH": path, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            if terminate_at is not None and _appears(terminate_at, deadline):
                process.terminate()
                deadline = time.monotonic() + GRACE
            code = process.wait(max(0.0, deadline - time.monotonic()))
            exit_code = code if code >= 0 else 128 - code
        except subprocess.TimeoutExpired:
            exit_code = None
        finally:
            left_behind = not _all_gone(directory, GRACE if terminate_at else 0.0)
            _kill_rest(process, directory)
    return Ended(exit_code, left_behind)


def _appears(file: Path, deadline: float) -> bool:
    while not file.exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _all_gone(directory: Path, grace: float) -> bool:
    deadline = time.monotonic() + grace
    while _marked(directory):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.02)
    return True


def _kill_rest(process: subprocess.Popen[bytes], directory: Path) -> None:
    if process.poll() is None:
        process.kill()
        process.wait()
    for pid in _marked(directory):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _all_gone(directory, GRACE)


def _marked(directory: Path) -> list[int]:
    """Returns the processes other than this one that have the run's directory in their arguments."""
    listing = subprocess.run(["ps", "-axww", "-o", "pid=,stat=,args="], capture_output=True, text=True, check=True)
    found = []
    for line in listing.stdout.splitlines():
        pid, state, *arguments = line.split(None, 2)
        if str(directory) in "".join(arguments) and not state.startswith("Z") and int(pid) != os.getpid():
            found.append(int(pid))
    return found
