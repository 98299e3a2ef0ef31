"""Tests of the Python module: `python -m unittest discover -s python/tests -t python`."""
