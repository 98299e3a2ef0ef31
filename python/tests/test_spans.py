"""Spans of blocks and of every kind of function: their begin, end and nesting level."""

import asyncio
import inspect
import os
import pickle
import threading
import time
from typing import Any, AsyncIterator, Iterator, List

import rprof
from rprof import profile

from .trace import FoundSpan, TraceCase

STEP = 0.02


class Blocks(TraceCase):
    def test_blocks_nest(self) -> None:
        with profile.timestamp("outer"):
            with rprof.span("in ner"):
                pass
            with rprof.span("inner"):
                pass
        found = [(span.name, span.level) for span in self.spans()]
        self.assertEqual(found, [("outer", 0), ("in ner", 1), ("inner", 1)])

    def test_the_begin_of_a_span_is_written_at_once(self) -> None:
        with rprof.span("begun"):
            (line,) = self.lines()
            self.assertTrue(line.startswith("SPAN begin ") and line.endswith(" begun"), line)
            self.assertEqual(line.split(" ")[2].split(".")[0], str(os.getpid()))

    def test_exceptions_leave_the_levels_correct(self) -> None:
        for _ in range(3):
            with self.assertRaises(ValueError):
                with rprof.span("a"), rprof.span("b"):
                    raise ValueError
        self.assertEqual([span.level for span in self.spans()], [0, 1] * 3)

    def test_one_object_can_be_open_several_times_at_once(self) -> None:
        block = rprof.span("again")
        with block:
            with block:
                pass
        self.assertEqual([(span.level, span.open) for span in self.spans()], [(0, False), (1, False)])

    def test_each_thread_has_its_own_levels(self) -> None:
        def work() -> None:
            with rprof.span("thread"):
                time.sleep(STEP)

        with rprof.span("main"):
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted((s.name, s.level) for s in self.spans()), [("main", 0), ("thread", 0), ("thread", 0)])
        tids = {line.split(" ")[2].split(".")[1] for line in self.lines("SPAN begin")}
        self.assertEqual(len(tids), 3)

    def test_a_forked_child_ends_no_span_of_its_parent(self) -> None:
        with rprof.span("parent"):
            with rprof.span("forks"):
                child = os.fork()
                if child == 0:
                    with rprof.span("child"):
                        pass
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
        found = [(span.name, span.level, span.open) for span in self.spans()]
        self.assertEqual(found, [("parent", 0, False), ("forks", 1, False), ("child", 0, False)])
        self.assertEqual(len(self.lines("SPAN end")), 3)


