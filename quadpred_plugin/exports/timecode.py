"""SMPTE timecode: times as hours, minutes, seconds and frames of a video.

References
----------
SMPTE ST 12-1, "Time and Control Code": at 29.97 and 59.94 frames a second, drop-frame timecode
leaves out the first frame numbers of each minute but every tenth, so that it follows the clock.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class FrameRate:
    """Frames of a video per second, and how they are counted.

    Attributes
    ----------
    rate : Fraction
        Hz.
    dropped : int
        Numbers left out in a minute; 0 without drop-frame.
    """

    rate: Fraction
    dropped: int = 0

    @property
    def nominal(self) -> int:
        """Frame numbers in a second of timecode."""
        return round(self.rate)

    def frame_at(self, seconds: float) -> int:
        """Return the number of the frame that begins nearest to a time, s."""
        return round(Fraction(seconds) * self.rate)

    def timecode(self, frame: int) -> str:
        """Return the timecode of a frame, with a semicolon if it is drop-frame.

        Examples
        --------
        >>> FRAME_RATES["25"].timecode(90061), FRAME_RATES["29.97"].timecode(1800)
        ('01:00:02:11', '00:01:00;02')
        """
        minute = self.nominal * 60 - self.dropped
        ten = 10 * minute + self.dropped
        tens, rest = divmod(frame, ten)
        # The first minute of ten has all its numbers.
        minutes = max(0, rest - self.dropped) // minute
        number = frame + self.dropped * (9 * tens + minutes)
        seconds, frames = divmod(number, self.nominal)
        parts = seconds // 3600, seconds // 60 % 60, seconds % 60
        sign = ";" if self.dropped else ":"
        return ":".join(f"{part:02}" for part in parts) + f"{sign}{frames:02}"


FRAME_RATES = {
    "23.976": FrameRate(Fraction(24000, 1001)),
    "24": FrameRate(Fraction(24)),
    "25": FrameRate(Fraction(25)),
    "29.97": FrameRate(Fraction(30000, 1001), dropped=2),
    "30": FrameRate(Fraction(30)),
    "50": FrameRate(Fraction(50)),
    "59.94": FrameRate(Fraction(60000, 1001), dropped=4),
    "60": FrameRate(Fraction(60)),
}
DEFAULT_FRAME_RATE = "25"
