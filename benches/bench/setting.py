"""The setting that every measurement receives: the programs, a directory for files, and the thoroughness."""

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
    """The programs and directories of a benchmark. `quick` asks for short runs, as a check that everything works."""

    rprof: Tool
    peers: dict[str, Tool]
    floors: Floors
    long: Path
    # The directory of the installed peers.
    installed: Path
    scratch: Path
    quick: bool

    def pick(self, thorough: int, quick: int) -> int:
        """Returns one of two numbers of rounds, or of anything else that takes time."""
        return quick if self.quick else thorough

    def child(self, *words: object) -> list[str]:
        """Returns the command of benches/floors/child.c, a program of known behaviour."""
        return [str(self.floors.path("child")), *(str(word) for word in words)]

    def tools(self, *names: str) -> list[Tool]:
        """Returns rprof and those of the named peers that are installed."""
        return [self.rprof, *(self.peers[name] for name in names if name in self.peers)]

    def peak(self, command: Sequence[str | Path]) -> Usage:
        """Runs a command from a small process, so that its maximum RSS is its own (see benches/floors/launch.c)."""
        answer = self.scratch / "launch.json"
        output = run([self.floors.path("launch"), answer, *command], cwd=self.scratch).output
        took = json.loads(answer.read_text())
        return Usage(took["wall"], took["user"], took["system"], took["peak"], output)
