"""The size of the binary and the libraries that it loads."""

from __future__ import annotations

import platform
from pathlib import Path

from measure.numbers import size
from measure.run import run

from .section import Section
from .setting import Setting

# With every feature, among them `--where`.
GOAL = 10_000_000
# The C library's own parts.
LIBC = ("libc.so", "libm.so", "libgcc_s.so", "ld-linux", "linux-vdso", "libpthread.so", "libdl.so")


def measure(setting: Setting) -> Section:
    """Reads the size of the file and the output of ldd."""
    section = Section(
        "The binary",
        "The size of the stripped file and the libraries that ldd lists. A musl build needs no library.",
    )
    programs: dict[str, Path] = {"rprof": setting.rprof.program}
    musl = setting.rprof.program.parent.parent / f"{platform.machine()}-unknown-linux-musl" / "release" / "rprof"
    if musl.exists():
        programs["rprof, musl"] = musl
    programs |= {name: setting.peers[name].program for name in ("denet", "rizsotto/rprof") if name in setting.peers}
    rows = []
    for name, program in programs.items():
        libraries = _libraries(program)
        rows.append([name, size(program.stat().st_size), ", ".join(libraries) or "none, static"])
    section.table(["program", "size", "libraries"], rows)
    length = setting.rprof.program.stat().st_size
    section.at_most("size of the binary", length, GOAL, (size(GOAL), size(length), "n/a"))
    others = [name for name in _libraries(setting.rprof.program) if not name.startswith(LIBC)]
    written = ("only the C library's", ", ".join(others) or "only the C library's", "n/a")
    section.at_most("dynamic libraries", len(others), 0, written)
    if not musl.exists():
        section.tables.append("There is no static build beside this one; build it with `make static`.\n")
    return section


def _libraries(program: Path) -> list[str]:
    """Returns the names of the libraries; none for a static program, for which ldd fails."""
    output = run(["ldd", program], accept=(0, 1)).output
    return [Path(line.split()[0]).name for line in output.splitlines() if "=>" in line or "ld-linux" in line]
