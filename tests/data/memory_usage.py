"""memory_usage(), a pool and a logger beside memory_profiler's decorator."""
from memory_profiler import memory_usage, profile, LogFile
import multiprocessing, logging, sys
def f(n=10**6): return len([0] * n)
@profile
def work(n):
    x = [0] * n
    return len(x)
if __name__ == "__main__":
    usage, value = memory_usage((work, (1000,)), retval=True, max_iterations=1, include_children=True)
    print(type(usage), value)
    print(type(memory_usage(f, max_usage=True)))
    for method in ("fork", "spawn"):  # a worker that is terminated loses its buffered output
        pool = multiprocessing.get_context(method).Pool(1)
        print(pool.map(work, [10, 20]))
        pool.close(); pool.join()
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    profile(f, stream=LogFile("x"))(5)
