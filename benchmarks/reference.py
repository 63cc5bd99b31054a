"""Reference method: librosa and a Keras model, one file after the other.

Processes each file as the script published with the multi-task network does: load at
16 kHz, divide by the peak, logarithm of the mel bands, patches, ``model.predict``.
"""

import argparse
import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

# By name, since librosa loads its modules on first use and then walks through all that are
# loaded: TensorFlow's many shouldn't be among them, and be held against this method.
from librosa import load
from librosa.feature import melspectrogram
from numpy.typing import NDArray

SAMPLE_RATE = 16000
PATCH_FRAMES = 31
COLUMNS = "path q1 q2 q3 q4 arousal_low arousal_high valence_low valence_high".split()


def make_patches(path: str) -> NDArray[np.float32]:
    """Load a file and split its logarithmic mel bands into patches without overlap.

    Parameters
    ----------
    path : str

    Returns
    -------
    patches : ndarray of float32, shape (patches, 31, 128)
    """
    samples, _ = load(path, sr=SAMPLE_RATE, mono=True)
    samples = samples / max(np.max(np.abs(samples)), np.finfo(np.float32).tiny)
    bands = melspectrogram(
        y=samples,
        sr=SAMPLE_RATE,
        n_fft=2048,
        win_length=1024,
        hop_length=512,
        n_mels=128,
        fmax=8000,
        power=1,
        center=True,
        norm="slaney",
    )
    logarithmic = np.log(bands + 2.0**-23).T.astype(np.float32)
    patches = len(logarithmic) // PATCH_FRAMES
    return logarithmic[: patches * PATCH_FRAMES].reshape(patches, PATCH_FRAMES, -1)


def predict(model: Any, path: str) -> list[float]:
    """Return the mean of each output over a file's patches: quadrants, arousal, valence."""
    patches = make_patches(path)
    if not len(patches):
        raise SystemExit(f"{path} is shorter than one patch of {PATCH_FRAMES} frames.")
    heads = model.predict(patches, verbose=0)
    outputs = [heads[name].mean(axis=0) for name in ("quadrants", "arousal", "valence")]
    return [float(value) for value in np.concatenate(outputs)]


def main() -> None:
    """Print one row per file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="+")
    parser.add_argument(
        "--model", type=Path, default=Path(__file__).parent.parent / ".bench" / "reference.keras"
    )
    arguments = parser.parse_args()
    import keras

    model = keras.models.load_model(arguments.model)
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for path in arguments.paths:
        writer.writerow([path, *predict(model, path)])


if __name__ == "__main__":
    main()
