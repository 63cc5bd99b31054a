"""A collection that is killed, resumed and given to a cluster, small in the tests and large.

``python -m checks.soak`` does it with a thousand tracks.
"""
