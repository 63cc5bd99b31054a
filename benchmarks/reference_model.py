"""Builds the published multi-task network, with random weights, as a Keras model file.

How long a network takes doesn't depend on its weights, so none need be trained or loaded.
"""

import argparse
import os
from pathlib import Path
from typing import Any

FRAMES = 31
BANDS = 128
SEED = 2021


def build_network() -> Any:
    """Build the network: an encoder, shared dense layers and three branches.

    Returns
    -------
    network : keras.Model
        Patches of logarithmic bands, shape (patches, 31, 128, 1), to softmaxes of
        quadrants (patches, 4), arousal (patches, 2) and valence (patches, 2).

    References
    ----------
    J. S. Gómez-Cañón, E. Cano, A. G. Pandrea, P. Herrera, E. Gómez, "Language-sensitive
    music emotion recognition models: are we really there yet?", ICASSP 2021.
    """
    import keras
    from keras import layers

    keras.utils.set_random_seed(SEED)
    patches = keras.Input((FRAMES, BANDS, 1))
    hidden = patches
    for filters, pooling in ((32, 4), (64, 4), (128, 2)):
        for _ in range(2):
            hidden = layers.Conv2D(filters, 3, padding="same")(hidden)
            hidden = layers.BatchNormalization()(hidden)
            hidden = layers.ReLU()(hidden)
        hidden = layers.MaxPooling2D((1, pooling))(hidden)
        hidden = layers.Dropout(0.25)(hidden)
    hidden = layers.MaxPooling2D((1, 2), name="encod")(hidden)
    hidden = layers.Flatten()(hidden)
    for position in range(3):
        hidden = layers.Dense(512, activation="relu")(hidden)
        if position < 2:
            hidden = layers.Dropout(0.25)(hidden)
    outputs = []
    for name, classes in (("quadrants", 4), ("arousal", 2), ("valence", 2)):
        branch = layers.Dense(512, activation="relu")(hidden)
        branch = layers.Dense(512, activation="relu")(branch)
        outputs.append(layers.Dense(classes, activation="softmax", name=name)(branch))
    return keras.Model(patches, outputs)


def main() -> None:
    """Write the model file unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a .keras file")
    path = parser.parse_args().path
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Keras insists on the suffix; the number keeps a half-written file from being reused.
    temporary = path.with_name(f"{path.stem}-{os.getpid()}.keras")
    build_network().save(temporary)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
