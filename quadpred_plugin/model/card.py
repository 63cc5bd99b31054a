"""The model card: all that is needed to run a model and to judge it.

A card is the .json file beside a .pb. Its keys are those of Essentia's model zoo; what
only this project needs stands under ``quadpred``.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quadpred_plugin.chain.entries import HEAD_SIZES, Entry
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.card_schema import problem_of
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

# Cards with all their figures have some 25 kB.
_LARGEST_CARD = 2**20

LANGUAGES = {"e": "English", "m": "Mandarin", "x": "English and Mandarin"}


@dataclass(frozen=True)
class ModelCard:
    """A model's card, with the graph it describes.

    Attributes
    ----------
    graph : Path
        The .pb file.
    content : dict
        The whole .json, as read.
    preprocessing : Preprocessing
    entries : dict of str to Entry
        ``patches`` for levelled patches, ``frames`` for a stream.
    """

    graph: Path
    content: dict[str, Any]
    preprocessing: Preprocessing
    entries: dict[str, Entry]

    @property
    def name(self) -> str:
        """The model's name, which is also the stem of its files."""
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
        """Measured figures, as the evaluation command wrote them; empty before it ran."""
        return dict(self._own["metrics"])

    @property
    def published(self) -> dict[str, Any]:
        """Figures that others published of an imported model; empty for models of our own."""
        return dict(self._own.get("published", {}))

    @property
    def pooling(self) -> dict[str, Pooling]:
        """How each head's mean over a file is calibrated; heads that aren't named have the mean."""
        return {head: Pooling(**one) for head, one in self._own.get("pooling", {}).items()}

    @property
    def outputs(self) -> dict[str, str]:
        """What each output means, in a sentence."""
        return dict(self._own["outputs"])

    @property
    def limits(self) -> list[str]:
        """What the model can't do, in sentences."""
        return list(self._own["limits"])

    @property
    def _own(self) -> dict[str, Any]:
        own: dict[str, Any] = self.content["quadpred"]
        return own

    def verify(self) -> None:
        """Check that the graph is the one the card was written for, and that it may be loaded.

        Raises
        ------
        ModelError
            If the graph is missing, unreadable, its SHA-256 differs, or it holds what
            `graphs.check_graph` refuses.
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
                f"The graph {self.graph} has more than {LARGEST_FILE // 2**20} MiB: no model of "
                "this program is as large."
            )
        found = hashlib.sha256(graph).hexdigest()
        if found != self.sha256:
            raise ModelError(
                f"The graph {self.graph} is damaged or not the one its card describes: its "
                f"SHA-256 begins with {found[:12]}, the card says {self.sha256[:12]}. "
                "Install the model again."
            )
        check_graph(graph, str(self.graph))


def _read_at_most(path: Path, most: int) -> bytes:
    """Read a file, or one byte more than it may have: a link may lead to what has no end."""
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
        If it is missing, not JSON, or lacks what a card needs.
    """
    card_path, graph = path.with_suffix(".json"), path.with_suffix(".pb")
    try:
        text = _read_at_most(card_path, _LARGEST_CARD)
        if len(text) > _LARGEST_CARD:
            raise ModelError(f"The card {card_path} has more than 1 MiB: no card is as large.")
        content = json.loads(text)
    except OSError as error:
        raise ModelError(
            f"The model {path} has no readable card {card_path}: {error.strerror}. A model is "
            "a .pb file with its .json beside it."
        ) from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The card {card_path} is not JSON: {error}.") from error
    try:
        missing = [key for key in ZOO_KEYS if key not in content]
        missing += [f"quadpred.{key}" for key in OWN_KEYS if key not in content["quadpred"]]
        if missing:
            raise ModelError(f"The card {card_path} lacks {', '.join(missing)}.")
        if problem := problem_of(content):
            raise ModelError(f"The card {card_path} {problem}.")
        own = content["quadpred"]
        preprocessing = Preprocessing.from_dict(own["preprocessing"])
        entries = {name: Entry(**entry) for name, entry in own["entries"].items()}
        if not {"patches", "frames"} <= set(entries):
            raise ModelError(f"The card {card_path} lacks the entries 'patches' and 'frames'.")
        for name, entry in entries.items():
            if set(entry.outputs) != set(HEAD_SIZES):
                heads = ", ".join(HEAD_SIZES)
                raise ModelError(
                    f"The entry '{printable(name)}' of the card {card_path} must have {heads}."
                )
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The card {card_path} is not a model card: {error!r}.") from error
    return ModelCard(graph, content, preprocessing, entries)


def write_card(path: Path, content: dict[str, Any]) -> None:
    """Write a card's content, indented and with a line's end, whole or not at all."""
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    write_atomically(path, lambda stream: stream.write(text), text=True)
