"""`rprof.read` and `rprof.peak`: the same values as the command prints."""

import json
import os
import subprocess
import sys
import warnings

import rprof

from .support import MIB, ROOT, PlaceCase

SCRIPT = """
import os, sys, time, rprof
with rprof.span("load"):
    kept = bytearray(30 << 20)
    with rprof.span("inner part"): pass
rprof.mark("half way")
rprof.note("rows", 1000)
child = os.fork()
if child == 0:
    more = bytearray(40 << 20)
    # Two more ticks.
    from time import sleep
    trace = os.environ["RPROF_TRACE"]
    seen = open(trace, "rb").read().count(b"\\nMEM ")
    while open(trace, "rb").read().count(b"\\nMEM ") < seen + 3: sleep(0.005)
    os._exit(7)
os.waitpid(child, 0)
"""


class Read(PlaceCase):
    def record(self, *options: str) -> str:
        self.write("s.py", SCRIPT)
        words = [self.rprof, "run", "-q", "-T", "20ms", "-o", "t.dat", *options, "--python", sys.executable, "s.py"]
        subprocess.run(words, cwd=self.place, check=True)
        return self.path("t.dat")

    def asked(self, *words: str) -> str:
        return subprocess.run([self.rprof, *words], cwd=self.place, check=True, capture_output=True, text=True).stdout

    def test_a_run_has_all_its_records_as_columns(self) -> None:
        trace = rprof.read(self.record())
        run = trace.run
        self.assertEqual((len(trace), trace[0], list(trace)), (1, run, [run]))
        self.assertEqual(run.args, [sys.executable, "s.py"])
        self.assertEqual((run.header["interval_s"], run.metric, (run.end or {})["exit_code"]), (0.02, "rss", 0))
        self.assertGreaterEqual(max(run.ticks["rss_bytes"]), 70 * MIB)
        self.assertEqual(run.ticks["time_s"], sorted(run.ticks["time_s"]))
        self.assertEqual(max(run.ticks["processes"]), 2)
        self.assertIn("anon_bytes", run.ticks)
        self.assertEqual(len(run.ticks["anon_bytes"]), len(run.ticks))
        child = next(row for row in run.processes if row["ppid"] == run.processes["pid"][0])
        self.assertGreater(child["exit_s"], child["born_s"])
        self.assertEqual(run.marks["name"], ["half way"])
        self.assertEqual([dict(row) for row in run.notes if row["key"] == "rows"], [{"key": "rows", "value": "1000"}])
        spans = {row["name"]: row for row in run.spans}
        self.assertEqual(set(spans), {"load", "inner part"})
        self.assertEqual([spans[name]["level"] for name in ("load", "inner part")], [0, 1])
        self.assertGreaterEqual(spans["load"]["leave_bytes"] - spans["load"]["enter_bytes"], 29 * MIB)
        self.assertLessEqual(spans["load"]["start_s"], spans["inner part"]["start_s"])

    def test_the_values_are_those_of_the_command(self) -> None:
        run = rprof.read(self.record()).run
        printed = json.loads(self.asked("peak", "--json", "t.dat"))[0]
        self.assertEqual((run.peak.json["peak_bytes"], run.peak.peak_bytes), (printed["peak_bytes"],) * 2)
        self.assertEqual(rprof.peak(self.path("t.dat")), run.peak)
        self.assertEqual((run.peak.first_bytes, run.peak.last_bytes), tuple(run.ticks["rss_bytes"][at] for at in (0, -1)))
        proven = [*run.ticks["rss_bytes"], *run.proven["rss_bytes"]]
        self.assertEqual(max(proven), run.peak.peak_bytes)

    def test_curves_hold_a_value_until_the_next_one(self) -> None:
        run = rprof.read(self.record()).run
        curves = run.curves()
        ids = [name for name in curves.columns if ":" in name]
        self.assertEqual(len(ids), 2)
        for row in curves:
            alive = [row[name] for name in ids if row[name] is not None]
            # As long as there is one process, its memory is that of the tree.
            if len(alive) == 2:
                self.assertEqual(sum(alive), row["tree"])
        self.assertTrue(any(all(row[name] is not None for name in ids) for row in curves))
        self.assertEqual(run.curves(largest=1).columns[:2], ("time_s", "tree"))
        self.assertEqual(len(run.curves(largest=1).columns), 3)

    def test_other_files_are_read_as_the_command_reads_them(self) -> None:
        self.record()
        for name in ("t.csv", "t.dat.gz", "u.csv.zst"):
            self.asked("convert", "t.dat", name)
            again = rprof.read(self.path(name)).run
            self.assertEqual(again.ticks.to_dict(), rprof.read(self.path("t.dat")).run.ticks.to_dict())
        mprof = rprof.read(os.path.join(ROOT, "tests", "data", "mprof_funcs.dat")).run
        self.assertGreater(len(mprof.spans), 0)
        self.assertIsNone(mprof.end)
        self.assertGreater(mprof.peak.peak_bytes or 0, MIB)

    def test_several_runs_of_a_file(self) -> None:
        one = self.record()
        with open(one) as file:
            text = file.read()
        both = self.write("both.dat", text + text)
        trace = rprof.read(both)
        self.assertEqual([len(run.ticks) for run in trace], [len(trace[0].ticks)] * 2)
        self.assertRaises(ValueError, lambda: trace.run)
        self.assertEqual(rprof.peak(both).peak_bytes, rprof.peak(one).peak_bytes)

    def test_faults_are_errors_and_warnings(self) -> None:
        with self.assertRaises(FileNotFoundError):
            rprof.read(self.path("no.dat"))
        with self.assertRaises(FileNotFoundError):
            rprof.peak("0")
        with self.assertRaisesRegex(rprof.RprofError, "x.dat"):
            rprof.read(self.write("x.dat", "this is no trace\n"))
        with self.assertRaisesRegex(rprof.RprofError, "x.dat"):
            rprof.peak(self.path("x.dat"))
        damaged = self.write("d.dat", "CMDLINE x\nMEM 1.0 1600000000.0\nrubbish\nMEM 2.0 1600000001.0\n")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.assertEqual(rprof.read(damaged).run.ticks["rss_bytes"], [MIB, 2 * MIB])
        self.assertEqual(len(caught), 1, [str(one.message) for one in caught])
        self.assertIn("line 3", str(caught[0].message))

    def test_a_column_that_is_missing_is_named(self) -> None:
        run = rprof.read(self.record("--metric", "pss")).run
        self.assertIn("pss_bytes", run.ticks)
        with self.assertRaisesRegex(KeyError, "no column 'rss'.*time_s"):
            run.ticks["rss"]

    def test_frames_of_pandas(self) -> None:
        self.needs("pandas")
        run = rprof.read(self.record()).run
        frames = run.to_pandas()
        self.assertEqual(frames["ticks"]["rss_bytes"].max(), max(run.ticks["rss_bytes"]))
        self.assertEqual(list(frames["spans"]["name"]), run.spans["name"])
        self.assertEqual(len(run.curves().to_pandas()), len(run.ticks))

    def test_frames_of_polars(self) -> None:
        self.needs("polars")
        run = rprof.read(self.record()).run
        frames = run.to_polars()
        self.assertEqual(frames["ticks"]["rss_bytes"].max(), max(run.ticks["rss_bytes"]))
        self.assertEqual(frames["processes"]["process"].to_list(), run.processes["process"])

    def test_frames_need_their_library(self) -> None:
        try:
            import pandas  # noqa: F401
        except ModuleNotFoundError:
            run = rprof.read(self.record()).run
            with self.assertRaisesRegex(ModuleNotFoundError, "pandas is not installed.*lists"):
                run.ticks.to_pandas()
