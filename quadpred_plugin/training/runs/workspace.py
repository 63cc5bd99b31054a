"""Folders of a training: datasets, caches and runs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Dataset, Track, find_dataset

RENDERS = "renders"
"""Name of EMOPIA's ``renders.csv`` among a workspace's data."""

VGMIDI_RENDERS = "vgmidi-renders"
"""Name of VGMIDI's ``renders.csv``."""

DEGRADED = "degraded"
"""Name of the folder that has a folder of degraded versions for each corpus."""


@dataclass(frozen=True)
class Workspace:
    """Folders of the datasets and of the work.

    Attributes
    ----------
    work : Path
        Folder of caches and runs.
    data : dict of Path
        Folder of each dataset by its name; `RENDERS` and `VGMIDI_RENDERS` for tables of
        renders; `DEGRADED`.
    """

    work: Path
    data: Mapping[str, Path] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        """Return the folder of a dataset.

        Raises
        ------
        QuadpredError
            If it wasn't given.
        """
        if name not in self.data:
            option = {
                "games": "--games",
                RENDERS: "--renders",
                VGMIDI_RENDERS: "--vgmidi-renders",
                DEGRADED: "--degraded",
                "speech": "--speech-data",
            }
            raise QuadpredError(
                f"The recipe uses the dataset '{name}', whose place wasn't given: add "
                f"{option.get(name, '--data')}."
            )
        return self.data[name]

    def dataset(self, name: str) -> Dataset:
        """Return the facts about a dataset, registered or described in its folder."""
        return find_dataset(name, self.data.get(name, Path()))

    def tracks(self, name: str) -> list[Track]:
        """Read the tracks of a dataset."""
        return self.dataset(name).read(self.folder(name))

    def run_folder(self, *parts: str) -> Path:
        """Return the folder of a run, below ``runs``."""
        return self.work.joinpath("runs", *parts)


def part_name(fold: int | None) -> str:
    """Return ``fold<n>``, or ``all`` for the model that is trained on all folds."""
    return "all" if fold is None else f"fold{fold}"
