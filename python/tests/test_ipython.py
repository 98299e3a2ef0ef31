"""The magics, in a kernel that nbclient runs as a notebook does."""

import asyncio
import os
import re
import sys
import warnings
from typing import Any, List

import rprof

from .support import MIB, PACKAGE, PlaceCase

POOL = """%%rprof
import multiprocessing, sys
sys.path.insert(0, PACKAGE)
from tests.support import await_ticks, rss_bytes
from rprof import _trace
def hold(trace):
    kept = bytearray(100 << 20)
    barrier.wait()
    await_ticks(trace)
    rss = rss_bytes()
    barrier.wait()
    return rss
context = multiprocessing.get_context("fork")
barrier = context.Barrier(4)
with context.Pool(4) as pool:
    workers = pool.map(hold, [_trace._path] * 4, 1)
"""


class Notebook(PlaceCase):
    def setUp(self) -> None:
        super().setUp()
        self.needs_linux()
        self.needs("nbclient", "nbformat", "ipykernel")

    def cells(self, *sources: str) -> "List[Any]":
        """Runs cells in one kernel, the first of which loads the extension."""
        import nbclient
        import nbformat.v4 as v4
        from jupyter_client.kernelspec import KernelSpec
        from jupyter_client.manager import AsyncKernelManager

        first = f"import sys; sys.path.insert(0, {PACKAGE!r}); PACKAGE = {PACKAGE!r}\n%load_ext rprof"
        notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in (first, *sources)])
        manager = AsyncKernelManager()
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"RPROF_BIN": self.rprof, "PYTHONDONTWRITEBYTECODE": "1"}
        manager._kernel_spec = KernelSpec(argv=argv, display_name="this", language="python", env=env)
        before = os.getcwd()
        client = nbclient.NotebookClient(
            notebook, km=manager, allow_errors=True, timeout=300, resources={"metadata": {"path": self.place}}
        )
        with warnings.catch_warnings():
            # Sockets of nbclient itself.
            warnings.simplefilter("ignore", ResourceWarning)
            client.execute(cleanup_kc=True)
            # A manager from outside is not shut down by the client.
            asyncio.run(manager.shutdown_kernel(now=True))
        os.chdir(before)
        for output in notebook.cells[0].outputs:
            self.assertNotEqual(output.output_type, "error", output)
        return [cell.outputs for cell in notebook.cells[1:]]

    def text(self, outputs: Any) -> str:
        return "".join(output.text for output in outputs if output.output_type == "stream")

    def figures(self, outputs: Any) -> "List[str]":
        return [output.data["image/svg+xml"] for output in outputs if "image/svg+xml" in output.get("data", {})]

    def errors(self, outputs: Any) -> "List[str]":
        return [output.ename for output in outputs if output.output_type == "error"]

    def test_a_cell(self) -> None:
        memory, value, figureless, read = self.cells(
            "%%rprof\nkept = bytearray(120 << 20)\nspike = bytearray(50 << 20); del spike\n6 * 7",
            "_rprof.rise_bytes, _rprof.growth_bytes",
            "%%rprof -n -o kept.dat -T 0.005 --metric pss\nimport rprof\nwith rprof.span('load'): pass",
            "rprof.read('kept.dat').run.spans['name']",
        )
        self.assertRegex(self.text(memory), r"^peak \d+\.\d MiB RSS.*, 1[67]\d\.\d MiB above the start; growth 12\d\.\d MiB; ")
        self.assertEqual([output.data["text/plain"] for output in memory if output.output_type == "execute_result"][:1], ["42"])
        (figure,) = self.figures(memory)
        self.assertTrue(figure.startswith("<svg") and "kept = bytearray(120" in figure, figure[:200])
        rise, growth = (int(number) for number in re.findall(r"\d+", value[0].data["text/plain"]))
        self.near(rise, 170 * MIB)
        self.near(growth, 120 * MIB)
        self.assertEqual((self.figures(figureless), self.text(figureless)[:5]), ([], "peak "))
        self.assertIn("PSS", self.text(figureless))
        self.assertEqual(read[0].data["text/plain"], "['load']")
        self.assertEqual(rprof.peak(self.path("kept.dat")).metric, "pss")

    def test_a_pool_of_four_workers_is_within_3_percent(self) -> None:
        text, truth = self.cells(POOL, rss_of_tree())
        self.assertFalse(self.errors(text) or self.errors(truth), f"{text}{truth}")
        self.assertIn("5 processes", self.text(text))
        peak, expected = (int(number) for number in re.findall(r"\d+", truth[-1].data["text/plain"]))
        self.near(peak, expected, slack=0)
        self.assertGreater(peak, 400 * MIB)

    def test_an_error_of_the_cell_is_shown_once(self) -> None:
        failed, after = self.cells("%%rprof\nx = 5\nraise KeyError('mine')", "x")
        self.assertEqual(self.errors(failed), ["KeyError"])
        self.assertIn("peak ", self.text(failed))
        self.assertEqual(after[0].data["text/plain"], "5")

    def test_a_program(self) -> None:
        text = "import sys\n@profile\ndef f(): return bytearray(50 << 20)\nf(); print(sys.argv)\nsys.exit('bye')\n"
        self.write("s.py", text)
        program, result = self.cells("%rprof s.py a -b", "_rprof.returncode, _rprof.peak.peak_bytes")
        self.assertIn("['s.py', 'a', '-b']", self.text(program))
        self.assertIn("bye", self.text(program))
        self.assertRegex(self.text(program), r"peak \d+\.\d MiB RSS; .*; exit code 1")
        self.assertEqual(len(self.figures(program)), 1)
        code, peak = (int(number) for number in re.findall(r"\d+", result[0].data["text/plain"]))
        self.assertEqual(code, 1)
        self.assertGreater(peak, 50 * MIB)

    def test_wrong_use_is_explained(self) -> None:
        for outputs, words in zip(
            self.cells("%rprof", "%%rprof -T x\n1", "%%rprof s.py\n1", "%rprof no_such.py -x", "%rprof /no/such"),
            ("needs a file", "invalid float", "takes no 's.py'", "No such file", "not found"),
        ):
            self.assertIn(words, self.text(outputs) + str(outputs))


def rss_of_tree() -> str:
    """The code of a cell that prints the peak and the truth: the RSS of the workers and of the kernel."""
    return "from tests.support import rss_bytes\n_rprof.peak_bytes, sum(workers) + rss_bytes()"


class Terminal(PlaceCase):
    def test_a_terminal_shows_no_figure(self) -> None:
        self.needs_linux()
        self.needs("IPython")
        code = (
            "from IPython.core.interactiveshell import InteractiveShell as S\ns = S.instance()\n"
            "s.run_cell('%load_ext rprof'); s.run_cell('%%rprof\\nb = bytearray(30 << 20)')"
        )
        done = self.python("-c", code)
        self.assertRegex(done.stdout, r"peak \d+\.\d MiB RSS.*, 3\d\.\d MiB above the start")
        self.assertNotIn("SVG", done.stdout)
