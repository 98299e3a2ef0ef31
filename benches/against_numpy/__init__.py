"""`make compare-numpy`: the article's programs in Python and in Rust, measured in turn under rprof."""
