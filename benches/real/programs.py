"""The real programs: their commands and what these need."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from . import c_project, git_repository
from .program import WORK, Program, Room

# PostgreSQL refuses to run as root.
ORDINARY_USER = "nobody"
MPIRUN = ("mpirun", "--allow-run-as-root", "--oversubscribe", "-n", "4")


def _chromium(room: Room) -> list[str]:
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1200,2000"]
    places = [f"--user-data-dir={room.own / 'profile'}", f"--screenshot={room.own / 'page.png'}"]
    return ["chromium", *options, *places, f"file://{WORK / 'page.html'}"]


def _postgresql(room: Room) -> list[str]:
    as_user = _as_ordinary_user()
    binaries = _postgres_binaries()
    place = room.own / "postgres"
    place.mkdir()
    room.own.chmod(0o755)
    if as_user:
        shutil.chown(place, ORDINARY_USER)
    data = place / "data"
    made = [*as_user, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "bench", "--no-sync"]
    subprocess.run(made, check=True, capture_output=True, cwd=place)
    return [*as_user, "sh", str(WORK / "pgbench.sh"), str(binaries), str(data), str(place)]


def _postgres_binaries() -> Path:
    return Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip())


def _as_ordinary_user() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam(ORDINARY_USER)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _build_java(shared: Path) -> None:
    subprocess.run(["javac", "-d", str(shared), str(WORK / "Heap.java")], check=True)


def _build_ranks(shared: Path) -> None:
    subprocess.run(["mpicc", "-O2", "-o", str(shared / "ranks"), str(WORK / "ranks.c")], check=True)


def _make(room: Room) -> list[str]:
    c_project.write(room.own / "project")
    return ["make", "-j4", "--silent", "-C", str(room.own / "project"), "program"]


def _git_gc(room: Room) -> list[str]:
    copy = room.own / "copy.git"
    shutil.copytree(room.shared / "repository.git", copy)
    return ["git", "-C", str(copy), "-c", "pack.threads=2", "gc", "--quiet", "--aggressive", "--prune=now"]


def _pool(method: str) -> Program:
    return Program(
        name=f"multiprocessing, {method}",
        what=f"four workers of Python's multiprocessing, started by {method}, read one array of 191 MiB",
        needs={},
        command=lambda room: [str(room.python), str(WORK / "pool.py"), method],
        imports=("numpy",),
    )


PROGRAMS = (
    Program(
        name="chromium",
        what="headless chromium takes a screenshot of a local page",
        needs={"chromium": "chromium"},
        command=_chromium,
    ),
    Program(
        name="PostgreSQL",
        what="a server, the filling of its tables, and pgbench with eight clients",
        needs={"pgbench": "postgresql", "pg_config": "postgresql-common"},
        command=_postgresql,
    ),
    Program(
        name="JVM",
        what="a Java program that fills maps and drops half of them",
        needs={"javac": "default-jdk-headless"},
        command=lambda room: ["java", "-Xmx600m", "-cp", str(room.shared), "Heap"],
        prepare=_build_java,
    ),
    Program(
        name="node",
        what="a parent and two forked workers fill arrays",
        needs={"node": "nodejs"},
        command=lambda _: ["node", str(WORK / "cluster.js")],
    ),
    Program(
        name="R",
        what="mclapply: four forked workers read one vector of 153 MiB",
        needs={"Rscript": "r-base-core"},
        command=lambda _: ["Rscript", str(WORK / "mclapply.R")],
    ),
    Program(
        name="Open MPI",
        what="four ranks of 57 MiB call MPI_Allreduce",
        needs={"mpirun": "openmpi-bin", "mpicc": "libopenmpi-dev"},
        command=lambda room: [*MPIRUN, str(room.shared / "ranks")],
        prepare=_build_ranks,
    ),
    Program(
        name="make -j4",
        what="a build of a C project of 13 files with link-time optimisation",
        needs={"make": "make", "cc": "gcc"},
        command=_make,
    ),
    Program(
        name="git gc",
        what="`git gc --aggressive` on a repository of 60 commits",
        needs={"git": "git"},
        command=_git_gc,
        prepare=lambda shared: git_repository.make(shared / "repository.git"),
    ),
    Program(
        name="DuckDB",
        what="a query that groups and sorts twenty million rows",
        needs={},
        command=lambda room: [str(room.python), str(WORK / "query.py")],
        imports=("duckdb",),
    ),
    _pool("fork"),
    _pool("spawn"),
    _pool("forkserver"),
)
