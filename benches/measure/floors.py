"""The programs in C beside which ours are held, built from benches/floors with whichever compiler is there."""

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
    """Where the built programs are."""

    directory: Path

    def path(self, name: str) -> Path:
        """The program of that name."""
        return self.directory / name

    def json(self, name: str, *arguments: str | Path) -> dict[str, float]:
        """Runs one that prints JSON."""
        answer: dict[str, float] = json.loads(run([self.path(name), *arguments]).output)
        return answer


def build(directory: Path) -> Floors:
    """Builds all of them."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise Failed("no C compiler: name one in CC")
    directory.mkdir(parents=True, exist_ok=True)
    for source in sorted(SOURCES.glob("*.c")):
        run([compiler, "-O2", "-o", directory / source.stem, source])
    return Floors(directory.resolve())
