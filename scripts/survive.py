#!/usr/bin/env python3
"""Reruns programs under the memory limit that `rprof peak --slurm` advises: every rerun must survive.

Each program runs once without a limit, under rprof. Then it runs RERUNS times, again under rprof, in a control group with
the advised limit and without swap. Needs root, and control groups of version 2 or 1. scripts/vm.sh runs it in a machine
of its own.

Usage: survive.py RPROF TRUTH [RERUNS]
"""

import os
import re
import subprocess
import sys
import tempfile
import time

RPROF, TRUTH = sys.argv[1:3]
RERUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 20
MIB = 1 << 20
PATIENCE = 300
SLURM = re.compile(r"#SBATCH --mem=(\d+)M\n")

READER = """
import os, sys
path = sys.argv[1]
with open(path, "wb") as file:
    for _ in range(96):
        file.write(os.urandom(1 << 20))
total = 0
for _ in range(2):
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            total += len(block)
os.unlink(path)
"""

# A name, options of rprof, the command, and the least memory in MiB without which the program cannot run.
PROGRAMS = [
    ("one process", "", [TRUTH, *"touch 100MiB hold 300ms".split()], 100),
    ("a short peak", "", [TRUTH, *"touch 20MiB hold 300ms touch 80MiB free hold 300ms".split()], 95),
    ("a tree", "", [TRUTH, *"touch 10MiB fork 3 [ touch 30MiB hold 400ms ] wait".split()], 95),
    ("a pool that shares", "", [TRUTH, *"touch 80MiB fork 4 [ hold 400ms ] wait".split()], 80),
    ("shared memory that no process maps", "--cgroup", [TRUTH, *"memfd 80MiB hold 400ms".split()], 80),
    ("a file in the page cache", "FILE", [sys.executable, "-c", READER, "FILE"], 4),
]


class Hierarchy:
    """The control groups of this machine: version 2, or version 1."""

    def __init__(self):
        self.is_v2 = os.path.exists("/sys/fs/cgroup/cgroup.controllers")
        self.root = "/sys/fs/cgroup" if self.is_v2 else "/sys/fs/cgroup/memory"
        self.limit = "memory.max" if self.is_v2 else "memory.limit_in_bytes"
        self.swap = "memory.swap.max" if self.is_v2 else "memory.memsw.limit_in_bytes"

    def group(self, limit):
        path = f"{self.root}/rprof-survive-{os.getpid()}"
        os.mkdir(path)
        try:
            write(f"{path}/{self.limit}", limit)
            if os.path.exists(f"{path}/{self.swap}"):
                write(f"{path}/{self.swap}", 0 if self.is_v2 else limit)
        except OSError:
            os.rmdir(path)
            raise
        return path


def write(path, text):
    with open(path, "w") as file:
        file.write(str(text))


def remove(path):
    """Removes a group. A process that was killed leaves it a moment after its parent has seen the end."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            for place, _, _ in os.walk(path, topdown=False):
                os.rmdir(place)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def kills(group):
    """The number of processes of a group that ran out of memory."""
    for file in ["memory.events", "memory.oom_control"]:
        if os.path.exists(f"{group}/{file}"):
            with open(f"{group}/{file}") as lines:
                return int(dict(line.split() for line in lines).get("oom_kill", 0))
    raise FileNotFoundError(group)


def is_on_disk(place):
    kind = subprocess.run(["stat", "-f", "-c", "%T", place], capture_output=True, text=True).stdout.strip()
    return kind not in ("tmpfs", "overlayfs", "ramfs")


def skip(why):
    print(f"skipped: the reruns under an advised limit: {why}")
    sys.exit(0)


def run(words, place, group=None):
    enter = (lambda: write(f"{group}/cgroup.procs", os.getpid())) if group else None
    return subprocess.run(words, cwd=place, preexec_fn=enter, capture_output=True, text=True, timeout=PATIENCE)


def recorded(options, command, place, group=None):
    words = [RPROF, "run", "-q", "--force", "-o", "t.dat", *options.split(), "--", *command]
    return run(words, place, group)


def main():
    hierarchy = Hierarchy()
    try:
        group = hierarchy.group(1 << 30)
        try:
            run(["true"], "/", group)
        finally:
            remove(group)
    except (OSError, subprocess.SubprocessError) as error:
        skip(f"no control group with a limit can be made: {error}")
    failed = 0
    for name, options, command, least in PROGRAMS:
        place = tempfile.mkdtemp(prefix="survive-", dir="/var/tmp")
        command = [f"{place}/data" if word == "FILE" else word for word in command]
        if options == "FILE":
            # Where files are in memory, as in the virtual machine, they are no page cache that can be dropped.
            options = "" if is_on_disk(place) else "--cgroup"
        done = recorded(options, command, place)
        assert done.returncode == 0, done.stderr
        advice = run([RPROF, "peak", "--slurm", "t.dat"], place)
        found = SLURM.fullmatch(advice.stdout)
        assert found, advice.stdout + advice.stderr
        mib = int(found[1])
        survived = 0
        for _ in range(RERUNS):
            group = hierarchy.group(mib * MIB)
            try:
                # A group within the limit is a group of its own, which only --cgroup needs.
                done = recorded("", command, place, group)
                survived += done.returncode == 0 and kills(group) == 0
                last = done
            finally:
                remove(group)
        ok = survived == RERUNS
        failed += not ok
        print(f"{'ok' if ok else 'FAILED':8}{name}: {survived} of {RERUNS} reruns survive at {mib} MiB", flush=True)
        if not ok:
            print(advice.stderr, last.returncode, last.stderr)
        # The limit is a limit: far below the need, the program is killed.
        group = hierarchy.group(max(least // 2, 1) * MIB)
        try:
            if least > 20 and recorded("", command, place, group).returncode == 0 and kills(group) == 0:
                failed += 1
                print(f"FAILED  {name}: survives at half of its need, so the limit does not act")
        finally:
            remove(group)
    sys.exit(1 if failed else 0)


main()
