"""The setting of all runs: the programs, the places and the number of rounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compare.tools import Tool


@dataclass(frozen=True)
class Setting:
    """The tools of the table, rprof first, and the places of all runs."""

    tools: list[Tool]
    # mprof with a backend that counts shared pages once.
    mprof_pss: Tool
    # The directory of the built truth programs.
    truths: Path
    peers: Path
    scratch: Path
    python: Path | None
    rounds: int
