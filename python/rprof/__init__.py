"""Spans, marks and notes for the trace of `rprof run`. Without rprof they do nothing.

    from rprof import mark, note, profile, span

    @profile                       # each call of the function is a span
    with span("load"): ...         # the block is a span; `span` is a decorator, too
    mark("half way")               # an instant
    note("rows", 1000)             # a name and a value

Under `rprof run script.py` the name `profile` needs no import.
"""

from ._decorate import span
from ._profile import profile
from ._trace import mark, note

__all__ = ["mark", "note", "profile", "span"]
__version__ = "0.1.0"
