"""rprof and its peers: how to install each, how to record a command with it, and how to count its ticks."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import venv
from measure.run import Failed, run

PACKAGES = ("memory_profiler==0.61.0", "setuptools<81", "matplotlib", "psrecord==1.4", "con-duct==0.23.0")
CRATES = {"denet": ("denet", "0.10.3"), "rizsotto/rprof": ("rprof", "1.1.0")}


@dataclass(frozen=True)
class Tool:
    """A profiler."""

    name: str
    program: Path
    version: str
    # From (interval in seconds, true to include descendants, trace, command) to the whole command line.
    record: Callable[[float, bool, Path, Sequence[str]], list[str]]
    # From the text of its trace to the number of ticks.
    ticks: Callable[[str], int]
    # A directory that must be in PATH.
    path: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that the tool needs in addition."""
        return {"PATH": f"{self.path}:/usr/local/bin:/usr/bin:/bin"} if self.path else {}


def rprof(program: Path, *more: str, name: str = "rprof") -> Tool:
    """Returns rprof with additional options."""

    def record(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        alone = [] if tree else ["--no-children"]
        options = ["--quiet", "--force", "--interval", f"{interval:g}", "--output", str(trace)]
        return [str(program), "run", *options, *alone, *more, "--", *command]

    version = run([program, "--version"]).output.splitlines()[0].removeprefix("rprof ")
    return Tool(name, program, version, record, _lines("MEM "))


def install(tools: Path) -> dict[str, Tool]:
    """Installs the peers and returns them by name. A peer that cannot be installed is reported and skipped."""
    found: dict[str, Tool] = {}
    for make in (_from_pypi, _from_crates, _from_path):
        try:
            found |= make(tools)
        except (Failed, OSError) as error:
            print(f"bench: cannot install a peer: {error}", file=sys.stderr)
    return found


def mprof(program: Path, *more: str, name: str = "mprof") -> Tool:
    """Returns mprof with additional options."""

    def record(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        whole = ["--include-children"] if tree else []
        options = ["--interval", f"{interval:g}", "--output", str(trace), "--nopython", *whole, *more]
        return [str(program), "run", *options, *command]

    return Tool(name, program, "0.61.0", record, _lines("MEM "))


def _from_pypi(tools: Path) -> dict[str, Tool]:
    place = venv.make(tools / "peers-bench", PACKAGES)

    def psrecord(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        whole = ["--include-children"] if tree else []
        return [
            str(place / "psrecord"),
            shlex.join(command),
            "--log",
            str(trace),
            "--interval",
            f"{interval:g}",
            *whole,
        ]

    def duct(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        options = [
            "--sample-interval",
            f"{interval:g}",
            "--report-interval",
            f"{interval:g}",
            "--clobber",
            "-l",
            "NONE",
        ]
        return [str(place / "con-duct"), "run", *options, "-c", "none", "-p", f"{trace}.", *command]

    return {
        "mprof": mprof(place / "mprof"),
        "mprof pss": mprof(place / "mprof", "--backend", "psutil_pss", name="mprof pss"),
        "psrecord": Tool("psrecord", place / "psrecord", "1.4", psrecord, lambda text: len(text.splitlines()) - 1),
        "duct": Tool("duct", place / "con-duct", "0.23.0", duct, lambda text: len(text.splitlines()), place),
    }


def _from_crates(tools: Path) -> dict[str, Tool]:
    programs = {name: crate(tools.resolve(), package, version) for name, (package, version) in CRATES.items()}

    def denet(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        alone = [] if tree else ["--exclude-children"]
        beat = f"{max(1, round(interval * 1000))}"
        options = ["--quiet", "--interval", beat, "--max-interval", beat, "--out", str(trace), *alone]
        return [str(programs["denet"]), *options, "run", *command]

    def rizsotto(interval: float, tree: bool, trace: Path, command: Sequence[str]) -> list[str]:
        beat = f"{max(1, round(interval * 1000))}ms"
        return [str(programs["rizsotto/rprof"]), "run", "--interval", beat, "--output", str(trace), "--", *command]

    return {
        "denet": Tool(
            "denet", programs["denet"], CRATES["denet"][1], denet, _lines('{"kind":"tree"', '{"kind":"sample"')
        ),
        "rizsotto/rprof": Tool(
            "rizsotto/rprof",
            programs["rizsotto/rprof"],
            CRATES["rizsotto/rprof"][1],
            rizsotto,
            _lines('{"type":"sample"'),
        ),
    }


def crate(tools: Path, name: str, version: str) -> Path:
    """Installs the binary of a crate under a distinct name, because one of the peers is called rprof, too."""
    root = tools / f"{name}-{version}"
    program = root / f"peer-{name}"
    if not program.exists():
        print(f"building {name} {version}", flush=True)
        options = ["--quiet", "--locked", "--force", "--root", str(root), "--target-dir", str(root / "target")]
        run(["cargo", "install", *options, "--version", version, name])
        shutil.rmtree(root / "target", ignore_errors=True)
        (root / "bin" / name).rename(program)
    return program


def _from_path(_: Path) -> dict[str, Tool]:
    """Finds GNU time and hyperfine on PATH. They only start a command and wait for it."""
    found: dict[str, Tool] = {}
    time = shutil.which("time")
    if time:
        options = ["-o", "/dev/null"]
        found["GNU time"] = _starter("GNU time", Path(time), options)
    hyperfine = shutil.which("hyperfine")
    if hyperfine:
        found["hyperfine -N"] = _starter(
            "hyperfine -N", Path(hyperfine), ["-N", "-r", "1", "-w", "0", "--style", "none"]
        )
    return found


def _starter(name: str, program: Path, options: list[str]) -> Tool:
    return Tool(name, program, "", lambda _i, _t, _o, command: [str(program), *options, *command], lambda _: 0)


def _lines(*starts: str) -> Callable[[str], int]:
    """Counts the lines that begin with one of these texts. rprof's lines for peaks between ticks (`^`) do not count."""
    return lambda text: sum(line.startswith(starts) and " ^ " not in line for line in text.splitlines())
