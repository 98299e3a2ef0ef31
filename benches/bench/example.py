"""Large traces to read and draw. crates/rprof-trace/examples/long.rs writes them in rprof's format."""

from __future__ import annotations

import shutil
from pathlib import Path

from measure.run import run

from .setting import Setting

INTERVAL = 0.001


def write(setting: Setting, samples: int) -> Path:
    """Writes a trace of `samples` ticks at 1 kHz of one process that grows or shrinks at each tick. An existing file is
    kept."""
    path = setting.scratch / f"example-{samples}.dat"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        run([setting.long, str(samples), unfinished])
        unfinished.rename(path)
    return path


def cut(trace: Path) -> Path:
    """Copies a trace as a killed rprof would leave it, without INDEX and END. A reader has to read all of it."""
    path = trace.with_suffix(".cut.dat")
    if not path.exists():
        shutil.copyfile(trace, path)
        with path.open("r+b") as file:
            from_byte = max(0, path.stat().st_size - (1 << 20))
            file.seek(from_byte)
            file.truncate(from_byte + file.read().rindex(b"\nINDEX ") + 1)
    return path
