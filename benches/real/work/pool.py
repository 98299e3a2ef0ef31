"""Four workers of multiprocessing read one array of NumPy. The argument is the start method.

With fork, the workers inherit the array. With spawn and forkserver, each gets a view of shared memory.
"""

import multiprocessing
import sys
import time
from multiprocessing import shared_memory

import numpy

COUNT = 25_000_000
inherited = None


def work(name, barrier):
    shared = shared_memory.SharedMemory(name=name) if name else None
    array = inherited if shared is None else numpy.ndarray(COUNT, buffer=shared.buf)
    own = array[: COUNT // 5] * 2
    array.sum()
    barrier.wait()
    time.sleep(0.5)
    del array, own
    if shared is not None:
        shared.close()


def main(method):
    global inherited
    context = multiprocessing.get_context(method)
    shared = None if method == "fork" else shared_memory.SharedMemory(create=True, size=COUNT * 8)
    array = numpy.ndarray(COUNT, buffer=shared.buf) if shared else numpy.empty(COUNT)
    array[:] = 1
    inherited = array if method == "fork" else None
    parents_own = numpy.ones(COUNT // 2)
    barrier = context.Barrier(4)
    workers = [context.Process(target=work, args=(shared.name if shared else None, barrier)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    code = max(worker.exitcode for worker in workers)
    del array, parents_own
    if shared:
        shared.close()
        shared.unlink()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
