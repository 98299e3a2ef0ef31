"""What a hard case is: a command, the memory it truly holds at its peak, and what else must hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIB = 1 << 20
# What a process of a case may hold besides what it touches: code, stack, libc. Between 1 and 3 MiB on Linux.
OWN = 3 * MIB


@dataclass(frozen=True)
class Truth:
    """The true peak in bytes, between what is touched for certain and that plus the processes' own few MiB."""

    low: int
    high: int
    why: str


def touched(mib: int, processes: int, why: str) -> Truth:
    """The truth of a case in which `processes` processes hold `mib` MiB of touched memory at one instant."""
    return Truth(mib * MIB, mib * MIB + processes * OWN, why)


@dataclass(frozen=True)
class Case:
    """One hard case; in `words` stand {truth}, {scripts}, {dir} (a directory of the run's own) and {swarm}."""

    name: str
    what: str
    words: str
    truth: Truth
    # What the tool must exit with: the command's own code, 128+n when signal n killed it.
    exit_code: int = 0
    # A file of the run's directory; the tool is sent SIGTERM once it is there, and nothing of the command may remain.
    terminate_at: str | None = None
    # Whether the curve must not fall below the truth in the middle half of the run.
    steady: bool = False
    # Whether pages shared by several processes count once in the truth.
    shared: bool = False
    # Seconds after which a tool has given no answer.
    limit: float = 60.0

    def argv(self, truth: Path, directory: Path, swarm: int) -> list[str]:
        """The command of one run."""
        names = {"truth": truth, "scripts": Path(__file__).parent, "dir": directory, "swarm": swarm}
        return [word.format(**names) for word in self.words.split()]
