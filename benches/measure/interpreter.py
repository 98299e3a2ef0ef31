"""A Python whose functions rprof can name: 3.12 or newer, built with support for perf."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# The Python to use; without it, the first suitable one in PATH.
VARIABLE = "RPROF_PYTHON312"
NAMES = ("python3.13", "python3.12", "python3.14", "python3")
# Prints the interpreter itself, if it is suitable: the shim of a version manager would be a process of its own.
CHECK = """
import os, sys, sysconfig
locked = getattr(sys, "_is_gil_enabled", lambda: True)()
if sys.version_info >= (3, 12) and sysconfig.get_config_var("PY_HAVE_PERF_TRAMPOLINE") and locked:
    print(os.path.realpath(sys.executable))
"""


def with_names() -> Path | None:
    """Returns the interpreter, or None if this machine has no suitable one."""
    asked = os.environ.get(VARIABLE)
    for name in [asked] if asked else [sys.executable, *NAMES]:
        try:
            done = subprocess.run([name, "-c", CHECK], capture_output=True, text=True, timeout=30, check=False)
        except OSError:
            continue
        if done.returncode == 0 and done.stdout.strip():
            return Path(done.stdout.strip())
    return None


def missing() -> str:
    """Returns the reason why there is none, and the remedy."""
    return f"no Python 3.12 or newer that can name its functions is in PATH; name one with {VARIABLE}"
