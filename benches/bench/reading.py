"""The speed of reading a long trace for its peak."""

from __future__ import annotations

from pathlib import Path

from measure.numbers import Sample, ratio, size, times
from measure.run import Usage, run, walls

from . import example
from .section import Section
from .setting import Setting

# The goals: bytes per second, and how many times as fast as mprof.
SPEED = 500e6
FASTER = 20


def measure(setting: Setting) -> Section:
    """Runs `rprof peak`, `mprof peak` and `wc -l` in turn."""
    rounds = setting.pick(9, 2)
    section = Section(
        "Reading a trace: `peak`",
        "Traces at 1 kHz of one process whose memory changes at every tick (crates/rprof-trace/examples/long.rs). "
        f"{rounds} rounds, with the file in the page cache; mprof reads 10 million samples once. The rows *rprof* are "
        "for a trace without an index, as a killed run leaves it. The rows *rprof, by the index* are for a complete "
        "trace, whose index spares rprof reading all of it. The limit is `wc -l`, which only searches for the ends of "
        "lines.",
    )
    rows = []
    for samples in (1_000_000, setting.pick(10_000_000, 2_000_000)):
        whole = example.write(setting, samples)
        trace = example.cut(whole)
        length = trace.stat().st_size
        commands: dict[str, list[str | Path]] = {
            "rprof": [setting.rprof.program, "peak", trace],
            "rprof, by the index": [setting.rprof.program, "peak", whole],
            "wc -l": ["wc", "-l", trace],
        }
        if "mprof" in setting.peers:
            commands["mprof"] = [setting.peers["mprof"].program, "peak", trace]
        took: dict[str, list[Usage]] = {name: [] for name in commands}
        for number in range(rounds):
            for name, command in commands.items():
                if name != "mprof" or samples <= 1_000_000 or number == 0:
                    took[name].append(run(command))
        wall_times = {name: walls(runs) for name, runs in took.items()}
        medians = {name: wall.median for name, wall in wall_times.items()}
        for name, wall in wall_times.items():
            cpu = Sample.of([one.cpu for one in took[name]])
            rows.append(
                [f"{samples:,}", size(length), name, times(wall), times(cpu), f"{size(length / wall.median)}/s"]
            )
        ours, what = medians["rprof"], f"reading {samples / 1e6:g} million samples"
        limit = f"wc -l {size(length / medians['wc -l'])}/s"
        section.at_least(what, length / ours, SPEED, (f"{size(SPEED)}/s", f"{size(length / ours)}/s", limit))
        if "mprof" in medians:
            indexed = medians["rprof, by the index"]
            both = f"{ratio(medians['mprof'], indexed)}; without the index {ratio(medians['mprof'], ours)}"
            faster = medians["mprof"] / indexed
            written = (f"{FASTER} x mprof", both, limit)
            section.at_least(f"{what}, against mprof", faster, FASTER, written)
    section.table(["samples", "file", "by", "wall clock", "CPU time", "speed"], rows)
    return section
