"""A run under `rprof run --where`, and the functions that `rprof where` prints."""

from __future__ import annotations

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

from measure import stacks
from measure.run import Skipped, run

from .functions import Function, Held, Row, is_script, plain, sorted_rows

# Code that is there before the script and works for all of it.
INTERPRETER = re.compile(r"(lib)?python[\d.]|ld-linux|ld-musl|libc\.|\[")


def measure(rprof: Path, python: Path, script: Path, place: Path) -> Held:
    """Runs a script once."""
    trace, calls = place / "run.dat", place / "run.speedscope.json"
    command = [rprof, "run", "--where", "--quiet", "--force", "-o", trace, "--", python, script]
    done = subprocess.run(
        [str(word) for word in command], cwd=place, capture_output=True, text=True, timeout=600, check=False
    )
    stacks.check(done.stderr)
    if done.returncode:
        raise Skipped(f"exit code {done.returncode}: {''.join(done.stderr.strip().splitlines()[-1:])}")
    held = json.loads(run([rprof, "where", "--json", trace]).output)
    run([rprof, "where", "--force", "-o", calls, trace])
    return Held(held["rss_bytes"], rows(held), by_script(json.loads(calls.read_text())))


def rows(held: dict[str, Any]) -> list[Row]:
    """Returns the functions of the program: those of the interpreter, and memory without a function, are skipped."""
    found = [Row(row["name"], row["library"], row["self_bytes"]) for row in held["functions"] if row["attributed"]]
    return sorted_rows([row for row in found if row.bytes and not INTERPRETER.match(row.library)])


def by_script(profile: dict[str, Any]) -> dict[Function, float]:
    """Returns the bytes by the innermost function of a script."""
    frames = profile["shared"]["frames"]
    sums: dict[Function, float] = defaultdict(float)
    for stack, weight in zip(profile["profiles"][0]["samples"], profile["profiles"][0]["weights"]):
        calls = [frames[index] for index in reversed(stack)]
        # The label of memory without a recorded fault is the innermost step.
        if calls and calls[0]["name"].startswith("["):
            continue
        owner = next((call for call in calls if is_script(call.get("file", ""))), None)
        if owner:
            sums[plain(owner["name"], owner["file"])] += weight
    return dict(sums)
