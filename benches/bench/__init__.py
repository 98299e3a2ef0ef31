"""`make bench`: the cost of rprof, measured in one run with its peers and the floors."""
