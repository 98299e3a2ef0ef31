#!/usr/bin/env python3
"""Runs the recipes of docs/workflows.md and docs/clusters.md as a reader would: the files and commands are those of the page.

A recipe is a section with a block of `sh`. A block after a line with a name in backquotes is a file. Each recipe runs in a
folder of its own; then its check looks at the traces. A tool that is not installed is skipped with the reason.

Usage: run.py RPROF TRUTH [SECTION...]
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import slurm

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["docs/workflows.md", "docs/clusters.md"]
MIB = 1 << 20
PATIENCE = 600
BLOCK = re.compile(r"(?:^`(?P<file>[\w.]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)


class Skipped(Exception):
    """The recipe cannot run here; the text is the reason."""


class Place:
    """A folder in which a recipe runs, with `./simulate` and the tools in PATH."""

    def __init__(self, rprof: str, truth: str):
        self.path = Path(tempfile.mkdtemp(prefix="workflow-", dir="/var/tmp"))
        tools = self.path / ".tools"
        tools.mkdir()
        (tools / "rprof").symlink_to(rprof)
        self.write("simulate", f'#!/bin/sh\nexec {truth} touch "${{1:-100}}MiB" hold 300ms\n')
        (self.path / "simulate").chmod(0o755)
        # Debian's names: two kinds of MPI can be installed beside each other, and torch is for the system's Python, in which
        # torch 1.13 fails with its own default of these options.
        for name, command in [
            ("mpiexec", "mpiexec.mpich"),
            ("torchrun", "/usr/bin/python3 -m torch.distributed.run --redirects 1 --tee 2"),
        ]:
            (tools / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            (tools / name).chmod(0o755)
        home = self.path / ".home"
        home.mkdir()
        self.env = {
            **os.environ,
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(home),
            # As root, in the sandbox of a test, on a machine with few CPUs.
            "OMPI_ALLOW_RUN_AS_ROOT": "1",
            "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
            "OMPI_MCA_rmaps_base_oversubscribe": "1",
            "RAY_USAGE_STATS_ENABLED": "0",
            "NXF_OFFLINE": "false",
        }

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def run(self, script: str) -> str:
        """Runs commands; returns what they print."""
        words = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(
            words, cwd=self.path, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
        )
        if done.returncode != 0:
            raise AssertionError(f"exit code {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def peaks(self, pattern: str) -> dict[str, dict]:
        """The objects of `rprof peak --json`, by the names of the traces."""
        return {run["file"]: run for run in json.loads(self.run(f"rprof peak --json '{pattern}'"))}


def between(value: int, low_mib: int, high_mib: int) -> None:
    assert low_mib * MIB <= value <= high_mib * MIB, f"{value / MIB:.1f} MiB is not in {low_mib} to {high_mib} MiB"


def snakemake(place: Place, out: str) -> str:
    between(place.peaks("assemble.dat")["assemble.dat"]["peak_bytes"], 600, 640)
    assert re.search(r"^mem_mb=7\d\d$", out, re.M), out
    seen = (place.path / "assemble.tsv").read_text().splitlines()[1].split("\t")[2]
    # It looks every half second, and how much it misses depends on the machine. If this fails, Snakemake's benchmark has
    # become better, and the page must say so.
    assert float(seen) < 600, seen
    return f"Snakemake's max_rss is {seen} MB"


def nextflow(place: Place, out: str) -> str:
    peaks = place.peaks("trace-*.dat")
    between(peaks["trace-100.dat"]["peak_bytes"], 100, 110)
    assert re.search(r"^memory = 1\d\d\.MB$", out, re.M), out
    return ""


def cwl(place: Place, out: str) -> str:
    between(place.peaks("trace.dat")["trace.dat"]["peak_bytes"], 120, 130)
    return ""


def parallel(place: Place, out: str) -> str:
    peaks = place.peaks("trace-*.dat")
    for task, size in [(1, 50), (2, 100), (3, 150)]:
        between(peaks[f"trace-{task}.dat"]["peak_bytes"], size, size + 10)
    return ""


def make(place: Place, out: str) -> str:
    between(place.peaks("small.txt.dat")["small.txt.dat"]["peak_bytes"], 50, 60)
    between(place.peaks("large.txt.dat")["large.txt.dat"]["peak_bytes"], 150, 160)
    return ""


def dask(place: Place, out: str) -> str:
    assert str(220 * MIB) in out, out
    run = place.peaks("dask.dat")["dask.dat"]
    # The client, its helper and two workers.
    assert run["processes"] >= 4, run["processes"]
    between(run["peak_upper_bytes"], 220, 2000)
    return ""


def ray(place: Place, out: str) -> str:
    assert str(310 * MIB) in out, out
    tops = json.loads(place.run("rprof top --json ray.dat"))
    workers = [life for life in tops if life["peak_bytes"] and life["peak_bytes"] > 150 * MIB]
    assert len(workers) >= 2, [life["name"] for life in tops]
    return f"{len(tops)} processes"


def ranks(place: Place, out: str, launcher: str) -> str:
    """Four ranks, each with a trace that knows its place."""
    assert "sum of 4 ranks on 1 host" in out, out
    peaks = place.peaks("trace-*.dat")
    assert sorted(peaks) == [f"trace-{rank}.dat" for rank in range(4)], peaks
    header = json.loads((place.path / "trace-3.dat").read_text().splitlines()[0].removeprefix("RPROF "))
    job = header["job"]
    assert (job["launcher"], job["rank"], job["local_rank"], job["ranks"]) == (launcher, 3, 3, 4), job
    for peak in peaks.values():
        between(peak["peak_bytes"], 100, 110)
    return ""


def open_mpi(place: Place, out: str) -> str:
    assert (place.path / "job.svg").exists()
    return ranks(place, out, "Open MPI")


def mpich(place: Place, out: str) -> str:
    return ranks(place, out, "MPICH")


def torchrun(place: Place, out: str) -> str:
    return ranks(place, out, "torchrun")


def of_slurm(place: Place, out: str) -> str:
    assert "sum of 2 ranks" in out or " 2 " in out, out
    peaks = place.peaks("trace-*.dat")
    assert len(peaks) == 2, peaks
    # Two ranks on one host share the limit.
    [mib] = re.findall(r"^#SBATCH --mem=(\d+)M$", out, re.M)
    assert 160 < int(mib) < 260, mib
    name = sorted(peaks)[1]
    job = json.loads((place.path / name).read_text().splitlines()[0].removeprefix("RPROF "))["job"]
    assert (job["launcher"], job["rank"]) == ("Slurm", 1) and name == f"trace-{job['job_id']}-1.dat", job
    return ""


# The check of each section, and the programs that it needs.
RECIPES = {
    "Snakemake": (snakemake, ["snakemake"]),
    "Nextflow": (nextflow, ["nextflow", "java"]),
    "Common Workflow Language": (cwl, ["cwltool"]),
    "GNU parallel": (parallel, ["parallel"]),
    "make": (make, ["make"]),
    "Dask": (dask, ["python:distributed"]),
    "Ray": (ray, ["python:ray"]),
    "Open MPI": (open_mpi, ["mpirun"]),
    "MPICH": (mpich, ["mpiexec.mpich"]),
    "torchrun": (torchrun, ["system-python:torch"]),
    "Slurm": (of_slurm, ["slurmctld", "slurmd", "sbatch", "munged"]),
}


def sections() -> dict[str, str]:
    """The sections of the pages that have a recipe."""
    found = {}
    for page in PAGES:
        for section in (ROOT / page).read_text().split("\n## ")[1:]:
            title, text = section.split("\n", 1)
            if any(block["language"] == "sh" and not block["file"] for block in BLOCK.finditer(text)):
                found[title] = text
    return found


def need(place: Place, programs: list[str]) -> None:
    for program in programs:
        kind, _, module = program.partition(":")
        if module:
            python = sys.executable if kind == "python" else "/usr/bin/python3"
            done = subprocess.run([python, "-c", f"import {module}"], capture_output=True)
            missing = done.returncode != 0
        else:
            missing = not shutil.which(kind, path=place.env["PATH"] + ":/usr/sbin:/sbin")
        if missing:
            raise Skipped(f"`{module or kind}` is not installed")
    if "nextflow" in programs:
        done = subprocess.run(["nextflow", "-version"], env=place.env, cwd=place.path, capture_output=True, text=True)
        if done.returncode != 0:
            raise Skipped("nextflow cannot download itself here")


def recipe(title: str, text: str, rprof: str, truth: str) -> str:
    check, programs = RECIPES[title]
    place = Place(rprof, truth)
    try:
        need(place, programs)
        script = ""
        for block in BLOCK.finditer(text):
            if block["file"]:
                place.write(block["file"], block["text"])
            elif block["language"] == "sh":
                script += block["text"]
        if title == "Slurm":
            with slurm.running(place.path, place.env) as why_not:
                if why_not:
                    raise Skipped(why_not)
                return check(place, place.run(script))
        return check(place, place.run(script))
    finally:
        shutil.rmtree(place.path, ignore_errors=True)


def main() -> int:
    rprof, truth = sys.argv[1:3]
    wanted = sys.argv[3:]
    found = sections()
    unknown = set(found) ^ set(RECIPES)
    assert not unknown, f"sections without a check, or checks without a section: {unknown}"
    passed = failed = 0
    skipped = []
    for title, text in found.items():
        if wanted and title not in wanted:
            continue
        try:
            remark = recipe(title, text, rprof, truth)
            passed += 1
            print(f"ok      {title}{': ' + remark if remark else ''}", flush=True)
        except Skipped as why:
            skipped.append(f"skipped: the recipe of {title}: {why}")
            print(skipped[-1], flush=True)
        except Exception as error:  # noqa: BLE001: every failure is reported, and the next recipe runs
            failed += 1
            print(f"FAILED  {title}: {type(error).__name__}: {error}", flush=True)
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
