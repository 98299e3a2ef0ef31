"""Runs the article's programs in Python and in Rust in turn under rprof, and writes a comparison."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from measure import arguments, floors, machine, venv
from measure.numbers import Sample
from measure.run import Failed, run

from .pair import EXAMPLES, Took, measure
from .report import Results, text

PROGRAMS = Path(__file__).resolve().parent.parent / "numpy"
PACKAGES = ("numpy==2.4.6", "h5py==3.16.0")
SLICE = 2000 * 2000
# Bytes of memory that must be free besides the largest array.
RESERVE = 2 << 30


def main() -> int:
    """Returns the exit code: 1 if a program cannot be run."""
    options = _options()
    try:
        options.results.write_text(text(_measure(options)))
    except Failed as error:
        print(f"compare-numpy: {error}", file=sys.stderr)
        return 1
    print(f"results written to {options.results}")
    return 0


def _options() -> argparse.Namespace:
    parser = arguments.parser(
        "compare-numpy",
        __doc__,
        programs={"rprof": "the rprof to measure with"},
        places={
            "workloads": "the directory of the programs basic, float32 and hdf5",
            "tools": "the directory for a Python with NumPy",
            "scratch": "the directory for temporary files",
            "results": "the file to write",
        },
    )
    parser.add_argument("--depth", type=int, default=100, help="number of slices (default: 100)")
    parser.add_argument("--pairs", type=int, default=5, help="runs of each program (default: 5)")
    options = parser.parse_args()
    if options.depth < 1 or options.pairs < 1:
        parser.error("--depth and --pairs must be at least 1")
    free = machine.available()
    if free and options.depth * SLICE * 8 + RESERVE > free:
        parser.error(
            f"{options.depth} slices do not fit in {free / 1e9:.1f} GB of available memory; use a smaller --depth"
        )
    return options


def _measure(options: argparse.Namespace) -> Results:
    busy = machine.load()
    python = venv.make(options.tools / "numpy", PACKAGES) / "python"
    built = floors.build(options.scratch / "floors")
    depth = ["--depth", str(options.depth)]
    programs = {
        name: ([str(python), str(PROGRAMS / f"{name}.py"), *depth], [str(options.workloads / name), *depth])
        for name in EXAMPLES
    }
    theirs: dict[str, list[Took]] = {name: [] for name in EXAMPLES}
    ours: dict[str, list[Took]] = {name: [] for name in EXAMPLES}
    limits: dict[str, list[dict[str, float]]] = {name: [] for name in EXAMPLES}
    with tempfile.TemporaryDirectory(dir=options.scratch) as place:
        directory = Path(place)
        for number in range(options.pairs + 1):
            for name, pair in programs.items():
                # The order changes from pair to pair, so that neither always runs first.
                took = {side: measure(options.rprof, pair[side], directory) for side in _order(number)}
                limit = built.json("memory", str(_mebibytes(name, options.depth)), directory / "cache")
                if number:
                    theirs[name].append(took[0])
                    ours[name].append(took[1])
                    limits[name].append(limit)
                label = f"{number}/{options.pairs}" if number else "warm-up"
                print(f"{label} {name}: {took[0].elapsed:.2f} s, ours {took[1].elapsed:.2f} s", flush=True)
    versions = run([python, "-c", "import numpy, h5py; print(numpy.__version__, h5py.__version__)"]).output.split()
    return Results(
        options.depth,
        theirs,
        ours,
        {name: _medians(found) for name, found in limits.items()},
        f"- NumPy {versions[0]}, h5py {versions[1]}\n- {run([options.rprof, '--version']).output}",
        machine.describe(),
        machine.warning(busy),
    )


def _order(number: int) -> tuple[int, int]:
    return (0, 1) if number % 2 else (1, 0)


def _mebibytes(name: str, depth: int) -> int:
    return max(64, depth * SLICE * (8 if name == "basic" else 4) >> 20)


def _medians(found: list[dict[str, float]]) -> dict[str, float]:
    return {key: Sample.of([one[key] for one in found]).median for key in found[0]}


if __name__ == "__main__":
    sys.exit(main())
