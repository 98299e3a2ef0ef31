"""Example 1 in Python: float64 zeros in memory, filled slice by slice with uniform random numbers."""

from __future__ import annotations

import numpy

from timed import Shape, options, report


def fill(shape: Shape) -> None:
    """Fills the array. Each slice is generated first and then stored, as in a program that computes it."""
    random = numpy.random.default_rng(0)
    array = numpy.zeros(shape)
    for index in range(shape[0]):
        array[index] = random.random(shape[1:])


if __name__ == "__main__":
    arguments = options(__doc__)
    report(arguments.shape, 8, lambda: fill(arguments.shape))
