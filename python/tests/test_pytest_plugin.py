"""The plugin of pytest: limits, their messages, the reports, and pytest-xdist."""

import os
import re
import subprocess
import xml.etree.ElementTree
from typing import Any, Dict, Tuple

from rprof._tests import Limits
from rprof._units import parse_size, size

from .support import MIB, PACKAGE, PlaceCase

TESTS = '''
import subprocess, sys, threading
import pytest
kept = []

@pytest.mark.rprof(max="100MB", growth="5MB")
def test_within():
    bytearray(60 << 20)

@pytest.mark.rprof(max="100MB")
def test_spike():
    bytearray(180 << 20)

@pytest.mark.rprof(max="100MB")
def test_after_a_spike():
    pass

@pytest.mark.rprof(growth="5MB")
def test_growth():
    kept.append(bytearray(40 << 20))

@pytest.mark.rprof(max="100MB")
def test_child():
    code = "b = bytearray(150 << 20); print('up', flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe) as child:
        child.stdout.readline()
        time_for_ticks()
        child.communicate(b"\\n")

@pytest.mark.rprof(max="100MB")
def test_grandchild():
    code = "b = bytearray(150 << 20); print('up', flush=True); input()"
    pipe = subprocess.PIPE
    with subprocess.Popen(["sh", "-c", '"$0" -c "$1"; exit', sys.executable, code], stdin=pipe, stdout=pipe) as child:
        child.stdout.readline()
        time_for_ticks()
        child.communicate(b"\\n")

@pytest.mark.rprof(max="50MB")
def test_thread():
    thread = threading.Thread(target=lambda: bytearray(90 << 20))
    thread.start()
    thread.join()

@pytest.mark.rprof(peak="10MB")
def test_peak():
    pass

@pytest.mark.rprof(max="50zz")
def test_wrong_size():
    pass

@pytest.mark.rprof(most=3)
def test_wrong_name():
    pass

@pytest.mark.rprof(max="10MB")
def test_own_failure():
    kept.append(bytearray(50 << 20))
    assert 0, "its own"

@pytest.mark.rprof(max="100MB")
class TestClass:
    def test_method(self):
        bytearray(20 << 20)

@pytest.mark.rprof(max="10MB")
def test_skipped():
    pytest.skip("why not")

def test_plain():
    bytearray(70 << 20)

def time_for_ticks():
    import rprof._trace, time
    def seen():
        with open(rprof._trace._path, "rb") as file:
            return file.read().count(b"\\nMEM ")
    before = seen()
    while seen() < before + 2:
        time.sleep(0.002)
'''

FAILED = ("spike", "growth", "child", "grandchild", "thread", "peak", "wrong_size", "wrong_name", "own_failure")


