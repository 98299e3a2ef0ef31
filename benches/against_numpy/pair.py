"""One run of one program under rprof, with its time and peak."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure.run import Failed, run

EXAMPLES = ("basic", "float32", "hdf5")


@dataclass(frozen=True)
class Took:
    """The times of a run in seconds and its peak in bytes."""

    elapsed: float
    user: float
    system: float
    peak: float


def measure(rprof: Path, program: Sequence[str | Path], directory: Path) -> Took:
    """Runs a program in a directory under rprof. All files in the directory are removed afterwards."""
    trace = directory / "run.dat"
    output = run([rprof, "run", "--quiet", "--force", "--output", trace, "--", *program], cwd=directory).output
    found = re.search(r"^elapsed time = ([\d.]+) sec$", output, re.MULTILINE)
    if not found:
        raise Failed(f"`{program[0]}` printed no elapsed time: {output!r}")
    [peak] = json.loads(run([rprof, "peak", "--json", trace]).output)
    end = json.loads(next(line[4:] for line in trace.read_text().splitlines() if line.startswith("END ")))
    for file in directory.iterdir():
        file.unlink()
    return Took(float(found[1]), end["user_s"], end["system_s"], peak["peak_bytes"])
