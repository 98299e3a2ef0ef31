"""Checks the load commands of a Mach-O program without a Mac: macho.py TARGET PROGRAM|WHEEL [NEWEST]

The program must be for the processor of TARGET, need no library but those of the system, and start on macOS NEWEST, for
example 11.0. Of a wheel, the version in its tag takes the place of NEWEST.
"""

from __future__ import annotations

import re
import struct
import sys
import zipfile
from pathlib import Path

MAGIC_64 = 0xFEEDFACF
PROCESSORS = {"aarch64": 0x0100000C, "x86_64": 0x01000007}
EXECUTE = 2
LOAD_DYLIB = {0x0C, 0x80000018, 0x8000001F, 0x80000023}
VERSION_MIN_MACOSX, BUILD_VERSION, CODE_SIGNATURE = 0x24, 0x32, 0x1D
MACOS = 1
SYSTEM = ("/usr/lib/", "/System/Library/")


def version(packed: int) -> tuple[int, int]:
    """The major and the minor number of a packed version."""
    return packed >> 16, packed >> 8 & 0xFF


class Program:
    """What the header and the load commands say."""

    def __init__(self, data: bytes) -> None:
        magic, self.processor, _, self.kind, count, _, _, _ = struct.unpack_from("<8I", data)
        if magic != MAGIC_64:
            sys.exit(f"macho: no 64-bit Mach-O file: it begins with {magic:#x}")
        self.libraries: list[str] = []
        self.oldest: tuple[int, int] | None = None
        self.is_signed = False
        at = 32
        for _ in range(count):
            command, size = struct.unpack_from("<2I", data, at)
            if command in LOAD_DYLIB:
                (name,) = struct.unpack_from("<I", data, at + 8)
                self.libraries.append(data[at + name : at + size].split(b"\0")[0].decode())
            elif command == BUILD_VERSION:
                platform, packed = struct.unpack_from("<2I", data, at + 8)
                if platform != MACOS:
                    sys.exit(f"macho: the program is for platform {platform}, not for macOS")
                self.oldest = version(packed)
            elif command == VERSION_MIN_MACOSX:
                self.oldest = version(*struct.unpack_from("<I", data, at + 8))
            elif command == CODE_SIGNATURE:
                self.is_signed = True
            at += size


def problems(program: Program, target: str, newest: tuple[int, int]) -> list[str]:
    """Everything that would keep the program from its start."""
    found = []
    processor = target.split("-")[0]
    if program.processor != PROCESSORS[processor]:
        found.append(f"its processor is {program.processor:#x}, not {processor}")
    if program.kind != EXECUTE:
        found.append(f"it is a file of kind {program.kind}, not a program")
    found += [f"it needs `{name}`, which macOS does not have" for name in program.libraries if not name.startswith(SYSTEM)]
    if "/usr/lib/libSystem.B.dylib" not in program.libraries:
        found.append("it does not load libSystem")
    if program.oldest is None:
        found.append("it states no version of macOS")
    elif program.oldest > newest:
        found.append("it needs macOS {}.{}, not {}.{}".format(*program.oldest, *newest))
    if processor == "aarch64" and not program.is_signed:
        found.append("it has no signature, without which Apple silicon runs nothing")
    return found


def main() -> None:
    """Checks the file that the arguments name."""
    target, path = sys.argv[1], Path(sys.argv[2])
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            (name,) = (name for name in wheel.namelist() if name.endswith(".data/scripts/rprof"))
            data = wheel.read(name)
        tag = re.search(r"-macosx_(\d+)_(\d+)_", path.name)
        if not tag:
            sys.exit(f"macho: `{path.name}` has no tag of macOS")
        newest = int(tag[1]), int(tag[2])
    else:
        data = path.read_bytes()
        major, _, minor = sys.argv[3].partition(".")
        newest = int(major), int(minor or 0)
    program = Program(data)
    found = problems(program, target, newest)
    for problem in found:
        print(f"macho: {path.name}: {problem}", file=sys.stderr)
    if found:
        sys.exit(1)
    assert program.oldest
    print("macho: {} starts on macOS {}.{} with {}".format(path.name, *program.oldest, ", ".join(program.libraries)))


if __name__ == "__main__":
    main()
