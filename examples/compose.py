# SPDX-License-Identifier: AGPL-3.0-or-later
# The compositions and their recordings in audio/: SPDX-License-Identifier: CC0-1.0
"""Compose the example audio: four short pieces, one for each quadrant.

Run ``python examples/compose.py`` to write ``examples/audio/*.ogg``. Seeds are fixed, so
the samples are the same for the same version of numpy.

References
----------
P. N. Juslin and P. Laukka, "Communication of emotions in vocal expression and music
performance", Psychological Bulletin 129 (5), 2003.
A. Gabrielsson and E. Lindström, "The role of structure in the musical expression of
emotions", in Handbook of Music and Emotion, Oxford University Press, 2010.
R. Bresin and A. Friberg, "Emotion rendering in music", Cortex 47 (9), 2011.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from composing import anger, calm, joy, sadness
from composing.sound import SAMPLE_RATE
from numpy.typing import NDArray

# Longer Vorbis writes have overflowed libsndfile's stack.
_BLOCK_FRAMES = 4096


@dataclass(frozen=True)
class Piece:
    """One composition and its encoding.

    Attributes
    ----------
    name : str
        File name without suffix.
    compose : callable
        Renders the piece from a seed.
    seed : int
        Seed of all random variation in timing, dynamics and noise.
    compression : float
        Vorbis compression level, 0 (best quality) to 1 (smallest file).
    """

    name: str
    compose: Callable[[int], NDArray[np.float64]]
    seed: int
    compression: float

    def render(self) -> NDArray[np.float64]:
        """Return samples at `SAMPLE_RATE`, within -1 to 1; shape (samples, 2)."""
        return self.compose(self.seed)


PIECES: tuple[Piece, ...] = (
    Piece("q1_joy", joy.compose, seed=1, compression=0.75),
    Piece("q2_anger", anger.compose, seed=2, compression=0.7),
    Piece("q3_sadness", sadness.compose, seed=3, compression=0.5),
    Piece("q4_calm", calm.compose, seed=4, compression=0.65),
)


def write_vorbis(path: Path, samples: NDArray[np.float64], compression: float) -> None:
    """Write samples as Ogg Vorbis.

    Parameters
    ----------
    path : Path
        File to write.
    samples : ndarray, shape (samples, channels)
        At `SAMPLE_RATE`, within -1 to 1.
    compression : float
        Compression level, 0 (best quality) to 1 (smallest file).
    """
    with soundfile.SoundFile(
        path,
        "w",
        samplerate=SAMPLE_RATE,
        channels=samples.shape[1],
        format="OGG",
        subtype="VORBIS",
        compression_level=compression,
    ) as file:
        for first in range(0, len(samples), _BLOCK_FRAMES):
            file.write(samples[first : first + _BLOCK_FRAMES])


def main() -> None:
    """Write all pieces to the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Compose the example audio.")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).resolve().parent / "audio",
        metavar="FOLDER",
        help="folder to write to (default: %(default)s)",
    )
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    for piece in PIECES:
        path = folder / f"{piece.name}.ogg"
        write_vorbis(path, piece.render(), piece.compression)
        print(path)


if __name__ == "__main__":
    main()
