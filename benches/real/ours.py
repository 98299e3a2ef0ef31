"""The numbers of rprof: the JSON of `rprof peak`, as docs/peak-json.md describes it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .judge import Number

# The bounds of PSS are printed as one value if they differ by less than this share.
ONE_VALUE = 0.05


@dataclass(frozen=True)
class Ours:
    """The numbers of one run."""

    rss: Number
    largest: Number
    # None for a single process: rprof measures the PSS of trees only.
    pss: Number | None
    # The upper bound of the memory needed, with each shared page counted once.
    once: float | None


def read(rprof: str, trace: Path) -> Ours:
    """Reads the numbers of a trace."""
    done = subprocess.run([rprof, "peak", "--json", str(trace)], capture_output=True, text=True, timeout=60, check=True)
    [run] = json.loads(done.stdout)
    uncertainty = run["peak_uncertainty_bytes"] or 0
    peak, upper = run["peak_bytes"], run["peak_upper_bytes"]
    pss, pss_upper = run["pss_peak_bytes"], run["pss_peak_upper_bytes"]
    shared = Number(pss, pss_upper, labelled=pss_upper is None or pss_upper > pss * (1 + ONE_VALUE)) if pss else None
    return Ours(
        rss=Number(peak, upper, labelled=not run["exact"] and upper != peak, uncertainty=uncertainty),
        largest=Number(run["hwm_bytes"], None, labelled=False, uncertainty=uncertainty),
        pss=shared,
        once=run["peak_upper_once_bytes"],
    )
