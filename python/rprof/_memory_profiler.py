"""memory_profiler under rprof: its own decorator with a span for each call, or a stand-in where it is not installed.

The report that memory_profiler writes is output of the program. So its decorator does all that it does without rprof.
"""

from __future__ import annotations

import sys

from ._decorate import is_generator_function, name_of, recorded_steps
from ._profile import profile
from ._span import begin
from ._trace import active

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def record(module: Any) -> None:
    """Lets memory_profiler's LineProfiler, which its `profile` uses, record a span for each call that it measures."""
    profiler = getattr(module, "LineProfiler", None)
    real = getattr(profiler, "wrap_function", None)
    # Another module of this name may have any other object here.
    if not active() or real is None or not hasattr(profiler, "_count_ctxmgr"):
        return

    def wrap_function(self: Any, func: Any) -> Any:
        wrapper = real(self, func)
        # memory_profiler measures the creation of a generator only.
        if is_generator_function(func) and not is_generator_function(wrapper):
            return lambda *args, **kwargs: recorded_steps(wrapper(*args, **kwargs), func)
        return real(_Measuring(self, name_of(func)), func)

    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(wrap_function, attribute, getattr(real, attribute, None))
    profiler.wrap_function = wrap_function  # type: ignore[union-attr]


class _Measuring:
    """A LineProfiler whose context manager for one function also records a span.

    A wrapper of the whole function would be one more frame: in tracebacks, and for the limit of recursion.
    """

    def __init__(self, profiler: Any, name: str) -> None:
        self._profiler = profiler
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(self._profiler, name)

    def _count_ctxmgr(self) -> _Call:
        return _Call(self._profiler._count_ctxmgr(), self._name)


class _Call:
    """The context of one call. The span begins before memory_profiler's tracing, and ends after it."""

    def __init__(self, measuring: Any, name: str) -> None:
        self._measuring = measuring
        self._name = name

    def __enter__(self) -> Any:
        self._span = begin(self._name)
        return self._measuring.__enter__()

    def __exit__(self, *error: object) -> Any:
        try:
            return self._measuring.__exit__(*error)
        finally:
            self._span.end()


def only_profile_is_imported() -> bool:
    """True if the import statement that runs now is `from memory_profiler import profile`.

    Other imports fail as they do without rprof: a program may have another way to work without memory_profiler.
    """
    try:
        frame: Any = sys._getframe(1)
        while frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_globals["__name__"].startswith("rprof."):
            frame = frame.f_back
        return bool(_imported_names(frame) == ("profile",))
    except Exception:
        return False


def _imported_names(frame: Any) -> Any:
    """Returns the names of the `from` import at which a frame stands: the constant loaded before IMPORT_NAME."""
    from opcode import opmap

    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] != opmap["IMPORT_NAME"]:
        return None
    while code[at - 2] == opmap["EXTENDED_ARG"]:
        at -= 2
    if code[at - 2] != opmap["LOAD_CONST"]:
        return None
    number = code[at - 1]
    if at >= 4 and code[at - 4] == opmap["EXTENDED_ARG"]:
        number |= code[at - 3] << 8
    return frame.f_code.co_consts[number]


class StandIn:
    """A loader of memory_profiler in an interpreter where it is not installed. The module has only `profile`."""

    def __init__(self, hint: bool) -> None:
        self._hint = hint

    def create_module(self, spec: Any) -> Any:
        """Returns None, for the default module."""
        return None

    def exec_module(self, module: Any) -> None:
        """Gives the module rprof's `profile`, and an error for every other attribute."""
        module.__doc__ = "memory_profiler is not installed; rprof provides its `profile` only."
        module.__getattr__ = _missing
        module.profile = profile
        if self._hint:
            sys.stderr.write(
                "rprof: memory_profiler is not installed in this Python: its `profile` records spans in the trace, "
                "but prints no line-by-line report\n"
            )


def _missing(name: str) -> Any:
    raise AttributeError(f"memory_profiler is not installed; rprof provides its `profile`, not its `{name}`")
