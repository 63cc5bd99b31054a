"""A tiny folder of every registered dataset, in the form in which its data come."""

import mido
import soundfile

from tests import signals
from tests.training.tables import write_csv


def fourq(folder):
    """Two audio clips of two artists."""
    for index in range(2):
        soundfile.write(folder / f"{index}.wav", signals.sine(1, frequency=220), 16000)
    write_csv(
        folder / "labels.csv",
        [
            {
                "clip": f"clip{index}",
                "path": f"{index}.wav",
                "quadrant": f"Q{index + 1}",
                "artist_id": index,
                "fold": index,
            }
            for index in range(2)
        ],
    )


def emopia(folder):
    """Two MIDI clips, one of each part."""
    rows = []
    for index, part in enumerate(("train", "val")):
        file = mido.MidiFile()
        file.tracks.append(mido.MidiTrack([mido.Message("note_on", note=60 + index)]))
        file.save(folder / f"{index}.mid")
        rows.append(
            {
                "clip": f"clip{index}",
                "path": f"{index}.mid",
                "song_id": f"song{index}",
                "quadrant": "Q3",
                "part": part,
            }
        )
    write_csv(folder / "labels.csv", rows)


def games(folder):
    """One piece of a package, long and large enough to count."""
    music = folder / "some-game" / "music"
    music.mkdir(parents=True)
    soundfile.write(music / "a piece.flac", signals.noise(31, seed=1) * 0.3, 16000)


def speech(folder):
    """One recording of each language."""
    rows = []
    for index, language in enumerate(("eng", "man")):
        soundfile.write(folder / f"{index}.wav", signals.sine(1, frequency=220), 16000)
        rows.append({"file": f"{index}.wav", "language": language, "speaker": f"s{index}"})
    write_csv(folder / "labels.csv", rows)


def vgmidi(folder):
    """Two pieces of two series, each of two measures, rated by three listeners."""
    pieces, ratings = [], []
    for index, series in enumerate(("Star Fox", "Donkey Kong")):
        file = mido.MidiFile()
        notes = [mido.Message("note_on", note=60 + index), mido.Message("note_off", time=1920)]
        notes[1].note = 60 + index
        file.tracks.append(mido.MidiTrack(notes))
        file.save(folder / f"{index}.mid")
        pieces.append(
            {
                "piece": f"piece{index}",
                "path": f"{index}.mid",
                "series": series,
                "title": "A title, with a comma",
                "duration": 4,
                "measures": 2,
                "measure_seconds": 2,
                "listeners": 3,
                "listeners_who_knew_it": 1,
            }
        )
        ratings += [
            {
                "piece": f"piece{index}",
                "measure": measure,
                "listener": listener,
                "arousal": 0.1 * listener,
                "valence": -0.2 * measure,
            }
            for measure in range(2)
            for listener in range(3)
        ]
    write_csv(folder / "pieces.csv", pieces)
    write_csv(folder / "ratings.csv", ratings)


MAKERS = {"4q": fourq, "emopia": emopia, "games": games, "speech": speech, "vgmidi": vgmidi}
