"""make faults: each system call of rprof fails after the command has started; writes the table in docs/reliability.md.

strace makes the calls fail and shows which there are, so a new call is tested as soon as rprof makes it. A row is right if
the command ended by itself with its own output and exit code, and rprof passed that code on.
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

COMMAND = ["sh", "-c", "echo begun; sleep 0.3; echo done; exit 7"]
OUTPUT, CODE = "begun\ndone\n", 7
# The plausible errors of a call; EIO for all others.
ERRORS = {
    "brk": ["ENOMEM"],
    "clock_gettime": ["EINVAL"],
    "ioctl": ["ENOTTY"],
    "kill": ["EPERM"],
    "kcmp": ["EPERM"],
    "madvise": ["EINVAL"],
    "mmap": ["ENOMEM"],
    "mremap": ["ENOMEM"],
    "munmap": ["ENOMEM"],
    "openat": ["EMFILE", "EACCES", "EIO", "ENOMEM"],
    "poll": ["ENOMEM"],
    "ppoll": ["ENOMEM", "EINVAL"],
    "pread64": ["EIO", "ENOMEM"],
    "prlimit64": ["EPERM"],
    "read": ["EIO"],
    "recvfrom": ["ECONNRESET"],
    "wait4": ["EINTR"],
    "waitid": ["EINTR", "ENOMEM"],
    "write": ["ENOSPC", "EIO"],
}
# Calls that cannot fail, or whose failure ends any program.
# A failed close has closed the descriptor all the same, and strace cannot do both.
UNTESTED = {"close", "exit_group", "getpid", "gettid", "rt_sigreturn", "restart_syscall", "clone", "clone3", "vfork"}
# Two places in Rust's library at which a failure ends the program: it makes the process, and it ends without memory.
KNOWN = {
    "recvfrom": "Rust's library cannot learn if the command has started; the command runs to its end, and rprof exits with 101",
    "brk": "without memory, Rust's library ends the program",
    "mmap": "without memory, Rust's library ends the program",
}
BEGIN, END = "<!-- faults:begin -->", "<!-- faults:end -->"


@dataclass
class Row:
    """The outcome of the runs with one error of one call."""

    call: str
    error: str
    runs: int
    wrong: list[str]
    complete: int
    noted: int


def run(rprof: Path, directory: Path, inject: str | None, log: Path) -> tuple[int | None, str, str]:
    """Runs the command under rprof under strace. Returns exit code (None if it hangs), stdout and stderr."""
    words = ["strace", "-qq", "-o", log] + (["-e", f"inject={inject}"] if inject else [])
    words += [rprof, "run", "--force", "-T", "20ms", "-o", directory / "t.dat", "--", *COMMAND]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, cwd=directory)
    except subprocess.TimeoutExpired as error:
        return None, (error.stdout or b"").decode(), (error.stderr or b"").decode()
    return done.returncode, done.stdout, done.stderr


def count(log: Path) -> tuple[collections.Counter[str], collections.Counter[str]]:
    """Counts the calls before the start of the command and after it."""
    before, after = collections.Counter(), collections.Counter()
    found = before
    for line in log.read_text(errors="replace").splitlines():
        if name := re.match(r"(\w+)\(", line):
            if name[1] in ("clone", "clone3", "fork"):
                found = after
            found[name[1]] += 1
    return before, after


def judge(rprof: Path, directory: Path, call: str, error: str, before: int, after: int) -> Row:
    """Fails the call once at several places, and for good."""
    places = sorted({1, 2, 3, after // 2, after} & set(range(1, after + 1)))
    whens = [str(before + place) for place in places] + [f"{before + 1}+"]
    row = Row(call, error, len(whens), [], 0, 0)
    for when in whens:
        (directory / "t.dat").unlink(missing_ok=True)
        code, output, words = run(rprof, directory, f"{call}:error={error}:when={when}", directory / "log")
        if (code, output) != (CODE, OUTPUT):
            row.wrong.append(f"when={when}: exit code {code}, output {output!r}, {words.strip()[:300]}")
        trace = (directory / "t.dat").read_text() if (directory / "t.dat").exists() else ""
        row.complete += "\nEND {" in trace
        row.noted += "\nNOTE rprof " in trace or "rprof: cannot" in words or "incomplete" in words
    return row


def table(rows: list[Row], untested: list[str]) -> str:
    """Formats the table."""
    lines = [
        f"{sum(row.runs for row in rows)} runs of `sh` with a child, at 50 ticks a second. In each, one system call of rprof "
        "fails after the command has started: once, at several places, or for good. *Right*: the command ended by itself, "
        "with its own output, and rprof exited with its exit code. *Complete*: the trace has its end. *Reported*: a note in "
        "the trace, or a message. An error that changes no number is not reported, nor one that keeps rprof from writing at all.",
        "",
        "| call | error | runs | right | complete | reported |",
        "| --- | --- | --: | --: | --: | --: |",
    ]
    for row in rows:
        right = row.runs - len(row.wrong)
        lines.append(f"| `{row.call}` | {row.error} | {row.runs} | {right} | {row.complete} | {row.noted} |")
    known = [f"`{call}`: {why}" for call, why in KNOWN.items() if any(r.call == call and r.wrong for r in rows)]
    if known:
        lines += ["", "Not right in all runs, with the reason: " + "; ".join(known) + "."]
    lines += ["", "Not tested, because they cannot fail or have the same effect if they do: " + ", ".join(f"`{call}`" for call in untested) + "."]
    return "\n".join(lines)


def main() -> int:
    """Runs all faults, writes the table and returns 1 if a row is wrong without a known reason."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rprof", type=Path, required=True)
    parser.add_argument("--document", type=Path)
    arguments = parser.parse_args()
    if not shutil.which("strace"):
        print("skipped: strace is not installed", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as place:
        directory, rprof = Path(place), arguments.rprof.absolute()
        code, output, words = run(rprof, directory, None, directory / "log")
        if (code, output) != (CODE, OUTPUT):
            print(f"skipped: strace may not trace on this machine: {words.strip()}", file=sys.stderr)
            return 0
        before, after = count(directory / "log")
        rows = []
        for call in sorted(set(after) - UNTESTED):
            for error in ERRORS.get(call, ["EIO"]):
                rows.append(judge(rprof, directory, call, error, before[call], after[call]))
                print(json.dumps(rows[-1].__dict__), flush=True)
    if arguments.document:
        text = arguments.document.read_text()
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        body = table(rows, sorted(set(after) & UNTESTED))
        arguments.document.write_text(f"{text[:start]}\n{body}\n{text[end:]}")
    wrong = [row for row in rows if row.wrong and row.call not in KNOWN]
    right = sum(row.runs - len(row.wrong) for row in rows)
    print(f"{len(rows)} faults, {right} of {sum(row.runs for row in rows)} runs right, {len(wrong)} faults wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
