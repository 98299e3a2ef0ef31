"""The cost of the live view beside a recording, and the late ticks with and without it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
import threading
import time as clock
from pathlib import Path

from measure.numbers import Sample
from measure.run import Failed

from .section import Section
from .setting import Setting

RATES = (10, 1000)
GOAL = 0.03
COLUMNS, LINES = 120, 40
# The view may begin after the recording, and is left after it.
PATIENCE_S = 30.0


def measure(setting: Setting) -> Section:
    """Records the same program with the view and without it in turn, for several rounds."""
    ms, rounds = setting.pick(10_000, 1500), setting.pick(5, 1)
    section = Section(
        "The live view",
        f"A program grows for {ms / 1000:g} s while rprof records it, {rounds} rounds, each with a run alone and a run "
        f"that `rprof watch` follows on a terminal of {COLUMNS} x {LINES}. *CPU* is the user and system time of the view "
        "divided by the time of the run. *Late ticks* are those that the recorder skipped because it was not woken in "
        "time; the difference is that of the two runs of a round.",
    )
    rows = []
    for rate in RATES:
        shares, alone, beside = [], [], []
        for number in range(rounds):
            # In turn, so that a drift of the machine does not count for one of them.
            for watched in (True, False) if number % 2 else (False, True):
                late, share = _record(setting, rate, ms, watched)
                (beside if watched else alone).append(late)
                if watched:
                    shares.append(share)
        share, more = Sample.of(shares), Sample.of([b - a for a, b in zip(alone, beside)])
        rows.append(
            [
                f"{rate} Hz",
                f"{share.median:.2%}",
                f"{Sample.of(alone).median:.0f}",
                f"{Sample.of(beside).median:.0f}",
                f"{more.median:+.0f} ± {more.error:.0f}",
            ]
        )
        written = (f"{GOAL:.0%} of a core", f"{share.median:.2%}", "n/a")
        section.at_most(f"CPU of the live view at {rate} Hz", share.median, GOAL, written)
        ticks = ms / 1000 * rate
        limit = max(2 * more.error, ticks / 1000)
        written = ("none beyond the noise", f"{more.median:+.0f} of {ticks:.0f}", f"{limit:.0f}")
        section.at_most(f"late ticks by the live view at {rate} Hz", more.median, limit, written)
    section.table(["rate", "CPU", "late ticks alone", "beside the view", "difference"], rows)
    return section


def _record(setting: Setting, rate: int, ms: int, watched: bool) -> tuple[float, float]:
    """Returns the number of late ticks of a recording, and the share of its time that a view of it used."""
    trace = setting.scratch / "watched.dat"
    trace.unlink(missing_ok=True)
    command = [str(setting.rprof.program), "run", "-q", "-T", str(1 / rate), "-o", str(trace)]
    with subprocess.Popen([*command, *setting.child("grow", ms)], stdout=subprocess.DEVNULL) as recorder:
        used = _watch(setting, trace) if watched else 0.0
        if recorder.wait() != 0:
            raise Failed(f"the recording ended with {recorder.returncode}")
    end = json.loads(trace.read_text().splitlines()[-1].removeprefix("END "))
    return float(end["overruns"]), used / float(end["elapsed_s"])


def _watch(setting: Setting, trace: Path) -> float:
    """Follows a trace to its end on a pseudo-terminal. Returns the CPU time of the view."""
    begun = clock.monotonic()
    while not (trace.exists() and trace.stat().st_size):
        if clock.monotonic() - begun > PATIENCE_S:
            raise Failed("the recording did not begin")
        clock.sleep(0.005)
    main, inner = pty.openpty()
    fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    command = [str(setting.rprof.program), "watch", "--leave-at-end", str(trace)]
    with subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=environment) as view:
        os.close(inner)
        reader = threading.Thread(target=_drain, args=(main,))
        reader.start()
        _, status, usage = os.wait4(view.pid, 0)
        view.returncode = os.waitstatus_to_exitcode(status)
        reader.join()
    os.close(main)
    if view.returncode != 0:
        raise Failed(f"`rprof watch` ended with {view.returncode}")
    return usage.ru_utime + usage.ru_stime


def _drain(terminal: int) -> None:
    """Reads what the view draws, as a terminal does. The read fails when the view has closed its side."""
    while True:
        try:
            if not os.read(terminal, 65536):
                return
        except OSError:
            return
