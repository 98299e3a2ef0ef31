"""The tools: the program of each, its most suitable options, and the reader of its answer.

Tools that sample do so every 0.1 s, the default of most of them. All tools that can include descendants do so.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import answer
from .answer import Answer


@dataclass(frozen=True)
class Tool:
    """A tool. `program` is None if it is not installed."""

    name: str
    program: str | None
    # The command and options as the table shows them.
    options: str
    version: str
    # From (program, command, directory) to the whole command line.
    argv: Callable[[str, list[str], Path], list[str]]
    # From (program, directory) to the answer.
    read: Callable[[str, Path], Answer]


def all_tools(rprof: Path, peers: Path) -> list[Tool]:
    """Returns every tool of the table, installed or not, rprof first."""
    return [
        _rprof(rprof),
        _mprof(peers),
        _psrecord(peers),
        _duct(peers),
        _denet(peers),
        _gnu_time(),
    ]


def search_path(peers: Path) -> str:
    """Returns the PATH of a run. con-duct's `duct` finds its second program there."""
    return f"{peers / 'python' / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def mprof_shared(peers: Path) -> Tool:
    """Returns mprof with the backend that counts shared pages once."""
    return _mprof(peers, "--backend psutil_pss")


def _rprof(program: Path) -> Tool:
    def read(program: str, directory: Path) -> Answer:
        trace = directory / "run.dat"
        return answer.rprof(_output([program, "peak", "--json", str(trace)]), trace)

    return Tool(
        "rprof",
        str(program),
        "rprof run",
        _first_line([str(program), "--version"]).removeprefix("rprof "),
        lambda program, command, _: [program, "run", "-q", "--force", "-o", "run.dat", "--", *command],
        read,
    )


def _mprof(peers: Path, more: str = "") -> Tool:
    def read(program: str, directory: Path) -> Answer:
        profile = directory / "run.dat"
        return answer.mprof(_output([program, "peak", str(profile)]), profile)

    options = ["run", "-C", "--nopython", "-E", *more.split()]
    return Tool(
        "mprof",
        _installed(peers / "python" / "bin" / "mprof"),
        " ".join(["mprof", *options]),
        _python_version(peers, "memory_profiler"),
        lambda program, command, _: [program, *options, "-o", "run.dat", *command],
        read,
    )


def _psrecord(peers: Path) -> Tool:
    options = ["--include-children", "--interval", "0.1", "--log", "run.txt"]
    return Tool(
        "psrecord",
        _installed(peers / "python" / "bin" / "psrecord"),
        "psrecord --include-children --interval 0.1",
        _python_version(peers, "psrecord"),
        lambda program, command, _: [program, shlex.join(command), *options],
        lambda _, directory: answer.psrecord(directory / "run.txt"),
    )


def _duct(peers: Path) -> Tool:
    # Without --fail-time 0, duct removes the logs of a command that fails within three seconds.
    options = ["--sample-interval", "0.1", "--report-interval", "0.1", "--fail-time", "0"]
    return Tool(
        "con-duct",
        _installed(peers / "python" / "bin" / "duct"),
        " ".join(["duct", *options]),
        _python_version(peers, "con-duct"),
        lambda program, command, _: [program, *options, "-c", "none", "-l", "NONE", "-p", "run_", *command],
        lambda _, directory: answer.duct(directory / "run_info.json", directory / "run_usage.jsonl"),
    )


def _denet(peers: Path) -> Tool:
    program = _installed(peers / "denet" / "bin" / "denet")
    return Tool(
        "denet",
        program,
        "denet --interval 100 --max-interval 100",
        _first_line([program, "--version"]).removeprefix("denet ") if program else "",
        lambda program, command, _: [program, "-q", "-i", "100", "-m", "100", "-o", "run.json", "run", "--", *command],
        lambda _, directory: answer.denet(directory / "run.json"),
    )


def _gnu_time() -> Tool:
    found = [program for name in ("time", "gtime") if (program := shutil.which(name))]
    gnu = [program for program in found if "GNU" in _first_line([program, "--version"])]
    return Tool(
        "GNU time",
        gnu[0] if gnu else None,
        "time -f %M",
        # Debian's version prints `time (GNU Time) UNKNOWN`.
        _first_line([gnu[0], "--version"]).split()[-1].replace("UNKNOWN", "") if gnu else "",
        lambda program, command, _: [program, "-f", "%M", "-o", "run.txt", *command],
        lambda _, directory: answer.gnu_time(directory / "run.txt"),
    )


def _installed(program: Path) -> str | None:
    return str(program) if os.access(program, os.X_OK) else None


def _python_version(peers: Path, package: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return _first_line([str(peers / "python" / "bin" / "python"), "-c", code])


def _output(argv: list[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False).stdout


def _first_line(argv: list[str]) -> str:
    """Returns the first line that a program prints on stdout or stderr; empty if the program cannot be run."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return next(iter((done.stdout or done.stderr).splitlines()), "").strip()
