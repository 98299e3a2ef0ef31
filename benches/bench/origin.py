"""The cost of finding where memory came from, to the program: `rprof run --where`, memray and heaptrack."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic

from measure import venv
from measure.numbers import Sample
from measure.run import Failed, run

from . import peers
from .section import Section
from .setting import Setting
from .slowdown import Slower, cells, compare, judge

INTERVAL = 0.1
FAULTS_GOAL, COMPILE_GOAL = 0.20, 0.05
DATA = Path(__file__).parents[2] / "tests" / "data" / "where"
MEMRAY = "memray==1.20.0"
FUNCTIONS = 400


def measure(setting: Setting) -> Section:
    """Runs each program bare, bare again, under rprof, under rprof --where and under the peers, in turn."""
    rounds = setting.pick(30, 3)
    section = Section(
        "Slow-down by --where",
        f"Medians of the ratios to a bare run of the same round, in {rounds} rounds, with standard errors. *faults* does "
        "nothing but touch fresh pages of 4 KiB and unmap them, which is the worst case. *compile* compiles a C file of "
        f"{FUNCTIONS} functions with -O2. *C heap* makes 200 000 small allocations, *Python heap* as many objects; "
        "memray and heaptrack measure these, too. The table has the wall clock and the CPU time; except for *faults*, "
        "whole runs, with the tool's own start, work and end.",
    )
    ours = [setting.rprof, peers.rprof(setting.rprof.program, "--where", name="rprof --where")]
    ratios = compare(setting, ["faults", setting.pick(40, 4)], ours, INTERVAL, rounds)
    rows = [["faults", name, *cells(slower)] for name, slower in ratios.items()]
    judge(section, "slow-down by --where, faults", ratios, "rprof --where", FAULTS_GOAL)
    for name, command, goal, others in _programs(setting):
        trace = setting.scratch / "origin.dat"
        commands = {"bare": command, "bare again": command}
        commands |= {tool.name: tool.record(INTERVAL, True, trace, command) for tool in ours}
        ratios = _whole(setting, {**commands, **others}, rounds)
        rows += [[name, tool, *cells(slower)] for tool, slower in ratios.items()]
        if goal is not None:
            judge(section, f"slow-down by --where, {name}", ratios, "rprof --where", goal)
    section.table(["program", "under", "slow-down", "CPU time"], rows)
    return section


def _programs(setting: Setting) -> list[tuple[str, list[str], float | None, dict[str, list[str]]]]:
    """Returns name, command, goal and the commands of peers of each program."""
    place = setting.scratch
    source = place / "many.c"
    body = "double f{0}(double x) {{ double s = 0; for (int i = 0; i < {0}; i++) s += x * i / (s + {0}); return s; }}\n"
    source.write_text("".join(body.format(number) for number in range(1, FUNCTIONS)))
    compiled = ["cc", "-O2", "-c", str(source), "-o", str(place / "many.o")]
    programs: list[tuple[str, list[str], float | None, dict[str, list[str]]]] = [("compile", compiled, COMPILE_GOAL, {})]
    hold = place / "hold"
    run(["cc", "-O2", "-pthread", "-o", hold, DATA / "hold.c"])
    heap = [str(hold), "small=200", "stand=1"]
    heaptrack = shutil.which("heaptrack")
    others = {"heaptrack": [heaptrack, "-o", str(place / "heaptrack"), *heap]} if heaptrack else {}
    programs.append(("C heap", heap, None, others))
    try:
        python = venv.make(setting.installed / "peers-origin", (MEMRAY,))
        script = [str(DATA / "hold.py"), "100", "0"]
        memray = [str(python / "python"), "-m", "memray", "run", "--force", "-o", str(place / "memray.bin")]
        others = {"memray": [*memray, *script], "memray --native": [*memray, "--native", *script]}
        programs.append(("Python heap", [str(python / "python"), *script], None, others))
    except Failed as error:
        print(f"bench: cannot install memray: {error}", file=sys.stderr)
    return programs


def _whole(setting: Setting, commands: dict[str, Sequence[str]], rounds: int) -> dict[str, Slower]:
    """Returns the ratios of whole runs to the bare run of the same round, by name."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            start = monotonic()
            used = run(commands[name], cwd=setting.scratch)
            took[name].append((monotonic() - start, used.cpu))
    bare = took.pop("bare")
    ratio = lambda values, which: Sample.of([one[which] / other[which] for one, other in zip(values, bare)])  # noqa: E731
    return {name: Slower(ratio(values, 0), ratio(values, 1)) for name, values in took.items()}
