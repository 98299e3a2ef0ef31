"""The time, memory and file size of a figure of a long trace."""

from __future__ import annotations

from measure.numbers import mib, ratio, size, time, times
from measure.run import Usage, walls

from . import example
from .section import Section
from .setting import Setting

KINDS = ("svg", "pdf", "png")
FASTER = 40
WALL = 1.5
FILE = 200_000
MEMORY = 64 << 20


def measure(setting: Setting) -> Section:
    """Draws each kind of figure from traces of two lengths; mprof draws the shorter one only."""
    rounds = setting.pick(5, 2)
    section = Section(
        "Plotting",
        f"The same traces, drawn as each kind of figure, {rounds} rounds. mprof draws once, 1 million samples only. "
        "Memory is the maximum RSS of the process. The limit is `rprof peak`, which reads the same trace and draws "
        "nothing.",
    )
    rows = []
    for samples in (1_000_000, setting.pick(10_000_000, 2_000_000)):
        trace = example.write(setting, samples)
        reading = min(setting.peak([setting.rprof.program, "peak", example.cut(trace)]).wall for _ in range(rounds))
        for kind in KINDS:
            figure = setting.scratch / f"figure.{kind}"
            runs = [setting.peak([setting.rprof.program, "plot", "--force", trace, "-o", figure]) for _ in range(rounds)]
            rows.append(_row(samples, kind, "rprof", runs, figure.stat().st_size))
            ours = walls(runs).median
            what, limit = f"{kind} of {samples / 1e6:g} million samples", f"reading alone {time(reading)}"
            if samples > 1_000_000:
                section.at_most(what, ours, WALL, (time(WALL), time(ours), limit))
                peak = max(took.peak for took in runs)
                section.at_most(f"memory, {what}", peak, MEMORY, (mib(MEMORY), mib(peak), "n/a"))
            elif "mprof" in setting.peers:
                theirs = setting.scratch / f"theirs.{kind}"
                took = setting.peak([setting.peers["mprof"].program, "plot", "-o", theirs, trace])
                rows.append(_row(samples, kind, "mprof", [took], theirs.stat().st_size))
                written = (f"{FASTER} x mprof", ratio(took.wall, ours), limit)
                section.at_least(what, took.wall / ours, FASTER, written)
            length = figure.stat().st_size
            section.at_most(f"size, {what}", length, FILE, (size(FILE), size(length), "n/a"))
    section.table(["samples", "kind", "by", "wall clock", "memory", "size"], rows)
    return section


def _row(samples: int, kind: str, name: str, runs: list[Usage], length: int) -> list[str]:
    return [f"{samples:,}", kind, name, times(walls(runs)), mib(max(took.peak for took in runs)), size(length)]
