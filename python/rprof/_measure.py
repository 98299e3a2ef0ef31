"""The memory of a block of code: of this process and all processes that it starts."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from types import TracebackType
from typing import Any

from . import _trace
from ._attach import Recording, reset_high_water_mark
from ._binary import RprofError
from ._peak import Peak, peak
from ._read import Run, read
from ._units import size

#: The number of blocks of this process that are being measured.
_open = 0


class Measurement:
    """The measurement of a block. Its numbers are there after the block."""

    def __init__(self, options: list[str], output: str | None, reset: bool | None) -> None:
        self._options = options
        self._output = output
        self._reset = reset
        self._peak: Peak | None = None
        self._recording: Recording | None = None
        self._pid = 0
        self._writes = False
        #: The path of the trace. A trace without a name of yours is deleted with this object.
        self.trace = ""

    def __enter__(self) -> Measurement:
        global _open
        if self._recording is not None:
            raise RuntimeError("a measurement is used once; call `rprof.measure()` for each block")
        self.trace = self._output or _temporary(self)
        self._pid = os.getpid()
        if self._may_reset():
            reset_high_water_mark()
        self._recording = Recording(self.trace, *self._options)
        _open += 1
        # Spans and marks of the block belong into its own trace, unless the program writes to another one.
        if not _trace._path:
            _trace._path, self._writes = self.trace, True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        global _open
        recording = self._recording
        if recording is None or recording.stopped:
            return
        if self._pid != os.getpid():
            # A forked child leaves the block of its parent, which goes on.
            recording.forget()
            return
        _open -= 1
        if self._writes:
            _trace._path = ""
        try:
            recording.stop()
        except RprofError:
            # The error of the block matters more.
            if error is None:
                raise

    def _may_reset(self) -> bool:
        """True if the kernel's maximum belongs to this block alone.

        An outer `rprof run`, or an outer block, needs it as it is.
        """
        return self._reset if self._reset is not None else not _trace._path and _open == 0

    @property
    def peak(self) -> Peak:
        """The peak of the block, with its bounds."""
        if self._peak is None:
            if self._recording is None or not self._recording.stopped:
                raise RprofError("the block has not ended, so its memory is not known yet")
            self._peak = peak(self.trace)
        return self._peak

    @property
    def peak_bytes(self) -> int:
        """The largest memory of the process tree in the block that is proven."""
        return _known(self.peak.peak_bytes)

    @property
    def peak_upper_bytes(self) -> int | None:
        """Memory that the tree did not exceed in the block; None if it is not known."""
        return self.peak.peak_upper_bytes

    @property
    def rise_bytes(self) -> int:
        """The peak minus the memory at the start of the block."""
        return _known(self.peak.rise_bytes)

    @property
    def growth_bytes(self) -> int:
        """The memory at the end of the block minus that at its start; negative if memory was given back."""
        return _known(self.peak.growth_bytes)

    def read(self) -> Run:
        """Returns the trace of the block as columns."""
        self.peak  # noqa: B018 - raises inside the block
        return read(self.trace).runs[-1]

    def __str__(self) -> str:
        return f"peak {self.peak}; {size(self.rise_bytes)} above the start; growth {size(self.growth_bytes)}"

    def __repr__(self) -> str:
        done = self._recording is not None and self._recording.stopped
        return f"<rprof.Measurement: {self}>" if done else "<rprof.Measurement>"


def measure(
    *,
    interval: float = 0.01,
    metric: str = "rss",
    output: str | os.PathLike[str] | None = None,
    reset: bool | None = None,
) -> Measurement:
    """Returns a context manager that measures its block: `with rprof.measure() as m:`, then `m.peak_bytes`.

    This process and all its descendants count, also those that run already. `interval` is the time between two
    measurements, in seconds; the peak of this process is exact at any interval. `output` is the `.dat` file of the
    trace, which is otherwise deleted.

    At the start of the block, the kernel's maximum of this process (`VmHWM`, `ru_maxrss`) begins anew. Under
    `rprof run`, and inside another measured block, it does not; `reset` decides otherwise.
    """
    if output is not None and not os.fsdecode(output).endswith(".dat"):
        raise ValueError(f"the trace of a block ends in `.dat`: {os.fsdecode(output)!r}")
    options = [f"--interval={interval:.6f}s", f"--metric={metric}"]
    return Measurement(options, None if output is None else os.path.abspath(os.fsdecode(output)), reset)


def _temporary(owner: Any) -> str:
    """A name for a trace in a directory that is removed with its owner, by the process that made it."""
    directory = tempfile.mkdtemp(prefix="rprof-")
    weakref.finalize(owner, _remove, directory, os.getpid())
    return os.path.join(directory, "trace.dat")


def _remove(directory: str, pid: int) -> None:
    if os.getpid() == pid:
        shutil.rmtree(directory, ignore_errors=True)


def _known(value: int | None) -> int:
    if value is None:
        raise RprofError("no memory was measured")
    return value
