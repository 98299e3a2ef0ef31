"""A span object: it writes the begin at once and the end when it is ended."""

from __future__ import annotations

import _thread
import os
from _contextvars import ContextVar
from itertools import count

from ._trace import active, append, escape, now, rss_mib

_numbers = count(1)
#: The innermost span of this thread, task or copied context. Each span links to the span around it.
_current: ContextVar[Span | None] = ContextVar("rprof_span", default=None)


class Span:
    """An open span. Its level is the number of spans around it in its own thread or task."""

    __slots__ = ("name", "owner", "outer", "level", "pid", "id", "entered", "mib")

    def __init__(self, name: str, owner: object = None) -> None:
        self.pid = os.getpid()
        self.owner = owner
        self.outer = innermost(self.pid)
        self.level: int = self.outer.level + 1 if self.outer else 0
        self.name = escape(name) or "-"
        self.id = "%d.%d.%d" % (self.pid, _thread.get_native_id(), next(_numbers))
        self.mib: float | None = rss_mib()
        self.entered = now()
        append("SPAN begin %s %.6f %s\n" % (self.id, self.entered, self.name))
        _current.set(self)

    def end(self) -> None:
        """Ends the span, in any thread or task. A forked child cannot end its copy of a span of its parent."""
        entered_mib, self.mib = self.mib, None
        if entered_mib is None or self.pid != os.getpid():
            return
        left, mib = now(), rss_mib()
        append(
            "SPAN end %s %.6f\nFUNC %s %.4f %.4f %.4f %.4f %d\n"
            % (self.id, left, word(self.name), entered_mib, self.entered, mib, left, self.level)
        )
        _current.set(innermost(self.pid))


def innermost(pid: int) -> Span | None:
    """Returns the innermost span that is open and belongs to this process, not to its parent."""
    span = _current.get()
    while span is not None and (span.mib is None or span.pid != pid):
        span = span.outer
    return span


def word(name: str) -> str:
    """Replaces the blanks of a name by `_`, because mprof splits lines at blanks."""
    return "_".join(name.split(" ")) if name.isascii() else "".join("_" if c.isspace() else c for c in name)


class Ignored:
    """A span that is not recorded, because there is no trace."""

    def end(self) -> None:
        """Does nothing."""


def begin(name: str, owner: object = None) -> Span | Ignored:
    """Begins a span; `owner` is the block that will end it."""
    return Span(name, owner) if active() else Ignored()
