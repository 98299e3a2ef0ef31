"""The command `rprof`: where it is, and what it prints. All files of rprof are read and written by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from typing import Any

#: The environment variable that names the command.
VARIABLE = "RPROF_BIN"


class RprofError(RuntimeError):
    """rprof could not do its part: it was not found, or it printed this message."""


def binary() -> str:
    """Returns the path of the command: the one that was installed with this package, or one in PATH.

    Raises RprofError if there is none.
    """
    named = os.environ.get(VARIABLE)
    if named:
        return named
    for directory in _directories():
        path = os.path.join(directory, "rprof")
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    found = shutil.which("rprof")
    if found is None:
        raise RprofError(f"the command `rprof` was not found: install the wheel, add it to PATH or set {VARIABLE}")
    return found


def _directories() -> Iterator[str]:
    """The directories in which an installer of wheels puts commands."""
    if sys.executable:
        yield os.path.dirname(sys.executable)
    yield sysconfig.get_path("scripts")
    user = f"{os.name}_user"
    if user in sysconfig.get_scheme_names():
        yield sysconfig.get_path("scripts", user)
    # `pip install --target`
    yield os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin")


def existing(path: Any) -> str:
    """Returns the absolute path of a file that exists: `rprof` would take `0` or `-1` for the number of a trace."""
    text = os.path.abspath(os.fsdecode(path))
    os.stat(text)
    return text


def ask(*arguments: str) -> bytes:
    """Returns what rprof prints. Its warnings become warnings of Python; its failure is an RprofError."""
    done = subprocess.run([binary(), *arguments], stdin=subprocess.DEVNULL, capture_output=True)
    settle(done.returncode, done.stderr, arguments)
    return done.stdout


def settle(code: int, stderr: bytes, arguments: tuple[str, ...]) -> None:
    """Raises an RprofError for an exit code other than 0, and issues the lines of stderr as warnings otherwise."""
    text = message(stderr)
    if code != 0:
        raise RprofError(text or f"`rprof {' '.join(arguments)}` failed with exit code {code}")
    for line in text.splitlines():
        warnings.warn(line, RuntimeWarning, stacklevel=_depth())


def _depth() -> int:
    """The number of frames up to the first one outside of this package, for a warning that names the caller's line."""
    own, depth = os.path.dirname(os.path.abspath(__file__)), 1
    frame = sys._getframe(1)
    while frame.f_back is not None and os.path.dirname(os.path.abspath(frame.f_code.co_filename)) == own:
        frame, depth = frame.f_back, depth + 1
    return depth


def message(stderr: bytes) -> str:
    """Returns messages without the name of the program before them."""
    lines = stderr.decode("utf-8", "replace").strip().splitlines()
    return "\n".join(line[7:] if line.startswith("rprof: ") else line for line in lines)
