"""Batch runs that are killed, resumed and distributed over a cluster.

The tests use a few tracks, ``python -m checks.soak`` a thousand.
"""
