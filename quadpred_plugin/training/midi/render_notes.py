"""What is played in every render of a corpus of notes: computed once, read by name."""

import csv
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.datasets.emopia import read_scores
from quadpred_plugin.training.distillation.examples import RENDERS
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.midi.note_features import Played, describe, read_notes
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.teachers.labelled_files import read_renders

_COLUMNS = ("font", "program", "transposition", "speed", "loudness")


def read_performances(table: Path) -> dict[str, Performance]:
    """Read how each render was played, by its name ``<clip>@<label>``.

    Parameters
    ----------
    table : Path
        ``renders.csv`` as `rendering.render_scores` wrote it.

    Raises
    ------
    QuadpredError
        If a column is missing.
    """
    with open(table, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    if not rows or not set(_COLUMNS) <= set(rows[0]):
        raise QuadpredError(
            f"The list of renders {table} doesn't say how they were played: it needs the columns "
            f"{', '.join(_COLUMNS)}, as 'quadpred train render' writes them."
        )
    return {
        f"{row['clip']}@{row['soundfont']}": Performance(
            row["soundfont"],
            row["font"],
            int(row["program"]),
            int(row["transposition"]),
            float(row["speed"]),
            float(row["loudness"]),
        )
        for row in rows
    }


def describe_renders(
    data: Path, renders: Path, work: Path, preprocessing: Preprocessing, jobs: int
) -> Path:
    """Say what is played in every window of every render, in one file.

    Parameters
    ----------
    data : Path
        Folder of EMOPIA.
    renders : Path
        EMOPIA's ``renders.csv``.
    work : Path
        Folder of caches.
    preprocessing : Preprocessing
    jobs : int
        Processes that compute features.

    Returns
    -------
    path : Path
        For `read_played`.

    Raises
    ------
    QuadpredError
        If a table or a MIDI file can't be read.
    """
    examples = read_renders(renders)
    scores = {one.name: one for one in read_scores(data / "labels.csv")}
    performances = read_performances(renders)
    features = cache_features(examples, preprocessing, work / "features" / RENDERS, jobs)
    everything = {}
    for one, bands in zip(examples, features):
        if one.clip not in scores:
            raise QuadpredError(f"{renders} has the clip {one.clip}, which {data} hasn't.")
        notes = read_notes(scores[one.clip].path, performances[one.name])
        frames = len(np.load(bands, mmap_mode="r"))
        everything[one.name] = describe(notes, frames, preprocessing)
    path = played_file(work)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, partial(_write, everything))
    return path


def played_file(work: Path) -> Path:
    """Return where `describe_renders` writes."""
    return work / "features" / "played.npz"


def _write(everything: Mapping[str, Played], stream: IO[Any]) -> None:
    windows = [len(one.times) for one in everything.values()]
    np.savez(
        stream,
        names=np.array(list(everything)),
        offsets=np.concatenate([[0], np.cumsum(windows)]),
        times=np.concatenate([one.times for one in everything.values()]),
        # Shares of 31 frames: half precision tells them apart.
        keys=np.concatenate([one.keys for one in everything.values()]).astype(np.float16),
        values=np.concatenate([one.values for one in everything.values()]),
    )


def read_played(work: Path) -> dict[str, Played]:
    """Read what `describe_renders` wrote, by the render's name.

    Raises
    ------
    QuadpredError
        If it isn't there.
    """
    path = played_file(work)
    if not path.exists():
        raise QuadpredError(f"There is no {path}: run 'quadpred train notes'.")
    with np.load(path) as content:
        arrays = {name: content[name] for name in content.files}
    offsets = arrays["offsets"]
    return {
        str(name): Played(
            arrays["times"][begin:end],
            arrays["keys"][begin:end].astype(np.float32),
            arrays["values"][begin:end],
        )
        for name, begin, end in zip(arrays["names"], offsets, offsets[1:])
    }
