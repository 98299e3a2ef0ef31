"""The example programs of memray: where each is in its repository, what it imports, and what must be changed in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure.run import Failed, Skipped, run

# The commit of memray 1.20.0. Its packages do not have the examples.
COMMIT = "bbfeb96919136f5e8433265118374d607cbe203f"
FOLDER = "docs/examples"


@dataclass(frozen=True)
class Program:
    """An example of memray."""

    name: str
    # Below the folder of the examples.
    path: str
    what: str
    # Texts to replace, and why: both tools run the changed program.
    changes: tuple[tuple[str, str], ...] = ()
    why: str = ""


PROGRAMS = (
    Program(
        "fibonacci",
        "fibonacci/fib.py",
        "the first 99 900 Fibonacci numbers, in a list and then in a dictionary",
        (("b = fib2(n)", "b = [fib2(i) for i in range(0, n + 1, 100)][-1]"),),
        "`fib2` is called for every hundredth number first. The example calls itself 99 900 deep, and Python with `-X perf` "
        "raises `RecursionError` there",
    ),
    Program("mandelbrot", "mandelbrot/mandelbrot.py", "a Mandelbrot set in NumPy arrays"),
    Program("mandelbrot, threads", "mandelbrot/mandelbrot-threaded.py", "the same in three threads"),
    Program(
        "nbody",
        "nbody/example.py",
        "50 000 bodies in the C library of REBOUND",
        (("np.linspace(0.0, 10.0, 10)", "np.linspace(0.0, 10.0, 1)"),),
        "the bodies are made, and their motion is not computed, which takes hours",
    ),
    Program("sqlite", "sqlite/example.py", "100 000 rows of tuples, in an SQLite database in memory and read back"),
)


def fetch(repository: str, place: Path) -> Path:
    """Returns a clone of memray with the commit: the repository itself if it is on this machine."""
    clone = Path(repository)
    try:
        if not clone.is_dir():
            clone = place / "memray.git"
            run(["git", "init", "--quiet", "--bare", clone])
            run(["git", "-C", clone, "fetch", "--quiet", "--depth", "1", repository, COMMIT])
        run(["git", "-C", clone, "cat-file", "-e", f"{COMMIT}:{FOLDER}"])
    except (Failed, OSError) as error:
        reason = "".join(str(error).strip().splitlines()[-1:])
        raise Skipped(f"cannot fetch the examples of memray from `{repository}`: {reason}") from error
    return clone


def prepare(program: Program, clone: Path, place: Path) -> Path:
    """Writes the program with its changes into a directory and returns its path."""
    text = run(["git", "-C", clone, "show", f"{COMMIT}:{FOLDER}/{program.path}"]).output
    for old, new in program.changes:
        if text.count(old) != 1:
            raise Skipped(f"`{old}` is not in the example")
        text = text.replace(old, new)
    script = place / Path(program.path).name
    script.write_text(text)
    return script


def listed(programs: Sequence[Program]) -> str:
    """Returns the programs and their changes as a list in Markdown."""
    changed = {one.name: f" Changed: {one.why}." if one.why else "" for one in programs}
    return "".join(f"- **{one.name}** (`{FOLDER}/{one.path}`): {one.what}.{changed[one.name]}\n" for one in programs)
