"""Four short compositions, one for each quadrant, and their instruments."""
