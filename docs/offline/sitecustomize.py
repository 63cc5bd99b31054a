"""Refuses connections: on PYTHONPATH, it proves that nothing is fetched while the site is built."""

import sys


def _refuse(event: str, details: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        raise RuntimeError(f"The site must be built without a network; {details[0]} was asked for.")
    # An address of the network is a tuple, one of this machine's own sockets a name.
    if event == "socket.connect" and isinstance(details[1], tuple):
        raise RuntimeError(f"The site must be built without a network, not with {details[1]}.")


sys.addaudithook(_refuse)
