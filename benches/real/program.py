"""The type of a real program: what it needs, how it is prepared, and its command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WORK = Path(__file__).resolve().parent / "work"


@dataclass(frozen=True)
class Room:
    """The places of a run: files that all runs share, the run's own directory, and a Python with the packages."""

    shared: Path
    own: Path
    python: Path


@dataclass(frozen=True)
class Program:
    """A real program. Its command has the run's own directory in its arguments or is over when its parent is."""

    name: str
    what: str
    # The programs that must be in PATH, each with the Debian package that has it.
    needs: dict[str, str]
    # From the places of a run to its command. May prepare files in the run's own directory.
    command: Callable[[Room], list[str]]
    # Makes the files that all runs share.
    prepare: Callable[[Path], None] = lambda _: None
    # The packages of PyPI that it imports.
    imports: tuple[str, ...] = ()
