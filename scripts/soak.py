"""make soak: rprof at 1 kHz over a tree whose processes come and go, while a second rprof measures the first.

It checks that the memory and the descriptors of rprof do not grow, that no tick is lost without a word, and that the trace
is whole; then it writes a section of docs/reliability.md and a figure of rprof's own memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SEED = 20261127
# Children that live at once, and the pause between two births.
ALIVE, PAUSE = 10, 0.05
# The time after which rprof should need no more memory than before, in seconds, and what it may need more.
WARM_UP, SLACK = 60, 2 << 20
BEGIN, END = "<!-- soak:begin -->", "<!-- soak:end -->"
MIB = 1 << 20


def churn(truth: str, seconds: float) -> int:
    """Starts children of many shapes until the time is over; returns the exit code of a run in which all did their work."""
    dice = random.Random(SEED)
    shapes = [
        lambda: f"touch {dice.randint(1, 24)}MiB hold {dice.randint(1, 400)}ms",
        lambda: f"touch {dice.randint(1, 8)}MiB fork 2 [ touch {dice.randint(1, 8)}MiB hold {dice.randint(1, 300)}ms ] wait",
        # The parent ends first, so rprof becomes the parent of the child.
        lambda: f"daemon [ touch {dice.randint(1, 12)}MiB hold {dice.randint(1, 500)}ms ]",
        lambda: f"memfd {dice.randint(1, 8)}MiB fork 1 [ touch 1MiB ] wait",
        lambda: "exit 0",
    ]
    end = time.monotonic() + seconds
    children: list[subprocess.Popen] = []
    while time.monotonic() < end:
        if len(children) < ALIVE:
            children.append(subprocess.Popen([truth, *dice.choice(shapes)().split()]))
        children = [child for child in children if child.poll() is None]
        time.sleep(PAUSE)
    return 1 if any(child.wait() for child in children) else 0


@dataclass
class Watch:
    """Readings of rprof's own process, one every ten seconds: the time, its RSS in bytes, its open descriptors."""

    readings: list[tuple[float, int, int]] = field(default_factory=list)

    def read(self, pid: int, begun: float) -> None:
        """Adds a reading."""
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        self.readings.append((time.monotonic() - begun, resident, len(os.listdir(f"/proc/{pid}/fd"))))

    def largest(self, column: int, late: bool) -> int:
        """The largest value of a column, before or after the warm-up."""
        return max((row[column] for row in self.readings if (row[0] > WARM_UP) == late), default=0)


def record(options: argparse.Namespace, place: Path) -> tuple[Watch, int]:
    """Runs the churn under rprof, and a second rprof beside; returns the readings and the exit code."""
    command = [sys.executable, "-B", __file__, "--churn", options.truth, "--seconds", str(options.seconds)]
    rprof = subprocess.Popen(
        [options.rprof, "run", "-q", "-T", "1ms", "-o", str(place / "tree.dat"), "--", *command]
    )
    own = subprocess.Popen(
        [options.rprof, "attach", "-q", "--no-children", "-T", "1s", "-o", str(place / "own.dat"), str(rprof.pid)]
    )
    watch, begun = Watch(), time.monotonic()
    while rprof.poll() is None:
        try:
            watch.read(rprof.pid, begun)
        except (FileNotFoundError, ProcessLookupError, IndexError):
            break
        try:
            rprof.wait(timeout=min(10.0, options.seconds / 20))
        except subprocess.TimeoutExpired:
            pass
    code = rprof.wait()
    own.wait()
    return watch, code


def judge(watch: Watch, code: int, peak: dict, seconds: float) -> list[str]:
    """The faults of a run, as sentences; none if all is well."""
    faults = []
    if code != 0:
        faults.append(f"the command or rprof failed: exit code {code}")
    if not peak["complete"]:
        faults.append("the trace has no END")
    if peak["elapsed_s"] < seconds:
        faults.append(f"the trace ends at {peak['elapsed_s']:.0f} s of {seconds:.0f} s")
    if peak["gaps"]:
        faults.append(f"the trace has {peak['gaps']} gaps")
    before, after = watch.largest(1, late=False), watch.largest(1, late=True)
    if after > before + SLACK:
        faults.append(f"rprof grew from {before / MIB:.1f} to {after / MIB:.1f} MiB")
    before, after = watch.largest(2, late=False), watch.largest(2, late=True)
    if after > 2 * before + 32:
        faults.append(f"rprof had {before} descriptors in the first minute, and {after} later")
    return faults


