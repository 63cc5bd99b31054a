"""Teachers that were tried, each scored on what it never learned from."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import score
from quadpred_plugin.training.teachers.classifier import (
    Classifier,
    Design,
    Probabilities,
    choose_strength,
    cross_entropy,
    positive_arousal,
    positive_valence,
)
from quadpred_plugin.training.teachers.feature_blocks import NETWORKS
from quadpred_plugin.training.teachers.labelled_files import FOLDS, Example, test_part, train_part

HEADS = ("quadrants", "arousal", "valence")


@dataclass(frozen=True)
class Variant:
    """One way of making a teacher.

    Attributes
    ----------
    name : str
    members : tuple of tuple of str
        Blocks of each classifier; the geometric mean of several is taken.
    design : Design
    corpora : tuple of str
        What it learns from.
    centred : bool
        Whether each soundfont's mean is taken from its renders' rows. It needs no label, but
        several renders by the soundfont in question; recordings stay as they are.
    """

    name: str
    members: tuple[tuple[str, ...], ...]
    design: Design = field(default_factory=Design)
    corpora: tuple[str, ...] = ("4q",)
    centred: bool = False


_TAGS = ("musicnn MSD tags",)
_MSD = ("musicnn MSD tags", "musicnn MSD penultimate")
_MTT = ("musicnn MTT tags", "musicnn MTT penultimate")
_VIBENET = ("vibenet trunk",)
_BOTH = ("4q", "emopia")
TEACHER_DESIGN = Design(by_corpus=True)

VARIANTS = (
    Variant("majority", (("vibenet energy and valence",),), Design("majority")),
    Variant("vibenet, its energy and valence", (("vibenet energy and valence",),)),
    Variant("vibenet, all seven outputs", (("vibenet outputs",),)),
    Variant("vibenet, trunk", (_VIBENET,)),
    Variant("musicnn MSD, tags", (_TAGS,)),
    Variant("musicnn MSD, penultimate", (("musicnn MSD penultimate",),)),
    Variant("musicnn MTT, tags", (("musicnn MTT tags",),)),
    Variant("musicnn MTT, penultimate", (("musicnn MTT penultimate",),)),
    Variant("hand-made (Essentia)", (("handcrafted",),)),
    Variant("musicnn MSD and vibenet", ((*_MSD, *_VIBENET),)),
    Variant("three networks", (NETWORKS,)),
    Variant("three networks, mean of three", (_MSD, _MTT, _VIBENET)),
    Variant("three networks, SVM", (NETWORKS,), Design("support vector machine")),
    Variant("three networks and hand-made", ((*NETWORKS, "handcrafted"),)),
    Variant("mean of networks and hand-made", (NETWORKS, ("handcrafted",))),
    Variant("three networks, EMOPIA alone", (NETWORKS,), Design(), ("emopia",)),
    Variant("three networks, 4Q and EMOPIA as one", (NETWORKS,), Design(), _BOTH),
    Variant("three networks, 4Q and EMOPIA by corpus", (NETWORKS,), TEACHER_DESIGN, _BOTH),
    Variant("the same, soundfonts centred", (NETWORKS,), TEACHER_DESIGN, _BOTH, centred=True),
)


class Matrices:
    """Rows of every example, block by block.

    Parameters
    ----------
    examples : sequence of Example
    rows : callable
        Gives a block's rows of examples, shape (examples, columns).
    """

    def __init__(
        self,
        examples: Sequence[Example],
        rows: Callable[[str, Sequence[Example]], NDArray[np.float32]],
    ) -> None:
        self.examples = list(examples)
        self._make = rows
        self._known: dict[tuple[str, str], dict[str, NDArray[np.float32]]] = {}

    def rows(
        self, blocks: Sequence[str], chosen: Sequence[Example], centred: bool = False
    ) -> NDArray[np.float32]:
        """Return the blocks of chosen examples side by side, shape (examples, columns).

        Centred: less the mean of all renders by the same soundfont, chosen or not.
        """
        rows = np.hstack([self._block(block, chosen) for block in blocks])
        for soundfont in {one.soundfont for one in chosen if centred} - {None}:
            renders = [one for one in self.examples if one.soundfont == soundfont]
            its = [index for index, one in enumerate(chosen) if one.soundfont == soundfont]
            rows[its] -= self.rows(blocks, renders).mean(axis=0)
        return rows

    def _block(self, block: str, chosen: Sequence[Example]) -> NDArray[np.float32]:
        for corpus in {one.corpus for one in chosen} - {
            corpus for known, corpus in self._known if known == block
        }:
            whole = [one for one in self.examples if one.corpus == corpus]
            rows = self._make(block, whole)
            self._known[block, corpus] = {one.name: row for one, row in zip(whole, rows)}
        return np.stack([self._known[block, one.corpus][one.name] for one in chosen])


def say(
    variant: Variant,
    matrices: Matrices,
    learned: Sequence[Example],
    asked: Sequence[Sequence[Example]],
) -> list[Probabilities]:
    """Fit a variant and ask it about examples.

    Parameters
    ----------
    variant : Variant
    matrices : Matrices
    learned : sequence of Example
        Its strength is chosen by cross-validation inside these.
    asked : sequence of sequence of Example
        Of which none may be known to it.

    Returns
    -------
    probabilities : list of ndarray, shape (examples, 4)
    """
    logarithms = [np.zeros((len(some), len(QUADRANTS))) for some in asked]
    for blocks in variant.members:
        rows = matrices.rows(blocks, learned, variant.centred)
        strength = choose_strength(variant.design, rows, learned)
        fitted = Classifier(variant.design, strength).fit(rows, learned)
        for total, some in zip(logarithms, asked):
            said = fitted.probabilities(matrices.rows(blocks, some, variant.centred), some)
            total += np.log(np.maximum(said, 1e-6)) / len(variant.members)
    scales = [np.exp(total - total.max(axis=1, keepdims=True)) for total in logarithms]
    return [scale / scale.sum(axis=1, keepdims=True) for scale in scales]


def clip_scores(said: Probabilities, examples: Sequence[Example]) -> dict[str, float]:
    """Return macro F1 of each head and the cross-entropy (nats) of the quadrants."""
    truth = np.array([one.quadrant for one in examples])
    signs = {
        "arousal": np.array([int(quadrant.arousal > 0) for quadrant in QUADRANTS]),
        "valence": np.array([int(quadrant.valence > 0) for quadrant in QUADRANTS]),
    }
    positive = {"arousal": positive_arousal(said), "valence": positive_valence(said)}
    scores = {"quadrants": score(truth, said.argmax(axis=1), len(QUADRANTS))["f1"]}
    for head, sign in signs.items():
        scores[head] = score(sign[truth], (positive[head] > 0.5).astype(int), 2)["f1"]
    return {**scores, "cross_entropy": cross_entropy(said, examples)}


def evaluate_variant(variant: Variant, matrices: Matrices) -> dict[str, list[dict[str, float]]]:
    """Score a variant on each fold's test clips and on EMOPIA's validation part.

    Returns
    -------
    scores : dict
        Corpora to `clip_scores` of each fold. A fold's teacher learned nothing of its
        test clips, nor of any validation song.
    """
    everything = matrices.examples
    validation = [one for one in everything if one.part == "val"]
    scores: dict[str, list[dict[str, float]]] = {"4q": []}
    if validation and "handcrafted" not in {block for part in variant.members for block in part}:
        scores["emopia"] = []
    for fold in range(FOLDS):
        learned = [one for one in train_part(everything, fold) if one.corpus in variant.corpora]
        asked = {"4q": test_part(everything, fold), "emopia": validation}
        answers = say(variant, matrices, learned, [asked[corpus] for corpus in scores])
        for corpus, said in zip(scores, answers):
            scores[corpus].append(clip_scores(said, asked[corpus]))
    return scores


def format_table(results: Mapping[str, Mapping[str, Sequence[Mapping[str, float]]]]) -> str:
    """Return the results as a Markdown table: mean ± standard deviation over the folds."""
    lines = [
        "| teacher | 4Q quadrants | arousal | valence | cross-entropy "
        "| EMOPIA quadrants | arousal | valence | cross-entropy |",
        "|---" * 9 + "|",
    ]
    for name, scores in results.items():
        cells = [name]
        for corpus in ("4q", "emopia"):
            for figure in (*HEADS, "cross_entropy"):
                values = [fold[figure] for fold in scores.get(corpus, ())]
                cells.append(f"{np.mean(values):.3f} ± {np.std(values):.3f}" if values else "")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def write_results(results: Mapping[str, Any], folder: Path) -> None:
    """Write ``results.json`` and ``results.md`` into a folder."""
    table, figures = format_table(results), json.dumps(results, indent=2) + "\n"
    write_atomically(folder / "results.md", lambda stream: stream.write(table), text=True)
    write_atomically(folder / "results.json", lambda stream: stream.write(figures), text=True)
