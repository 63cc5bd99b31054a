"""Send live predictions to programs by Open Sound Control (OSC) over UDP."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import click

from quadpred_plugin.cli.message_options import print_message
from quadpred_plugin.system.failures import describe

if TYPE_CHECKING:
    from quadpred_plugin.live import LivePatch

LOOPBACK = "127.0.0.1"
AROUSAL, VALENCE, QUADRANTS = "/quadpred/arousal", "/quadpred/valence", "/quadpred/quadrants"


class OscSender:
    """Sends three messages for each patch, and never waits.

    A message that the system doesn't take at once is dropped. The first failure is printed; the
    analysis goes on.

    Parameters
    ----------
    address : str
        ``HOST:PORT``, ``[HOST]:PORT`` for IPv6, or ``PORT`` of this machine.

    Raises
    ------
    click.BadParameter
        If the address can't be understood, or there is no such host.
    click.UsageError
        If python-osc isn't installed.
    """

    def __init__(self, address: str) -> None:
        self.host, self.port = split_address(address)
        try:
            from pythonosc.udp_client import SimpleUDPClient
        except ImportError as error:
            raise click.UsageError(
                "--osc needs one more package: pip install 'quadpred-plugin[osc]'."
            ) from error
        # The number, since a name would be looked up for each message.
        number = _look_up(self.host, self.port)
        self._client: Any = SimpleUDPClient(number, self.port)
        self._failed = False

    def send(self, patch: LivePatch) -> None:
        """Send a patch's values; of a silent patch, which has none, nothing is sent."""
        if patch.silent:
            return
        for name, values in (
            (AROUSAL, [patch.arousal]),
            (VALENCE, [patch.valence]),
            (QUADRANTS, patch.quadrants.tolist()),
        ):
            try:
                self._client.send_message(name, values)
            except BlockingIOError:
                pass
            except OSError as error:
                self._report(error)

    def close(self) -> None:
        """Close the socket."""
        self._client.close()

    def _report(self, error: OSError) -> None:
        if not self._failed:
            self._failed = True
            print_message(
                f"OSC messages to {self.host}, port {self.port}, can't be sent: {describe(error)}. "
                "The analysis goes on."
            )


def split_address(address: str) -> tuple[str, int]:
    """Split an address into host and port.

    Raises
    ------
    click.BadParameter
        If there is no port from 1 to 65535.

    Examples
    --------
    >>> split_address("9000"), split_address("[::1]:9000")
    (('127.0.0.1', 9000), ('::1', 9000))
    """
    host, _, port = address.strip().rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise _bad(f"Put an IPv6 address into brackets: [{host}]:{port}.")
    # Python also takes digits of other scripts, signs and underscores.
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise _bad(f"'{address}' isn't HOST:PORT with a port from 1 to 65535, such as 9000.")
    return host or LOOPBACK, int(port)


def _look_up(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _bad(f"There is no host '{host}': {reason}.") from error
    # Most programs wait for messages at an IPv4 address.
    found.sort(key=lambda one: one[0] != socket.AF_INET)
    return str(found[0][4][0])


def _bad(sentence: str) -> click.BadParameter:
    return click.BadParameter(sentence, param_hint="--osc")
