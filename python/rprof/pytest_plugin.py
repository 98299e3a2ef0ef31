"""The plugin of pytest: the marker `rprof` limits the memory of a test, of its threads and of its child processes.

pytest imports this module at every start, so it imports nothing of rprof. The rest is imported for the first test that
has the marker.
"""

from __future__ import annotations

from typing import Any

import pytest

_MARKER = (
    "rprof(max=None, growth=None, peak=None, strict=False, interval=0.01): limit the memory of the process tree during "
    "the test: what it adds at most (max), what it leaves behind (growth), and the whole (peak). Sizes are bytes or "
    "texts such as '500MB'. strict: fail also if a limit is not proven to be kept."
)
#: The start of the names of all properties.
PREFIX = "rprof_"


def pytest_addoption(parser: Any) -> None:
    """Adds the options."""
    group = parser.getgroup("rprof", "memory of tests (rprof)")
    group.addoption("--rprof", action="store_true", help="measure every test, also those without the marker `rprof`")
    group.addoption("--rprof-traces", metavar="DIR", help="keep the trace of each measured test in this directory")


def pytest_configure(config: Any) -> None:
    """Declares the marker."""
    config.addinivalue_line("markers", _MARKER)


def pytest_collection_finish(session: Any) -> None:
    """Begins to watch the tests if one of them is to be measured."""
    config = session.config
    every = config.getoption("rprof") or config.getoption("rprof_traces")
    if every or any(item.get_closest_marker("rprof") for item in session.items):
        if not config.pluginmanager.has_plugin("rprof-tests"):
            config.pluginmanager.register(_Tests(bool(every)), "rprof-tests")


class _Tests:
    """The hooks around the tests of one process: of pytest itself, or of a worker of pytest-xdist."""

    def __init__(self, every: bool) -> None:
        self._every = every

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: Any) -> Any:
        """Measures the call of a test. Its fixtures are set up before."""
        marker = item.get_closest_marker("rprof")
        if marker is None and not self._every:
            yield
            return
        from ._tests import Test

        try:
            test = Test(item, marker)
            test.begin()
        except Exception as error:
            raise _failure(f"rprof cannot measure this test: {error}") from None
        outcome = yield
        try:
            test.end()
            item.user_properties[:] = [pair for pair in item.user_properties if not pair[0].startswith(PREFIX)]
            item.user_properties.extend(test.properties())
            findings = test.findings()
        except Exception as error:
            findings = [f"rprof could not measure this test: {error}"]
        # A test that fails keeps its own failure.
        if findings and outcome.excinfo is None:
            _fail(outcome, _failure("\n".join(findings)))


def _failure(text: str) -> BaseException:
    return pytest.fail.Exception(text, pytrace=False)


def _fail(outcome: Any, error: BaseException) -> None:
    """Replaces the result of a hook by an error. pluggy before 1.1 has no method for it."""
    if hasattr(outcome, "force_exception"):
        outcome.force_exception(error)
    else:
        outcome._result, outcome._excinfo = None, (type(error), error, error.__traceback__)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Prints the table of the measured tests, also of those that ran in workers of pytest-xdist."""
    reports = [
        report
        for kind in ("passed", "failed", "skipped", "xfailed", "xpassed")
        for report in terminalreporter.getreports(kind)
        if getattr(report, "when", "") == "call" and any(key == "rprof_peak_bytes" for key, _ in report.user_properties)
    ]
    if reports:
        from ._tests import table

        terminalreporter.section("memory of tests (rprof)")
        for line in table([(report.nodeid, dict(report.user_properties)) for report in reports]):
            terminalreporter.write_line(line)
