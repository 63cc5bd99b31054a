"""A killed writer or a full disk leaves the old file or the new one."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import pytest
import soundfile

from quadpred_plugin.errors import AudioError, OutputError
from quadpred_plugin.tags.planning import Change
from quadpred_plugin.tags.writing import write_changes
from tests.signals import noise
from tests.tags.conftest import metadata, samples

TOGGLING = """
import sys
from pathlib import Path
from quadpred_plugin.tags.planning import Change
from quadpred_plugin.tags.writing import write_changes
path = Path(sys.argv[1])
before, after = ("first",), ("second",)
print("ready", flush=True)
while True:
    names = {"MOOD": "TMOO", "QUADPRED_MODEL": "TXXX:QUADPRED_MODEL"}
    write_changes(path, tuple(Change(*name, before, after) for name in names.items()))
    before, after = after, before
"""


@pytest.fixture
def song(tmp_path):
    """A minute of noise, large enough that copying takes some time."""
    path = tmp_path / "song.wav"
    soundfile.write(path, noise(60, rate=48000), 48000)
    write(path, "first")
    return path


def write(path, value):
    names = {"MOOD": "TMOO", "QUADPRED_MODEL": "TXXX:QUADPRED_MODEL"}
    write_changes(path, tuple(Change(*name, (), (value,)) for name in names.items()))


def test_a_kill_leaves_the_old_or_the_new_file(song):
    sound = samples(song)
    pauses = random.Random(6)
    caught = set()
    for _ in range(8):
        writer = subprocess.Popen([sys.executable, "-c", TOGGLING, song], stdout=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(pauses.uniform(0.05, 0.4))
        writer.send_signal(signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
        found = metadata(song)
        assert found["TMOO"] == found["QUADPRED_MODEL"]
        assert found["TMOO"] in ("first", "second")
        assert samples(song) == sound
        caught.add(len(list(song.parent.glob(".quadpred-*"))) > 0)
        for rest in song.parent.glob(".quadpred-*"):
            rest.unlink()
    # At least one kill must interrupt a write, or this tests nothing.
    assert True in caught
    assert [path.name for path in song.parent.iterdir()] == ["song.wav"]


def test_a_full_disk_leaves_the_old_file(song):
    before = song.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
    try:
        with pytest.raises(OutputError, match=r"song\.wav can't be written: File too large"):
            write(song, "second")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert song.read_bytes() == before
    assert os.listdir(song.parent) == ["song.wav"]


def test_a_file_that_another_program_changes_is_left_unchanged(song):
    def meddle():
        with open(song, "ab") as stream:
            stream.write(b"more")

    with pytest.raises(OutputError, match="changed by another program"):
        write_changes_while(song, meddle)
    assert song.read_bytes().endswith(b"more")
    assert os.listdir(song.parent) == ["song.wav"]


def write_changes_while(path, meddle):
    """Write tags while another program writes to the file, after it was copied."""
    from quadpred_plugin.system.files import change_atomically

    change_atomically(path, lambda copy: meddle(), lambda: None)


def test_a_file_without_an_end_is_left_unchanged(song):
    """A recording from a pipe: its data chunk has no length and extends to the end of the file."""
    content = bytearray(song.read_bytes())
    at, end = content.index(b"data") + 4, content.index(b"id3 ")
    content[at : at + 4] = b"\xff\xff\xff\xff"
    song.write_bytes(content[:end])
    before = song.read_bytes()
    with pytest.raises(AudioError, match="its header names more bytes than it has"):
        write(song, "second")
    assert song.read_bytes() == before
