"""A day at 1 kHz: the size of the trace, and the time to draw one minute of it."""

from __future__ import annotations

import json
from pathlib import Path

from measure.numbers import Sample, digits, size, time, times
from measure.run import run

from . import example
from .section import Section
from .setting import Setting

TICKS = 86_400_000
# The goal: the largest share of the time for the whole trace that a window may take.
WINDOW = 0.1


def measure(setting: Setting) -> Section:
    """Measures the bytes per tick of real runs, and the time to draw a minute in the middle of a long trace."""
    ms, rounds = setting.pick(30_000, 3000), setting.pick(3, 2)
    section = Section(
        "A day at 1 kHz",
        f"The size of a day is extrapolated: the bytes per tick of a {ms / 1000:g} s run at 1 kHz, times "
        f"{TICKS / 1e6:g} million. One process stands still; the other grows at nearly every tick. The times are for "
        "a trace of a full day, generated in rprof's format, and for a shorter one: to draw a minute from the middle, "
        "and to draw the whole trace, as svg. The file is in the page cache if it fits.",
    )
    rows = []
    for name, child in (("stands still", setting.child("rest", ms)), ("grows", setting.child("grow", ms))):
        trace = setting.scratch / "day.dat"
        run(setting.rprof.record(0.001, True, trace, child), cwd=setting.scratch)
        length, ticks = _steady(trace)
        rows.append([name, digits(length / ticks), size(length / ticks * TICKS)])
        trace.unlink()
    section.table(["process", "bytes per tick", "a day"], rows)
    rows = []
    for samples in (setting.pick(10_000_000, 2_000_000), setting.pick(TICKS, 4_000_000)):
        minute, whole = _drawn(setting, samples, rounds)
        length = (setting.scratch / f"example-{samples}.dat").stat().st_size
        rows.append([f"{samples:,}", size(length), times(minute), times(whole)])
        written = (f"{WINDOW:.0%} of drawing the whole", f"{time(minute.median)}, whole {time(whole.median)}", "n/a")
        what = f"drawing a minute of {samples / 1e6:g} million ticks"
        section.at_most(what, minute.median / whole.median, WINDOW, written)
    section.table(["ticks", "file", "time to draw a minute", "time to draw the whole"], rows)
    return section


def _drawn(setting: Setting, samples: int, rounds: int) -> tuple[Sample, Sample]:
    """Returns the times to draw a minute from the middle of a trace, and to draw the whole trace."""
    trace = example.write(setting, samples)
    middle = samples * example.INTERVAL / 2
    command: list[str | Path] = [setting.rprof.program, "plot", "--force", trace, "-o", setting.scratch / "window.svg"]
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        took[0].append(run([*command, "--window", f"{middle:g},{middle + 60:g}"]).wall)
        took[1].append(run(command).wall)
    return Sample.of(took[0]), Sample.of(took[1])


def _steady(trace: Path) -> tuple[int, int]:
    """Returns the bytes of the lines that ticks wrote, and the number of ticks."""
    lines = trace.read_text().splitlines(keepends=True)
    end = json.loads(next(line[4:] for line in lines if line.startswith("END ")))
    return sum(len(line) for line in lines if line.startswith(("MEM ", "CHLD ", "PSS "))), end["ticks"]
