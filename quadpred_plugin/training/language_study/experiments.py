"""A whole table of experiments: every way of pre-training, every fold, resumable."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import HEAD_CLASSES
from quadpred_plugin.training.language_study.pretraining import METHODS, Pretraining
from quadpred_plugin.training.language_study.transfer import (
    Music,
    Transfer,
    predict_clips,
    train_heads,
    train_whole,
    whole_network,
)
from quadpred_plugin.training.runs.fitting import Figures

Report = Callable[[str, Figures], None]


@dataclass(frozen=True)
class Experiment:
    """One row of the table on one fold.

    Attributes
    ----------
    method : {'scae', 'cpc', 'scratch'}
    speech : {'e', 'm', 'x', ''}
        Language of the speech; empty for ``scratch``.
    setting : {'feat_ext', 'full', 'scratch'}
    fold : int or None
        Whose clips are only tested; None trains on all clips and tests none.
    """

    method: str
    speech: str
    setting: str
    fold: int | None

    @property
    def row(self) -> str:
        """Name of the row, such as ``scae-e-full``."""
        return "-".join(dict.fromkeys(filter(None, (self.method, self.speech, self.setting))))

    @property
    def part(self) -> str:
        """Name of the fold, or ``all``."""
        return "all" if self.fold is None else f"fold{self.fold}"

    def folder(self, work: Path) -> Path:
        """Where its networks, log and predictions are."""
        return work / "grid" / self.row / self.part


@dataclass(frozen=True)
class Grid:
    """Which experiments a table has.

    Attributes
    ----------
    name : str
    pretraining : dict of Pretraining
        By method.
    speech : list of str
    transfer : Transfer
    settings : list of str
        After pre-training.
    folds : dict of list of int
        By method, ``scratch`` among them.
    """

    name: str
    pretraining: dict[str, Pretraining]
    speech: list[str]
    transfer: Transfer
    settings: list[str]
    folds: dict[str, list[int]]

    def experiments(self) -> Iterator[Experiment]:
        """Yield every experiment, fold by fold, so that each fold compares all rows."""
        for fold in sorted({fold for folds in self.folds.values() for fold in folds}):
            if fold in self.folds["scratch"]:
                yield Experiment("scratch", "", "scratch", fold)
            for method in METHODS:
                if method in self.pretraining and fold in self.folds[method]:
                    for speech in self.speech:
                        for setting in self.settings:
                            yield Experiment(method, speech, setting, fold)


def run_experiment(
    experiment: Experiment,
    transfer: Transfer,
    preprocessing: Preprocessing,
    encoder: Any | None,
    music: Music,
    work: Path,
    report: Report,
) -> Any:
    """Train one experiment, or go on where it was interrupted; return its network.

    ``full`` starts from the heads that ``feat_ext`` trained on the same fold, as in the
    studies, and trains those first if they aren't there.
    """
    folder = experiment.folder(work)

    def tell(figures: Figures) -> None:
        report(f"{experiment.row} {experiment.part}", figures)

    if experiment.setting == "feat_ext":
        return train_heads(transfer, preprocessing, encoder, music, folder, tell)
    if experiment.setting == "full":
        first = Experiment(experiment.method, experiment.speech, "feat_ext", experiment.fold)

        def start() -> Any:
            return run_experiment(first, transfer, preprocessing, encoder, music, work, report)

    else:

        def start() -> Any:
            return whole_network(transfer, preprocessing, None, music.train)

    return train_whole(transfer, preprocessing, experiment.setting, start, music, folder, tell)


def predictions_file(experiment: Experiment, work: Path) -> Path:
    """Return where an experiment's predictions of its test clips are."""
    return experiment.folder(work) / "predictions.npz"


def write_predictions(
    path: Path, network: Any, features: Any, quadrants: Any, preprocessing: Preprocessing
) -> None:
    """Let a network judge its test clips, and keep what it said of each patch."""
    said = predict_clips(network, features, preprocessing)
    ends = np.cumsum([len(one["arousal"]) for one in said])
    arrays: dict[str, Any] = {
        head: np.concatenate([one[head] for one in said]) for head in HEAD_CLASSES
    }
    arrays |= {"ends": ends, "clips": quadrants}
    write_atomically(path, lambda stream: np.savez_compressed(stream, **arrays))


def read_predictions(path: Path) -> tuple[Any, list[dict[str, Any]]]:
    """Return the clips' quadrants and what was said of their patches."""
    with np.load(path) as content:
        arrays = {head: np.split(content[head], content["ends"][:-1]) for head in HEAD_CLASSES}
        quadrants = content["clips"]
    count = len(quadrants)
    return quadrants, [{head: arrays[head][index] for head in arrays} for index in range(count)]
