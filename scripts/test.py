"""Runs test commands one after the other, all to their end, and closes with the skipped checks and one line of counts.

Usage: test.py COMMAND... [-- COMMAND...]; each is a `cargo test` with its options. The exit code is 1 if one failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import groupby

RESULT = re.compile(r"test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored")


def main(words: list[str]) -> int:
    """Runs the commands, passes their output on and counts."""
    commands = [list(group) for is_end, group in groupby(words, lambda word: word == "--") if not is_end]
    # Many tests mostly wait for a program to end, so more run at once than there are cores.
    os.environ.setdefault("RUST_TEST_THREADS", str(3 * (os.cpu_count() or 1)))
    passed = failed = 0
    broken, skipped, failures = [], [], []
    for command in commands:
        run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        for line in run.stdout:
            print(line, end="", flush=True)
            if counts := RESULT.match(line):
                passed, failed = passed + int(counts[1]), failed + int(counts[2])
            elif "skipped: " in line:
                skipped.append(line[line.index("skipped: ") :].strip())
            elif line.startswith("test ") and line.rstrip().endswith("FAILED"):
                failures.append(line.split()[1])
        if run.wait() != 0:
            broken.append(" ".join(command))
    print()
    for reason in sorted(set(skipped)):
        print(reason)
    for name in failures:
        print(f"failed: {name}")
    for command in broken:
        print(f"failed: {command}")
    print(f"tests: {passed} passed, {failed} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
