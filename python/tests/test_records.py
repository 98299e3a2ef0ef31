"""The lines that marks, notes and spans write."""

import os
import subprocess
import sys
import time
from unittest import mock

import rprof
from rprof import _trace

from .trace import TraceCase


class Records(TraceCase):
    def test_a_mark_records_its_time_and_label(self) -> None:
        before = time.time()
        rprof.mark("half way")
        (line,) = self.lines()
        word, at, label = line.split(" ", 2)
        self.assertEqual((word, label), ("MARK", "half way"))
        # A trace has microseconds, and the clocks were read within some of each other.
        self.assertTrue(before - 1e-4 <= float(at) <= time.time() + 1e-4, (before, at))

    def test_the_clocks_are_read_until_no_other_program_ran_in_between(self) -> None:
        # Of each three readings the second is that of the wall clock; another program runs for 3 ms after the first one.
        readings = iter([10.0, 100.0, 10.003, 10.004, 100.004, 10.004001])
        with mock.patch.object(_trace.time, "clock_gettime", lambda _: next(readings)):
            with mock.patch.object(_trace.time, "time", lambda: next(readings)):
                self.assertAlmostEqual(_trace._epoch(), 90.0, delta=1e-5)

    def test_the_key_of_a_note_becomes_one_word(self) -> None:
        rprof.note("rows of it", 1000)
        rprof.note("", "x")
        self.assertEqual(self.lines(), ["NOTE rows_of_it 1000", "NOTE _ x"])

    def test_control_characters_are_escaped(self) -> None:
        rprof.note("k", "a\\b\nc\r\x1b\x85\u2028é")
        self.assertEqual(self.lines(), ["NOTE k a\\\\b\\nc\\u{d}\\u{1b}\\u{85}\u2028é"])

    def test_every_line_fits_one_write(self) -> None:
        for text in ("x" * 100_000, "\x1b" * 5000, "é" * 5000, "\udc80" * 5000):
            rprof.mark(text)
            rprof.note(text, text)
            with rprof.span(text):
                pass
        with open(self.path, "rb") as file:
            self.assertTrue(all(len(line) < _trace.LONGEST for line in file))
        self.assertEqual(len(self.spans()), 4)

    def test_a_missing_trace_is_not_created_and_raises_no_error(self) -> None:
        os.unlink(self.path)
        rprof.mark("x")
        with rprof.span("y"):
            pass
        self.assertFalse(os.path.exists(self.path))

    def test_without_a_dat_trace_nothing_is_written_and_functions_are_not_wrapped(self) -> None:
        program = (
            "import rprof\ndef f(): pass\nassert rprof.profile(f) is f and rprof.span('x')(f) is f\n"
            "with rprof.span('a'): rprof.mark('b'); rprof.note('c', 1)\n"
        )
        for trace in (None, "", "/no/such/trace.csv"):
            environment = {k: v for k, v in os.environ.items() if k != "RPROF_TRACE"}
            if trace is not None:
                environment["RPROF_TRACE"] = trace
            environment["PYTHONPATH"] = os.pathsep.join(sys.path)
            subprocess.run([sys.executable, "-c", program], env=environment, check=True)
