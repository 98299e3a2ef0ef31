"""Large traces to read and draw: made by crates/rprof-trace/examples/long.rs, as rprof itself writes them."""

from __future__ import annotations

from pathlib import Path

from measure.run import run

from .setting import Setting

INTERVAL = 0.001


def write(setting: Setting, samples: int) -> Path:
    """A trace of so many ticks at 1 kHz, of one process that grows and shrinks at each; kept if it is there."""
    path = setting.scratch / f"example-{samples}.dat"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        run([setting.long, samples, unfinished])
        unfinished.rename(path)
    return path
