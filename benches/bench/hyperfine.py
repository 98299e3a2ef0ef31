"""hyperfine: how to install it, how to run it, and what it reports."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from measure.numbers import Sample
from measure.run import Failed, run

from .peers import crate
from .setting import Setting

# The newest one that a compiler builds: 2.0 needs Rust 1.97.
VERSIONS = ("2.0.0", "1.20.0")


@dataclass(frozen=True)
class Bencher:
    """A program that runs a command many times, and the options that leave nothing but the runs."""

    name: str
    program: Path
    options: tuple[str, ...]

    def runs(self, setting: Setting, count: int, command: str) -> tuple[float, list[float], list[float]]:
        """Returns the wall clock of the whole benchmark, and the time and the memory of each run as it reports them."""
        answer = setting.scratch / "bench.json"
        words = [self.program, *self.options, "--runs", str(count), "--export-json", answer, command]
        wall = run(words, cwd=setting.scratch).wall
        result = json.loads(answer.read_text())["results"][0]
        if "measurements" not in result:
            return wall, result["times"], [float(size) for size in result.get("memory_usage_byte", [])]
        runs = result["measurements"]
        times = [one["time_wall_clock"]["value"] for one in runs]
        memory = [one["memory_peak_resident"]["value"] for one in runs if "memory_peak_resident" in one]
        return wall, times, memory

    def cost(self, setting: Setting, few: int, many: int, command: str) -> float:
        """Returns the seconds that one more run takes, with all that belongs to it."""
        return (self.runs(setting, many, command)[0] - self.runs(setting, few, command)[0]) / (many - few)


def ours(setting: Setting) -> Bencher:
    """Returns rprof bench."""
    return Bencher("rprof bench", setting.rprof.program, ("bench", "-N", "--style", "none"))


def theirs(setting: Setting) -> Bencher | None:
    """Returns hyperfine, from PATH or from its package; `None` if neither is there."""
    options = ("-N", "--style", "none")
    found = shutil.which("hyperfine")
    if found:
        version = run([found, "--version"]).output.split()[-1]
        return Bencher(f"hyperfine {version}", Path(found), options)
    for version in VERSIONS:
        try:
            program = crate(setting.installed.resolve(), "hyperfine", version)
        except (Failed, OSError) as error:
            print(f"bench: cannot install hyperfine {version}: {error}", file=sys.stderr)
            continue
        return Bencher(f"hyperfine {version}", program, options)
    return None


def median(values: list[float]) -> float:
    """Returns the median of at least one value, and 0 of none."""
    return Sample.of(values).median if values else 0.0
