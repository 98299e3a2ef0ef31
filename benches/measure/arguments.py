"""The command-line parser of the drivers, such as `bench`, `compare` and `against_numpy`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path


def parser(
    name: str, description: str | None, programs: Mapping[str, str], places: Mapping[str, str]
) -> argparse.ArgumentParser:
    """Returns a parser with required path options, each with its help text.

    A program must be an existing file. A place may be created later. All paths become absolute, because the drivers
    run programs in other directories.
    """
    made = argparse.ArgumentParser(prog=name, description=description)
    for kind, options in ((_program, programs), (_absolute, places)):
        for option, text in options.items():
            made.add_argument(f"--{option}", type=kind, required=True, metavar="PATH", help=text)
    return made


def _absolute(text: str) -> Path:
    return Path(text).absolute()


def _program(text: str) -> Path:
    path = _absolute(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no program `{path}`")
    return path
