"""The programs in benches/floors, built with the machine's C compiler. They show the least possible cost."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .run import Failed, run

SOURCES = Path(__file__).resolve().parent.parent / "floors"


@dataclass(frozen=True)
class Floors:
    """The directory of the built programs."""

    directory: Path

    def path(self, name: str) -> Path:
        """Returns the path of a program."""
        return self.directory / name

    def json(self, name: str, *arguments: str | Path) -> dict[str, float]:
        """Runs a program that prints JSON and returns the values."""
        answer: dict[str, float] = json.loads(run([self.path(name), *arguments]).output)
        return answer


def build(directory: Path) -> Floors:
    """Builds all programs."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Failed("there is no C compiler: install one or set CC")
    directory.mkdir(parents=True, exist_ok=True)
    for source in sorted(SOURCES.glob("*.c")):
        run([compiler, "-O2", "-o", directory / source.stem, source])
    return Floors(directory.resolve())
