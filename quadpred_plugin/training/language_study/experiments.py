"""The experiments of the language study: a row of its table on one fold."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quadpred_plugin.training.recipes.kinds import LanguageStudy
from quadpred_plugin.training.runs.workspace import Workspace, part_name

SCRATCH = "scratch"
FROZEN, FULL = "feat_ext", "full"
"""The studies' names of their settings: encoder frozen, and all layers trained."""


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
        Fold that is only tested; None trains on all clips and tests none.
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
        return part_name(self.fold)


def experiment_folder(workspace: Workspace, experiment: Experiment) -> Path:
    """Return the folder of an experiment's networks, log and predictions."""
    return workspace.run_folder("transfer", experiment.row, experiment.part)


def predictions_file(workspace: Workspace, experiment: Experiment) -> Path:
    """Return the file of an experiment's predictions for its test clips."""
    return experiment_folder(workspace, experiment) / "predictions.npz"


def experiments(study: LanguageStudy) -> Iterator[Experiment]:
    """Yield every experiment of a study, fold by fold, so that each fold compares all rows."""
    for fold in sorted({fold for folds in study.folds.values() for fold in folds}):
        if fold in study.folds[SCRATCH]:
            yield Experiment(SCRATCH, "", SCRATCH, fold)
        for method in study.pretraining:
            if fold in study.folds[method]:
                for speech in study.speech:
                    for setting in study.settings:
                        yield Experiment(method, speech, setting, fold)
