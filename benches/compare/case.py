"""The type of a hard case: a command, its true peak, and the other conditions for a right answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
# The most memory that a process holds besides the memory that it touches: code, stack and libc. On Linux, 1 to 3 MiB.
OWN = 3 * MIB


@dataclass(frozen=True)
class Truth:
    """The range of the true peak in bytes: from the touched memory to the same plus `OWN` for each process."""

    low: int
    high: int
    why: str


def touched(mib: int, processes: int, why: str) -> Truth:
    """Returns the truth of a case in which `processes` processes together hold `mib` MiB of touched memory at once."""
    return Truth(mib * MIB, mib * MIB + processes * OWN, why)


@dataclass(frozen=True)
class Case:
    """A hard case. `words` may contain {truth}, {scripts}, {dir} (the run's own directory) and {swarm}."""

    name: str
    what: str
    words: str
    truth: Truth
    # The exit code that the tool must return: the command's own, or 128+n if signal n killed it.
    exit_code: int = 0
    # A file in the run's directory. When it appears, the tool gets SIGTERM and no process of the command may remain.
    terminate_at: str | None = None
    # True if the curve must not fall below the truth in the middle half of the run.
    steady: bool = False
    # True if the truth counts pages shared by several processes once.
    shared: bool = False
    # The time limit in seconds. A tool that runs longer has given no answer.
    limit: float = 60.0

    def argv(self, truth: Path, directory: Path, swarm: int) -> list[str]:
        """Returns the command of one run."""
        names = {"truth": truth, "scripts": Path(__file__).parent, "dir": directory, "swarm": swarm}
        return [word.format(**names) for word in self.words.split()]
