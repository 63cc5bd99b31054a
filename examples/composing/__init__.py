"""Four small compositions, one for each quadrant, and the instruments that play them."""
