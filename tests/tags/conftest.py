"""A few seconds of music in every container that can be tagged, and FFmpeg to read it."""

import mutagen.apev2
import numpy as np
import pytest
import soundfile

from quadpred_plugin.audio.containers import open_container
from quadpred_plugin.tags.containers import TaggedFile
from quadpred_plugin.tags.planning import plan_changes
from quadpred_plugin.tags.undo import UndoFile, read_undo_file, undo
from quadpred_plugin.tags.writing import write_changes
from tests.signals import example

RATE = 48000
# Suffix and FFmpeg codec; None if libsndfile writes the file.
CONTAINERS = {
    "mp3": ("mp3", "libmp3lame"),
    "flac": ("flac", "flac"),
    "vorbis": ("ogg", None),
    "opus": ("opus", "libopus"),
    "aac": ("m4a", "aac"),
    "alac": ("m4a", "alac"),
    "wav": ("wav", None),
    "aiff": ("aiff", None),
    "wavpack": ("wv", "wavpack"),
    "wma": ("wma", "wmav2"),
    "tta": ("tta", "tta"),
}


@pytest.fixture(scope="session")
def music():
    """Three seconds of an example piece at 48 kHz, which every codec accepts."""
    import soxr

    return soxr.resample(example("q2_anger")[: 3 * 16000], 16000, RATE).astype(np.float32)


@pytest.fixture
def make(tmp_path, encode, music):
    """Write the music: ``make(kind, name)`` returns the path."""

    def write(kind, name="some music"):
        suffix, codec = CONTAINERS[kind]
        path = tmp_path / f"{name}.{suffix}"
        if codec is None:
            soundfile.write(path, music, RATE)
        else:
            encode(path, codec, music, RATE, title="Ein Stück", artist="Nobody")
        if kind == "tta":
            # FFmpeg writes APEv2 to TTA files and then ignores other tags.
            mutagen.apev2.delete(path)
        return path

    return write


@pytest.fixture
def tag_and_undo(tmp_path):
    """Tag a file, pass it to a check, and undo: ``tag_and_undo(path, check)``."""

    from tests.tags.test_containers import WANTED

    def run(path, check=lambda path: None):
        before, sound = path.read_bytes(), samples(path)
        tagged = TaggedFile(path)
        plan = plan_changes(tagged, WANTED, False)
        assert plan.changes
        record = tmp_path / "undo.jsonl"
        record.unlink(missing_ok=True)
        with UndoFile(record) as undo_file:
            write_changes(
                path,
                plan.changes,
                lambda former: undo_file.append(path, tagged.kind, plan.changes, former),
            )
        assert path.read_bytes() != before
        assert samples(path) == sound
        assert TaggedFile(path).values() == {
            name: (value,) for name, value in WANTED.items() if name != "MOOD" or not plan.kept
        }
        check(path)
        ((_, outcome),) = undo(read_undo_file(record), False, False)
        assert outcome.changes == tuple(
            type(change)(change.field, change.tag, change.after, change.before)
            for change in plan.changes
        )
        assert path.read_bytes() == before

    return run


def metadata(path):
    """Return the tags that FFmpeg reads from a file, keys in upper case."""
    with open(path, "rb") as content, open_container(content) as container:
        found = {**container.streams.audio[0].metadata, **container.metadata}
        # FFmpeg lists an empty tag with an empty value.
        return {key.upper(): value for key, value in found.items() if value}


def samples(path):
    """Return all samples that FFmpeg decodes, as bytes."""
    with open(path, "rb") as content, open_container(content) as container:
        frames = list(container.decode(audio=0))
    return b"".join(frame.to_ndarray().tobytes() for frame in frames)
