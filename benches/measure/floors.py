"""The programs in benches/floors, built with the machine's C compiler. They show the least possible cost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from . import compiler
from .run import run

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
    return Floors(compiler.build(SOURCES.glob("*.c"), directory))
