"""The functions of a run that hold memory at its peak, as both tools report them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath

# A function of a script: its name without class and closure, and the name of its file. memray has no more of the name.
Function = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """A function as a tool prints it, and its bytes."""

    name: str
    library: str
    bytes: float

    @property
    def function(self) -> Function:
        """The same name for both tools."""
        return plain(self.name, self.library)


@dataclass(frozen=True)
class Held:
    """The memory of a run at its peak, in bytes."""

    # What the tool counts: resident pages, or requested heap.
    peak: float
    # The functions of the program, the largest first.
    rows: list[Row]
    # By the innermost function of a script in each stack.
    by_script: dict[Function, float] = field(default_factory=dict)
    # What a tool counts besides: memray the bytes of all allocations by function, whether freed or not.
    allocated: dict[Function, float] = field(default_factory=dict)

    @property
    def listed(self) -> float:
        """The sum of all rows."""
        return sum(row.bytes for row in self.rows)


def plain(name: str, file: str) -> Function:
    """Returns the part of a name that both tools have."""
    return name.rsplit(".", 1)[-1], PurePath(file).name


def is_script(file: str) -> bool:
    """True for a script. The interpreter's own, as `<frozen importlib._bootstrap>`, are left to their caller."""
    return file.endswith(".py") or (file.startswith("<") and not file.startswith("<frozen "))


def sorted_rows(rows: list[Row]) -> list[Row]:
    """Returns the rows, the largest first."""
    return sorted(rows, key=lambda row: (-row.bytes, row.name))
