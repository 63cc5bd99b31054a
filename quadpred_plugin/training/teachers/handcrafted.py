"""Hand-made features: Essentia's description of rhythm, tonality and timbre of a clip.

References
----------
D. Bogdanov et al., "Essentia: an audio analysis library for music information
retrieval", ISMIR 2013. R. Panda, R. Malheiro, R. P. Paiva, "Novel audio features for
music emotion recognition", IEEE Transactions on Affective Computing, 2018, for how far
hand-made features go on the 4Q set.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.mixing import open_sound

SAMPLE_RATE = 44100
"""Hz; the only rate that Essentia's extractor is made for."""

_SCALES = {"minor": 0.0, "major": 1.0}
# Of the file and not of the music; the keys' names have no order.
_LEFT_OUT = ("metadata.", "rhythm.beats_position", ".key", "tonal.chords_key", ".icov")


class Handcrafted:
    """Essentia's MusicExtractor, as a row of numbers."""

    def __init__(self) -> None:
        import essentia.standard

        essentia.log.infoActive = essentia.log.warningActive = False
        self._extractor = essentia.standard.MusicExtractor(
            lowlevelStats=["mean", "stdev", "dmean", "dvar"],
            tonalStats=["mean", "stdev"],
            rhythmStats=["mean", "stdev"],
        )

    def __call__(self, path: Path) -> dict[str, NDArray[np.float32]]:
        """Return the descriptors of an audio file.

        Returns
        -------
        features : dict of ndarray of float32
            ``descriptors``, shape (1, descriptors), in the alphabetical order of
            Essentia's names. Scales are 1 for major and 0 for minor; covariances are
            their diagonal.
        """
        import soundfile

        with open_sound(path, SAMPLE_RATE) as sound:
            samples = np.concatenate(list(sound.blocks))
        # The extractor reads files only, and Essentia's loader ends the process on codecs
        # that it lacks.
        with tempfile.NamedTemporaryFile(suffix=".wav") as copy:
            soundfile.write(copy.name, samples, SAMPLE_RATE, subtype="FLOAT")
            pool, _ = self._extractor(copy.name)
        parts = [
            _numbers(pool[name])
            for name in sorted(pool.descriptorNames())
            if not any(part in name for part in _LEFT_OUT) or name.endswith((".strength", ".scale"))
        ]
        row = np.nan_to_num(np.concatenate(parts), posinf=0.0, neginf=0.0)
        return {"descriptors": row[np.newaxis].astype(np.float32)}


def _numbers(value: Any) -> NDArray[np.float64]:
    if isinstance(value, str):
        return np.array([_SCALES[value]])
    array = np.asarray(value, dtype=np.float64)
    return np.diag(array) if array.ndim == 2 else array.ravel()
