"""Runs real programs under rprof and its peers, beside independent truths, and writes the tables.

Needs Linux, Python 3.9 and a C compiler.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from compare.tools import all_tools, mprof_shared
from measure import arguments, compiler
from measure.run import Failed, Skipped

from . import packages, rows, table, truth
from .programs import PROGRAMS
from .setting import Setting


def main() -> int:
    """Returns the exit code: 1 if a number of rprof is wrong."""
    options = _options()
    chosen = [program for program in PROGRAMS if options.only in program.name]
    try:
        truths = compiler.build(truth.SOURCES.glob("*.c"), options.scratch / "truth")
    except Failed as error:
        print(f"compare-real: {error}", file=sys.stderr)
        return 1
    tools = all_tools(options.rprof, options.peers)
    place = options.scratch / "shared"
    setting = Setting(
        tools, mprof_shared(options.peers), truths, options.peers, place, _python(options.peers), options.rounds
    )
    found = []
    for program in chosen:
        start = time.monotonic()
        row = rows.measure(program, setting)
        found.append(row)
        print(f"{program.name}, {time.monotonic() - start:.0f} s: {_line(row)}", flush=True)
    if len(chosen) == len(PROGRAMS):
        table.write(options.document, found, tools, options.rounds)
        print(f"results written to {options.document}")
    else:
        print(table.render(found, tools, options.rounds))
    counts = table.counts(found)
    print(counts.text)
    return int(bool(counts.wrong or counts.failed))


def _line(row: rows.Row) -> str:
    if row.skipped or row.failed:
        return f"skipped: {row.skipped}" if row.skipped else f"FAILED: {row.failed}"
    return "; ".join(
        f"{name} {judged.outcome.name.replace('WRONG', '**WRONG**').lower()} ({table.ratios(judged)})"
        for name, judged in row.ours.items()
    )


def _python(peers: Path) -> Path | None:
    """Returns a Python with the packages of all programs, or None."""
    try:
        return packages.python(peers / "real")
    except Skipped as error:
        print(f"compare-real: {error}", file=sys.stderr)
        return None


def _options() -> argparse.Namespace:
    parser = arguments.parser(
        "compare-real",
        __doc__,
        programs={"rprof": "the rprof to compare"},
        places={
            "peers": "the directory of the installed peers",
            "scratch": "the directory for built files",
            "document": "the Markdown file with the tables",
        },
    )
    parser.add_argument("--rounds", type=int, default=1, help="runs of each program under rprof (default: 1)")
    parser.add_argument("--only", default="", help="run only the programs with this text in their name; write nothing")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
