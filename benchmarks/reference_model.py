"""Builds the network of the default model, with random weights, as a Keras model file.

How long a network takes doesn't depend on its weights, so none need be trained or loaded.
"""

import argparse
import os
from pathlib import Path

from quadpred_plugin.models import find_model
from quadpred_plugin.training.architecture import build_network

SEED = 2021


def main() -> None:
    """Write the model file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a .keras file")
    path = parser.parse_args().path
    path.parent.mkdir(parents=True, exist_ok=True)
    import keras

    keras.utils.set_random_seed(SEED)
    card = find_model()
    filters = card.content["quadpred"]["training"]["filters"]
    # Keras insists on the suffix; the number keeps a half-written file from being used.
    temporary = path.with_name(f"{path.stem}-{os.getpid()}.keras")
    build_network(card.preprocessing, filters).save(temporary)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
