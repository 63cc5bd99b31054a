"""Build and inspect the distributions, install the wheel into fresh environments, and use it."""
