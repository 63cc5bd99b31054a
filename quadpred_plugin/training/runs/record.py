"""The folder of a run, with a record of everything that decides its result.

A run resumes only from a folder whose record is the same: the recipe with all recipes it
builds on, the tracks by content, the front end, the files it starts from, and the version
of the step's code.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets.track import Track
from quadpred_plugin.training.recipes.config import to_dict
from quadpred_plugin.training.recipes.recipe import Recipe
from quadpred_plugin.training.steps import VERSIONS

FILE = "run.json"
_MOST_NAMED = 3


@dataclass(frozen=True)
class Record:
    """Everything that decides the result of a run.

    Attributes
    ----------
    step : str
        A name in `steps.VERSIONS`.
    settings : dict
        The recipe whole, or what a step has instead of one.
    tracks : dict of str to str
        Digest of content and label of each track, by dataset, part and name.
    front_end : str
        Hash of the preprocessing; empty where bands play no part.
    inputs : dict of str to str
        SHA-256 of each further file that it starts from, by purpose.
    """

    step: str
    settings: dict[str, Any]
    tracks: dict[str, str] = field(default_factory=dict)
    front_end: str = ""
    inputs: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as it is written."""
        return {
            "step": self.step,
            "code": VERSIONS[self.step],
            "front_end": self.front_end,
            "inputs": self.inputs,
            "recipe": self.settings,
            "tracks": self.tracks,
        }


def record_of(
    step: str,
    recipe: Recipe,
    tracks: Mapping[str, Sequence[Track]],
    front_end: Preprocessing,
    inputs: Mapping[str, Path] | None = None,
) -> Record:
    """Return the record of a training by a recipe.

    Parameters
    ----------
    step : str
    recipe : Recipe
    tracks : dict of sequence of Track
        All tracks that are read, by part, such as ``train`` and ``test``.
    front_end : Preprocessing
    inputs : dict of Path, optional
        Files that it starts from, by purpose.
    """
    return Record(
        step,
        to_dict(recipe),
        digests_of(tracks),
        front_end.hash,
        {purpose: file_digest(path) for purpose, path in (inputs or {}).items()},
    )


def digests_of(tracks: Mapping[str, Sequence[Track]]) -> dict[str, str]:
    """Return a digest of content and label of each track, by ``<dataset>/<part>/<name>``."""
    return {
        f"{track.dataset}/{part}/{track.name}": ":".join(
            (file_digest(track.path)[:16], str(track.quadrant), track.group)
        )
        for part, several in tracks.items()
        for track in several
    }


@dataclass(frozen=True)
class Run:
    """A run whose record has been checked.

    Attributes
    ----------
    folder : Path
        Exists, and holds files of this run alone.
    """

    folder: Path

    def file(self, name: str) -> Path:
        """Return the path of a file of the run."""
        return self.folder / name


def open_run(folder: Path, record: Record) -> Run:
    """Open the folder of a run, a new one or one with the same record.

    Parameters
    ----------
    folder : Path
        Of this run alone.
    record : Record

    Raises
    ------
    QuadpredError
        If the folder belongs to a run with another record; the message names the differences.
    """
    path = folder / FILE
    content = record.to_dict()
    if folder.exists() and any(folder.iterdir()):
        differences = list(_differences(_read(path), json.loads(json.dumps(content))))
        if differences:
            more = len(differences) - _MOST_NAMED
            named = "; ".join(differences[:_MOST_NAMED]) + (
                f"; and {more} more" if more > 0 else ""
            )
            raise QuadpredError(
                f"{folder} holds a run that was made otherwise: {named}. Another --work or another "
                "name in the recipe keeps both; --again deletes the old run and starts anew."
            )
        return Run(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, lambda stream: stream.write(text), text=True)
    return Run(folder)


def delete_runs(folders: Iterable[Path]) -> None:
    """Delete the folders of runs, so that they start anew.

    Raises
    ------
    QuadpredError
        If a folder isn't a run's: it has files, but no record.
    """
    for folder in folders:
        if folder.exists():
            if any(folder.iterdir()) and not (folder / FILE).exists():
                raise QuadpredError(
                    f"{folder} has files but no {FILE}, so it may not be a run's: delete it "
                    "yourself, or choose another --work."
                )
            shutil.rmtree(folder)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuadpredError(
            f"{path.parent} has files but no readable {path.name}, so that what made them is "
            "unknown: delete them, or choose another --work."
        ) from error


def _differences(old: Any, new: Any, place: str = "") -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*new, *old]):
            where = f"{place}.{key}" if place else key
            if key not in old:
                yield f"{where} is new"
            elif key not in new:
                yield f"{where} is gone"
            else:
                yield from _differences(old[key], new[key], where)
    elif old != new:
        if place.startswith(("tracks.", "inputs.")):
            yield f"{place} has another content"
        else:
            yield f"{place} is {new!r} and was {old!r}"
