"""The decorators that record each call of a function as a span, and named blocks.

A span lasts from the first step of a call to its last. A coroutine ends when it returns; a generator ends when it is
exhausted, closed or fails. The creation of the coroutine or generator object is not the span.
"""

from __future__ import annotations

import os

from ._span import Span, begin, innermost
from ._trace import active

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

# The flags of `inspect`, copied: importing inspect costs more than importing all of this package.
_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200
_COPIED = ("__module__", "__name__", "__qualname__", "__doc__", "__type_params__")


def name_of(function: Any) -> str:
    """Returns `module.qualname`. The module of a script is `__main__`, in the processes of multiprocessing too."""
    module = getattr(function, "__module__", None) or "-"
    if module == "__mp_main__":
        module = "__main__"
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    return f"{module}.{name or type(function).__qualname__}"


def recorded(function: Any, name: str | None = None) -> Any:
    """Returns a wrapper that records each call as a span. Without a trace it returns the function itself."""
    if not active():
        return function
    if isinstance(function, (staticmethod, classmethod)):
        return type(function)(recorded(function.__func__, name))
    if isinstance(function, type):
        raise TypeError("a class cannot be recorded as a span; decorate its methods")
    return _like(_timed(function, _kind(function), name or name_of(function)), function)


def is_generator_function(function: Any) -> bool:
    """True if a call of the function returns a generator or an async generator."""
    return bool(_kind(function) & (_GENERATOR | _ASYNC_GENERATOR))


def recorded_steps(generator: Any, function: Any) -> Any:
    """Returns a generator around one that exists. Its span lasts from its first step to its last."""
    steps = _timed(lambda: generator, _kind(function), name_of(function))()
    steps.__name__, steps.__qualname__ = generator.__name__, generator.__qualname__
    return steps


def _kind(function: Any) -> int:
    """Returns the flags of a function that is a generator or a coroutine of any kind; 0 for any other callable."""
    flags = getattr(getattr(function, "__code__", None), "co_flags", 0)
    return int(flags & (_GENERATOR | _COROUTINE | _ITERABLE_COROUTINE | _ASYNC_GENERATOR))


def _timed(function: Any, kind: int, name: str) -> Any:
    """Returns a function of the same kind that records each call as a span."""
    if kind & _ASYNC_GENERATOR:
        return _async_generator(function, name)
    if kind & _COROUTINE:
        return _coroutine(function, name)
    if not kind & _GENERATOR:
        return _plain(function, name)
    wrapper = _generator(function, name)
    if kind & _ITERABLE_COROUTINE:
        import types

        wrapper = types.coroutine(wrapper)
    return wrapper


def _like(wrapper: Any, function: Any) -> Any:
    """Makes the wrapper look like the function, as functools.wraps does. Importing functools would cost more."""
    for attribute in _COPIED:
        try:
            setattr(wrapper, attribute, getattr(function, attribute))
        except AttributeError:
            pass
    # Python 3.14 evaluates annotations on first access. An access here could fail, so the evaluator is copied instead.
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
    """A named block, for `with span("load"):` and `@span("load")`. One object may be used many times, also at once."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Block:
        begin(self.name, self)
        return self

    def __exit__(self, *_: object) -> None:
        # The object may be open several times at once. The span to end is its innermost one in this thread or task.
        span: Span | None = innermost(os.getpid())
        while span is not None and (span.owner is not self or span.mib is None):
            span = span.outer
        if span is not None:
            span.end()

    def __call__(self, function: Callable[..., Any]) -> Any:
        return recorded(function, self.name)


def span(name: str | Callable[..., Any]) -> Any:
    """Returns a context manager and decorator for spans of this name. `@span` without a name equals `@profile`."""
    return recorded(name) if callable(name) else Block(str(name))
