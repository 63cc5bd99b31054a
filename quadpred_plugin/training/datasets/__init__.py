"""Datasets: one module each, with its facts, its licence and how its tracks are read.

`track` has the two records, `csv_table` reads csv files, `labels` the usual label table.
A new dataset is a module and an entry in `DATASETS`; ``examples/dataset_template.py`` is a
template. A dataset of one's own needs no module: `own` reads its description from a file
beside its labels.
"""

from pathlib import Path

from quadpred_plugin.training.datasets.emopia import EMOPIA
from quadpred_plugin.training.datasets.fourq import FOUR_Q
from quadpred_plugin.training.datasets.games import GAMES
from quadpred_plugin.training.datasets.own import read_description
from quadpred_plugin.training.datasets.speech import SPEECH
from quadpred_plugin.training.datasets.track import Dataset, Track
from quadpred_plugin.training.datasets.vgmidi import VGMIDI

DATASETS: dict[str, Dataset] = {one.name: one for one in (FOUR_Q, EMOPIA, GAMES, SPEECH, VGMIDI)}

__all__ = ["DATASETS", "Dataset", "Track", "find_dataset"]


def find_dataset(name: str, folder: Path) -> Dataset:
    """Find a dataset: a registered one, or one described beside its labels.

    Parameters
    ----------
    name : str
        The name in a recipe.
    folder : Path
        Folder of the dataset, for one that isn't registered.

    Raises
    ------
    QuadpredError
        If the folder holds no description of that name.
    """
    return DATASETS[name] if name in DATASETS else read_description(name, folder)
