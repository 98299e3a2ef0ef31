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
    ms, rounds = setting.pick(30_000, 3000), setting.pick(3, 2)
    section = Section(
        "A day at 1 kHz",
        f"No day was waited for: bytes a tick of {ms / 1000:g} s at 1 kHz, of a process that stands still and of one "
        f"that grows at nearly every tick, times {TICKS / 1e6:g} million. Then a trace of a day, as long as rprof "
        "writes it, and of a tenth of one: a minute from the middle, and the whole, as svg, the file in the page cache "
        "if it fits.",
    )
    rows = []
    for name, child in (("stands still", setting.child("rest", ms)), ("grows", setting.child("grow", ms))):
        trace = setting.scratch / "day.dat"
        run(setting.rprof.record(0.001, True, trace, child), cwd=setting.scratch)
        length, ticks = _steady(trace)
        rows.append([name, digits(length / ticks), size(length / ticks * TICKS)])
        trace.unlink()
    section.table(["process", "bytes a tick", "a day"], rows)
    rows = []
    for samples in (setting.pick(10_000_000, 2_000_000), setting.pick(TICKS, 4_000_000)):
        minute, whole = _drawn(setting, samples, rounds)
        length = (setting.scratch / f"example-{samples}.dat").stat().st_size
        rows.append([f"{samples:,}", size(length), times(minute), times(whole)])
        said = (f"no full scan: {WINDOW:.0%} of the whole", f"{time(minute.median)} to {time(whole.median)}", "n/a")
        what = f"a minute of {samples / 1e6:g} million ticks"
        section.at_most(what, minute.median / whole.median, WINDOW, said)
    section.table(["ticks", "file", "a minute of it drawn", "the whole drawn"], rows)
    return section


def _drawn(setting: Setting, samples: int, rounds: int) -> tuple[Sample, Sample]:
    """How long a minute from the middle of a trace takes, and the whole of it."""
    trace = example.write(setting, samples)
    middle = samples * example.INTERVAL / 2
    command: list[str | Path] = [setting.rprof.program, "plot", trace, "-o", setting.scratch / "window.svg"]
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        took[0].append(run([*command, "--window", f"{middle:g},{middle + 60:g}"]).wall)
        took[1].append(run(command).wall)
    return Sample.of(took[0]), Sample.of(took[1])


def _steady(trace: Path) -> tuple[int, int]:
    """Bytes of the lines of ticks, and ticks."""
    lines = trace.read_text().splitlines(keepends=True)
    end = json.loads(next(line[4:] for line in lines if line.startswith("END ")))
    return sum(len(line) for line in lines if line.startswith(("MEM ", "CHLD ", "PSS "))), end["ticks"]
