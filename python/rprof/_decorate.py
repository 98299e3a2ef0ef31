"""Functions of every kind made into spans, and blocks.

A call is a span from its first step to its last: a coroutine until it has returned, a generator until it is exhausted,
closed or has failed, not merely until it was made.
"""

from __future__ import annotations

import os

from ._span import Span, begin, innermost
from ._trace import active

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

# inspect knows these too, and costs more to import than all of this package.
_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200
_COPIED = ("__module__", "__name__", "__qualname__", "__doc__", "__type_params__")


def name_of(function: Any) -> str:
    """`module.qualname`; a script is `__main__` in the processes of multiprocessing too."""
    module = getattr(function, "__module__", None) or "-"
    if module == "__mp_main__":
        module = "__main__"
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    return f"{module}.{name or type(function).__qualname__}"


def stamped(function: Any, name: str | None = None) -> Any:
    """The function, each call a span; without a trace the function itself."""
    if not active():
        return function
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(stamped(function.__func__, name))
    if isinstance(function, type):
        raise TypeError("a class has no calls to stamp; decorate its methods")
    code = getattr(function, "__code__", None)
    flags = getattr(code, "co_flags", 0)
    if flags & _ASYNC_GENERATOR:
        wrapper = _async_generator(function, name or name_of(function))
    elif flags & _COROUTINE:
        wrapper = _coroutine(function, name or name_of(function))
    elif flags & _GENERATOR:
        wrapper = _generator(function, name or name_of(function))
        if flags & _ITERABLE_COROUTINE:
            import types

            wrapper = types.coroutine(wrapper)
    else:
        wrapper = _plain(function, name or name_of(function))
    return _like(wrapper, function)


def _like(wrapper: Any, function: Any) -> Any:
    """functools.wraps, without functools."""
    for attribute in _COPIED:
        try:
            setattr(wrapper, attribute, getattr(function, attribute))
        except AttributeError:
            pass
    # Python 3.14 makes annotations when they are asked for; asking now could fail.
    lazy = getattr(function, "__annotate__", None)
    if lazy is not None:
        wrapper.__annotate__ = lazy
    elif hasattr(function, "__annotations__"):
        wrapper.__annotations__ = function.__annotations__
    wrapper.__dict__.update(getattr(function, "__dict__", {}))
    wrapper.__wrapped__ = function
    return wrapper


def _plain(function: Any, name: str) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        span = begin(name)
        try:
            return function(*args, **kwargs)
        finally:
            span.end()

    return wrapper


def _coroutine(function: Any, name: str) -> Any:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        span = begin(name)
        try:
            return await function(*args, **kwargs)
        finally:
            span.end()

    return wrapper


def _generator(function: Any, name: str) -> Any:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        span = begin(name)
        try:
            return (yield from function(*args, **kwargs))
        finally:
            span.end()

    return wrapper


def _async_generator(function: Any, name: str) -> Any:
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        generator = function(*args, **kwargs)
        span = begin(name)
        try:
            item = await generator.__anext__()
            while True:
                try:
                    sent = yield item
                except GeneratorExit:
                    await generator.aclose()
                    raise
                except BaseException as error:
                    item = await generator.athrow(error)
                else:
                    item = await generator.asend(sent)
        except StopAsyncIteration:
            return
        finally:
            span.end()

    return wrapper


class Block:
    """A named block: `with span("load"):`, as often as wanted, and `@span("load")`."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Block:
        begin(self.name, self)
        return self

    def __exit__(self, *_: object) -> None:
        # The object may be in use many times at once, so the open span is looked for in this thread or task.
        span: Span | None = innermost(os.getpid())
        while span is not None and (span.owner is not self or span.mib is None):
            span = span.outer
        if span is not None:
            span.end()

    def __call__(self, function: Callable[..., Any]) -> Any:
        return stamped(function, self.name)


def span(name: str | Callable[..., Any]) -> Any:
    """A span of this name: a context manager and a decorator. Given a function, as `@span` does, the same as `profile`."""
    return stamped(name) if callable(name) else Block(str(name))
