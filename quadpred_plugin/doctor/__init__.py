"""Check an installation and report how to repair it."""
