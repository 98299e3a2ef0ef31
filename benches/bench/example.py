"""Large traces to read and draw: made here, in rprof's own format, so that mprof reads them too."""

from __future__ import annotations

import json
from pathlib import Path

KIB = 1024
PAGE = 4 * KIB
START = 1795380798.0
INTERVAL = 0.001
BATCH = 100_000


def write(path: Path, samples: int) -> Path:
    """A trace of so many ticks at 1 kHz, of one process that grows and shrinks at each; kept if it is there."""
    mark = path.with_suffix(".done")
    if mark.exists():
        return path
    columns = ["anon", "hwm", "upper", "file"]
    header = {
        "format": 1,
        "writer": "rprof 0.1.0",
        "command": ["example"],
        "start": "2026-11-22T20:13:18.000000000+00:00",
        "start_s": START,
        "host": "here",
        "os": "Linux",
        "page_size": PAGE,
        "interval_s": INTERVAL,
        "metric": "rss",
        "tree": True,
        "exact": False,
        "attached": False,
        "columns": columns,
    }
    with path.open("w") as file:
        file.write(f"RPROF {json.dumps(header, separators=(',', ':'))}\nCMDLINE example\n")
        file.write('PROC 812:example 0.000000 {"pid":812,"ppid":1,"name":"example"}\n')
        for first in range(0, samples, BATCH):
            file.writelines(_tick(number) for number in range(first, min(first + BATCH, samples)))
        elapsed = samples * INTERVAL
        file.write(f'END {{"elapsed_s":{elapsed},"exit_code":0,"signal":null,"ticks":{samples},"processes":1}}\n')
    mark.touch()
    return path


def _tick(number: int) -> str:
    """A saw of 50,000 ticks with noise on it; the high-water mark stays what it once was."""
    pages = 2000 + number % 50_000 + (number * 2654435761 >> 7) % 512
    resident = pages * 4
    highest = (52_512 + 2000) * 4
    return f"MEM {pages / 256:.10g} {START + number * INTERVAL:.6f} {resident - 1936} {highest} {resident + 16}\n"
