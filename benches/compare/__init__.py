"""`make compare`: twelve hard cases under rprof and other profilers."""
