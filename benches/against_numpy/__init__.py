"""`make compare-numpy`: the article's programs in Python and ours, in turn, under rprof."""
