"""Looks at an installation and says what works, and how to repair what doesn't."""
