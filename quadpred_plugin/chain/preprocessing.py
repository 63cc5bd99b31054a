"""Parameters of the front end."""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from quadpred_plugin.errors import ModelError
from quadpred_plugin.system.text import printable

# Upper limits for an untrusted card, whose values decide how much memory is allocated.
_LIMITS = {
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
    "context_before": 4096,
    "context_after": 4096,
}
_REAL_NUMBERS = {"lowest_frequency", "highest_frequency", "peak_floor", "logarithm_floor"}
_MAY_BE_ZERO = {"lowest_frequency", "context_before", "context_after"}
_WORDS = {
    "mel_scale": ("slaney",),
    "band_norm": ("area",),
    "level": ("peak",),
    "spectrum": ("magnitude", "power"),
}
# Entries that the first cards don't have: absent, they have their defaults.
_LATER = ("spectrum", "context_before", "context_after")


@dataclass(frozen=True)
class Preprocessing:
    """Parameters of the front end, from samples to the network's input.

    The defaults are the published front end of quad-pred and lang-sens-mer.

    Attributes
    ----------
    sample_rate : int
        Sample rate of the chain, Hz.
    frame_size : int
        Samples in the periodic Hann window.
    hop_size : int
        Samples from one frame's centre to the next. Frame *i* is centred on sample
        ``i * hop_size``; samples outside the signal are zero.
    fft_size : int
        Points of the Fourier transform; the window is zero-padded to this size.
    bands : int
        Number of triangular mel bands of the spectrum.
    lowest_frequency, highest_frequency : float
        Outer edges of the first and the last band, Hz.
    mel_scale : str
        Only ``"slaney"``: linear to 1 kHz, logarithmic above.
    band_norm : str
        Only ``"area"``: triangles of equal area.
    level : str
        Only ``"peak"``: bands are divided by the file's largest absolute sample.
    peak_floor : float
        Smallest divisor of bands, relative to full scale. (Which signals count as silent
        is decided by ``quadpred_plugin.chain.peak.SILENCE_DBFS``.)
    logarithm_floor : float
        Added to the divided bands before the natural logarithm.
    patch_size : int
        Frames per patch: what the network sees at a time.
    spectrum : {'magnitude', 'power'}
        Whether bands are sums of magnitudes or of their squares. Power is divided by the
        square of the peak.
    context_before, context_after : int
        Frames of a patch before and after its own frames, which its row is about
        (`own_frames`, `patches.patch_frames`).

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
    spectrum: str = "magnitude"
    context_before: int = 0
    context_after: int = 0

    def __post_init__(self) -> None:
        for name, known in _WORDS.items():
            value = getattr(self, name)
            if value not in known:
                raise ModelError(
                    f"The card asks for {name} {value!r}, but this version supports only "
                    f"{' and '.join(map(repr, known))}; a newer quadpred-plugin may support it."
                )
        for name, number in asdict(self).items():
            positive = isinstance(number, int | float) and number > 0
            if name not in _WORDS and not (positive or (name in _MAY_BE_ZERO and number == 0)):
                raise ModelError(
                    f"The model card gives {name}, which must be a positive number, not {number!r}."
                )
        for name, limit in _LIMITS.items():
            number = getattr(self, name)
            if number > limit or (name not in _REAL_NUMBERS and not isinstance(number, int)):
                kind = "number" if name in _REAL_NUMBERS else "whole number"
                raise ModelError(
                    f"The model card gives {name} {number!r}, which must be a {kind} up to {limit}."
                )
        if not self.frame_size <= self.fft_size:
            raise ModelError("The model card's frame_size is larger than its fft_size.")
        if self.own_frames < 1:
            raise ModelError(
                f"The model card's context, {self.context_before} frames before and "
                f"{self.context_after} after, leaves none of the {self.patch_size} frames of a "
                "patch."
            )

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Preprocessing":
        """Return the parameters of a model card's ``preprocessing`` entry.

        Parameters
        ----------
        values : dict
            Every parameter by name. ``spectrum``, ``context_before`` and ``context_after``,
            which the first cards don't have, may be absent and then have their defaults.

        Returns
        -------
        preprocessing : Preprocessing

        Raises
        ------
        ModelError
            If a name is unknown or missing, or a value is out of range.
        """
        known = {field.name for field in fields(cls)}
        if different := (set(values) ^ known) - (set(_LATER) - set(values)):
            names = ", ".join(map(printable, sorted(different)))
            raise ModelError(f"The card's preprocessing has unknown or missing entries: {names}.")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """Return the parameters by name, as in a model card.

        Those that the first cards don't have are left out where they have their defaults, so
        that the hash of these cards stays what it was.
        """
        defaults = {field.name: field.default for field in fields(self)}
        return {
            name: value
            for name, value in asdict(self).items()
            if name not in _LATER or value != defaults[name]
        }

    @property
    def hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of `to_dict` as canonical JSON.

        Cards with equal hashes have equal bands; caches of bands contain it in their names.
        """
        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def frame_seconds(self) -> float:
        """Seconds from one frame to the next."""
        return self.hop_size / self.sample_rate

    @property
    def has_context(self) -> bool:
        """Whether patches have frames besides their own."""
        return self.own_frames < self.patch_size

    @property
    def own_frames(self) -> int:
        """Frames of a patch that its row is about: all but the context's."""
        return self.patch_size - self.context_before - self.context_after

    @property
    def patch_seconds(self) -> float:
        """Length of a patch's own frames in seconds: their number times the frame period."""
        return self.own_frames * self.frame_seconds

    def hop_frames(self, seconds: float | None) -> int:
        """Return the frames from one patch to the next for a hop in seconds.

        Parameters
        ----------
        seconds : float or None
            Hop, rounded to whole frames. None is the length of a patch's own frames, which
            then don't overlap, as in the published systems.

        Returns
        -------
        frames : int

        Raises
        ------
        ValueError
            If the hop is less than half a frame or isn't finite.
        """
        if seconds is None:
            return self.own_frames
        frames = seconds / self.frame_seconds
        if not 0.5 <= frames < 2**31:
            raise ValueError(
                f"A hop of {seconds:g} s can't be used: it must be one frame, "
                f"{self.frame_seconds:g} s, or more, and finite."
            )
        return int(frames + 0.5)

    def frame_count(self, samples: int) -> int:
        """Return the frames of a signal of that many samples; 0 for an empty one."""
        return 1 + samples // self.hop_size if samples else 0
