"""`rprof.measure`: the truth is memory of a known size, and what the processes read of themselves."""

import gc
import json
import mmap
import os
import signal
import subprocess
import sys
import threading

import rprof
from rprof import _trace

from .support import MIB, PATIENCE, PlaceCase, await_ticks, wait_for

#: An interval that no test lasts: what is measured then, no tick has seen.
NEVER = 3600.0


def touch(mib: int) -> bytearray:
    return bytearray(mib * MIB)


#: A program with a pool of four workers. Each holds memory until all do and rprof has measured them, and returns its RSS.
POOL = """
import json, multiprocessing, sys
import rprof
from tests.support import MIB, await_ticks, rss_bytes

def hold(trace, barrier):
    kept = bytearray(100 * MIB)
    barrier.wait()
    await_ticks(trace)
    rss = rss_bytes()
    barrier.wait()
    return rss

if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    with rprof.measure() as m:
        # The server of the barrier is a process of the tree, too.
        with context.Manager() as manager:
            barrier = manager.Barrier(4)
            with context.Pool(4) as pool:
                workers = pool.starmap(hold, [(m.trace, barrier)] * 4, 1)
    run = m.read()
    largest = {}
    for process, value in zip(run.samples["process"], run.samples["rss_bytes"]):
        largest[process] = max(value, largest.get(process, 0))
    others = sum(sorted(largest.values())[:-4])
    print(json.dumps([sum(workers) + others, m.peak_bytes, m.peak_upper_bytes, m.peak.processes]))
"""


