"""What runs in a child process: imports, decoding, predictions. A line of JSON a subject."""

import json
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError

# The tone in every sample file, Hz, and how far off it may be heard.
TONE = 440.0
_TONE_TOLERANCE = 20.0
_SHORTEST_SECONDS = 0.2
# Constants in the graphs are float16, golden vectors were made with float32; the shipped models
# differ by up to 0.0011 for it, in values from -1 to 1.
GOLDEN_TOLERANCE = 2e-3


def main(kind: str, *subjects: str) -> None:
    """Run a probe over subjects and print what it found, or why it failed."""
    for subject in subjects:
        facts: dict[str, Any] = {}
        problem = ""
        try:
            facts = PROBES[kind](subject)
        except QuadpredError as error:
            problem = str(error)
        except Exception as error:  # whatever a broken package raises is what is looked for
            problem = f"{type(error).__name__}: {error}."
        # One line whatever the words; after it this subject can't be blamed for an end.
        print(json.dumps({"facts": facts, "problem": problem}), flush=True)


def import_package(name: str) -> dict[str, Any]:
    """Import a package; tell which native libraries it brings."""
    if name == "essentia":
        return _import_essentia()
    module = import_module(name)
    if name == "soundfile":
        return {"libraries": {"libsndfile": module.__libsndfile_version__}}
    if name == "av":
        numbers = module.library_versions["libavcodec"]
        return {"libraries": {"libavcodec": ".".join(map(str, numbers))}}
    return {"libraries": {}}


def _import_essentia() -> dict[str, Any]:
    from quadpred_plugin.chain.engine import load_standard, restrict_algorithms

    restrict_algorithms()
    standard = load_standard()
    if not hasattr(standard, "TensorflowPredict"):
        raise QuadpredError(
            "its algorithm TensorflowPredict is missing: this is Essentia without TensorFlow."
        )
    return {"libraries": {"TensorFlow": _tensorflow_version()}}


def _tensorflow_version() -> str:
    """Ask the TensorFlow that Essentia's wheel brings for its version."""
    import ctypes

    for file in metadata.files("essentia-tensorflow") or []:
        if file.name.startswith("libtensorflow") and "framework" not in file.name:
            library = ctypes.CDLL(str(file.locate()))
            library.TF_Version.restype = ctypes.c_char_p
            return library.TF_Version().decode()
    return "of unknown version"


def decode_sample(path: str) -> dict[str, Any]:
    """Decode a sample file and look for its tone."""
    import numpy as np

    from quadpred_plugin.audio.decoding import open_decoder

    with open_decoder(Path(path)) as decoder:
        blocks = list(decoder.blocks)
        rate, complaints = decoder.sample_rate, decoder.complaints
    samples = np.concatenate(blocks)[:, 0] if blocks else np.zeros(0)
    seconds = len(samples) / rate
    if complaints or seconds < _SHORTEST_SECONDS:
        raise QuadpredError(f"gave {seconds:.2f} s of a quarter of a second. {complaints}")
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 16))
    heard = float(spectrum.argmax()) * rate / (1 << 16)
    if abs(heard - TONE) > _TONE_TOLERANCE:
        raise QuadpredError(f"gave a tone of {heard:.0f} Hz in place of {TONE:.0f} Hz.")
    return {"tone": heard}


def predict_golden(path: str) -> dict[str, Any]:
    """Run a model over its golden vectors; tell the largest difference."""
    import numpy as np

    from quadpred_plugin.chain.engine import restrict_algorithms
    from quadpred_plugin.chain.entries import HEAD_SIZES
    from quadpred_plugin.chain.network import Network
    from quadpred_plugin.model.card import read_card

    restrict_algorithms()
    card = read_card(Path(path))
    golden = np.load(card.graph.with_suffix(".golden.npz"))
    network = Network(card.graph, card.entries["patches"])
    (heads,) = network.predict([golden["patches"].astype(np.float32)])
    difference = max(float(np.abs(heads[name] - golden[name]).max()) for name in HEAD_SIZES)
    if not difference < GOLDEN_TOLERANCE:
        raise QuadpredError(
            f"its answers are off by {difference:.2g}, more than {GOLDEN_TOLERANCE:g}."
        )
    return {"difference": difference}


PROBES: dict[str, Callable[[str], dict[str, Any]]] = {
    "import": import_package,
    "decode": decode_sample,
    "golden": predict_golden,
}
