"""The cost of the pytest plugin: the time of tests with a limit minus that of the same tests without, in pairs.

Usage: overhead.py [PAIRS]; RPROF_BIN names the command. The pairs alternate, so that load of the machine hits both.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = 40
PACKAGE = os.path.dirname(os.path.abspath(__file__))
BODIES = {
    "an empty test": "pass",
    "a test that makes a million objects": "[float(number) for number in range(1_000_000)]",
}
RPROF = ["-p", "rprof.pytest_plugin", "-p", "no:memray"]
MARKERS = {
    "no plugin": ("", ["-p", "no:memray"]),
    "plugin, no limit": ("", RPROF),
    "rprof(max=...)": ("@pytest.mark.rprof(max='8GB')", RPROF),
    "limit_memory(...)": ("@pytest.mark.limit_memory('8 GB')", []),
}


def seconds(marker: str, options: list[str], body: str) -> float:
    """The time of one run of pytest."""
    with tempfile.TemporaryDirectory() as place:
        with open(os.path.join(place, "test_cost.py"), "w") as file:
            file.write("import pytest\n")
            for number in range(TESTS):
                file.write(f"{marker}\ndef test_{number}():\n    {body}\n")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_cost.py"]
        start = time.perf_counter()
        subprocess.run(command, cwd=place, env={**os.environ, "PYTHONPATH": PACKAGE}, check=True, capture_output=True)
        return time.perf_counter() - start


def main(pairs: int) -> None:
    """Prints the median of the differences, for each test and marker."""
    for name, body in BODIES.items():
        times: dict[str, list[float]] = {marker: [] for marker in MARKERS}
        for _ in range(pairs):
            for marker, (text, options) in MARKERS.items():
                times[marker].append(seconds(text, options, body))
        base = times["no plugin"]
        print(f"{name}: {statistics.median(base) / TESTS * 1e3:.1f} ms without a plugin")
        for marker in list(MARKERS)[1:]:
            differences = sorted((one - other) / TESTS * 1e3 for one, other in zip(times[marker], base))
            low, high = differences[0], differences[-1]
            middle = statistics.median(differences)
            least = (min(times[marker]) - min(base)) / TESTS * 1e3
            print(f"  {marker}: {middle:+.1f} ms a test ({low:+.1f} to {high:+.1f}, {pairs} pairs), least {least:+.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)
