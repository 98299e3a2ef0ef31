"""The command line and the report of the three programs. Both equal those of the workloads in Rust."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

Shape = tuple[int, int, int]


def options(description: str | None, file: str | None = None) -> argparse.Namespace:
    """Parses the command line: depth, rows and columns as `shape`, and `file` for a program that writes one."""
    parser = argparse.ArgumentParser(description=description)
    for name, default in (("depth", 500), ("rows", 2000), ("cols", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    if file:
        parser.add_argument("--file", type=Path, default=Path(file), metavar="PATH")
    arguments = parser.parse_args()
    arguments.shape = (arguments.depth, arguments.rows, arguments.cols)
    return arguments


def report(shape: Shape, width: int, fill: Callable[[], None], file: Path | None = None) -> None:
    """Times `fill` and prints the elapsed time and the sizes. `width` is the size of a value in bytes."""
    start = time.perf_counter()
    fill()
    print(f"elapsed time = {time.perf_counter() - start:.2f} sec")
    print(f"calculated storage = {shape[0] * shape[1] * shape[2] * width / 1e9:.3f} GB")
    if file:
        print(f"file storage = {file.stat().st_size / 1e9:.3f} GB")
