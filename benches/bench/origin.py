"""The cost of finding where memory came from, to the program: `rprof run --where`, memray and heaptrack."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import interpreter, venv
from measure.numbers import Sample
from measure.run import Failed, run

from . import peers
from .section import Section
from .setting import Setting
from .slowdown import Slower, cells, compare, judge

INTERVAL = 0.1
# A program of NumPy is to lose nothing that can be seen: 1 % is about what two bare runs differ by.
FAULTS_GOAL, COMPILE_GOAL, NUMPY_GOAL = 0.20, 0.05, 0.01
DATA = Path(__file__).parents[2] / "tests" / "data" / "where"
MEMRAY = "memray==1.20.0"
NUMPY = "numpy==2.4.6"
ARTICLE = Path(__file__).parents[1] / "numpy" / "basic.py"
FUNCTIONS = 400
TIMER = """
import resource, subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
wall, used = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
print(wall, used.ru_utime + used.ru_stime)
"""


@dataclass(frozen=True)
class Program:
    """A program, the slow-down that is allowed or None, and the same program under the peers."""

    name: str
    command: list[str]
    goal: float | None
    others: dict[str, list[str]]


def measure(setting: Setting) -> Section:
    """Runs each program bare, bare again, under rprof, under rprof --where and under the peers, in turn."""
    rounds = setting.pick(30, 3)
    section = Section(
        "Slow-down by --where",
        f"Medians of the ratios to a bare run of the same round, in {rounds} rounds, with standard errors: of the wall "
        "clock, and of the program's own CPU time. *faults* does nothing but touch fresh pages of 4 KiB and unmap them, "
        f"which is the worst case. *compile* compiles a C file of {FUNCTIONS} functions with -O2. *C heap* makes 200 000 "
        "small allocations, *Python heap* as many objects; *NumPy* fills the article's array in 20 slices of 32 MB; "
        "heaptrack and memray work inside of these programs, so that their times have all of their work. Under "
        "--where Python also names its functions, if it is 3.12 or newer. The work of rprof after the end "
        "of the program is not in the ratios.",
    )
    ours = [setting.rprof, peers.rprof(setting.rprof.program, "--where", name="rprof --where")]
    ratios = compare(setting, ["faults", setting.pick(40, 4)], ours, INTERVAL, rounds)
    rows = [["faults", name, *cells(slower)] for name, slower in ratios.items()]
    judge(section, "slow-down by --where, faults", ratios, "rprof --where", FAULTS_GOAL)
    trace = setting.scratch / "origin.dat"
    for program in _programs(setting):
        timed = _timed(program.command)
        commands = {"bare": timed, "bare again": timed}
        commands |= {tool.name: tool.record(INTERVAL, True, trace, timed) for tool in ours}
        commands |= {name: _timed(command) for name, command in program.others.items()}
        ratios = _compare(setting, commands, rounds)
        rows += [[program.name, tool, *cells(slower)] for tool, slower in ratios.items()]
        if program.goal is not None:
            judge(section, f"slow-down by --where, {program.name}", ratios, "rprof --where", program.goal)
    section.table(["program", "under", "slow-down", "CPU time"], rows)
    return section


def _timed(command: Sequence[str]) -> list[str]:
    """Returns a command that runs another one and prints its wall clock and CPU time in seconds."""
    return [sys.executable, "-c", TIMER, *command]


def _programs(setting: Setting) -> list[Program]:
    """Returns the programs that this machine can run."""
    place = setting.scratch
    source = place / "many.c"
    body = "double f{0}(double x) {{ double s = 0; for (int i = 0; i < {0}; i++) s += x * i / (s + {0}); return s; }}\n"
    source.write_text("".join(body.format(number) for number in range(1, FUNCTIONS)))
    programs = [Program("compile", ["cc", "-O2", "-c", str(source), "-o", str(place / "many.o")], COMPILE_GOAL, {})]
    hold = place / "hold"
    run(["cc", "-O2", "-pthread", "-o", hold, DATA / "hold.c"])
    heap = [str(hold), "small=200", "stand=1"]
    heaptrack = shutil.which("heaptrack")
    others = {"heaptrack": [heaptrack, "-o", str(place / "heaptrack"), *heap]} if heaptrack else {}
    programs.append(Program("C heap", heap, None, others))
    try:
        # An older Python writes no names, which costs less.
        named = interpreter.with_names()
        if named is None:
            print(f"bench: {interpreter.missing()}; an older one is measured", file=sys.stderr)
        python = str(venv.make(setting.installed / "peers-origin", (MEMRAY, NUMPY), named) / "python")
        memray = [python, "-m", "memray", "run", "--force", "-o", str(place / "memray.bin")]
        scripts = {
            "Python heap": ([str(DATA / "hold.py"), "100", "0"], None),
            "NumPy": ([str(ARTICLE), "--depth", "20"], NUMPY_GOAL),
        }
        for name, (script, goal) in scripts.items():
            others = {"memray": [*memray, *script], "memray --native": [*memray, "--native", *script]}
            programs.append(Program(name, [python, *script], goal, others))
    except Failed as error:
        print(f"bench: cannot install memray: {error}", file=sys.stderr)
    return programs


def _compare(setting: Setting, commands: dict[str, list[str]], rounds: int) -> dict[str, Slower]:
    """Returns the ratios of timed commands to the bare one of the same round, by name."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    names = list(commands)
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            wall, cpu = run(commands[name], cwd=setting.scratch).output.split()[-2:]
            took[name].append((float(wall), float(cpu)))
    bare = took.pop("bare")

    def ratios(values: list[tuple[float, float]], which: int) -> Sample:
        return Sample.of([one[which] / other[which] for one, other in zip(values, bare)])

    return {name: Slower(ratios(values, 0), ratios(values, 1)) for name, values in took.items()}
