"""Build the published network with random weights, as a Keras model file.

The run time of a network doesn't depend on its weights, so no training is needed.
"""

import argparse
import os
from pathlib import Path

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.training.networks.published import build_network

SEED = 2021


def main() -> None:
    """Write the model file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="a .keras file")
    path = parser.parse_args().path
    path.parent.mkdir(parents=True, exist_ok=True)
    import keras

    keras.utils.set_random_seed(SEED)
    # Keras insists on the suffix; the number keeps a half-written file from being used.
    temporary = path.with_name(f"{path.stem}-{os.getpid()}.keras")
    build_network(Preprocessing()).save(temporary)
    os.replace(temporary, path)


if __name__ == "__main__":
    main()
