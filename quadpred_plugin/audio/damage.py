"""Count the bytes that FFmpeg couldn't decode, and estimate their length."""

from typing import Any, BinaryIO

from quadpred_plugin.audio import unreadable
from quadpred_plugin.audio.account import Account
from quadpred_plugin.audio.leftovers import (
    TAG_HEAD_BYTES,
    joined_bytes,
    tag_bytes,
    unknown_bytes,
)

# Shorter stretches outside of packets are headers and tags.
_OUTSIDE_SECONDS = 0.1
# FFmpeg's names of formats that are frames of audio without a container.
_RAW = frozenset("aac ac3 dts dtshd eac3 flac loas mlp mp3 truehd".split())
# Bytes of the longest frame per channel, of two at least. FFmpeg's packets of these formats are
# longer where other bytes follow a frame.
_LONGEST_FRAMES = {"aac": 768, "mp3": 900}


class Damage:
    """Packets of one stream: those that could be decoded, and those that couldn't.

    Parameters
    ----------
    format_name : str
        FFmpeg's name of the container.
    channels : int

    Attributes
    ----------
    parts : int
        Number of packets that couldn't be decoded and aren't tags.
    good_bytes : int
        Size of the packets that were decoded; the caller counts it.
    bad_bytes : int
        Size of those that couldn't be, since the last one that was.
    longest : float
        Size of the longest frame; infinite if it isn't known.
    """

    def __init__(self, format_name: str, channels: int) -> None:
        self._raw = format_name in _RAW
        self.longest = _LONGEST_FRAMES.get(format_name, float("inf")) * max(2, channels)
        self.parts = self._recent_parts = 0
        self.good_bytes = self.bad_bytes = 0
        self._damaged_bytes = self._other_bytes = 0
        self._end_of_tag = 0

    def take_bad(self, packet: Any) -> None:
        """Count a packet that couldn't be decoded."""
        place = packet.pos or 0
        self._end_of_tag = max(self._end_of_tag, place + tag_bytes(bytes(packet)[:TAG_HEAD_BYTES]))
        if place < self._end_of_tag:
            self._other_bytes += packet.size
            return
        self.parts += 1
        self._recent_parts += 1
        self.bad_bytes += packet.size

    def take_long(self, packet: Any) -> None:
        """Count the bytes behind the frame of a packet that is longer than a frame can be."""
        excess = packet.size - int(self.longest)
        self.good_bytes -= excess
        self._damaged_bytes += excess

    def resume(self, packet: Any) -> None:
        """Take what couldn't be decoded so far as damage between samples, or before the first.

        Parameters
        ----------
        packet : av.Packet
            The one that was decoded then.
        """
        if self.good_bytes > packet.size:
            self._damaged_bytes += self.bad_bytes
        else:
            self._other_bytes += self.bad_bytes
            self.parts -= self._recent_parts
        self.bad_bytes = self._recent_parts = 0

    def report(self, account: Account, seconds: float) -> None:
        """Write what couldn't be decoded into an account.

        Parameters
        ----------
        account : Account
        seconds : float
            Decoded length.
        """
        rate = self._seconds_per_byte(seconds)
        account.damaged_seconds = self._damaged_bytes * rate
        account.trailing_seconds = self.bad_bytes * rate
        if self._damaged_bytes:
            parts = self.parts - self._recent_parts
            account.complaints.append(unreadable.skipped(parts, account.damaged_seconds))
        if self.bad_bytes and (account.trailing_seconds > _OUTSIDE_SECONDS or not seconds):
            account.complaints.append(unreadable.no_audio_at_end(self.bad_bytes))

    def report_unread(
        self, account: Account, seconds: float, content: BinaryIO, first: Any, last: Any
    ) -> None:
        """Count the bytes of a file that were in no packet.

        Parameters
        ----------
        account : Account
        seconds : float
            Decoded length.
        content : binary file
        first, last : av.Packet
            The first and the last packet that were read.
        """
        rate, size = self._seconds_per_byte(seconds), content.seek(0, 2)
        end = last.pos + last.size
        if self._raw:
            inside = self.good_bytes + self.bad_bytes + self._damaged_bytes + self._other_bytes
            # What FFmpeg skips may lack in the positions too, so that they end early.
            outside = end - first.pos - inside + unknown_bytes(content, end, size)
            if outside * rate > _OUTSIDE_SECONDS and not account.stopped:
                self._damaged_bytes += outside
        if account.stopped:
            self._judge_stop(account, seconds, unknown_bytes(content, end, size))
        elif not self._raw and (size - end) * rate > _OUTSIDE_SECONDS:
            # What else follows in a container are tags, pictures and indices.
            self._follow(account, joined_bytes(content, end), rate)

    def _judge_stop(self, account: Account, seconds: float, left: int) -> None:
        if left and (account.declared_seconds is None or account.missing_seconds(seconds)):
            self._damaged_bytes += left
            return
        # What looked like damage follows the audio.
        account.stopped = False
        account.complaints.clear()
        self._follow(account, left, self._seconds_per_byte(seconds))

    def _follow(self, account: Account, size: int, rate: float) -> None:
        # Of WAV and AIFF the chunks have told already.
        if size and not account.unread_seconds:
            account.unread_seconds = size * rate
            account.complaints.append(unreadable.followed(size, account.unread_seconds))

    def _seconds_per_byte(self, seconds: float) -> float:
        return seconds / self.good_bytes if self.good_bytes else 0.0
