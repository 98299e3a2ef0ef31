"""Commands under rprof, as `subprocess.run` runs them."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Sequence
from typing import Any, Union

from ._binary import RprofError, binary, message
from ._measure import _temporary
from ._peak import Peak, peak
from ._read import Trace, read

_Word = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]
#: Seconds from the request to end to the killing of rprof, after an exception.
_GRACE = 3.0


class Result(subprocess.CompletedProcess[Any]):
    """The result of a command: `args`, `returncode`, `stdout` and `stderr` as in subprocess, and its memory."""

    def __init__(self, args: Any, returncode: int, stdout: Any = None, stderr: Any = None) -> None:
        super().__init__(args, returncode, stdout, stderr)
        #: The path of the trace. A trace without a name of yours is deleted with this object.
        self.trace = ""
        self._peak: Peak | None = None

    @property
    def peak(self) -> Peak:
        """The peak of the command and all its descendants, with its bounds."""
        if self._peak is None:
            self._peak = peak(self.trace)
        return self._peak

    @property
    def peak_bytes(self) -> int | None:
        """The largest memory of the process tree that is proven; None if the command ended before the first tick."""
        return self.peak.peak_bytes

    @property
    def peak_upper_bytes(self) -> int | None:
        """Memory that the tree did not exceed; None if it is not known."""
        return self.peak.peak_upper_bytes

    def read(self) -> Trace:
        """Returns the trace as columns."""
        return read(self.trace)


def run(
    args: _Word | Sequence[_Word],
    *,
    output: str | os.PathLike[str] | None = None,
    interval: float | None = None,
    metric: str | None = None,
    options: Sequence[str] = (),
    input: Any = None,
    capture_output: bool = False,
    timeout: float | None = None,
    check: bool = False,
    shell: bool = False,
    **subprocess_options: Any,
) -> Result:
    """Runs a command under `rprof run` and waits for its end.

    `output` is the file of the trace, which is otherwise deleted with the result; an existing file is overwritten.
    `interval` is in seconds, `metric` one of `rss`, `pss`, `uss`; `options` are further options of `rprof run`. The
    rest is as for `subprocess.run`: streams, `cwd`, `env`, `text`, `check` and `timeout`, which ends all descendants.

    Raises FileNotFoundError or PermissionError if the command cannot be started, and RprofError if rprof fails.
    """
    words: list[Any] = [args] if isinstance(args, (str, bytes, os.PathLike)) else list(args)
    if shell:
        words = ["/bin/sh", "-c", *words]
    result = Result(args, 0)
    result.trace = _temporary(result) if output is None else os.path.abspath(os.fsdecode(output))
    command: list[Any] = [binary(), "run", "--quiet", "--force", "--output", result.trace, *options]
    for name, value in (("--interval", interval), ("--timeout", timeout)):
        if value is not None:
            command.append(f"{name}={value:.6f}s")
    if metric is not None:
        command.append(f"--metric={metric}")
    _prepare(subprocess_options, input, capture_output)
    before = _stamp(result.trace)
    code = _communicate([*command, "--", *words], input, subprocess_options, result)
    if _stamp(result.trace) in (None, before):
        raise _not_started(result, code, words)
    found = _settle(result, code)
    if found.reason == "time limit" and timeout is not None:
        raise subprocess.TimeoutExpired(args, timeout, result.stdout, result.stderr)
    if check:
        result.check_returncode()
    return result


def _stamp(path: str) -> tuple[int, int] | None:
    """Tells an older file apart: it must not be taken for the trace of a command that did not start."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


def _prepare(options: dict[str, Any], input: Any, capture_output: bool) -> None:
    """Sets the streams as `subprocess.run` does."""
    if input is not None:
        if options.get("stdin") is not None:
            raise ValueError("stdin and input arguments may not both be used.")
        options["stdin"] = subprocess.PIPE
    if capture_output:
        if options.get("stdout") is not None or options.get("stderr") is not None:
            raise ValueError("stdout and stderr arguments may not be used with capture_output.")
        options["stdout"] = options["stderr"] = subprocess.PIPE


def _communicate(command: list[Any], input: Any, options: dict[str, Any], result: Result) -> int:
    with subprocess.Popen(command, **options) as process:
        try:
            result.stdout, result.stderr = process.communicate(input)
        except BaseException:
            # rprof passes the signal on, and records the end of the command.
            process.terminate()
            try:
                process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
        return process.returncode


def _not_started(result: Result, code: int, words: list[Any]) -> Exception:
    """The reason why there is no trace."""
    name = os.fsdecode(words[0]) if words else ""
    if code == 127:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
    if code == 126:
        return PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
    text = result.stderr or b""
    said = message(text if isinstance(text, bytes) else str(text).encode())
    return RprofError(said or f"`rprof run` failed with exit code {code}; its message is on stderr")


def _settle(result: Result, code: int) -> Peak:
    """Takes the return code from the trace: rprof's own exit code does not tell a signal from a large exit code."""
    found = result.peak
    if found.signal is not None:
        result.returncode = -found.signal
    else:
        result.returncode = code if found.exit_code is None else found.exit_code
    return found
