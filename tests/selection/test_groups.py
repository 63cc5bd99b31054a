"""Groups by tags that mutagen's writers have written, and by folders."""

import mutagen
import mutagen.id3
import pytest

from quadpred_plugin.errors import AudioError
from quadpred_plugin.selection.groups import group_finder

KINDS = {".flac": "flac", ".mp3": "libmp3lame", ".m4a": "aac", ".opus": "libopus"}


@pytest.fixture
def tagged(tmp_path, encode, noise):
    """Write a file with tags: ``tagged(name, artist=…)``."""

    def write(name, **tags):
        path = tmp_path / name
        encode(path, KINDS[path.suffix], noise(0.5), 48000)
        file = mutagen.File(path, easy=True)
        if file.tags is None:
            file.add_tags()
        for field, value in tags.items():
            file[field] = value
        file.save()
        return str(path)

    return write


@pytest.mark.parametrize("suffix", KINDS)
def test_artist_and_album_of_each_container(tagged, suffix):
    one = tagged(f"one{suffix}", artist="Clara Haskil", album="Live", albumartist="X")
    assert group_finder("artist")(one) == "clara haskil"
    assert group_finder("album")(one) == ("live", "x")


def test_case_and_spaces_do_not_make_another_artist(tagged):
    find = group_finder("artist")
    assert find(tagged("a.flac", artist="BJÖRK ")) == find(tagged("b.mp3", artist="björk"))


def test_albums_of_different_artists_differ(tagged):
    find = group_finder("album")
    one, other = (
        find(tagged(f"{name}.flac", album="Greatest Hits", albumartist=name)) for name in "ab"
    )
    assert one != other


def test_without_tags_there_is_no_group(tagged):
    path = tagged("bare.flac")
    assert group_finder("artist")(path) is None
    assert group_finder("album")(path) is None


def test_tags_of_wav(tmp_path, encode, noise):
    path = tmp_path / "a.wav"
    encode(path, "pcm_s16le", noise(0.5), 48000)
    file = mutagen.File(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TPE1(encoding=3, text=["Nina Simone"]))
    file.save()
    assert group_finder("artist")(str(path)) == "nina simone"


def test_folders(tmp_path, monkeypatch):
    find = group_finder("folder")
    monkeypatch.chdir(tmp_path)
    assert find("a/1.wav") == find("a/../a/2.wav") == str(tmp_path / "a")
    assert find("1.wav") == str(tmp_path)


def test_damaged_tags_are_an_error_of_the_file(tmp_path):
    (tmp_path / "damaged.flac").write_bytes(b"fLaC" + bytes(100))
    with pytest.raises(AudioError, match="has tags that can't be read"):
        group_finder("album")(str(tmp_path / "damaged.flac"))
    assert group_finder("artist")(str(tmp_path / "damaged.flac")) is None
