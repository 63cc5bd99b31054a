"""Small networks with random weights, exported as models."""

import json

import numpy as np

from quadpred_plugin.chain.engine import load_standard
from quadpred_plugin.model.registry import find_model

ZOO_KEYS = "link author release_date description dataset citation".split()
OWN_KEYS = "speech music corpora networks limits licence training pooling".split()


def write_small_model(folder, preprocessing, name="small", embeddings=0):
    """Export a network whose outputs depend on every frame of a patch; return its graph.

    With a width given, its shared layer has this width and is an output, too.
    """
    load_standard()  # before Keras's TensorFlow
    import keras
    from keras import layers

    from quadpred_plugin.training.packaging.export import golden_vectors, write_model
    from quadpred_plugin.training.packaging.freeze import freeze

    keras.utils.set_random_seed(3)
    patches = keras.Input((preprocessing.patch_size, preprocessing.bands), name="patches")
    image = layers.Reshape((preprocessing.patch_size, preprocessing.bands, 1))(patches)
    by_frame = layers.Conv2D(6, (1, preprocessing.bands), activation="relu")(image)
    # Weights for each frame, so that frames can't change places.
    shared = layers.Dense(embeddings or 7, activation="relu")(layers.Flatten()(by_frame))
    outputs = {
        head: layers.Dense(classes, "softmax", name=head)(shared)
        for head, classes in (("quadrants", 4), ("arousal", 2), ("valence", 2))
    }
    if embeddings:
        outputs["embeddings"] = shared
    network = keras.Model(patches, outputs)
    content = json.loads(find_model().graph.with_suffix(".json").read_text())
    return write_model(
        folder,
        name,
        freeze(network, preprocessing),
        golden_vectors(network, preprocessing),
        preprocessing,
        {key: content[key] for key in ZOO_KEYS},
        {key: content["quadpred"][key] for key in OWN_KEYS},
    )


def samples_of_frames(frames, preprocessing, seed=0):
    """Return noise that has this many frames, growing louder towards the end."""
    if not frames:
        return np.zeros(0, dtype=np.float32)
    random = np.random.default_rng(seed)
    count = (frames - 1) * preprocessing.hop_size + preprocessing.hop_size // 2
    noise = random.standard_normal(max(count, 1)) * np.linspace(0.02, 0.2, max(count, 1))
    # Every tenth of a second another colour, so that windows differ.
    return (noise * np.sign(np.sin(np.arange(len(noise)) / 500))).astype(np.float32)
