"""A generated git repository with loose and packed objects, for `git gc`."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

COMMITS, FILES, CHANGED = 60, 60, 8
LINES = 400


def make(directory: Path) -> None:
    """Makes a bare repository with `COMMITS` commits."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(directory)], check=True)
    subprocess.run(
        ["git", "-C", str(directory), "fast-import", "--quiet", "--depth=0"],
        input=b"".join(_stream(random.Random(1))),
        check=True,
    )


def _stream(chance: random.Random) -> Iterator[bytes]:
    files = {f"file{number}.txt": [_line(chance) for _ in range(LINES)] for number in range(FILES)}
    for commit in range(COMMITS):
        yield b"commit refs/heads/main\n"
        yield f"committer A B <a@example.org> {1_700_000_000 + commit} +0000\n".encode()
        yield b"data 6\nchange\n"
        names = list(files) if commit == 0 else chance.sample(list(files), CHANGED)
        for name in names:
            for _ in range(20):
                files[name][chance.randrange(LINES)] = _line(chance)
            text = "\n".join(files[name]).encode()
            yield f"M 100644 inline {name}\ndata {len(text)}\n".encode() + text + b"\n"


def _line(chance: random.Random) -> str:
    return f"{chance.getrandbits(160):040x} {chance.randrange(1000)}"
