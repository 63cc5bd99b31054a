"""The numbers of the front end, in one place."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from quadpred_plugin.errors import ModelError
from quadpred_plugin.system.text import printable

# What no front end needs more of; a card's numbers decide how much memory is taken.
_LARGEST = {
    "sample_rate": 192_000,
    "frame_size": 65_536,
    "hop_size": 65_536,
    "fft_size": 65_536,
    "bands": 1024,
    "lowest_frequency": 96_000,
    "highest_frequency": 96_000,
    "peak_floor": 1,
    "logarithm_floor": 1,
    "patch_size": 4096,
}
_REAL = {"lowest_frequency", "highest_frequency", "peak_floor", "logarithm_floor"}


@dataclass(frozen=True)
class Preprocessing:
    """What happens to samples before the network sees them.

    Defaults are the published front end of quad-pred and lang-sens-mer.

    Attributes
    ----------
    sample_rate : int
        Rate that the chain works at, Hz.
    frame_size : int
        Samples under the periodic Hann window.
    hop_size : int
        Samples from one frame's centre to the next. Frame *i* is centred on sample
        ``i * hop_size``; what lies outside the signal counts as zero.
    fft_size : int
        Points of the Fourier transform; the window stands in its middle.
    bands : int
        Number of triangular mel bands of the magnitude spectrum.
    lowest_frequency, highest_frequency : float
        Outer edges of the first and the last band, Hz.
    mel_scale : str
        Only ``"slaney"``: linear to 1 kHz, logarithmic above.
    band_norm : str
        Only ``"area"``: triangles of equal area.
    level : str
        Only ``"peak"``: bands are divided by the file's largest absolute sample.
    peak_floor : float
        Smallest peak that is divided by, relative to full scale (1e-4 is -80 dBFS).
        A file that stays below is silent.
    logarithm_floor : float
        Added to levelled bands before the natural logarithm.
    patch_size : int
        Frames in one patch.

    References
    ----------
    J. S. Gómez-Cañón, E. Cano, P. Herrera, E. Gómez, "Transfer learning from speech to
    music: towards language-sensitive emotion recognition models", EUSIPCO 2020,
    section 3.
    """

    sample_rate: int = 16000
    frame_size: int = 1024
    hop_size: int = 512
    fft_size: int = 2048
    bands: int = 128
    lowest_frequency: float = 0.0
    highest_frequency: float = 8000.0
    mel_scale: str = "slaney"
    band_norm: str = "area"
    level: str = "peak"
    peak_floor: float = 1e-4
    logarithm_floor: float = 2.0**-23
    patch_size: int = 31

    def __post_init__(self) -> None:
        for name, only in (("mel_scale", "slaney"), ("band_norm", "area"), ("level", "peak")):
            value = getattr(self, name)
            if value != only:
                raise ModelError(
                    f"The card asks for {name} {value!r}, but this version knows only "
                    f"'{only}'; a newer quadpred-plugin may know it."
                )
        for name, number in asdict(self).items():
            positive = isinstance(number, int | float) and number > 0
            if not isinstance(getattr(type(self), name), str) and not (
                positive or (name == "lowest_frequency" and number == 0)
            ):
                raise ModelError(
                    f"The model card gives {name}, which must be a positive number, not {number!r}."
                )
        for name, largest in _LARGEST.items():
            number = getattr(self, name)
            if number > largest or (name not in _REAL and number != int(number)):
                kind = "number" if name in _REAL else "whole number"
                raise ModelError(
                    f"The model card gives {name} {number!r}, which must be a {kind} up to "
                    f"{largest}."
                )
        if not self.frame_size <= self.fft_size:
            raise ModelError("The model card's frame_size is larger than its fft_size.")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preprocessing":
        """Read the part of a card that describes the front end.

        Raises
        ------
        ModelError
            If a name is unknown or missing.
        """
        known = {field.name for field in fields(cls)}
        if set(values) != known:
            odd = ", ".join(map(printable, sorted(set(values) ^ known)))
            raise ModelError(f"The card's preprocessing has unknown or missing entries: {odd}.")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return every number by name, as a card holds them."""
        return asdict(self)

    @property
    def hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the canonical JSON.

        Two cards with one hash share bands; caches of bands carry it in their name.
        """
        canonical = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def frame_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_size / self.sample_rate

    @property
    def patch_seconds(self) -> float:
        """Seconds that one patch stands for."""
        return self.patch_size * self.frame_seconds

    def hop_frames(self, seconds: float | None) -> int:
        """Frames from one patch's start to the next for a hop in seconds.

        Parameters
        ----------
        seconds : float or None
            Wished hop; the nearest whole number of frames is taken. None is the patch,
            so that patches don't overlap, as in the published systems.

        Raises
        ------
        ValueError
            If the hop is less than half a frame or isn't finite.
        """
        if seconds is None:
            return self.patch_size
        frames = seconds / self.frame_seconds
        if not 0.5 <= frames < 2**31:
            raise ValueError(
                f"A hop of {seconds:g} s can't be used: it must be one frame, "
                f"{self.frame_seconds:g} s, or more, and finite."
            )
        return int(frames + 0.5)

    def frame_count(self, samples: int) -> int:
        """Frames that a signal of so many samples gives; none for an empty one."""
        return 1 + samples // self.hop_size if samples else 0
