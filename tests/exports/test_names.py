"""File names that are difficult for XML, JSON, spreadsheets, Praat and Parquet."""

import csv
import json
import os
from xml.etree import ElementTree

import jams
import mido
import numpy as np
import parselmouth
import pyarrow.parquet
import pytest

from quadpred_plugin.exports import FORMATS, export_to
from quadpred_plugin.interpretation import Interpretation
from tests.exports.synthetic import random_prediction

NAMES = [
    "two\nlines.wav",
    "return\rhere.wav",
    'a "quoted" b.wav',
    "it's.wav",
    "=1+1.wav",
    "<script>alert(1).wav",
    "]]> & --> <!-- -- .wav",
    "! comment \t tab.wav",
    "\x1b[31mred\x07.wav",
    "Größe 音楽.wav",
    os.fsdecode(b"not utf-8 \xff\xe9.wav"),
    "--.wav",
]


def read_csv(path):
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        return next(csv.DictReader(stream))["file"]


def read_json(path):
    return json.loads(path.read_bytes())[0]["file"]


def read_npz(path):
    return os.fsdecode(np.load(path, allow_pickle=False)["files"][0])


def read_jams(path):
    return jams.load(str(path), validate=True, strict=True).file_metadata.identifiers["file"]


def read_parquet(path):
    return pyarrow.parquet.read_table(path)["file"][0].as_py()


def read_svl(path):
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    (comment,) = ElementTree.parse(path, parser).getroot().iter(ElementTree.Comment)
    return json.loads(comment.text.strip().removeprefix("quadpred "))["file"]


def read_textgrid(path):
    assert parselmouth.Data.read(str(path)).xmax > 0
    return json.loads(path.read_text().splitlines()[-1].removeprefix("! "))["file"]


def read_midi(path):
    return mido.MidiFile(path, charset="utf-8").tracks[0].name


def read_edit_list(path):
    return path.read_text(encoding="ascii").splitlines()[0].removeprefix("TITLE: ")


def read_table(path):
    _, line = path.read_text().splitlines()
    return line


def same(name):
    return name


def escaped(name):
    return name.encode("utf-8", "backslashreplace").decode()


def on_one_line(name):
    """Escape unprintable characters as Python does."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in name)


def in_ascii(name):
    return on_one_line(name).encode("ascii", "replace").decode()


def named(source, count=20):
    """A prediction that has a segment, however small its probability."""
    rules = Interpretation(segment_confidence=0)
    return random_prediction(count, source=source).interpret(rules)


# Formats that contain the file's name: a function that reads it, and its spelling.
READERS = {
    ("csv", "file"): (read_csv, same),
    ("csv", "frame"): (read_csv, same),
    ("json", "file"): (read_json, same),
    ("json", "frame"): (read_json, same),
    ("csv", "segment"): (read_csv, same),
    ("json", "segment"): (read_json, same),
    ("npz", "file"): (read_npz, same),
    ("jams", None): (read_jams, same),
    ("parquet", "file"): (read_parquet, escaped),
    ("parquet", "frame"): (read_parquet, escaped),
    ("parquet", "segment"): (read_parquet, escaped),
    ("midi", None): (read_midi, on_one_line),
    ("edl", None): (read_edit_list, in_ascii),
    ("svl", None): (read_svl, on_one_line),
    ("taggram-svl", None): (read_svl, on_one_line),
    ("textgrid", None): (read_textgrid, on_one_line),
}
FORMS = [(name, level) for name, one in FORMATS.items() for level in one.levels or (None,)]


@pytest.mark.parametrize("source", NAMES, ids=ascii)
@pytest.mark.parametrize(("format_name", "level"), sorted(READERS, key=str))
def test_the_name_comes_back(format_name, level, source, tmp_path):
    path = tmp_path / f"result{FORMATS[format_name].suffix}"
    export_to(path, [named(source)], format_name, level)
    read, written_as = READERS[format_name, level]
    assert read(path) == written_as(source)


@pytest.mark.parametrize("source", NAMES, ids=ascii)
@pytest.mark.parametrize(("format_name", "level"), [form for form in FORMS if form not in READERS])
def test_other_formats_do_not_depend_on_the_name(format_name, level, source, tmp_path):
    contents = []
    for name in (source, "plain.wav"):
        path = tmp_path / "result"
        export_to(path, [named(name)], format_name, level)
        contents.append(path.read_bytes())
    if format_name == "table":
        # The table has the name for display, on one line.
        assert all(on_one_line(source) in line for line in contents[0].decode().splitlines()[1:])
    else:
        assert contents[0] == contents[1]


@pytest.mark.parametrize("stem", NAMES, ids=ascii)
@pytest.mark.parametrize("format_name", FORMATS)
def test_results_may_have_such_names_too(format_name, stem, tmp_path):
    path = tmp_path / f"{stem}{FORMATS[format_name].suffix}"
    named("song.wav", 5).save(path)
    assert os.listdir(os.fsencode(tmp_path)) == [os.fsencode(path.name)]
    assert path.stat().st_size > 0