class Functions(TraceCase):
    def only(self, function: Any) -> FoundSpan:
        (span,) = (s for s in self.spans() if s.name == f"{__name__}.{function.__qualname__}")
        return span

    def test_a_decorated_function_keeps_its_name_doc_and_signature(self) -> None:
        @profile
        def function(a: int, b: "str" = "x") -> int:
            """Words."""
            return a

        self.assertEqual(function(3), 3)
        self.assertEqual((function.__name__, function.__doc__), ("function", "Words."))
        self.assertEqual(list(inspect.signature(function).parameters), ["a", "b"])
        self.assertFalse(self.only(function).open)

    def test_profile_accepts_the_arguments_of_memory_profiler(self) -> None:
        @profile(precision=4, stream=None, backend="psutil")
        def one() -> None: ...

        @profile()
        def two() -> None: ...

        @rprof.span
        def three() -> None: ...

        @rprof.span("named")
        def four() -> None: ...

        for function in (one, two, three, four):
            function()
        self.assertEqual([s.name.rpartition(".")[2] for s in self.spans()], ["one", "two", "three", "named"])
        self.assertRaises(ValueError, profile, 3)
        self.assertRaises(TypeError, profile, int)

    def test_methods_of_every_kind_are_recorded(self) -> None:
        class Thing:
            @profile
            def method(self) -> str:
                return "m"

            @profile
            @staticmethod
            def static() -> str:
                return "s"

            @classmethod
            @profile
            def klass(cls) -> str:
                return cls.__name__

        self.assertEqual(Thing().method() + Thing().static() + Thing.static() + Thing.klass(), "mssThing")
        self.assertEqual([s.name.rpartition(".")[2] for s in self.spans()], ["method", "static", "static", "klass"])
        self.assertIn("Thing.method", self.spans()[0].name)

    def test_an_exception_passes_through_and_ends_the_span(self) -> None:
        @profile
        def fails() -> None:
            raise KeyError("x")

        self.assertRaises(KeyError, fails)
        self.assertFalse(self.only(fails).open)

    def test_a_decorated_function_can_be_pickled(self) -> None:
        globals()["at_top_level"] = profile(at_top_level)
        self.assertIs(pickle.loads(pickle.dumps(at_top_level)), at_top_level)
        pickle.loads(pickle.dumps(at_top_level))()
        self.assertFalse(self.only(at_top_level).open)

    def test_a_generator_span_lasts_from_first_to_last_step(self) -> None:
        @profile
        def generator() -> "Iterator[int]":
            got = yield 1
            yield got

        self.assertTrue(inspect.isgeneratorfunction(generator))
        steps = generator()
        self.assertEqual(self.spans(), [], "nothing has run yet")
        self.assertEqual(next(steps), 1)
        time.sleep(STEP)
        self.assertEqual(steps.send(7), 7)
        self.assertTrue(self.only(generator).open)
        self.assertEqual(list(steps), [])
        span = self.only(generator)
        self.assertGreaterEqual(span.ended - span.begun, STEP)

    def test_a_generator_that_is_closed_or_deleted_ends_its_span(self) -> None:
        @profile
        def generator() -> "Iterator[int]":
            try:
                yield 1
            except KeyError:
                yield 2

        steps = generator()
        next(steps)
        steps.close()
        thrown = generator()
        next(thrown)
        self.assertEqual(thrown.throw(KeyError("x")), 2)
        del thrown
        self.assertEqual([span.open for span in self.spans()], [False, False])

    def test_interleaved_generators_leave_the_levels_correct(self) -> None:
        @profile
        def generator() -> "Iterator[int]":
            yield 1
            yield 2

        one, two = generator(), generator()
        next(one), next(two)
        list(one), list(two)
        with rprof.span("after"):
            pass
        self.assertEqual([span.level for span in self.spans()], [0, 1, 0])

    def test_a_coroutine_span_lasts_until_it_returns(self) -> None:
        @profile
        async def sleeps() -> str:
            await asyncio.sleep(STEP)
            return "slept"

        async def main() -> List[str]:
            return list(await asyncio.gather(sleeps(), sleeps(), sleeps()))

        self.assertTrue(inspect.iscoroutinefunction(sleeps))
        self.assertEqual(asyncio.run(main()), ["slept"] * 3)
        spans = self.spans()
        self.assertEqual([span.level for span in spans], [0, 0, 0], "tasks side by side are not nested")
        self.assertTrue(all(span.ended - span.begun >= STEP * 0.9 for span in spans))

    def test_a_cancelled_coroutine_ends_its_span(self) -> None:
        @profile
        async def sleeps() -> None:
            await asyncio.sleep(60)

        async def main() -> None:
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(sleeps(), STEP)

        asyncio.run(main())
        self.assertFalse(self.only(sleeps).open)

    def test_an_async_generator_span_lasts_from_first_to_last_step(self) -> None:
        @profile
        async def items() -> "AsyncIterator[int]":
            try:
                for i in range(3):
                    await asyncio.sleep(STEP)
                    yield i
            except KeyError:
                yield 99

        async def main() -> None:
            self.assertEqual([i async for i in items()], [0, 1, 2])
            some = items()
            await some.__anext__()
            self.assertEqual(await some.athrow(KeyError("x")), 99)
            await some.aclose()

        self.assertTrue(inspect.isasyncgenfunction(items))
        asyncio.run(main())
        first, second = self.spans()
        self.assertGreaterEqual(first.ended - first.begun, 3 * STEP * 0.9)
        self.assertFalse(first.open or second.open)

    def test_an_async_generator_receives_the_values_sent_to_it(self) -> None:
        @profile
        async def echo() -> "AsyncIterator[Any]":
            got: Any = 0
            while True:
                got = yield got

        async def main() -> None:
            steps: Any = echo()
            await steps.asend(None)
            self.assertEqual(await steps.asend(5), 5)
            await steps.aclose()

        asyncio.run(main())


def at_top_level() -> None: ...
