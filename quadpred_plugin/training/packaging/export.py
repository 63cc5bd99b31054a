"""From a trained network to a model: graph, card, golden vectors."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.entries import EMBEDDINGS, EMBEDDINGS_MEANING
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import OutputError
from quadpred_plugin.model.card import OWN_KEYS, ZOO_KEYS, write_card
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.networks.contextual import CONTEXTUAL, build_contextual
from quadpred_plugin.training.networks.convolutional import CONVOLUTIONAL, build_convolutional
from quadpred_plugin.training.networks.harmony import HARMONY, build_harmony
from quadpred_plugin.training.networks.published import fold_batch_norm, without_batch_norm
from quadpred_plugin.training.packaging.card_facts import CITATION, LICENCE, Release
from quadpred_plugin.training.packaging.freeze import entries_of, freeze

_GOLDEN_PATCHES = 20
_GOLDEN_SEED = 7


@dataclass(frozen=True)
class ModelFiles:
    """What an exported model is called, and where its files are written.

    Attributes
    ----------
    name : str
        The model's name and its files' stem.
    folder : Path
    release_date : str
        Year-month-day.
    version : str
        Rises when a model of the same name is trained anew.
    """

    name: str
    folder: Path
    release_date: str
    version: str = "1"


def export(
    network: Any,
    preprocessing: Preprocessing,
    release: Release,
    files: ModelFiles,
    folded: Any | None = None,
) -> Path:
    """Write a model's three files.

    Parameters
    ----------
    network : keras.Model
        As trained.
    preprocessing : Preprocessing
    release : Release
        Facts of its card.
    files : ModelFiles
    folded : keras.Model, optional
        The same function with batch norm folded; made here for a network that is no
        ensemble.

    Returns
    -------
    graph : Path
        The .pb, with the card and ``NAME.golden.npz`` beside it: patches drawn from a seeded
        generator, and their outputs by the network in the training framework, in float32.
    """
    if folded is None:
        folded = fold_batch_norm(network, _without_batch_norm(network, preprocessing))
    graph = freeze(folded, preprocessing)
    golden = golden_vectors(network, preprocessing)
    zoo, own = _facts(network, release, files)
    return write_model(files.folder, files.name, graph, golden, preprocessing, zoo, own)


def write_model(
    folder: Path,
    name: str,
    graph: bytes,
    golden: dict[str, Any],
    preprocessing: Preprocessing,
    zoo: dict[str, Any],
    own: dict[str, Any],
) -> Path:
    """Write a frozen graph, its golden vectors and, last, its card.

    Parameters
    ----------
    folder : Path
        Made where it doesn't exist.
    name : str
        The model's name and its files' stem.
    graph : bytes
        As `freeze.freeze` returns it.
    golden : dict
        As `golden_vectors` returns them.
    preprocessing : Preprocessing
        As the graph was frozen with.
    zoo, own : dict
        Entries of the card that don't follow from the graph: keys of Essentia's model zoo,
        and those of this project.

    Returns
    -------
    graph : Path
        The .pb.

    Raises
    ------
    OutputError
        If the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} can't be made: {error.strerror}.") from error
    path = folder / f"{name}.pb"
    write_atomically(path, lambda stream: stream.write(graph))
    write_atomically(
        folder / f"{name}.golden.npz", lambda stream: np.savez_compressed(stream, **golden)
    )
    sha256 = hashlib.sha256(graph).hexdigest()
    heads = [head for head in HEADS if head in golden]
    width = golden[EMBEDDINGS].shape[-1] if EMBEDDINGS in golden else 0
    card = _card(name, preprocessing, sha256, heads, width, zoo, own)
    write_card(folder / f"{name}.json", card)
    return path


