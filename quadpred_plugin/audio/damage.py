"""Count what FFmpeg can't decode, in bytes, and estimate its length."""

from typing import Any

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.account import Account
from quadpred_plugin.audio.mpeg import TAG_HEAD_BYTES, tag_bytes

# What FFmpeg leaves unread at the end of a file that it reads to its end: tags and indices.
_UNREAD_SECONDS = 1.0


class Damage:
    """Packets of one stream: those that could be decoded, and those that couldn't.

    Attributes
    ----------
    parts : int
        Number of packets that couldn't be decoded and aren't tags.
    good_bytes : int
        Size of the packets that were decoded; the caller counts it.
    trailing_bytes : int
        Size of those that couldn't be, since the last one that was.
    """

    def __init__(self) -> None:
        self.parts = 0
        self.good_bytes = self.trailing_bytes = 0
        self._damaged_bytes = self._trailing_parts = self._end_of_tag = 0

    def take_bad(self, packet: Any) -> None:
        """Count a packet that couldn't be decoded."""
        place = packet.pos or 0
        self._end_of_tag = max(self._end_of_tag, place + tag_bytes(bytes(packet)[:TAG_HEAD_BYTES]))
        if place >= self._end_of_tag:
            self.parts += 1
            self._trailing_parts += 1
            self.trailing_bytes += packet.size

    def resume(self) -> None:
        """Count what couldn't be decoded so far as damage between samples."""
        self._damaged_bytes += self.trailing_bytes
        self.trailing_bytes = self._trailing_parts = 0

    def report(self, account: Account, last: Any, seconds: float, size: int | None) -> None:
        """Write what was lost into an account.

        Parameters
        ----------
        account : Account
        last : av.Packet or None
            The last packet that was read.
        seconds : float
            Decoded length.
        size : int or None
            Of the file, bytes; None if it is unknown.
        """
        # Seconds per byte, the mean of what was decoded.
        rate = seconds / self.good_bytes if self.good_bytes else 0.0
        account.damaged_seconds += self._damaged_bytes * rate
        account.trailing_seconds += self.trailing_bytes * rate
        if self._damaged_bytes:
            parts = self.parts - self._trailing_parts
            account.complaints.append(unreadable.skipped(parts, account.damaged_seconds))
        if self.trailing_bytes:
            account.complaints.append(
                unreadable.no_audio_at_end(self.trailing_bytes, account.trailing_seconds)
            )
        if size is None or last is None or last.pos is None:
            return
        unread = max(0, size - last.pos - last.size) * rate
        if account.stopped:
            account.damaged_seconds += unread
        elif unread > _UNREAD_SECONDS and account.missing_seconds(seconds):
            account.stopped = True
