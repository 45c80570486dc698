"""The benchmark: Moorage beside its peers, in turns, on one machine, with one client (``make bench``)."""
