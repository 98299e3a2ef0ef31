"""The command line and the report of the three programs: the same as those of the workloads in Rust."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

Shape = tuple[int, int, int]


def options(description: str | None, file: str | None = None) -> argparse.Namespace:
    """Depth, rows, columns as `shape`; `file` for a program that writes one."""
    parser = argparse.ArgumentParser(description=description)
    for name, default in (("depth", 500), ("rows", 2000), ("cols", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    if file:
        parser.add_argument("--file", type=Path, default=Path(file), metavar="PATH")
    arguments = parser.parse_args()
    arguments.shape = (arguments.depth, arguments.rows, arguments.cols)
    return arguments


def report(shape: Shape, width: int, fill: Callable[[], None], file: Path | None = None) -> None:
    """Times the filling and prints how long it took and what it came to; `width` is the bytes of a value."""
    start = time.perf_counter()
    fill()
    print(f"elapsed time = {time.perf_counter() - start:.2f} sec")
    print(f"calculated storage = {shape[0] * shape[1] * shape[2] * width / 1e9:.3f} GB")
    if file:
        print(f"file storage = {file.stat().st_size / 1e9:.3f} GB")
