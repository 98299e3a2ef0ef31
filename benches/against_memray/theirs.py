"""A run under memray, and the functions that hold the heap at its peak."""

from __future__ import annotations

import json
from pathlib import Path

from measure.run import run

from .functions import Held, Row, plain, sorted_rows

READER = Path(__file__).with_name("high_water.py")


def measure(python: Path, script: Path, place: Path, options: tuple[str, ...] = ()) -> Held:
    """Runs a script once."""
    file = place / "run.bin"
    run([python, "-m", "memray", "run", "--force", "--quiet", *options, "-o", file, script], cwd=place)
    found = json.loads(run([python, READER, file]).output)
    rows = [Row(row["name"], row["file"].rsplit("/", 1)[-1], row["bytes"]) for row in found["functions"]]
    scripts = [row for row in rows if row.name and row.bytes]
    return Held(
        found["peak"],
        sorted_rows(scripts),
        {row.function: row.bytes for row in scripts},
        {plain(row["name"], row["file"]): row["bytes"] for row in found["allocated"] if row["name"]},
    )
