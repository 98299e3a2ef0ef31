"""Packages of Debian and PyPI that the real programs need. Debian's are installed only by root."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from measure import venv
from measure.run import Failed, Skipped

from .program import Program

NUMPY, DUCKDB = "numpy==2.2.6", "duckdb==1.3.2"


def install(program: Program) -> None:
    """Installs what a program needs. Raises `Skipped` if that is impossible."""
    for word, package in program.needs.items():
        if shutil.which(word) is None:
            _from_debian(package)
        if shutil.which(word) is None:
            raise Skipped(f"there is no program `{word}`")


def python(directory: Path) -> Path:
    """Returns a Python with the packages that the programs import."""
    wanted = [NUMPY, DUCKDB]
    try:
        return venv.make(directory, wanted) / "python"
    except (Failed, OSError) as error:
        raise Skipped(f"cannot install {', '.join(wanted)}: {str(error).splitlines()[0]}") from error


def _from_debian(package: str) -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Skipped(f"package `{package}` is not installed; only root can install it, with apt-get")
    print(f"installing {package}", flush=True)
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", package]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["apt-get", "update", "--quiet"], command):
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Skipped(f"apt-get cannot install `{package}`")
