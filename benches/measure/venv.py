"""Python environments under .tools/, created once and kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .run import run


def make(directory: Path, packages: Sequence[str], python: Path | None = None) -> Path:
    """Returns the `bin` directory of an environment with the packages. Creates the environment if necessary.

    `python` is its interpreter, if that is not the one that runs this program.
    """
    done = directory / "installed.txt"
    wanted = "\n".join([*packages, *([str(python)] if python else [])])
    if not done.exists() or done.read_text() != wanted:
        print(f"installing {', '.join(packages)}", flush=True)
        run([python or sys.executable, "-m", "venv", *(["--clear"] if python else []), directory])
        run([directory / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        done.write_text(wanted)
    return directory.resolve() / "bin"
