"""Memory of programs and of blocks of code; spans, marks and notes for the trace of `rprof run`.

    import rprof

    with rprof.measure() as m: ... # the peak of the block, with all processes that it starts
    rprof.run(["make", "-j8"])     # as subprocess.run, with the peak
    rprof.read("t.dat")            # a trace, as columns
    rprof.peak("t.dat")            # its peak

    @rprof.profile                 # each call of the function is a span; without rprof it does nothing
    with rprof.span("load"): ...   # the block is a span; `span` is a decorator, too
    rprof.mark("half way")         # an instant
    rprof.note("rows", 1000)       # a name and a value

Under `rprof run script.py` the name `profile` needs no import. For pytest, which finds it imported: PYTEST_DONT_REWRITE
"""

from ._decorate import span
from ._profile import profile
from ._trace import mark, note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._binary import RprofError as RprofError
    from ._measure import Measurement as Measurement
    from ._measure import measure as measure
    from ._peak import Peak as Peak
    from ._peak import peak as peak
    from ._read import Run as Run
    from ._read import Trace as Trace
    from ._read import read as read
    from ._run import Result as Result
    from ._run import run as run
    from ._table import Table as Table

__all__ = [
    "Measurement",
    "Peak",
    "Result",
    "RprofError",
    "Run",
    "Table",
    "Trace",
    "mark",
    "measure",
    "note",
    "peak",
    "profile",
    "read",
    "run",
    "span",
]
__version__ = "0.1.0"

# Measured programs import this package for its spans, so the rest is imported at its first use.
_HOMES = {
    "Measurement": "_measure",
    "Peak": "_peak",
    "Result": "_run",
    "RprofError": "_binary",
    "Run": "_read",
    "Table": "_table",
    "Trace": "_read",
    "measure": "_measure",
    "peak": "_peak",
    "read": "_read",
    "run": "_run",
}


def __getattr__(name: str) -> "Any":
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(__import__(f"{__name__}.{home}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> "list[str]":
    return sorted(set(globals()) | set(__all__))


def load_ipython_extension(shell: "Any") -> None:
    """Registers the magics `%rprof` and `%%rprof`, for `%load_ext rprof`."""
    from ._ipython import register

    register(shell)
