"""What every measurement is given: the programs, a place for files, and how thorough to be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure.floors import Floors
from measure.run import Usage, run

from .peers import Tool


@dataclass(frozen=True)
class Setting:
    """The programs and the place; `quick` asks for short runs that show that all works."""

    rprof: Tool
    peers: dict[str, Tool]
    floors: Floors
    long: Path
    scratch: Path
    quick: bool

    def pick(self, thorough: int, quick: int) -> int:
        """A number of rounds, or of anything else that takes time."""
        return quick if self.quick else thorough

    def child(self, *words: object) -> list[str]:
        """The command of a child of known behaviour, see benches/floors/child.c."""
        return [str(self.floors.path("child")), *(str(word) for word in words)]

    def tools(self, *names: str) -> list[Tool]:
        """rprof, and those of the peers that are installed."""
        return [self.rprof, *(self.peers[name] for name in names if name in self.peers)]

    def peak(self, command: Sequence[str | Path]) -> Usage:
        """Runs a command from a small process: only so its largest memory is its own."""
        answer = self.scratch / "launch.json"
        output = run([self.floors.path("launch"), answer, *command], cwd=self.scratch).output
        took = json.loads(answer.read_text())
        return Usage(took["wall"], took["user"], took["system"], took["peak"], output)
