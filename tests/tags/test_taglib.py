"""What TagLib reads: the library of Mixxx, Navidrome, Strawberry, VLC and KDE's players."""

import mutagen.id3
import pytest
import taglib

from tests.tags.conftest import CONTAINERS
from tests.tags.test_choices import COMMENT, tag
from tests.tags.test_containers import WANTED


def read(path):
    """Return the properties of a file: lists of values by name."""
    with taglib.File(path) as file:
        return dict(file.tags)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_every_field_is_read(make, kind):
    path = make(kind)
    before = read(path)
    tag(path)
    found = read(path)
    assert found["MOOD"] == ["angry", "tense"]
    # Of ASF, its list of names is fixed, and the comment isn't written.
    if kind != "wma":
        assert found["ENERGY"] == ["10"]
        assert found["PLEASURE 100"] == ["17"]
        assert found["COMMENT"] == [COMMENT]
        for name, value in WANTED.items():
            assert name == "MOOD" or found[name] == [value]
    assert {name: found[name] for name in before} == before


def test_the_mood_of_id3v23_is_read(make):
    path = make("mp3")
    tags = mutagen.id3.ID3(path)
    tags.update_to_v23()
    tags.save(path, v2_version=3)
    tag(path)
    assert read(path)["MOOD"] == ["angry, tense"]
