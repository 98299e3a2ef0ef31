"""Support of the tests: a directory for each, the command, and memory of a known size."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from importlib.util import find_spec
from typing import Any, Callable

import rprof
from rprof._binary import RprofError, binary

# The settings of the person who runs the tests are not those of the tests.
os.environ["RPROF_CONFIG"] = ""
for name in ("RPROF_INTERVAL", "RPROF_METRIC", "RPROF_OUTPUT", "RPROF_THEME"):
    os.environ.pop(name, None)

MIB = 1 << 20
#: Seconds until a wait has failed; generous, for a machine under load.
PATIENCE = float(os.environ.get("RPROF_TEST_PATIENCE_S", "60"))
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(rprof.__file__)))
ROOT = os.path.dirname(PACKAGE)


class PlaceCase(unittest.TestCase):
    """A test case in a directory of its own, with the command `rprof`."""

    def setUp(self) -> None:
        try:
            self.rprof = binary()
        except RprofError as error:
            self.skipTest(f"{error}")
        self.place = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def needs_linux(self) -> None:
        """Skips a test on other systems, where the package is the same but was not tried."""
        if sys.platform != "linux":
            self.skipTest("measured blocks are tested on Linux only")

    def path(self, name: str) -> str:
        return os.path.join(self.place, name)

    def write(self, name: str, text: str) -> str:
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    def near(self, value: Any, expected: float, share: float = 0.03, slack: int = 2 * MIB) -> None:
        """Asserts that a value is within a share of the expected one; `slack` is the kernel's own uncertainty."""
        self.assertIsNotNone(value)
        self.assertLessEqual(abs(value - expected), max(share * expected, slack), f"{value} is not near {expected}")

    def python(self, *words: str, **options: Any) -> "subprocess.CompletedProcess[str]":
        """Runs this Python with the package, in the directory."""
        env = {**os.environ, "RPROF_BIN": self.rprof, "PYTHONPATH": PACKAGE, "PYTHONDONTWRITEBYTECODE": "1"}
        env.pop("RPROF_TRACE", None)
        env.update(options.pop("env", {}))
        return subprocess.run([sys.executable, *words], cwd=self.place, env=env, capture_output=True, text=True, **options)

    def needs(self, *modules: str) -> None:
        for module in modules:
            if find_spec(module) is None:
                self.skipTest(f"no Python 3.{sys.version_info[1]} with {module}")


def wait_for(what: str, is_true: "Callable[[], bool]") -> None:
    until = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < until, f"waited too long for {what}"
        time.sleep(0.002)


def ticks_of(trace: str) -> int:
    with open(trace, "rb") as file:
        return file.read().count(b"\nMEM ")


def await_ticks(trace: str, number: int = 2) -> None:
    """Waits until rprof has measured a few times more. A child may wait, too."""
    seen = ticks_of(trace)
    wait_for("ticks", lambda: ticks_of(trace) >= seen + number)


def rss_bytes() -> int:
    """The RSS of this process, exactly."""
    with open("/proc/self/smaps_rollup") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("Rss:"))
