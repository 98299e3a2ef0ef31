"""`make bench`: what is claimed of speed, measured beside the peers and the floors in one run."""