class Measure(PlaceCase):
    def setUp(self) -> None:
        super().setUp()
        self.needs_linux()
        gc.collect()
        self.before, _trace._path = _trace._path, ""

    def tearDown(self) -> None:
        _trace._path = self.before

    def test_a_spike_that_no_tick_saw_is_exact(self) -> None:
        with rprof.measure(interval=NEVER) as m:
            kept = touch(150)
            del kept
        self.near(m.rise_bytes, 150 * MIB)
        self.assertEqual(m.peak_upper_bytes, m.peak_bytes)
        self.assertLess(m.growth_bytes, 10 * MIB)
        self.assertEqual(m.peak.samples, 2)

    def test_an_earlier_peak_of_the_process_does_not_count(self) -> None:
        del touch(200)[:]
        for mib in (120, 60, 20):
            with rprof.measure(interval=NEVER) as m:
                kept = touch(mib)
                del kept
            self.near(m.rise_bytes, mib * MIB)

    def test_memory_that_stays_is_growth(self) -> None:
        with rprof.measure() as m:
            kept = touch(80)
        self.near(m.growth_bytes, 80 * MIB)
        with rprof.measure() as m:
            del kept
        self.near(-m.growth_bytes, 80 * MIB)
        self.assertLess(m.rise_bytes, 4 * MIB)

    def test_pages_of_a_mapping_count_when_they_are_touched(self) -> None:
        with rprof.measure() as m:
            with mmap.mmap(-1, 200 * MIB) as area:
                for at in range(0, 100 * MIB, mmap.PAGESIZE):
                    area[at] = 1
        self.near(m.rise_bytes, 100 * MIB)

    def test_a_thread_counts(self) -> None:
        with rprof.measure(interval=NEVER) as m:
            thread = threading.Thread(target=lambda: len(touch(90)))
            thread.start()
            thread.join()
        self.near(m.rise_bytes, 90 * MIB)

    def test_a_pool_of_four_workers_is_within_3_percent(self) -> None:
        program = self.write("pool.py", POOL)
        for how, processes in (("fork", 6), ("spawn", 7), ("forkserver", 8)):
            done = self.python(program, how)
            self.assertEqual(done.returncode, 0, done.stderr)
            truth, peak, upper, count = json.loads(done.stdout)
            self.near(peak, truth, slack=0)
            self.assertGreaterEqual(peak, 400 * MIB)
            self.assertGreaterEqual(upper or peak, peak)
            self.assertEqual(count, processes)

    def test_a_child_process_counts(self) -> None:
        code = "import sys; b = bytearray(70 << 20); print('up', flush=True); sys.stdin.read()"
        with rprof.measure() as m:
            kept = touch(50)
            pipe = subprocess.PIPE
            with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as child:
                assert child.stdout is not None
                child.stdout.readline()
                await_ticks(m.trace)
            del kept
        self.assertGreaterEqual(m.rise_bytes, 120 * MIB)
        self.assertLess(m.rise_bytes, 145 * MIB)
        self.assertEqual(m.peak.processes, 2)

    def test_the_block_notices_nothing_of_rprof(self) -> None:
        # A process of its own: the pools of other tests leave a child behind.
        code = (
            "import os, rprof, threading\n"
            "def seen(): return threading.active_count(), dict(os.environ)\n"
            "before, files = seen(), len(os.listdir('/proc/self/fd'))\n"
            "with rprof.measure() as m:\n"
            "    assert seen() == before\n"
            # rprof is no child: `os.wait` would wait for it until the end of the block.
            "    try: os.wait()\n"
            "    except ChildProcessError: print('no child')\n"
            "assert len(os.listdir('/proc/self/fd')) == files\n"
            "print(m.peak.processes)"
        )
        done = self.python("-c", code, timeout=PATIENCE)
        self.assertEqual((done.stdout, done.stderr), ("no child\n1\n", ""))

    def test_signals_of_the_terminal_do_not_end_the_recording(self) -> None:
        code = (
            "import os, signal, rprof, sys\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
            "with rprof.measure() as m:\n os.killpg(0, signal.SIGINT)\n kept = bytearray(40 << 20)\nprint(m.rise_bytes)"
        )
        for before in ("", "signal.signal(signal.SIGTERM, signal.SIG_IGN); "):
            done = self.python("-c", "import signal\n" + before + "\n" + code, start_new_session=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.near(int(done.stdout), 40 * MIB)

    def test_an_error_of_the_block_passes_through(self) -> None:
        with self.assertRaises(KeyError):
            with rprof.measure() as m:
                raise KeyError("x")
        self.assertGreater(m.peak_bytes, MIB)

    def test_spans_of_the_block_are_in_its_trace(self) -> None:
        with rprof.measure() as m:
            with rprof.span("load"):
                rprof.mark("half way")
        rprof.mark("after")
        self.assertEqual((m.read().spans["name"], m.read().marks["name"]), (["load"], ["half way"]))
        self.assertFalse(_trace.active())

    def test_blocks_within_blocks(self) -> None:
        with rprof.measure(interval=NEVER) as outer:
            kept = touch(100)
            del kept
            with rprof.measure() as inner:
                kept = touch(40)
                await_ticks(inner.trace)
                del kept
        self.near(outer.rise_bytes, 100 * MIB)
        self.near(inner.rise_bytes, 40 * MIB)
        self.assertGreaterEqual(inner.peak_upper_bytes or 0, inner.peak_bytes)

    def test_a_forked_child_that_leaves_the_block_ends_nothing(self) -> None:
        with rprof.measure() as m:
            child = os.fork()
            if child == 0:
                m.__exit__(None, None, None)
                os._exit(0)
            os.waitpid(child, 0)
            kept = touch(30)
        self.near(m.growth_bytes, 30 * MIB)
        del kept

    def test_a_recording_that_was_killed_is_an_error(self) -> None:
        with self.assertRaisesRegex(rprof.RprofError, "ended before"):
            with rprof.measure() as m:
                assert m._recording is not None
                os.kill(m._recording._pid, signal.SIGKILL)
                wait_for("its end", lambda: self.is_gone(m._recording._pid))  # type: ignore[union-attr]
        # What was measured until then is not lost.
        self.assertGreater(m.peak_bytes, MIB)

    def is_gone(self, pid: int) -> bool:
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            return True

    def test_the_recording_ends_with_the_process(self) -> None:
        code = "import os, rprof\nm = rprof.measure(output='m.dat')\nm.__enter__()\nprint(m._recording._pid)\nos._exit(0)"
        done = self.python("-c", code)
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for("the end of rprof", lambda: self.is_gone(int(done.stdout)))
        self.assertGreater(rprof.peak(self.path("m.dat")).peak_bytes or 0, MIB)

    def test_wrong_use_is_an_error(self) -> None:
        self.assertRaises(ValueError, rprof.measure, output="x.csv")
        with rprof.measure() as m:
            with self.assertRaisesRegex(rprof.RprofError, "has not ended"):
                m.peak_bytes
        with self.assertRaises(RuntimeError):
            m.__enter__()
        with self.assertRaisesRegex(rprof.RprofError, "no-such"):
            with rprof.measure(metric="no-such"):
                pass
        with self.assertRaisesRegex(rprof.RprofError, "interval"):
            with rprof.measure(interval=-1):
                pass
        with self.assertRaisesRegex(rprof.RprofError, "nowhere"):
            with rprof.measure(output="/nowhere/x.dat"):
                pass

    def test_the_trace_is_kept_only_under_a_name(self) -> None:
        with rprof.measure(output=self.path("kept.dat")) as m:
            pass
        with rprof.measure() as n:
            pass
        paths = [m.trace, n.trace]
        self.assertEqual([os.path.exists(path) for path in paths], [True, True])
        del m, n
        gc.collect()
        self.assertEqual([os.path.exists(path) for path in paths], [True, False])

    def test_under_rprof_run_the_maximum_of_the_kernel_is_not_reset(self) -> None:
        """A reset would take the peak of the process away from the outer rprof, which calls it exact."""
        code = (
            "import rprof\nb = bytearray(150 << 20); del b\nwith rprof.measure(): pass\n"
            "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        self.write("s.py", code)
        done = self.python("-c", f"import rprof, sys; r = rprof.run([sys.executable, 's.py'], interval={NEVER}); print(r.peak_bytes)")
        self.assertEqual(done.returncode, 0, done.stderr)
        inner, outer = (int(line) for line in done.stdout.split())
        self.assertGreaterEqual(inner << 10, 150 * MIB)
        self.assertGreaterEqual(outer, 150 * MIB)


