"""Read and write model cards: entries of the graph, settings, figures, limits and licence.

A card is the .json file beside a .pb. It has the keys of Essentia's model zoo; keys of this
project are in ``quadpred``.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.chain.entries import EMBEDDINGS, Embeddings, Entry
from quadpred_plugin.chain.heads import HEADS, REQUIRED_HEADS, further_heads
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card_schema import embedding_width, find_problem
from quadpred_plugin.model.graph_safety import LARGEST_FILE, check_graph
from quadpred_plugin.model.pooling import Pooling
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.system.text import printable

ZOO_KEYS = (
    "name type link version description author email release_date framework "
    "framework_version classes model_types dataset schema citation inference"
).split()
OWN_KEYS = (
    "preprocessing preprocessing_hash entries speech music outputs metrics limits licence "
    "sha256 training"
).split()

# In bytes; cards with all their figures have about 25 kB.
_LARGEST_CARD = 2**20

LANGUAGES = {"e": "English", "m": "Mandarin", "x": "English and Mandarin"}


@dataclass(frozen=True)
class ModelCard:
    """A model's card and the path of its graph.

    Attributes
    ----------
    graph : Path
        The .pb file.
    content : dict
        The parsed .json.
    preprocessing : Preprocessing
    entries : dict of Entry
        ``patches`` takes peak-normalised patches, ``frames`` a stream; both have the same
        outputs.
    """

    graph: Path
    content: dict[str, Any]
    preprocessing: Preprocessing
    entries: dict[str, Entry]

    @property
    def name(self) -> str:
        """The model's name, also the stem of its files."""
        return str(self.content["name"])

    @property
    def speech(self) -> str | None:
        """Language of the speech that the encoder was pre-trained on: e, m, x or None."""
        return self._own["speech"]

    @property
    def music(self) -> str:
        """Language of the music that the model was trained on: e or m."""
        return str(self._own["music"])

    @property
    def licence(self) -> str:
        """Licence of the weights."""
        return str(self._own["licence"])

    @property
    def sha256(self) -> str:
        """SHA-256 of the graph, hexadecimal."""
        return str(self._own["sha256"])

    @property
    def metrics(self) -> dict[str, Any]:
        """Figures of ``quadpred train evaluate``; empty for a model that wasn't evaluated."""
        return dict(self._own["metrics"])

    @property
    def published(self) -> dict[str, Any]:
        """Published figures of an imported model; empty for models of this project."""
        return dict(self._own.get("published", {}))

    @property
    def pooling(self) -> dict[str, Pooling]:
        """Calibration of each head's mean over a file; other heads have the plain mean."""
        return {head: Pooling(**one) for head, one in self._own.get("pooling", {}).items()}

    @property
    def further_heads(self) -> tuple[str, ...]:
        """Names of the model's heads besides the required ones, in the order of `heads.HEADS`."""
        return tuple(further_heads(self.entries["patches"].outputs))

    @property
    def embedding_width(self) -> int:
        """Values of a patch's embedding; 0 for a model without embeddings."""
        embeddings = self.entries["patches"].embeddings
        return embeddings.width if embeddings else 0

    def require_embeddings(self) -> None:
        """Check that the model has embeddings.

        Raises
        ------
        ModelError
            If it has none.
        """
        if not self.embedding_width:
            raise ModelError(
                f"The model '{self.name}' has no embeddings: choose one whose card lists them "
                "among its outputs ('quadpred models show NAME')."
            )

    @property
    def corpora(self) -> list[dict[str, str]]:
        """Datasets that any step of the training used: name, use, citation and licence."""
        return list(self._own.get("corpora", []))

    @property
    def networks(self) -> list[dict[str, str]]:
        """Published networks whose outputs any step used: name, use, citation and licence."""
        return list(self._own.get("networks", []))

    @property
    def recipes(self) -> dict[str, dict[str, Any]]:
        """Recipes of the training, by kind, each with the recipes that it builds on."""
        return dict(self._own["training"].get("recipes", {}))

    @property
    def outputs(self) -> dict[str, str]:
        """Meaning of each output, in a sentence."""
        return dict(self._own["outputs"])

    @property
    def limits(self) -> list[str]:
        """Limits of the model, in sentences."""
        return list(self._own["limits"])

    @property
    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = self.content["quadpred"]
        return own

    def verify(self) -> None:
        """Check that the graph is the card's, and that it is safe to load.

        Raises
        ------
        ModelError
            If the graph is missing or unreadable, its SHA-256 differs from the card's, or
            `graph_safety.check_graph` refuses it.
        """
        try:
            graph = _read_at_most(self.graph, LARGEST_FILE)
        except OSError as error:
            raise ModelError(
                f"The graph {self.graph} of the model '{self.name}' can't be read: "
                f"{error.strerror}."
            ) from error
        if len(graph) > LARGEST_FILE:
            raise ModelError(
                f"The graph {self.graph} is larger than {LARGEST_FILE // 2**20} MiB, the limit "
                "for models."
            )
        found = hashlib.sha256(graph).hexdigest()
        if found != self.sha256:
            raise ModelError(
                f"The graph {self.graph} is damaged or belongs to another card: its SHA-256 "
                f"begins with {found[:12]}, the card's with {self.sha256[:12]}. Install the "
                "model again."
            )
        check_graph(graph, str(self.graph))


