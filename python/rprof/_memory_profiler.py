"""memory_profiler under rprof: its own `profile` with a span around each call, or a stand-in where it is not installed.

The report that memory_profiler writes is output of the program, so its decorator is called with all its arguments.
"""

from __future__ import annotations

import sys

from ._decorate import recorded_as
from ._profile import profile
from ._trace import active

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FUNCTION = type(lambda: None)


def record(module: Any) -> None:
    """Changes memory_profiler's `profile` so that each call of a function that it decorates is a span, too."""
    real = getattr(module, "profile", None)
    # Another module of this name may have any other object here.
    if type(real) is not _FUNCTION or not active():
        return

    def decorate(*args: Any, **kwargs: Any) -> Any:
        wrapper = real(*args, **kwargs)
        function = args[0] if args else kwargs.get("func")
        # Without a function, memory_profiler returns a decorator that calls `module.profile` again.
        if type(wrapper) is not _FUNCTION or not callable(function):
            return wrapper
        return recorded_as(wrapper, function)

    for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(decorate, attribute, getattr(real, attribute))
    decorate.__wrapped__ = real  # type: ignore[attr-defined]
    module.profile = decorate


def only_profile_is_imported() -> bool:
    """True if the import statement that runs now is `from memory_profiler import profile`.

    Other imports fail as they do without rprof: a program may have another way to work without memory_profiler.
    """
    try:
        frame: Any = sys._getframe(1)
        while frame.f_code.co_filename.startswith("<frozen importlib") or frame.f_globals["__name__"].startswith("rprof."):
            frame = frame.f_back
        return _imported_names(frame) == ("profile",)
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
