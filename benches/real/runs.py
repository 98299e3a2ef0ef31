"""One run of a program, in a directory of its own: stopped for the truth of PSS, or under a tool beside the poller."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from compare.processes import Ended
from compare.tools import Tool, search_path
from measure.run import Skipped

from . import packages, truth
from .program import Program, Room
from .setting import Setting

T = TypeVar("T")


def prepare(program: Program, scratch: Path, python: Path | None) -> Path:
    """Installs what a program needs and makes the files that its runs share. Returns their directory."""
    packages.install(program)
    if program.imports and python is None:
        raise Skipped(f"cannot install {', '.join(program.imports)} with pip")
    shared = scratch / program.name.replace(" ", "-").replace(",", "")
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(parents=True)
    program.prepare(shared)
    return shared


def frozen(program: Program, setting: Setting, shared: Path) -> truth.Frozen:
    """Runs a program and stops it again and again for the truth of PSS."""
    path = search_path(setting.peers)
    return _once(program, setting, shared, lambda command, own: truth.frozen(setting.truths, command, own, path))


def under(
    tool: Tool, program: Program, setting: Setting, shared: Path, read: Callable[[Path], T]
) -> tuple[truth.Poll, T]:
    """Runs a program under a tool, beside the poller. Returns the truth and the tool's answer."""
    path = search_path(setting.peers)

    def act(command: list[str], own: Path) -> tuple[Ended, tuple[truth.Poll, T] | None]:
        def line(inner: list[str]) -> list[str]:
            return tool.argv(str(tool.program), inner, own)

        ended, poll = truth.polled(setting.truths, line, command, own, path)
        return ended, (poll, read(own)) if poll and ended.exit_code == 0 else None

    return _once(program, setting, shared, act)


def _once(
    program: Program, setting: Setting, shared: Path, act: Callable[[list[str], Path], tuple[Ended, T | None]]
) -> T:
    """Makes one run. Raises `Skipped` if the command fails."""
    with tempfile.TemporaryDirectory(prefix="compare-real-") as name:
        room = Room(shared, Path(name), setting.python or Path("python3"))
        ended, facts = act(program.command(room), room.own)
        if ended.exit_code is None:
            raise Skipped("the run took too long")
        if facts is None or ended.exit_code != 0:
            last = (room.own / "stderr").read_text(errors="replace").strip().splitlines()[-1:]
            raise Skipped(f"exit code {ended.exit_code}: {''.join(last)}")
        return facts
