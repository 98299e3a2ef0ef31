"""`make compare-real`: real programs under rprof and other profilers, beside independent truths."""
