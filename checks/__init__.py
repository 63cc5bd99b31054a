"""Checks that take too long for the tests: soak, fuzz, wheel, container, an hour of live audio."""
