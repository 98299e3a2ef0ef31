"""Example 3 in Python: a float32 dataset in a new HDF5 file, written slice by slice with standard normal numbers."""

from __future__ import annotations

from pathlib import Path

import h5py  # type: ignore[import-untyped]
import numpy

from timed import Shape, options, report


def fill(shape: Shape, path: Path) -> None:
    """Writes a contiguous dataset, h5py's default. Only one slice is in memory at any time."""
    random = numpy.random.default_rng(0)
    with h5py.File(path, "w") as file:
        data = file.create_dataset("data", shape=shape, dtype=numpy.float32)
        for index in range(shape[0]):
            data[index] = random.standard_normal(shape[1:], dtype=numpy.float32)


if __name__ == "__main__":
    arguments = options(__doc__, file="data.hdf5")
    report(arguments.shape, 4, lambda: fill(arguments.shape, arguments.file), arguments.file)
