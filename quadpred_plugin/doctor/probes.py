"""Probes that run in a child process; each prints one line of JSON per subject."""

import json
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from quadpred_plugin.errors import QuadpredError

# The tone in every sample file and its tolerance, Hz.
TONE = 440.0
_TONE_TOLERANCE = 20.0
_SHORTEST_SECONDS = 0.2
# Constants in the graphs are float16, golden vectors were made with float32. Outputs of the
# shipped models, 0..1 and -1..1, differ by up to 0.0011 for this reason.
GOLDEN_TOLERANCE = 2e-3


def main(kind: str, *subjects: str) -> None:
    """Run a probe over subjects and print its results, or the reason of a failure."""
    for subject in subjects:
        facts: dict[str, Any] = {}
        problem = ""
        try:
            facts = PROBES[kind](subject)
        except QuadpredError as error:
            problem = str(error)
        except Exception as error:  # a broken package may raise anything
            problem = f"{type(error).__name__}: {error}."
        # The line is flushed so that a later crash isn't attributed to this subject.
        print(json.dumps({"facts": facts, "problem": problem}), flush=True)


def import_package(name: str) -> dict[str, Any]:
    """Import a package and return the versions of its native libraries."""
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
    """Return the version of the TensorFlow in Essentia's wheel."""
    import ctypes

    for file in metadata.files("essentia-tensorflow") or []:
        if file.name.startswith("libtensorflow") and "framework" not in file.name:
            library = ctypes.CDLL(str(file.locate()))
            library.TF_Version.restype = ctypes.c_char_p
            return library.TF_Version().decode()
    return "of unknown version"


def decode_sample(path: str) -> dict[str, Any]:
    """Decode a sample file and check its tone."""
    import numpy as np

    from quadpred_plugin.audio.decoding import open_decoder

    with open_decoder(Path(path)) as decoder:
        blocks = list(decoder.blocks)
        rate, complaints = decoder.sample_rate, decoder.account.complaints
    samples = np.concatenate(blocks)[:, 0] if blocks else np.zeros(0)
    seconds = len(samples) / rate
    if complaints or seconds < _SHORTEST_SECONDS:
        raise QuadpredError(f"decoded to {seconds:.2f} s instead of 0.25 s. {complaints}")
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 1 << 16))
    found = float(spectrum.argmax()) * rate / (1 << 16)
    if abs(found - TONE) > _TONE_TOLERANCE:
        raise QuadpredError(f"decoded to a tone of {found:.0f} Hz instead of {TONE:.0f} Hz.")
    return {"tone": found}


def predict_golden(path: str) -> dict[str, Any]:
    """Run a model over its golden vectors and return the largest difference."""
    import numpy as np

    from quadpred_plugin.chain.engine import restrict_algorithms
    from quadpred_plugin.chain.network import Network
    from quadpred_plugin.model.card import read_card

    restrict_algorithms()
    card = read_card(Path(path))
    golden = np.load(card.graph.with_suffix(".golden.npz"))
    network = Network(card.graph, card.entries["patches"])
    (heads,) = network.predict([golden["patches"].astype(np.float32)])
    difference = max(
        float(np.abs(heads[name] - golden[name]).max()) for name in heads if name in golden
    )
    if not difference < GOLDEN_TOLERANCE:
        raise QuadpredError(
            f"its outputs are off by {difference:.2g}, more than {GOLDEN_TOLERANCE:g}."
        )
    return {"difference": difference}


PROBES: dict[str, Callable[[str], dict[str, Any]]] = {
    "import": import_package,
    "decode": decode_sample,
    "golden": predict_golden,
}
