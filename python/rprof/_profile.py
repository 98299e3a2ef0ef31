"""`profile`, used as memory_profiler's."""

from __future__ import annotations

from ._decorate import Block, stamped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Profile:
    """`@profile`, `@profile()`, and `with profile.timestamp("name"):`."""

    def __call__(self, func: Any = None, **_: Any) -> Any:
        """Makes every call of a function a span.

        memory_profiler's arguments (`precision`, `stream`, `backend`) are taken and change nothing: they are about
        its report of lines.
        """
        if func is None:
            return self
        if not callable(func) and not isinstance(func, (staticmethod, classmethod)):
            raise ValueError("Value must be callable")
        return stamped(func)

    def timestamp(self, name: str = "<block>") -> Block:
        """A block as a span."""
        return Block(name)

    def __repr__(self) -> str:
        return "<rprof.profile>"


profile = Profile()
