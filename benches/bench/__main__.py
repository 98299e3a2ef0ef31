"""Measures rprof and its peers and writes the results. Needs Python 3.9, a C compiler and cargo."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from measure import arguments, floors, machine
from measure.run import Failed

from . import (
    bench_command,
    binary,
    day,
    kept,
    memory,
    origin,
    page,
    peers,
    plotting,
    pss,
    reading,
    report,
    sampling,
    slowdown,
    spans,
    startup,
    syscalls,
    tree,
    trees,
    watching,
)
from .kept import Measured
from .section import Section
from .setting import Setting

MEASUREMENTS: dict[str, Callable[[Setting], Section]] = {
    "sampling": sampling.measure,
    "slowdown": slowdown.measure,
    "origin": origin.measure,
    "tree": tree.measure,
    "trees": trees.measure,
    "pss": pss.measure,
    "startup": startup.measure,
    "bench_command": bench_command.measure,
    "spans": spans.measure,
    "memory": memory.measure,
    "reading": reading.measure,
    "plotting": plotting.measure,
    "watching": watching.measure,
    "page": page.measure,
    "day": day.measure,
    "binary": binary.measure,
    "syscalls": syscalls.measure,
}


def main() -> int:
    """Returns the exit code: 1 if a measurement failed. A missed goal is a result, not a failure."""
    options = _options()
    busy = machine.load()
    failed = False
    try:
        built = floors.build(options.scratch / "floors")
        with tempfile.TemporaryDirectory(dir=options.scratch) as place:
            tool = peers.rprof(options.rprof)
            found = peers.install(options.tools)
            setting = Setting(tool, found, built, options.long, options.tools, Path(place), options.quick)
            for name, measure in MEASUREMENTS.items():
                if options.only not in name:
                    continue
                start = time.monotonic()
                try:
                    section = measure(setting)
                except (Failed, OSError) as error:
                    print(f"bench: {name}: {error}", file=sys.stderr)
                    failed = True
                    continue
                today = date.today().isoformat()
                kept.save(options.kept, name, Measured(section, today, tool.version, busy, _machine(setting)))
                report.write(options.results, kept.load(options.kept, MEASUREMENTS), options.quick)
                for verdict in section.verdicts:
                    print(f"{verdict.what}: {verdict.measured} (goal {verdict.goal}): {verdict.outcome}")
                print(f"{name}: {time.monotonic() - start:.0f} s", flush=True)
    except Failed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(f"results written to {options.results}")
    return int(failed)


def _machine(setting: Setting) -> str:
    """Returns a list in Markdown: the machine and the versions of the peers."""
    versions = ", ".join(f"{tool.name} {tool.version}" for tool in setting.peers.values() if tool.version)
    return f"{machine.facts()}- {versions}\n"


def _options() -> argparse.Namespace:
    parser = arguments.parser(
        "bench",
        __doc__,
        programs={"rprof": "the rprof to measure", "long": "the program that writes long traces"},
        places={
            "tools": "the directory for the peers",
            "scratch": "the directory for temporary files",
            "results": "the file to write",
            "kept": "the directory of the sections that were measured",
        },
    )
    parser.add_argument("--quick", action="store_true", help="make short runs, as a check that everything works")
    parser.add_argument("--only", default="", help="make only the measurements with this text in their name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
