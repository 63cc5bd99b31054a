"""Note features of EMOPIA's renders, cached by the content of the MIDI file."""

import hashlib
from dataclasses import astuple
from pathlib import Path

import numpy as np

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.cache import file_digest
from quadpred_plugin.training.datasets.emopia import NAME, read_renders
from quadpred_plugin.training.features import cache_features
from quadpred_plugin.training.midi.note_features import NoteFeatures, note_features, read_notes
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.renditions import read_performances
from quadpred_plugin.training.runs.workspace import RENDERS, Workspace
from quadpred_plugin.training.steps import VERSIONS


def note_features_by_render(
    workspace: Workspace, preprocessing: Preprocessing, jobs: int | None = None
) -> dict[str, NoteFeatures]:
    """Return the note features of every render, by the render's name.

    Parameters
    ----------
    workspace : Workspace
        With EMOPIA's folder and its ``renders.csv``.
    preprocessing : Preprocessing
        Gives the windows' length, a patch.
    jobs : int, optional
        Processes that compute bands; all cores if None.

    Raises
    ------
    QuadpredError
        If a table or a MIDI file can't be read, or a render is of an unknown clip.
    """
    table = workspace.folder(RENDERS)
    renders = read_renders(table)
    clips = {track.name: track for track in workspace.tracks(NAME)}
    performances = read_performances(table)
    bands = cache_features(renders, preprocessing, workspace.work, jobs)
    folder = workspace.work / "cache" / "notes"
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for render, path in zip(renders, bands):
        if render.clip not in clips:
            raise QuadpredError(
                f"{table} has the clip {render.clip}, which {workspace.folder(NAME)} lacks."
            )
        frames = len(np.load(path, mmap_mode="r"))
        found[render.name] = _cached(
            clips[render.clip].path, performances[render.name], frames, preprocessing, folder
        )
    return found


def _cached(
    midi: Path, performance: Performance, frames: int, preprocessing: Preprocessing, folder: Path
) -> NoteFeatures:
    facts = (
        file_digest(midi),
        astuple(performance),
        frames,
        preprocessing.hash,
        VERSIONS["notes"],
    )
    path = folder / f"{hashlib.sha256(repr(facts).encode()).hexdigest()}.npz"
    if path.exists():
        with np.load(path) as content:
            return NoteFeatures(
                content["times"], content["keys"].astype(np.float32), content["values"]
            )
    features = note_features(read_notes(midi, performance), frames, preprocessing)
    # Half precision resolves shares of a patch's frames.
    keys = features.keys.astype(np.float16)
    write_atomically(
        path,
        lambda stream: np.savez(stream, times=features.times, keys=keys, values=features.values),
    )
    # Rounded as the cached ones, so that the first run equals the next.
    return NoteFeatures(features.times, keys.astype(np.float32), features.values)
