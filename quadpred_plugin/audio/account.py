"""Account of what of a file was decoded, and what was lost."""

from dataclasses import dataclass, field

# Shorter losses never count: headers round lengths, and codecs pad their ends.
_TOLERANCE_SECONDS = 0.1
# A file is analysed in part if it loses more than either.
_LOSS_SECONDS, _LOSS_SHARE = 1.0, 0.01


@dataclass
class Account:
    """What a decoder learns of its file, until the last block.

    Attributes
    ----------
    declared_seconds : float or None
        Length that the file's header states; None if it states none, also where a library
        guesses one from bit rate and size.
    damaged_seconds : float
        Estimated length of parts between samples that couldn't be decoded.
    trailing_seconds : float
        Estimated length of bytes after the last sample that couldn't be decoded. If samples
        of the stated length come before them, they are no audio.
    unread_seconds : float
        Estimated length of bytes after the end that the header states.
    stopped : bool
        Whether decoding ended before the end of the file.
    complaints : list of str
        What was lost. Each is part of a sentence, without a full stop.
    """

    declared_seconds: float | None = None
    damaged_seconds: float = 0.0
    trailing_seconds: float = 0.0
    unread_seconds: float = 0.0
    stopped: bool = False
    complaints: list[str] = field(default_factory=list)

    def missing_seconds(self, seconds: float) -> float:
        """Return how much of the stated length is missing, s; 0 below the tolerance.

        Parameters
        ----------
        seconds : float
            Decoded length.
        """
        missing = (self.declared_seconds or 0.0) - seconds
        return missing if missing > _TOLERANCE_SECONDS else 0.0

    def judge(self, seconds: float) -> tuple[bool, list[str]]:
        """Return what a decoded length says of the file.

        Parameters
        ----------
        seconds : float
            Decoded length.

        Returns
        -------
        partial : bool
            Whether more than 1 % or 1 s of what the file holds couldn't be decoded.
        warnings : list of str
            Sentences that follow the file's name.
        """
        missing = self.missing_seconds(seconds)
        lost = self.damaged_seconds
        if missing or self.declared_seconds is None:
            lost += self.trailing_seconds
        lost = max(missing, lost) + self.unread_seconds
        partial = lost > _TOLERANCE_SECONDS and (
            lost > _LOSS_SECONDS or lost > _LOSS_SHARE * (seconds + lost)
        )
        warnings = [f"{complaint}." for complaint in self.complaints]
        if missing:
            warnings.append(
                f"{seconds:.1f} s could be decoded of the {self.declared_seconds:.1f} s that its "
                "header states."
            )
        if partial and seconds:
            warnings.insert(
                0,
                f"is analysed in part: {seconds:.1f} s, without about {lost:.1f} s that couldn't "
                "be decoded.",
            )
        return partial, warnings

    def take_over(self, other: "Account", complaints: int) -> None:
        """Take the losses of another decoder, which has read on after this one's failed.

        Parameters
        ----------
        other : Account
        complaints : int
            Number of this decoder's complaints that stay true.
        """
        self.stopped = other.stopped
        self.damaged_seconds = other.damaged_seconds
        self.trailing_seconds = other.trailing_seconds
        self.complaints[complaints:] = other.complaints
