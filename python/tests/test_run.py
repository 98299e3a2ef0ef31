"""`rprof.run`: as subprocess.run, with the memory of the command."""

import os
import subprocess
import sys

import rprof

from .support import MIB, PlaceCase

TOUCH = "import sys; b = bytearray(int(sys.argv[1]) << 20)"


class RunCommand(PlaceCase):
    def test_the_peak_is_that_of_the_command(self) -> None:
        small = rprof.run([sys.executable, "-c", TOUCH, "0"])
        large = rprof.run([sys.executable, "-c", TOUCH, "120"], output=self.path("t.dat"))
        self.near((large.peak_bytes or 0) - (small.peak_bytes or 0), 120 * MIB)
        self.assertTrue(large.peak.exact)
        self.assertEqual(large.peak_upper_bytes, large.peak_bytes)
        self.assertEqual(large.peak, rprof.peak(self.path("t.dat")))
        self.assertEqual(large.read().run.peak, large.peak)

    def test_descendants_count(self) -> None:
        code = f"import subprocess, sys; b = bytearray(50 << 20); subprocess.run([sys.executable, '-c', {TOUCH!r}, '70'])"
        found = rprof.run([sys.executable, "-c", code], interval=0.005)
        self.assertGreaterEqual(found.peak_bytes or 0, 70 * MIB)
        self.assertGreaterEqual(found.peak_upper_bytes or 0, 120 * MIB)
        self.assertEqual(found.peak.processes, 2)

    def test_streams_and_codes_are_those_of_subprocess(self) -> None:
        for words, options in (
            (["sh", "-c", "cat; echo out; echo err >&2; exit 3"], {"capture_output": True, "input": "in\n", "text": True}),
            (["sh", "-c", "echo $X"], {"stdout": subprocess.PIPE, "env": {"X": "y", "PATH": os.environ["PATH"]}}),
            (["pwd"], {"stdout": subprocess.PIPE, "cwd": "/usr"}),
            (["sh", "-c", "kill -9 $$"], {}),
            (["sh", "-c", "exit 255"], {"stdin": subprocess.DEVNULL}),
            ("exit 137", {"shell": True}),
            ("true", {}),
        ):
            plain = subprocess.run(words, **options)  # type: ignore[call-overload]
            found = rprof.run(words, **options)  # type: ignore[arg-type]
            self.assertEqual(
                (found.args, found.returncode, found.stdout, found.stderr),
                (plain.args, plain.returncode, plain.stdout, plain.stderr),
            )

    def test_errors_are_those_of_subprocess(self) -> None:
        self.write("plain.txt", "")
        for error, words in ((FileNotFoundError, ["no-such-command"]), (PermissionError, [self.path("plain.txt")])):
            with self.assertRaises(error) as caught:
                rprof.run(words, stderr=subprocess.DEVNULL)
            self.assertEqual(caught.exception.filename, words[0])
        with self.assertRaises(subprocess.CalledProcessError) as failed:
            rprof.run(["sh", "-c", "echo x; exit 4"], check=True, capture_output=True)
        self.assertEqual((failed.exception.returncode, failed.exception.output), (4, b"x\n"))
        with self.assertRaises(ValueError):
            rprof.run(["true"], capture_output=True, stdout=subprocess.PIPE)
        with self.assertRaisesRegex(rprof.RprofError, "metric"):
            rprof.run(["true"], metric="no-such", capture_output=True)

    def test_a_timeout_ends_the_tree(self) -> None:
        script = f"sleep 600 & echo $! > {self.path('pid')}; wait"
        with self.assertRaises(subprocess.TimeoutExpired) as caught:
            rprof.run(["sh", "-c", script], timeout=1.5)
        self.assertEqual(caught.exception.timeout, 1.5)
        with open(self.path("pid")) as file:
            self.assertRaises(ProcessLookupError, os.kill, int(file.read()), 0)

    def test_an_older_trace_is_not_taken_for_the_new_one(self) -> None:
        trace = self.path("t.dat")
        rprof.run(["true"], output=trace)
        with self.assertRaises(FileNotFoundError):
            rprof.run(["no-such-command"], output=trace, stderr=subprocess.DEVNULL)

    def test_a_trace_without_a_name_is_deleted_with_the_result(self) -> None:
        found = rprof.run(["true"])
        trace = found.trace
        self.assertTrue(os.path.exists(trace))
        del found
        self.assertFalse(os.path.exists(os.path.dirname(trace)))

    def test_spans_of_the_command_are_in_the_trace(self) -> None:
        self.write("s.py", "@profile\ndef f(): pass\nf()")
        found = rprof.run([sys.executable, "s.py"], options=["--python"], cwd=self.place)
        self.assertEqual(found.read().run.spans["name"], ["__main__.f"])
