"""The machine's C compiler."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from .run import Failed, run


def build(sources: Iterable[Path], directory: Path) -> Path:
    """Builds a program of each source and returns their directory, absolute."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Failed("there is no C compiler: install one or set CC")
    directory.mkdir(parents=True, exist_ok=True)
    for source in sorted(sources):
        run([compiler, "-O2", "-o", directory / source.stem, source])
    return directory.resolve()
