"""Runs the twelve hard cases under rprof and its peers and writes the table. Needs only Python 3.9."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from measure import arguments

from . import table
from .answer import NONE, Answer
from .case import Case
from .cases import CASES
from .judge import Verdict, judge, worst
from .processes import run
from .tools import Tool, all_tools, mprof_shared, search_path


def main() -> int:
    """Returns the exit code: 1 if rprof is wrong in a case or a peer is not installed."""
    options = _options()
    tools = all_tools(options.rprof, options.peers)
    missing = [tool.name for tool in tools if tool.program is None]
    chosen = [case for case in CASES if options.only in case.name]
    verdicts = {(case.name, tool.name): _rounds(case, tool, options) for case in chosen for tool in tools}
    notes = _notes(chosen, options)
    results = table.Results(chosen, tools, verdicts, options.swarm, options.rounds, notes)
    if len(chosen) == len(CASES):
        table.write(options.document, results)
        print(f"results written to {options.document}")
    for tool in tools:
        print(f"{tool.name}: right in {table.right_of(tool, results)} of {len(chosen)}")
    for name in missing:
        print(f"compare: {name} is not installed; its column is marked", file=sys.stderr)
    return int(bool(missing) or table.right_of(tools[0], results) < len(chosen))


def _options() -> argparse.Namespace:
    parser = arguments.parser(
        "compare",
        __doc__,
        programs={"rprof": "the rprof to compare", "truth": "the workload whose memory is known"},
        places={"peers": "the directory of the installed peers", "document": "the Markdown file with the table"},
    )
    parser.add_argument("--swarm", type=int, default=200, help="processes of the swarm (default: 200)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each case under each tool (default: 3)")
    parser.add_argument("--only", default="", help="run only the cases with this text in their name; write no table")
    return parser.parse_args()


def _rounds(case: Case, tool: Tool, options: argparse.Namespace) -> Verdict:
    """Runs one case under one tool, `--rounds` times."""
    verdict = worst([_try(case, tool, options) for _ in range(options.rounds)])
    print(f"{case.name:24} {tool.name:10} {'right' if verdict.right else 'WRONG'}  {verdict.text}", flush=True)
    return verdict


def _try(case: Case, tool: Tool, options: argparse.Namespace) -> Verdict:
    """Runs one case under one tool once, in a directory that is removed afterwards."""
    if tool.program is None:
        return Verdict(False, "not installed")
    with tempfile.TemporaryDirectory(prefix="compare-") as name:
        directory = Path(name)
        command = case.argv(options.truth, directory, options.swarm)
        if shutil.which(command[0]) is None:
            return Verdict(False, f"{command[0]} is not installed")
        argv = tool.argv(tool.program, command, directory)
        terminate_at = directory / case.terminate_at if case.terminate_at else None
        ended = run(argv, directory, search_path(options.peers), case.limit, terminate_at)
        return judge(case, ended, _read(tool, tool.program, directory))


def _read(tool: Tool, program: str, directory: Path) -> Answer:
    """Returns a tool's answer. Output that cannot be read counts as no answer."""
    try:
        return tool.read(program, directory)
    except (OSError, ValueError, LookupError, TypeError):
        return NONE


def _notes(cases: list[Case], options: argparse.Namespace) -> list[str]:
    """Returns notes below the table: mprof counts shared pages once with another backend."""
    tool = mprof_shared(options.peers)
    shared = [case for case in cases if case.shared]
    if tool.program is None or not shared:
        return []
    answers = ", ".join(f"{table.cell(_rounds(case, tool, options))} for {case.name}" for case in shared)
    return [f"mprof was also run with `--backend psutil_pss`, which counts shared pages once. The result is {answers}."]


if __name__ == "__main__":
    sys.exit(main())
