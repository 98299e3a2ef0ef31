"""Builds and runs the test programs of cargo, two at a time, all to their end, and closes with one line of counts.

Usage: test.py COMMAND... [-- COMMAND...]; each is a `cargo test` with its options. The exit code is 1 if one failed.
Lines on a single test are shown at once, the rest of a program's output at its end.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from threading import Lock

RESULT = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")
# The program that takes longest starts first.
LONGEST = "end_to_end"


@dataclass(frozen=True)
class Program:
    """One test program, or the documentation tests of one command."""

    name: str
    command: list[str]
    directory: Path


@dataclass
class Summary:
    """What all programs said."""

    passed: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    skipped: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


def built(command: list[str]) -> list[Program] | None:
    """Builds the test programs of a command and returns them; None if they cannot be built."""
    build = [*command, "--no-run", "--message-format=json-render-diagnostics"]
    done = subprocess.run(build, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        return None
    programs = [Program("documentation", [*command, "--doc"], Path.cwd())]
    for message in map(json.loads, done.stdout.splitlines()):
        if message["reason"] == "compiler-artifact" and message["profile"]["test"] and message["executable"]:
            package = Path(message["manifest_path"]).parent
            name = f"{package.name}: {message['target']['name']}"
            programs.append(Program(name, [message["executable"]], package))
    return programs


def run(program: Program, summary: Summary, lock: Lock) -> None:
    """Runs a program, passes its output on and adds its counts."""
    environment = dict(os.environ, CARGO_MANIFEST_DIR=str(program.directory))
    started = subprocess.Popen(
        program.command,
        cwd=program.directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    rest = [f"\n{program.name}\n"]
    for line in started.stdout:
        with lock:
            if counts := RESULT.match(line):
                summary.passed += int(counts[1])
                summary.failed += int(counts[2])
            elif "skipped: " in line:
                summary.skipped.add(line[line.index("skipped: ") :].strip())
            elif line.startswith("test ") and line.rstrip().endswith("FAILED"):
                summary.failures.append(f"{program.name}: {line.split()[1]}")
            if line.startswith(("test ", "skipped: ")) and not RESULT.match(line):
                print(line, end="", flush=True)
            elif line.strip():
                rest.append(line)
    code = started.wait()
    with lock:
        print("".join(rest), flush=True)
        if code != 0:
            summary.broken.append(f"{program.name} ({'signal' if code < 0 else 'exit code'} {abs(code)})")


def main(words: list[str]) -> int:
    """Builds everything, runs it and reports."""
    commands = [list(group) for is_end, group in groupby(words, lambda word: word == "--") if not is_end]
    # Many tests mostly wait for a program to end, so more run at once than there are cores.
    os.environ.setdefault("RUST_TEST_THREADS", str(3 * (os.cpu_count() or 1)))
    summary, programs = Summary(), []
    for command in commands:
        found = built(command)
        if found is None:
            summary.broken.append(" ".join(command))
        programs += found or []
    programs.sort(key=lambda program: not program.name.endswith(f": {LONGEST}"))
    lock = Lock()
    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(run, program, summary, lock) for program in programs]:
            ended.result()
    print()
    for reason in sorted(summary.skipped):
        print(reason)
    for name in summary.failures + summary.broken:
        print(f"failed: {name}")
    print(f"tests: {summary.passed} passed, {summary.failed} failed")
    return 1 if summary.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
