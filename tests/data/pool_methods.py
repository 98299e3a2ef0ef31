# Four workers of multiprocessing read an array in shared memory; the argument is the start method.
# Beside the array of 191 MiB, the parent holds 95 MiB of its own and a mapped file of 95 MiB, each worker 38 MiB.
import multiprocessing as mp
import sys
import tempfile
import time
from multiprocessing import shared_memory

import numpy as np


def work(name, n, barrier):
    shared = shared_memory.SharedMemory(name=name)
    array = np.ndarray((n,), dtype=np.float64, buffer=shared.buf)
    own = np.ones(5_000_000)
    array.sum()
    barrier.wait()
    time.sleep(0.7)
    del array, own
    shared.close()


if __name__ == "__main__":
    context = mp.get_context(sys.argv[1])
    n = 25_000_000
    shared = shared_memory.SharedMemory(create=True, size=n * 8)
    array = np.ndarray((n,), dtype=np.float64, buffer=shared.buf)
    array[:] = 1
    own = np.ones(12_500_000)
    file = tempfile.NamedTemporaryFile()
    mapped = np.memmap(file.name, dtype=np.float64, mode="w+", shape=(12_500_000,))
    mapped[:] = 2
    barrier = context.Barrier(4)
    workers = [context.Process(target=work, args=(shared.name, n, barrier)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    code = max(worker.exitcode for worker in workers)
    del array
    shared.close()
    shared.unlink()
    sys.exit(code)
