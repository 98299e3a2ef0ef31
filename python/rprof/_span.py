"""One span: from its beginning, which is written at once, to its end."""

from __future__ import annotations

import _thread
import os
from _contextvars import ContextVar
from itertools import count

from ._trace import active, append, escape, now, rss_mib

_numbers = count(1)
#: The innermost span of this thread, task or copied context; those around it hang on it.
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
        """Ends it, wherever that is: in another thread or task too, but not in a forked child's copy."""
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
    """The innermost span that is still open, and is this process's and not its parent's."""
    span = _current.get()
    while span is not None and (span.mib is None or span.pid != pid):
        span = span.outer
    return span


def word(name: str) -> str:
    """A name without blanks, which mprof could not read."""
    return "_".join(name.split(" ")) if name.isascii() else "".join("_" if c.isspace() else c for c in name)


class Ignored:
    """Stands for a span where nobody listens."""

    def end(self) -> None:
        """Nothing to end."""


def begin(name: str, owner: object = None) -> Span | Ignored:
    """Begins a span."""
    return Span(name, owner) if active() else Ignored()
