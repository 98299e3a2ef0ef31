"""The magics of IPython: `%%rprof` measures a cell, `%rprof file.py` runs a program under rprof."""

from __future__ import annotations

import argparse
import codecs
import os
import shlex
import subprocess
import sys
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class

from ._binary import ask, binary
from ._measure import Measurement, _temporary, measure
from ._peak import Peak, peak
from ._units import duration, size

#: The most characters of the first line of a cell in the title of its figure.
_TITLE = 60


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


def _parser() -> _Parser:
    parser = _Parser(
        prog="%%rprof",
        add_help=False,
        usage="%%%%rprof [-T SECONDS] [--metric METRIC] [-o FILE] [-n]; or %%rprof [OPTIONS] FILE.py [ARGUMENT...]",
    )
    parser.add_argument("-T", "--interval", type=float, default=0.01)
    parser.add_argument("--metric", default="rss")
    parser.add_argument("-o", "--output")
    parser.add_argument("-n", "--no-figure", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    return parser


@magics_class
class RprofMagics(Magics):  # type: ignore[misc, unused-ignore]
    """The magics `%rprof` and `%%rprof`."""

    @line_cell_magic  # type: ignore[misc, untyped-decorator, unused-ignore]
    def rprof(self, line: str, cell: str | None = None) -> None:
        """Measures the memory of a cell (`%%rprof`), or of a program (`%rprof file.py`).

            %%rprof [-T SECONDS] [--metric rss|pss|uss] [-o FILE] [-n]
            %rprof [OPTIONS] FILE.py [ARGUMENT...]

        All processes that the cell or program starts count. -T is the time between two measurements (0.01), -o keeps
        the trace, -n prints no figure. The result is in the variable `_rprof`.
        """
        __tracebackhide__ = True
        options = _parser().parse_args(shlex.split(line))
        if cell is None:
            self._program(options)
        else:
            self._cell(options, cell)

    def _cell(self, options: argparse.Namespace, cell: str) -> None:
        __tracebackhide__ = True
        if options.command:
            raise UsageError(f"%%rprof takes no {options.command[0]!r}; the code follows on the next lines")
        if not cell.strip():
            raise UsageError("%%rprof measures a cell, which is empty; `%rprof file.py` runs a file")
        block = measure(interval=options.interval, metric=options.metric, output=options.output)
        # IPython shows an error of the cell here, and would show it again for the magic.
        shell: Any = self.shell
        show, shell.showtraceback = shell.showtraceback, lambda *_, **__: None
        try:
            with block:
                done = shell.run_cell(cell)
        finally:
            shell.showtraceback = show
        shell.user_ns["_rprof"] = block
        print(_words(block.peak, is_block=True))
        if not options.no_figure:
            first = next(line.strip() for line in cell.splitlines() if line.strip())
            self._figure(block.trace, first if len(first) <= _TITLE else first[: _TITLE - 1] + "…")
        done.raise_error()

    def _program(self, options: argparse.Namespace) -> None:
        if not options.command:
            raise UsageError("%rprof needs a file to run: %rprof file.py; `%%rprof` measures a cell")
        command = options.command
        if command[0].endswith(".py"):
            command = ["--python", sys.executable, *command]
        result = _Program()
        result.trace = _temporary(result) if options.output is None else os.path.abspath(options.output)
        arguments = [binary(), "run", "--quiet", "--force", "--output", result.trace, f"--metric={options.metric}"]
        arguments += [f"--interval={options.interval:.6f}s", *command]
        with subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as program:
            assert program.stdout is not None
            decoder = codecs.getincrementaldecoder("utf-8")("replace")
            # A notebook shows what is written to its own streams only.
            while text := os.read(program.stdout.fileno(), 1 << 16):
                print(decoder.decode(text), end="", flush=True)
        result.returncode = program.returncode
        if not os.path.exists(result.trace):
            raise UsageError(f"%rprof: the program was not started (exit code {program.returncode})")
        result.peak = peak(result.trace)
        shell: Any = self.shell
        shell.user_ns["_rprof"] = result
        print(_words(result.peak, is_block=False) + (f"; exit code {program.returncode}" if program.returncode else ""))
        if not options.no_figure:
            self._figure(result.trace, None)

    def _figure(self, trace: str, title: str | None) -> None:
        """Shows the figure. A terminal cannot."""
        if getattr(self.shell, "kernel", None) is None:
            return
        from IPython import display

        named = [] if title is None else ["--title", title]
        svg = ask("plot", "--output", "-", *named, "--", trace).decode()
        shown: Any = display
        shown.display(shown.SVG(svg))


class _Program:
    """The result of `%rprof file.py`."""

    trace: str
    returncode: int
    peak: Peak


def _words(found: Peak, is_block: bool) -> str:
    """`peak 528.1 MiB RSS, 421.0 MiB above the start; growth 1.2 MiB; 5 processes; 0.82 s`"""
    words = [f"peak {found}"]
    if is_block and found.rise_bytes is not None and found.growth_bytes is not None:
        words[0] += f", {size(found.rise_bytes)} above the start"
        words.append(f"growth {size(found.growth_bytes)}")
    if found.processes > 1:
        words.append(f"{found.processes} processes")
        upper = found.pss_peak_upper_bytes
        if found.pss_peak_bytes is not None and upper is not None and upper <= 1.05 * found.pss_peak_bytes:
            words.append(f"{size(found.pss_peak_bytes)} with shared pages divided (PSS)")
    return "; ".join([*words, duration(found.elapsed_s)])


def register(shell: Any) -> None:
    """Adds the magics to a shell of IPython."""
    shell.register_magics(RprofMagics)
