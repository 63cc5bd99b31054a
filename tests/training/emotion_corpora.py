"""Tiny corpora of clips, renders and rated pieces, for trainings that take all of them."""

import json

import numpy as np
import soundfile

from quadpred_plugin.training.datasets import vgmidi
from quadpred_plugin.training.recipes.config import SHIPPED
from tests import signals
from tests.training.midi.notes import off, on, write_notes
from tests.training.tables import write_csv

AS_WRITTEN = {
    "font": "fluid",
    "program": 0,
    "transposition": 0,
    "speed": 1.0,
    "loudness": 1.0,
}
SECONDS = 7
CLIPS = 8


def write_recipe(folder, shipped, changes, **schedule):
    """Write a shipped recipe with changes, under its new name."""
    recipe = json.loads((SHIPPED / f"{shipped}.json").read_text())
    recipe |= changes
    recipe["schedule"] |= schedule
    (folder / f"{recipe['name']}.json").write_text(json.dumps(recipe))


def write_corpora(folder):
    """Write clips, renders, two rated pieces of two series, and degraded versions."""
    music, pieces = folder / "data" / "4q", folder / "data" / "vgmidi"
    renders, rendered = folder / "renders", folder / "vgmidi-renders"
    degraded = folder / "degraded" / "4q"
    scores = folder / "data" / "emopia"
    for one in (music, pieces, renders, rendered, degraded, scores):
        one.mkdir(parents=True)
    clips, piano, changed, written = [], [], [], []
    for index in range(CLIPS):
        tone = signals.sine(SECONDS, frequency=220 * (1 + index % 4)) * 0.5
        sound = tone + signals.noise(SECONDS, seed=index) * 0.1 * (index % 4)
        soundfile.write(music / f"{index}.wav", sound, 16000)
        soundfile.write(degraded / f"{index}.wav", sound[1600:] * 0.5, 16000)
        soundfile.write(renders / f"{index}.wav", tone, 16000)
        name, label = f"clip{index}", f"Q{1 + index % 4}"
        common = {"clip": name, "path": f"{index}.wav", "quadrant": label}
        clips.append({**common, "artist_id": index, "fold": index // 4})
        part = "train" if index < 4 else "val"
        write_notes(
            scores / f"{index}.mid", [on(60 + index), off(60 + index, 480 * (2 * SECONDS - 1))]
        )
        score = {**common, "path": f"{index}.mid", "song_id": index, "part": part}
        written.append(score)
        for soundfont in ("one", "musescore"):
            piano.append({**score, "path": f"{index}.wav", "soundfont": soundfont, **AS_WRITTEN})
        changed.append(
            {"clip": name, "path": f"{index}.wav", "number": 1, "start": 0.1, "chain": "-"}
        )
    write_csv(music / "labels.csv", clips)
    write_csv(scores / "labels.csv", written)
    write_csv(renders / "renders.csv", piano)
    write_csv(degraded / "degraded.csv", changed)
    facts, ratings, played = [], [], []
    for index, series in enumerate(vgmidi.SERIES[:2]):
        name = f"piece{index}"
        facts.append(
            {
                "piece": name,
                "path": f"{name}.mid",
                "series": series,
                "title": name,
                "duration": SECONDS,
                "measures": 3,
                "measure_seconds": 2,
                "listeners": 2,
                "listeners_who_knew_it": 0,
            }
        )
        for measure in range(3):
            for listener in range(2):
                ratings.append(
                    {
                        "piece": name,
                        "measure": measure,
                        "listener": listener,
                        "arousal": 0.1 * measure - 0.2 * index,
                        "valence": 0.2 * listener - 0.1 * measure,
                    }
                )
        soundfile.write(rendered / f"{name}.wav", signals.sine(SECONDS, frequency=330), 16000)
        played.append(
            {
                "clip": name,
                "path": f"{name}.wav",
                "soundfont": "fluid",
                "song_id": series,
                "fold": index,
                **AS_WRITTEN,
            }
        )
    write_csv(pieces / "pieces.csv", facts)
    write_csv(pieces / "ratings.csv", ratings)
    write_csv(rendered / "renders.csv", played)


def outputs_of_track(path, name):
    """Return the outputs that a run left for one track, by head."""
    with np.load(path) as file:
        at = list(file["names"]).index(name)
        rows = slice(file["counts"][:at].sum(), file["counts"][: at + 1].sum())
        return {head: file[head][rows] for head in ("quadrants", "arousal", "valence")}
