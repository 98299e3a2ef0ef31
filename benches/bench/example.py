"""Large traces to read and draw: made by crates/rprof-trace/examples/long.rs, as rprof itself writes them."""

from __future__ import annotations

import shutil
from pathlib import Path

from measure.run import run

from .setting import Setting

INTERVAL = 0.001


def write(setting: Setting, samples: int) -> Path:
    """A trace of so many ticks at 1 kHz, of one process that grows and shrinks at each; kept if it is there."""
    path = setting.scratch / f"example-{samples}.dat"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        run([setting.long, str(samples), unfinished])
        unfinished.rename(path)
    return path


def cut(trace: Path) -> Path:
    """The same trace as a kill leaves it: without the index and the end, so that it has to be read through."""
    path = trace.with_suffix(".cut.dat")
    if not path.exists():
        shutil.copyfile(trace, path)
        with path.open("r+b") as file:
            from_byte = max(0, path.stat().st_size - (1 << 20))
            file.seek(from_byte)
            file.truncate(from_byte + file.read().rindex(b"\nINDEX ") + 1)
    return path
