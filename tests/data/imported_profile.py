"""Every kind of function under memory_profiler's decorator, with all its arguments, and what a script can see of it."""
import asyncio, importlib, inspect, io, sys, types
import memory_profiler
from memory_profiler import profile, LineProfiler, show_results

out = io.StringIO()
keep = profile(stream=out, precision=4)

@keep
def plain(a, b=2):
    """Doc."""
    x = [0] * a
    return x, b

@profile(stream=out, backend="psutil_uss")
def uss():
    return [0] * 1000

def undecorated():
    return 7
called = profile(undecorated, stream=out, precision=3)
positional = profile(undecorated, out, 2, "psutil")
keyword = profile(func=undecorated, stream=out)

@profile(stream=out)
def generator():
    print("generator body")
    got = yield 1
    yield got
    return 5

@profile(stream=out)
async def coroutine():
    await asyncio.sleep(0)
    return "co"

@profile(stream=out)
async def agen():
    yield 1
    yield 2

class Thing:
    @profile(stream=out)
    def method(self): return "m"
    @staticmethod
    @profile(stream=out)
    def static(): return "s"
    @classmethod
    @profile(stream=out)
    def klass(cls): return cls.__name__

@profile(stream=out)
class Decorated:
    def __init__(self): self.x = 1

@profile(stream=out)
def fails(): raise KeyError("x")

print(len(plain(1000)[0]), plain.__name__, plain.__doc__, plain.__qualname__, plain.__module__, inspect.signature(plain))
print(plain.__wrapped__ is not plain, hasattr(plain.__wrapped__, "__wrapped__"), type(plain), plain.__dict__.keys())
print(called(), positional(), keyword(), called.__wrapped__ is undecorated, keyword.__wrapped__ is undecorated)
uss()
print("before", end=" ")
steps = generator()
print(type(steps).__name__, steps.__name__, steps.__qualname__, inspect.isgenerator(steps), len(out.getvalue().split("\n")))
print(next(steps), steps.send(4))
try: next(steps)
except StopIteration as e: print("returned", e.value)
for f in (plain, generator, coroutine, agen):
    print(f.__name__, inspect.isgeneratorfunction(f), inspect.iscoroutinefunction(f), asyncio.iscoroutinefunction(f), inspect.isasyncgenfunction(f), inspect.isawaitable(f), f.__code__.co_flags & 0x3a0)
c = coroutine()
print(type(c).__name__, inspect.isawaitable(c), inspect.iscoroutine(c), asyncio.iscoroutine(c))
async def main():
    print(await c)
    print([x async for x in agen()])
    a = agen(); print(type(a).__name__, a.__name__, inspect.isasyncgen(a)); await a.asend(None); await a.aclose()
    print(await asyncio.gather(coroutine(), coroutine()))
asyncio.run(main())
print(Thing().method(), Thing.static(), Thing.klass(), Decorated().x, type(Decorated))
try: fails()
except KeyError as e: print("KeyError", e)
print(inspect.signature(profile), profile.__name__, profile.__doc__, profile.__module__, type(profile), profile.__qualname__, memory_profiler.profile is profile)
print(inspect.getsource(profile)[:40])
for bad in (3, "x"):
    try: print(type(profile(bad)))
    except Exception as e: print(type(e), e)
try: profile(backend="nonsense")
except Exception as e: print(type(e), e)
try: profile(nonsense=1)
except TypeError as e: print(type(e), e)
p = LineProfiler(); f = p(undecorated); f(); show_results(p, out)
print(memory_profiler.__spec__.loader.__class__.__name__, memory_profiler.__loader__.__class__.__name__, memory_profiler.__name__)
importlib.reload(memory_profiler)
@memory_profiler.profile(stream=out)
def reloaded(): return 1
reloaded()
@keep
def counts():
    yield 1
print("now")
it = counts()
print("made")
print(list(it))
@keep
@types.coroutine
def old():
    x = yield 1
    return x
async def awaits(): return await old()
c = awaits()
print(c.send(None))
try: c.send(3)
except StopIteration as e: print(e.value)
def inner(): yield 1
@keep
def returns(): return inner()
x = returns()
print(x.gi_frame.f_code.co_name, type(x))
it = counts(); it.close(); print(list(it))
it = counts(); next(it)
try: it.throw(ValueError("t"))
except ValueError as e: print(e)
del it
@keep
def recursive(n): return 1 if n == 0 else recursive(n - 1)
print(recursive(3))
def deepest(n=1):
    try: return deepest_decorated(n + 1)
    except RecursionError: return n
deepest_decorated = profile(deepest, stream=io.StringIO())
# Each level has a trace function of its own, which calls that of the level above.
sys.setrecursionlimit(150)
print("levels of recursion:", deepest_decorated())
sys.setrecursionlimit(1000)
import traceback
try: fails()
except KeyError: traceback.print_exc()
print(profile is memory_profiler.profile, "__wrapped__" in vars(profile), LineProfiler.wrap_function)
p = LineProfiler()
@p
def direct(): return 3
with p: print(direct(), p.enable_count)
print(out.getvalue())
