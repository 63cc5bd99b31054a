"""A collection that is killed, resumed and given to a cluster, small in the tests and large.

``python -m tests.soak`` does it with a thousand tracks.
"""
