"""Runs the example programs of memray under rprof and under memray and compares the functions that hold the most."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from measure import arguments, interpreter, machine, venv
from measure.run import Failed, Skipped, run

from . import ours, theirs
from .functions import Held
from .programs import PROGRAMS, Program, fetch, prepare
from .report import Result, line, text
from .verdict import judge

PACKAGES = ("memray==1.20.0", "numpy==2.2.6", "rebound==3.28.4", "setuptools<81")


def main() -> int:
    """Returns the exit code: 1 if the tools name different functions and nothing explains it."""
    options = _options()
    chosen = [program for program in PROGRAMS if options.only in program.name]
    try:
        python = interpreter.with_names()
        if python is None:
            raise Skipped(interpreter.missing())
        python = venv.make(options.tools / "against-memray", PACKAGES, python) / "python"
        results = _measure(options, python, chosen)
    except (Failed, Skipped) as error:
        print(f"skipped: compare-memray: {error}", file=sys.stderr)
        return 0
    busy = machine.load()
    document = text(results, _facts(options.rprof, python) + machine.warning(busy), options.rounds)
    if len(chosen) == len(PROGRAMS):
        options.results.write_text(document)
        print(f"results written to {options.results}")
    else:
        print(document)
    return int(any(not result.skipped and result.verdict.reason is None for result in results))


def _measure(options: argparse.Namespace, python: Path, chosen: Sequence[Program]) -> list[Result]:
    results = []
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        place = Path(name)
        clone = fetch(options.repository, place)
        for program in chosen:
            result = Result(program)
            try:
                _run(result, prepare(program, clone, place), python, options, place)
            except (Failed, Skipped) as error:
                result.skipped = "".join(str(error).strip().splitlines()[-1:])
            print(f"{program.name}: {line(result)}", flush=True)
            results.append(result)
    if all(result.skipped for result in results):
        raise Skipped(results[0].skipped)
    return results


def _run(result: Result, script: Path, python: Path, options: argparse.Namespace, place: Path) -> None:
    """Makes all runs of a program."""
    count = options.rounds
    result.ours = _median(count, lambda: ours.measure(options.rprof, python, script, place))
    result.theirs = _median(count, lambda: theirs.measure(python, script, place))
    result.native = _median(count, lambda: theirs.measure(python, script, place, ("--native",)))
    result.verdict = judge(result.ours, result.theirs)


def _median(count: int, measure: Callable[[], Held]) -> Held:
    """Returns the run with the median peak."""
    runs = sorted((measure() for _ in range(count)), key=lambda held: held.peak)
    return runs[len(runs) // 2]


def _facts(rprof: Path, python: Path) -> str:
    code = "import importlib.metadata as m, sys; print(sys.version.split()[0], *map(m.version, sys.argv[1:]))"
    names = ["memray", "numpy", "rebound"]
    version, *packages = run([python, "-c", code, *names]).output.split()
    used = ", ".join(f"{name} {package}" for name, package in zip(names, packages))
    facts = [fact for fact in machine.describe().splitlines() if not fact.startswith("- Python: ")]
    ours = run([rprof, "--version"]).output.splitlines()[0]
    return "\n".join([*facts, f"- Python {version}, {used}", f"- {ours}", ""])


def _options() -> argparse.Namespace:
    parser = arguments.parser(
        "compare-memray",
        __doc__,
        programs={"rprof": "the rprof to compare"},
        places={
            "tools": "the directory for a Python with memray",
            "scratch": "the directory for temporary files",
            "results": "the file to write",
        },
    )
    parser.add_argument("--repository", required=True, help="memray's repository: a clone, or the address of a server")
    parser.add_argument("--rounds", type=int, default=3, help="runs under each tool (default: 3)")
    parser.add_argument("--only", default="", help="only the programs with this text in their name; writes nothing")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
