"""Spans, marks and notes in the trace of `rprof run`; without rprof, nothing at all.

    from rprof import mark, note, profile, span

    @profile                       # every call of the function is a span
    with span("load"): ...         # a block is one; as a decorator too
    mark("half way")               # an instant
    note("rows", 1000)             # a name and a value

Under `rprof run script.py` the name `profile` needs no import.
"""

from ._decorate import span
from ._profile import profile
from ._trace import mark, note

__all__ = ["mark", "note", "profile", "span"]
__version__ = "0.1.0"