def golden_vectors(network: Any, preprocessing: Preprocessing) -> dict[str, Any]:
    """Return patches and the network's outputs for them, among these any embeddings."""
    random = np.random.default_rng(_GOLDEN_SEED)
    shape = (_GOLDEN_PATCHES, preprocessing.patch_size, preprocessing.bands)
    # From silence to full scale, with bands and frames that differ as in music; in float16
    # so that the file is small and the same number is read everywhere.
    logarithms = random.uniform(-12, -2, (_GOLDEN_PATCHES, 1, 1)) + random.normal(0, 1.5, shape)
    patches = np.exp(logarithms).astype(np.float16).astype(np.float32)
    outputs = network.predict(
        np.log(patches + np.float32(preprocessing.logarithm_floor)), verbose=0
    )
    return {
        "patches": patches.astype(np.float16),
        **{
            name: outputs[name][:, 1] - outputs[name][:, 0] if head.is_scalar else outputs[name]
            for name, head in HEADS.items()
            if name in outputs
        },
        **{name: outputs[name] for name in (EMBEDDINGS,) if name in outputs},
    }


def _without_batch_norm(network: Any, preprocessing: Preprocessing) -> Any:
    for name, build in (
        (CONVOLUTIONAL, build_convolutional),
        (HARMONY, build_harmony),
        (CONTEXTUAL, build_contextual),
    ):
        if network.name == name:
            heads = [head for head in HEADS if head in network.output]
            return build(preprocessing, batch_norm=False, heads=heads)
    return without_batch_norm(network, preprocessing)


def card_facts(release: Release) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a card's entries on the training: zoo keys, and keys of this project."""

    def joined(key: str) -> str:
        return "; ".join(dict.fromkeys(one[key] for one in release.corpora))

    zoo = {
        "description": release.description,
        "dataset": {
            "name": joined("title"),
            "citation": joined("citation"),
            "licence": joined("licence"),
        },
        "citation": CITATION,
    }
    own = {
        "speech": release.speech,
        "music": release.music,
        "corpora": release.corpora,
        "networks": release.networks,
        "limits": list(release.limits),
        "licence": LICENCE,
    }
    return zoo, own


def _facts(
    network: Any, release: Release, files: ModelFiles
) -> tuple[dict[str, Any], dict[str, Any]]:
    zoo, own = card_facts(release)
    zoo |= {
        "link": "",
        "author": "The quadpred-plugin developers",
        "version": files.version,
        "release_date": files.release_date,
    }
    own |= {
        "metrics": release.metrics,
        "training": {"parameters": int(network.count_params()), **release.settings},
        "pooling": {head: asdict(one) for head, one in release.pooling.items()},
        "meanings": release.meanings,
    }
    return zoo, own


def _card(
    name: str,
    preprocessing: Preprocessing,
    sha256: str,
    heads: Sequence[str],
    embedding_width: int,
    zoo: dict[str, Any],
    own: dict[str, Any],
) -> dict[str, Any]:
    import tensorflow as tf

    entries = entries_of(heads, embedding_width)
    patch = [1, preprocessing.patch_size, preprocessing.bands]
    zoo = {
        "name": name,
        "type": "multi-task classifier",
        "version": "1",
        "email": "",
        "framework": "tensorflow",
        "framework_version": tf.__version__,
        "classes": [quadrant.label for quadrant in QUADRANTS],
        "model_types": ["frozen_model"],
        "schema": {
            "inputs": [{"name": entries["patches"].input, "type": "float", "shape": patch}],
            "outputs": [
                {
                    "name": node,
                    "type": "float",
                    "shape": [HEADS[output].size if output in HEADS else embedding_width],
                    "output_purpose": output,
                }
                for output, node in entries["patches"].nodes.items()
            ],
        },
        "inference": {
            "sample_rate": preprocessing.sample_rate,
            "algorithm": "TensorflowPredictQuad",
        },
        **zoo,
    }
    own = {
        "preprocessing": preprocessing.to_dict(),
        "preprocessing_hash": preprocessing.hash,
        "entries": {
            name: {"input": entry.input, "outputs": entry.nodes} for name, entry in entries.items()
        },
        "outputs": {
            output: HEADS[output].meaning if output in HEADS else EMBEDDINGS_MEANING
            for output in entries["patches"].nodes
        },
        "metrics": {},
        "sha256": sha256,
        **own,
    }
    own["outputs"] |= own.pop("meanings", {})
    return {
        **{key: zoo[key] for key in ZOO_KEYS},
        "quadpred": {key: own[key] for key in OWN_KEYS} | own,
    }