class Plugin(PlaceCase):
    def setUp(self) -> None:
        super().setUp()
        self.needs_linux()
        self.needs("pytest")
        self.write("test_memory.py", TESTS)

    def pytest(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        plain = ["-m", "pytest", "-p", "no:cacheprovider", "-p", "rprof.pytest_plugin"]
        return self.python(*plain, "--strict-markers", "--junitxml=report.xml", *words, **options)

    def report(self) -> "Tuple[Dict[str, Dict[str, str]], Dict[str, str]]":
        """The properties and the failures of each test in the JUnit report."""
        properties, failures = {}, {}
        for case in xml.etree.ElementTree.parse(self.path("report.xml")).iter("testcase"):
            name = str(case.get("name"))
            properties[name] = {str(one.get("name")): str(one.get("value")) for one in case.iter("property")}
            for failure in case.iter("failure"):
                failures[name] = str(failure.get("message"))
        return properties, failures

    def check(self, done: "subprocess.CompletedProcess[str]") -> str:
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        properties, failures = self.report()
        self.assertEqual(set(failures), {f"test_{name}" for name in FAILED}, done.stdout)
        for name, added in (("within", 60), ("spike", 180), ("thread", 90)):
            self.near(int(properties[f"test_{name}"]["rprof_added_bytes"]), added * MIB)
        for name in ("child", "grandchild"):
            self.assertGreaterEqual(int(properties[f"test_{name}"]["rprof_added_bytes"]), 150 * MIB)
        self.near(int(properties["test_growth"]["rprof_growth_bytes"]), 40 * MIB)
        # What an earlier test needed does not count again.
        self.assertLess(int(properties["test_after_a_spike"]["rprof_added_bytes"]), 5 * MIB)
        self.assertEqual(properties["test_method"]["rprof_limits"], "max='100MB'")
        spike = failures["test_spike"]
        for part in (
            r"^Failed: added 1[78]\d\.\d MiB exceeds max='100MB' \(95\.4 MiB\) by 8\d\.\d MiB \(\d\d\.\d%\), ",
            r" after the start of the test, with \d+\.\d MiB in all; process \d+, the only one$",
        ):
            self.assertRegex(spike, part)
        self.assertRegex(failures["test_growth"], r"growth 4\d\.\d MiB exceeds growth='5MB'.* at the start of the test, ")
        self.assertRegex(failures["test_child"], r"largest process `\d+:python[^`]*` with 1[56]\d\.\d MiB; 2 processes in all$")
        self.assertRegex(failures["test_peak"], r"peak \d+\.\d MiB exceeds peak='10MB'")
        self.assertIn("'50zz' is not a size", failures["test_wrong_size"])
        self.assertIn("no argument `most`; it has max, peak, growth", failures["test_wrong_name"])
        self.assertIn("its own", failures["test_own_failure"])
        self.assertNotIn("exceeds", failures["test_own_failure"])
        return done.stdout.partition("memory of tests (rprof)")[2]

    def test_limits_messages_table_and_junit(self) -> None:
        table = self.check(self.pytest())
        self.assertRegex(table, r"\n +added +peak +at most +growth  test\n1[78]\d\.\d MiB .*test_spike  \[max='100MB'\]\n")
        self.assertNotIn("test_plain", table)
        self.assertNotIn("rprof_peak_bytes", self.report()[0]["test_plain"])

    def test_with_xdist(self) -> None:
        self.needs("xdist")
        table = self.check(self.pytest("-n", "2", "-p", "xdist"))
        self.assertIn("test_spike  [max='100MB']", table)

    def test_every_test_is_measured_on_request(self) -> None:
        done = self.pytest("--rprof", "--rprof-traces", "traces", "-k", "plain or within")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.near(int(self.report()[0]["test_plain"]["rprof_added_bytes"]), 70 * MIB)
        self.assertEqual(len(os.listdir(self.path("traces"))), 2)

    def test_strict_needs_a_proof(self) -> None:
        test = "import pytest\n@pytest.mark.rprof(max='1GB', strict=True)\ndef test_strict():\n    bytearray(30 << 20)\n"
        self.write("test_memory.py", test)
        self.assertEqual(self.pytest().returncode, 0)
        ignoring = "import signal, subprocess\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        self.write("test_memory.py", ignoring + test + "    subprocess.run(['true'])\n")
        self.pytest()
        self.assertRegex(self.report()[1]["test_strict"], r"within max='1GB', but (has no upper bound|may be up to)")

    def test_nothing_is_loaded_without_a_marked_test(self) -> None:
        names = ["_decorate", "_profile", "_span", "_trace"]
        self.write("conftest.py", f"import builtins\nbuiltins.LIST = {[f'rprof.{name}' for name in names]}\n")
        self.write("test_memory.py", "import sys\ndef test(): assert sorted(m for m in sys.modules if m[:7] == 'rprof._') == LIST\n")
        done = self.pytest()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("rprof)", done.stdout)

    def test_a_missing_command_fails_the_marked_tests(self) -> None:
        done = self.pytest("-k", "within or plain", env={"RPROF_BIN": "/nowhere/rprof"})
        self.assertEqual(done.returncode, 1)
        properties, failures = self.report()
        self.assertEqual(list(failures), ["test_within"])
        self.assertIn("rprof cannot measure this test", failures["test_within"])

    def test_a_module_that_was_imported_before_causes_no_warning(self) -> None:
        """pytest warned under `rprof run --python pytest`, and failed with `-W error`."""
        os.mkdir(self.path("rprof-0.dist-info"))
        os.symlink(os.path.join(PACKAGE, "rprof"), self.path("rprof"))
        self.write("rprof-0.dist-info/METADATA", "Metadata-Version: 2.1\nName: rprof\nVersion: 0\n")
        self.write("rprof-0.dist-info/entry_points.txt", "[pytest11]\nrprof = rprof.pytest_plugin\n")
        self.write("rprof-0.dist-info/RECORD", "rprof/__init__.py,,\nrprof/pytest_plugin.py,,\n")
        words = ["-p", "no:cacheprovider", "-W", "error", "-k", "within"]
        code = f"import rprof, pytest, sys; sys.exit(pytest.main({words}))"
        done = self.python("-c", code, env={"PYTHONPATH": self.place})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("test_within", done.stdout)

    def test_under_rprof_run(self) -> None:
        """pytest finds the plugin of the wheel, but the module of the running rprof."""
        code = (
            "import rprof, sys; r = rprof.run([sys.executable, '-m', 'pytest', '-p', 'rprof.pytest_plugin', '-k', 'spike'], "
            "options=['--python']); sys.exit(r.returncode)"
        )
        done = self.python("-c", code)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("exceeds max='100MB'", done.stdout)


class Units(PlaceCase):
    def test_sizes_are_read_and_printed_as_rprof_does(self) -> None:
        for text, value in ((5, 5), ("4096", 4096), ("512MiB", 512 << 20), ("1.5 G", 3 << 29), ("2GB", 2 * 10**9), ("1kB", 1000)):
            self.assertEqual(parse_size(text), value, text)
        for wrong in ("", "MB", "-1", "1 MBs", None, 1.5, True, "1e9", -3):
            self.assertRaises(ValueError, parse_size, wrong)
        texts = [size(value) for value in (0, 1023, 1536, 301 << 20, 15 << 30, 3 << 40, -(2 << 20))]
        self.assertEqual(texts, ["0 B", "1023 B", "1.5 KiB", "301.0 MiB", "15.00 GiB", "3.00 TiB", "-2.0 MiB"])
        # The same words as the command's, for a size near a border.
        printed = self.python("-c", "import subprocess, rprof; print(rprof.run(['true']).peak)").stdout
        self.assertTrue(re.search(r"\d (B|KiB|MiB)", printed), printed)

    def test_arguments_of_the_marker(self) -> None:
        self.assertEqual(Limits.of(None), Limits())
