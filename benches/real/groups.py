"""Control groups of the truth programs: one with a freezer and one with memory accounting, where they are mounted."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Groups:
    """The directories of the groups; None where the machine allows none."""

    freezer: Path | None
    memory: Path | None

    @property
    def entered(self) -> str:
        """The directories that the command enters, separated by colons."""
        return ":".join(sorted({str(group) for group in (self.freezer, self.memory) if group}))


@contextlib.contextmanager
def made() -> Iterator[Groups]:
    """Makes new groups for one run and removes them afterwards."""
    name = f"compare-real-{os.getpid()}"
    groups = Groups(_make("freezer", name), _make("memory", name))
    try:
        yield groups
    finally:
        for group in (groups.freezer, groups.memory):
            _remove(group)


def _make(controller: str, name: str) -> Path | None:
    """Makes a group of version 1, or of version 2 if it has the controller."""
    for kind, place, options in _mounts():
        if kind == "cgroup" and controller in options.split(","):
            return _directory(place / name)
    for kind, place, _ in _mounts():
        if kind == "cgroup2" and _offers(place, controller):
            return _directory(place / name)
    return None


def _mounts() -> list[tuple[str, Path, str]]:
    try:
        lines = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return []
    return [(line[2], Path(line[1]), line[3]) for line in lines]


def _offers(place: Path, controller: str) -> bool:
    """Every group of version 2 but the root can be frozen."""
    try:
        return controller == "freezer" or controller in (place / "cgroup.subtree_control").read_text().split()
    except OSError:
        return False


def _directory(path: Path) -> Path | None:
    try:
        path.mkdir(exist_ok=True)
    except OSError:
        return None
    return path


def _remove(group: Path | None) -> None:
    """A group can be removed a moment after its last process has ended."""
    deadline = time.monotonic() + 3
    while group is not None and group.exists() and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            group.rmdir()
            return
        time.sleep(0.02)
