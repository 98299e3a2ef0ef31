"""Gives a wheel with a static binary the tags of the systems on which it runs: wheel_tags.py WHEEL TAG...

The binary is checked first: it must be an ELF file that needs no interpreter and no library. The old file is deleted.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import sys
import zipfile
from pathlib import Path

PT_DYNAMIC, PT_INTERP = 2, 3
DT_NEEDED = 1


def needs(binary: bytes) -> str | None:
    """What a 64-bit little-endian ELF file needs from the system; None for nothing."""
    if binary[:6] != b"\x7fELF\x02\x01":
        return "an ELF file of 64 bits: this is another format"
    (offset,) = struct.unpack_from("<Q", binary, 32)
    size, count = struct.unpack_from("<HH", binary, 54)
    for number in range(count):
        kind, _, at, _, _, length = struct.unpack_from("<IIQQQQ", binary, offset + number * size)
        if kind == PT_INTERP:
            return "an interpreter: it is linked dynamically"
        if kind == PT_DYNAMIC:
            entries = struct.iter_unpack("<qQ", binary[at : at + length])
            if any(tag == DT_NEEDED for tag, _ in entries):
                return "a library"
    return None


def retag(old: Path, tags: list[str]) -> Path:
    """Writes the wheel under its new name."""
    name, version, python, abi, _ = old.name.removesuffix(".whl").split("-")
    new = old.with_name(f"{name}-{version}-{python}-{abi}-{'.'.join(tags)}.whl")
    with zipfile.ZipFile(old) as source:
        (binary,) = (entry for entry in source.namelist() if entry.endswith(".data/scripts/rprof"))
        if problem := needs(source.read(binary)):
            sys.exit(f"wheel_tags: `{old.name}`: the binary must not need {problem}")
        (record,) = (entry for entry in source.namelist() if entry.endswith(".dist-info/RECORD"))
        rows = []
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
            for entry in source.infolist():
                data = source.read(entry)
                if entry.filename.endswith(".dist-info/WHEEL"):
                    kept = [line for line in data.decode().splitlines() if line and not line.startswith("Tag: ")]
                    data = "\n".join(kept + [f"Tag: {python}-{abi}-{tag}" for tag in tags] + [""]).encode()
                if entry.filename == record:
                    continue
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                rows.append(f"{entry.filename},sha256={digest},{len(data)}\n")
                target.writestr(entry, data)
            last = source.getinfo(record)
            target.writestr(last, "".join(rows) + f"{record},,\n")
    old.unlink()
    return new


def main() -> None:
    """Retags a wheel and prints its new name."""
    print(f"wheel_tags: built {retag(Path(sys.argv[1]), sys.argv[2:]).name}")


if __name__ == "__main__":
    main()
