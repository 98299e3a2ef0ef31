"""A program that uses every name with its types. It is not run: mypy and pyright check it."""

from __future__ import annotations

import rprof


@rprof.profile
def load(rows: int) -> str:
    return "x" * rows


def use(trace: str) -> tuple[int, float]:
    with rprof.measure(interval=0.01, metric="pss", output="m.dat") as m:
        with rprof.span("load"):
            load(3)
        rprof.mark("half way")
        rprof.note("rows", 3)
    peak: rprof.Peak = m.peak
    upper: int | None = m.peak_upper_bytes
    result: rprof.Result = rprof.run(["make", "-j8"], check=True, cwd="/tmp", timeout=3.5)
    first: rprof.Run = rprof.read(trace)[0]
    ticks: rprof.Table = first.ticks
    times: list[float] = ticks["time_s"]
    for row in ticks:
        print(row["rss_bytes"], ticks.columns)
    if result.returncode == 0 and result.peak_bytes is not None and upper is not None:
        return m.peak_bytes + result.peak_bytes + upper + (peak.growth_bytes or 0), max(times)
    return rprof.peak(trace).samples, m.read().peak.elapsed_s
