"""`make compare-memray`: the example programs of memray under rprof and under memray, and the functions that both name."""