def _read_at_most(path: Path, most: int) -> bytes:
    """Read a file, at most one byte more than allowed: a link may lead to an endless device."""
    with open(path, "rb", buffering=0) as stream:
        parts: list[bytes] = []
        while (left := most + 1 - sum(map(len, parts))) and (part := stream.read(left)):
            parts.append(part)
    return b"".join(parts)


def read_card(path: Path) -> ModelCard:
    """Read a card.

    Parameters
    ----------
    path : Path
        The .json or the .pb beside it.

    Raises
    ------
    ModelError
        If it is missing, not JSON, or not a valid card.
    """
    card_path, graph = path.with_suffix(".json"), path.with_suffix(".pb")
    try:
        text = _read_at_most(card_path, _LARGEST_CARD)
        if len(text) > _LARGEST_CARD:
            raise ModelError(f"The card {card_path} is larger than 1 MiB, the limit for cards.")
        content = json.loads(text)
    except OSError as error:
        raise ModelError(
            f"The model {path} has no readable card {card_path}: {error.strerror}. A model is "
            "a .pb file and a .json file of the same name."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The card {card_path} is not JSON: {error}.") from error
    if isinstance(content, dict) and "quadpred" not in content:
        raise ModelError(
            f"The card {card_path} is not one of this project: it has no 'quadpred'. Essentia's "
            "own models run in Essentia's algorithms, such as TensorflowPredictMusiCNN."
        )
    try:
        missing = [key for key in ZOO_KEYS if key not in content]
        missing += [f"quadpred.{key}" for key in OWN_KEYS if key not in content["quadpred"]]
        if missing:
            raise ModelError(f"The card {card_path} lacks {', '.join(missing)}.")
        if problem := find_problem(content):
            raise ModelError(f"The card {card_path} {problem}.")
        own = content["quadpred"]
        preprocessing = Preprocessing.from_dict(own["preprocessing"])
        width = embedding_width(content)
        entries = {name: _read_entry(entry, width) for name, entry in own["entries"].items()}
        if not {"patches", "frames"} <= set(entries):
            raise ModelError(f"The card {card_path} lacks the entries 'patches' and 'frames'.")
        for name, entry in entries.items():
            if problem := _head_problem(entry, entries["patches"]):
                raise ModelError(
                    f"The entry '{printable(name)}' of the card {card_path} {problem}."
                )
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The card {card_path} is not a model card: {error!r}.") from error
    return ModelCard(graph, content, preprocessing, entries)


def _read_entry(entry: dict[str, Any], width: int) -> Entry:
    heads = {name: node for name, node in entry["outputs"].items() if name != EMBEDDINGS}
    node = entry["outputs"].get(EMBEDDINGS)
    return Entry(entry["input"], heads, Embeddings(node, width) if node is not None else None)


def _head_problem(entry: Entry, patches: Entry) -> str:
    """Return what is wrong with an entry's heads, as the end of a sentence, or ""."""
    heads = entry.outputs
    if missing := [name for name in REQUIRED_HEADS if name not in heads]:
        return f"lacks the heads {', '.join(missing)}"
    if unknown := sorted(set(heads) - set(HEADS)):
        names = ", ".join(map(repr, unknown))
        return f"has the unknown heads {names}; the known ones are {', '.join(HEADS)}"
    if set(entry.nodes) != set(patches.nodes):
        return "has other heads than the entry 'patches', or only one of them has embeddings"
    return ""


def write_card(path: Path, content: dict[str, Any]) -> None:
    """Write a card as indented JSON, atomically."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda stream: stream.write(text), text=True)