def read(options: argparse.Namespace, trace: Path) -> dict:
    """What the trace says of its run."""
    done = subprocess.run([options.rprof, "peak", "--json", str(trace)], capture_output=True, text=True, check=True)
    if done.stderr:
        print(done.stderr, file=sys.stderr)
    peak = json.loads(done.stdout)[0]
    end = subprocess.run(["tail", "-n", "1", str(trace)], capture_output=True, text=True, check=True).stdout
    peak["complete"] = end.startswith("END ")
    peak["end"] = json.loads(end.removeprefix("END ")) if peak["complete"] else {}
    peak["gaps"] = int(subprocess.run(["grep", "-c", "^GAP ", str(trace)], capture_output=True, text=True).stdout)
    peak["bytes"] = trace.stat().st_size
    return peak


def section(watch: Watch, peak: dict, seconds: float) -> str:
    """The text of the document."""
    has_priority = os.sched_getscheduler(0) != os.SCHED_OTHER
    priority = " All of it had real-time priority (`chrt -r 1 make soak`): other programs were busy." if has_priority else ""
    end = peak["end"]
    ticks, late = end["ticks"], end["overruns"]
    rows = [
        ("length of the run", f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"),
        ("processes that lived in the tree", f"{end['processes']:,}"),
        ("ticks", f"{ticks:,}"),
        ("ticks skipped because the one before took too long", f"{late:,} ({late / (ticks + late):.2%})"),
        ("gaps in the trace", f"{peak['gaps']}"),
        ("size of the trace", f"{peak['bytes'] / 1e6:,.0f} MB"),
        ("RSS of rprof, largest in the first minute", f"{watch.largest(1, late=False) / MIB:.1f} MiB"),
        ("RSS of rprof, largest after it", f"{watch.largest(1, late=True) / MIB:.1f} MiB"),
        ("descriptors of rprof, largest in the first minute", f"{watch.largest(2, late=False)}"),
        ("descriptors of rprof, largest after it", f"{watch.largest(2, late=True)}"),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return (
        f"{BEGIN}\n## A long run at 1 kHz\n\n`make soak` writes this section. A Python program starts a child every {PAUSE * 1000:.0f} ms, {ALIVE} at once: some fork, some leave a "
        "daemon behind, some end between two ticks. "
        "rprof records the tree at 1,000 ticks a second; a second rprof records the first one, once a second."
        f"{priority}\n\n"
        f"| | |\n|---|--:|\n{table}\n\n![Memory of rprof over the run](soak.svg)\n{END}"
    )


def main() -> int:
    """Runs the soak, or, with `--churn`, the measured program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--churn", metavar="TRUTH")
    parser.add_argument("--seconds", type=float, required=True)
    for name in ["rprof", "truth", "scratch", "document", "figure"]:
        parser.add_argument(f"--{name}")
    options = parser.parse_args()
    if options.churn:
        return churn(options.churn, options.seconds)
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        place = Path(name)
        watch, code = record(options, place)
        peak = read(options, place / "tree.dat")
        faults = judge(watch, code, peak, options.seconds)
        text = section(watch, peak, options.seconds)
        print(text)
        if options.figure:
            title = "rprof at 1 kHz over a tree of short-lived processes"
            figure = [options.rprof, "plot", str(place / "own.dat"), "-o", options.figure, "--force", "-t", title]
            subprocess.run(figure, check=True)
        if options.document:
            document = Path(options.document)
            before, rest = document.read_text().split(BEGIN)
            document.write_text(before + text + rest.split(END)[1])
    for fault in faults:
        print(f"soak: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
