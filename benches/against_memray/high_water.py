"""Prints what memray's file says about the peak of the heap, as JSON: `high_water.py FILE`, with a Python that has memray.

`functions` has name, file and bytes of the innermost function of a script in each stack at the peak, and `allocated`
the same for all allocations of the run, also those that were freed.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict

from memray import FileReader


def owner(stack: list[tuple[str, str, int]]) -> tuple[str, str]:
    """Returns the innermost function of a script, as rprof chooses it: not one of the interpreter's own scripts."""
    for name, file, _ in stack:
        if file.endswith(".py") or (file.startswith("<") and not file.startswith("<frozen ")):
            return name, file
    return "", ""


def summed(records: object) -> list[dict[str, object]]:
    """Returns the bytes of each function."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for record in records:
        sums[owner(record.stack_trace())] += record.size
    return [{"name": name, "file": file, "bytes": size} for (name, file), size in sums.items()]


def main() -> None:
    """Reads the file twice: an iterator of memray can be used once."""
    peak = summed(FileReader(sys.argv[1]).get_high_watermark_allocation_records(merge_threads=True))
    known: dict[tuple[int, int], tuple[str, str]] = {}
    sums: dict[tuple[str, str], int] = defaultdict(int)
    reader = FileReader(sys.argv[1])
    for record in reader.get_allocation_records():
        key = (record.tid, record.stack_id)
        if record.size and record.stack_id:
            if key not in known:
                known[key] = owner(record.stack_trace())
            sums[known[key]] += record.size
    every = [{"name": name, "file": file, "bytes": size} for (name, file), size in sums.items()]
    print(json.dumps({"peak": reader.metadata.peak_memory, "functions": peak, "allocated": every}))


main()
