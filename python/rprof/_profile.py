"""The decorator `profile`, with the interface of memory_profiler's."""

from __future__ import annotations

from ._decorate import Block, recorded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Profile:
    """The type of `profile`: `@profile`, `@profile()` and `with profile.timestamp("name"):`."""

    def __call__(self, func: Any = None, **_: Any) -> Any:
        """Records each call of a function as a span.

        memory_profiler's arguments (`precision`, `stream`, `backend`) are accepted and ignored: they configure its
        line-by-line report.
        """
        if func is None:
            return self
        if not callable(func) and not isinstance(func, (staticmethod, classmethod)):
            raise ValueError("Value must be callable")
        return recorded(func)

    def timestamp(self, name: str = "<block>") -> Block:
        """Returns a context manager that records its block as a span."""
        return Block(name)

    def __repr__(self) -> str:
        return "<rprof.profile>"


profile = Profile()
