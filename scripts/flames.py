"""Records where the memory of the article's programs comes from, draws their flame graphs and writes plots/where.md.

`make flames` starts it, with benches/ in PYTHONPATH. On a machine where page faults cannot be recorded it prints the reason
and changes nothing.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import interpreter, machine, stacks, venv
from measure.run import Failed, Skipped, run

NUMPY = "numpy==2.4.6"
PROGRAM = Path(__file__).resolve().parent.parent / "benches" / "numpy" / "basic.py"
ROWS = "6"

HEAD = """# Where the memory of the article's programs comes from

`make flames` runs the programs under `rprof run --where` and writes this file and its figures; changes by hand are lost.
The arrays have {depth} slices of 2000 × 2000 values, the article's 500. A flame graph shows the functions that first
touched the memory which was present at the peak. Each box is a function, as wide as the memory that it and the functions
below it touched; the outermost is at the top. Open a figure by itself to zoom and search.
[docs/where.md](../docs/where.md) explains how to read it, and when it misleads.
"""


@dataclass(frozen=True)
class Example:
    """A program, and what a reader should see in its flame graph."""

    name: str
    title: str
    words: str


EXAMPLES = (
    Example(
        "basic",
        "float64 in memory",
        "`fill` copies each slice into the array. The slice that is being made, 30.5 MiB, is that of `uniform_avx2`.",
    ),
    Example(
        "float32",
        "float32 in memory",
        "The same with values of half the size.",
    ),
    Example(
        "hdf5",
        "float32 in an HDF5 file",
        "Only one slice is in memory, that of `normal_avx2`. The rest is the HDF5 library, the loader and the options of the command line.",
    ),
    Example(
        "numpy",
        "float64 in memory, in Python with NumPy",
        "`fill` of the script owns what NumPy touched for it.",
    ),
)
OVER_TIME = "where-numpy-time.svg"


@dataclass(frozen=True)
class Setting:
    """The programs and directories of all runs."""

    rprof: Path
    workloads: Path
    tools: Path
    depth: int
    # The traces and figures, and the files of the programs.
    place: Path


def main() -> None:
    """Makes all figures before the first one is replaced."""
    options = parsed()
    try:
        with tempfile.TemporaryDirectory(prefix="flames-", dir=options.scratch) as name:
            setting = Setting(options.rprof, options.workloads, options.tools, options.depth, Path(name))
            text = HEAD.format(depth=options.depth)
            for example in EXAMPLES:
                record(example, setting)
                text += section(example, setting)
            options.plots.mkdir(exist_ok=True)
            for figure in setting.place.glob("*.svg"):
                shutil.copy(figure, options.plots / figure.name)
            (options.plots / "where.md").write_text(f"{text}\n## Machine\n\n{machine.describe()}")
    except (Skipped, Failed) as error:
        print(f"skipped: flame graphs: {error}; `{options.plots}` is unchanged", file=sys.stderr)


def parsed() -> argparse.Namespace:
    """Returns the options. Paths become absolute, because the programs run in another directory."""
    parser = argparse.ArgumentParser(prog="flames", description=__doc__)
    for option in ("rprof", "workloads", "plots", "scratch", "tools"):
        parser.add_argument(f"--{option}", type=lambda text: Path(text).absolute(), required=True, metavar="PATH")
    parser.add_argument("--depth", type=int, required=True, help="number of slices")
    return parser.parse_args()


def command(example: Example, setting: Setting) -> list[str]:
    """Returns the command of a program."""
    depth = ["--depth", str(setting.depth)]
    if example.name != "numpy":
        return [str(setting.workloads / example.name), *depth]
    python = interpreter.with_names()
    if python is None:
        raise Skipped(interpreter.missing())
    return [str(venv.make(setting.tools / "flames", (NUMPY,), python) / "python"), str(PROGRAM), *depth]


def record(example: Example, setting: Setting) -> None:
    """Runs a program with its stacks."""
    print(f"recording {example.name}", flush=True)
    options = ["--where", "--quiet", "--force", "-o", f"{example.name}.dat"]
    done = subprocess.run(
        [str(setting.rprof), "run", *options, "--", *command(example, setting)],
        cwd=setting.place,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    stacks.check(done.stderr)
    if done.returncode:
        raise Failed(f"`{example.name}` ended with {done.returncode}: {done.stderr.strip()}")
    (setting.place / "data.hdf5").unlink(missing_ok=True)


def section(example: Example, setting: Setting) -> str:
    """Draws the figures of a program and returns its part of the document. Traces have names without a directory."""
    figure, trace = f"where-{example.name}.svg", f"{example.name}.dat"
    run([setting.rprof, "where", "--force", "-o", figure, trace], cwd=setting.place)
    table = run([setting.rprof, "where", "-n", ROWS, trace], cwd=setting.place).output
    text = (
        f"\n## {example.name}: {example.title}\n\n![{example.name}]({figure})\n\n{example.words}\n\n"
        f"```console\n$ rprof where -n {ROWS} {trace}\n{table}```\n"
    )
    return text + (over_time(trace, setting) if example.name == "numpy" else "")


def over_time(trace: str, setting: Setting) -> str:
    """Draws the largest functions of a program over time and returns the part of the document."""
    title = f"NumPy: {setting.depth} × 2000 × 2000 array of float64, by function"
    options = ["--force", "--view", "where", "--size", "readme", "--title", title]
    run([setting.rprof, "plot", *options, trace, "-o", OVER_TIME], cwd=setting.place)
    return f"\n`rprof plot --view where {trace}`:\n\n![The functions of numpy over time]({OVER_TIME})\n"


if __name__ == "__main__":
    main()
