"""`rprof attach` on this process, in the background. It is no child of this process, which therefore notices nothing of it.

A child would appear in the process lists of libraries, and `os.wait` would wait for it.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress

from ._binary import RprofError, binary, message

#: Starts a command in the background and prints its pid. The command waits until the shell is reaped: the shell would
#: otherwise be a process of the measured tree.
_SHELL = 'exec 3<&0; { read -r _ <&3 && exec "$@" 3<&- </dev/null 2>&1; } & echo $!'
#: Seconds until a start or an end has failed. A machine under load needs some.
_PATIENCE = 30.0
_FIRST_TICK = b"\nMEM "


class Recording:
    """A running `rprof attach`. It ends when `stop` is called, or when this process ends."""

    def __init__(self, trace: str, *options: str) -> None:
        """Starts to record this process, and returns after the first tick."""
        self.trace = trace
        self.stopped = False
        self._text = b""
        if not os.access("/bin/sh", os.X_OK):
            raise RprofError("a block cannot be measured without `/bin/sh`, which starts rprof in the background")
        command = ["/bin/sh", "-c", _SHELL, "sh", binary(), "attach", "-q", "--force", "-o", trace, *options]
        shell = subprocess.Popen(
            [*command, "--", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Neither Ctrl-C nor Ctrl-Z in the terminal may stop the recording before the program ends its block.
            start_new_session=True,
        )
        assert shell.stdin is not None and shell.stdout is not None
        # The pipe stays open as long as rprof runs, and has its messages.
        self._output = shell.stdout
        try:
            self._pid = int(shell.stdout.readline())
            self._handle = _open_pid(self._pid)
            shell.wait()
            with suppress(BrokenPipeError):
                shell.stdin.write(b"go\n")
                shell.stdin.close()
            self._await_first_tick()
        except BaseException:
            with suppress(BrokenPipeError):
                shell.stdin.close()
            self.stop()
            raise

    def stop(self) -> None:
        """Ends the recording after one more tick. Raises RprofError if rprof had ended before."""
        if self.stopped:
            return
        self.stopped = True
        try:
            ended = self._has_ended(0)
            self._signal(signal.SIGTERM)
            until = time.monotonic() + _PATIENCE
            while not self._has_ended(until - time.monotonic()):
                if time.monotonic() >= until:
                    self._signal(signal.SIGKILL)
                    raise RprofError(f"rprof did not end the recording within {_PATIENCE:.0f} s, and was killed")
            if ended or self._text:
                raise RprofError(message(self._text) or "rprof was ended before the block")
        finally:
            self.forget()

    def forget(self) -> None:
        """Closes the descriptors, without ending the recording: for a forked child, which has copies of them."""
        self.stopped = True
        self._output.close()
        handle, self._handle = getattr(self, "_handle", None), None
        if handle is not None:
            os.close(handle)

    def _await_first_tick(self) -> None:
        until = time.monotonic() + _PATIENCE
        while not self._is_recording():
            if self._has_ended(0.0005):
                raise RprofError(message(self._text) or "rprof ended before its first tick")
            if time.monotonic() >= until:
                raise RprofError(f"rprof recorded nothing within {_PATIENCE:.0f} s")

    def _is_recording(self) -> bool:
        with suppress(FileNotFoundError), open(self.trace, "rb") as file:
            return _FIRST_TICK in file.read(1 << 16)
        return False

    def _has_ended(self, seconds: float) -> bool:
        """Waits for the end of rprof, and keeps its messages. May return earlier."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        if not poll.poll(max(0.0, seconds) * 1e3):
            return False
        read = os.read(self._output.fileno(), 1 << 16)
        self._text += read
        return not read

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            if self._handle is not None:
                signal.pidfd_send_signal(self._handle, number)
            elif self._pid:
                os.kill(self._pid, number)


def _open_pid(pid: int) -> int | None:
    """A handle of a process, which stays valid when its pid is used again; None if the system has none."""
    if hasattr(os, "pidfd_open"):
        with suppress(OSError):
            return os.pidfd_open(pid)
    return None


def reset_high_water_mark() -> bool:
    """Makes the kernel's maximum of the RSS of this process begin anew. False if the system does not allow it."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        return False
    return True
