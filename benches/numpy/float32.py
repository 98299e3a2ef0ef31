"""Example 2 in Python: float32 zeros in memory, filled slice by slice with standard normal random numbers."""

from __future__ import annotations

import numpy

from timed import Shape, options, report


def fill(shape: Shape) -> None:
    """Fills the array. The generator works in single precision, so nothing is computed in double and converted."""
    random = numpy.random.default_rng(0)
    array = numpy.zeros(shape, dtype=numpy.float32)
    for index in range(shape[0]):
        array[index] = random.standard_normal(shape[1:], dtype=numpy.float32)


if __name__ == "__main__":
    arguments = options(__doc__)
    report(arguments.shape, 4, lambda: fill(arguments.shape))
