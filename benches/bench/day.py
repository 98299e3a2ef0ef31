"""A day at 1 kHz: how large the trace is, and how long one minute of it takes to draw."""

from __future__ import annotations

import json
from pathlib import Path

from measure.numbers import Sample, digits, size, time, times
from measure.run import run

from . import example
from .section import Section
from .setting import Setting

TICKS = 86_400_000
# A window may cost at most this share of the whole trace's reading.
WINDOW = 0.1


def measure(setting: Setting) -> Section:
    """Bytes a tick from real runs, and a minute in the middle of a long trace."""
    ms, rounds = setting.pick(30_000, 3000), setting.pick(5, 2)
    section = Section(
        "A day at 1 kHz",
        f"No day was waited for: bytes a tick of {ms / 1000:g} s at 1 kHz, of a process that stands still and of one "
        f"that grows at nearly every tick, times {TICKS / 1e6:g} million. A minute from the middle of the longest "
        "trace above, and the whole of it, as svg; the minute in a day is extrapolated from both by length, if it "
        "depends on it.",
    )
    rows = []
    for name, child in (("stands still", setting.child("rest", ms)), ("grows", setting.child("grow", ms))):
        trace = setting.scratch / "day.dat"
        run(setting.rprof.record(0.001, True, trace, child), cwd=setting.scratch)
        length, ticks = _steady(trace)
        rows.append([name, digits(length / ticks), size(length / ticks * TICKS)])
        trace.unlink()
    section.table(["process", "bytes a tick", "a day"], rows)
    samples = setting.pick(10_000_000, 2_000_000)
    trace = example.write(setting.scratch / f"example-{samples}.dat", samples)
    middle = samples * example.INTERVAL / 2
    window = ["--window", f"{middle:g},{middle + 60:g}"]
    figure = setting.scratch / "window.svg"
    took = {}
    for name, options in (("a minute of it", window), ("the whole", [])):
        command: list[str | Path] = [setting.rprof.program, "plot", trace, "-o", figure, *options]
        took[name] = Sample.of([run(command).wall for _ in range(rounds)])
    minute, whole = took["a minute of it"].median, took["the whole"].median
    section.table(
        ["drawn", "wall clock", "if it grows with the trace, in a day"],
        [[name, times(sample), time(sample.median * TICKS / samples)] for name, sample in took.items()],
    )
    said = (f"no full scan: {WINDOW:.0%} of the whole", f"{time(minute)} to {time(whole)}", "n/a")
    section.at_most("a minute of a long trace", minute / whole, WINDOW, said)
    return section


def _steady(trace: Path) -> tuple[int, int]:
    """Bytes of the lines of ticks, and ticks."""
    lines = trace.read_text().splitlines(keepends=True)
    end = json.loads(next(line[4:] for line in lines if line.startswith("END ")))
    return sum(len(line) for line in lines if line.startswith(("MEM ", "CHLD ", "PSS "))), end["ticks"]
