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


MAKERS = {"4q": fourq, "emopia": emopia, "games": games, "speech": speech}
