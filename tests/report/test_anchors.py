"""Tables of anchors: what is read, and what is refused with a sentence."""

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.report.anchors import read_anchors

FILES = ["old/a.wav", "new/b.flac"]


@pytest.fixture
def table(tmp_path):
    def write(content):
        path = tmp_path / "anchors.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(
    "header", ["name,old/a.wav,new/b.flac", "name,b.flac,a.wav", "a, b ,name", "\ufeffname,a,b"]
)
def test_columns_are_found_by_path_name_or_stem(table, header):
    columns = [column.strip("\ufeff ") for column in header.split(",")]
    rows = [("theme, first", 1.5, 2.5), ("", 10, 20), ("end", 30.25, 45)]
    lines = [header]
    for name, first, second in rows:
        lines.append(
            ",".join(
                f'"{name}"' if column == "name" else str(second if "b" in column else first)
                for column in columns
            )
        )
    anchors = read_anchors(table("\n".join(lines) + "\n"), FILES)
    assert anchors.names == ("theme, first", "", "end")
    assert anchors.times.tolist() == [[1.5, 2.5], [10, 20], [30.25, 45]]


def test_maps_are_linear_between_anchors_and_go_on_with_the_mean_tempo(table):
    anchors = read_anchors(table("name,a,b\nx,10,20\ny,20,50\nz,40,60\n"), FILES)
    times = np.array([20.0, 35.0, 50.0, 55.0, 60.0])
    found = anchors.time_map(1, 0)(times)
    assert found == pytest.approx(np.interp(times, [20, 50, 60], [10, 20, 40]))
    # Thirty seconds here are forty there.
    assert anchors.time_map(1, 0)(np.array([0.0, 100.0])) == pytest.approx([-5.0, 70.0])
    assert anchors.time_map(0, 0)(times) == pytest.approx(times)


def test_a_single_anchor_moves_a_file(table):
    anchors = read_anchors(table("name,a,b\nbegin,3,10\n"), FILES)
    assert anchors.time_map(1, 0)(np.array([0.0, 10.0, 30.0])).tolist() == [-7, 3, 23]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks the columns name"),
        ("\n\n", "lacks the columns name"),
        ("name,a,b\n", "has no rows below its header"),
        ("name;a;b\nx;1;2\n", "lacks the columns name; separate columns by commas"),
        ("a,b\n1,2\n", "lacks the columns name"),
        (
            "name,a,b,c.mp3\nx,1,2,3\n",
            "has a column c.mp3, which is none of the files: a.wav, b.fl",
        ),
        ("name,a\nx,1\n", "has no column of new/b.flac: add one that is called b.flac"),
        ("name,a,a.wav,b\nx,1,1,2\n", "has two columns of old/a.wav: a and a.wav"),
        ("name,a,a,b\nx,1,1,2\n", "has two columns a"),
        (
            "name,a,b\nx,1,2\ny,1,3\n",
            "Line 3 of {path} has a time in the column a that isn't later",
        ),
        ("name,a,b\nx,1,2\ny,3,1.5\n", "the times of new/b.flac must increase"),
        ("name,a,b\nx,1,\n", "Line 2 of {path} has no time in the column b"),
        ("name,a,b\nx,1,2:30\n", "'2:30' in the column b: give a time in seconds"),
        ("name,a,b\nx,nan,2\n", "'nan' in the column a"),
        ("name,a,b\nx,1,inf\n", "'inf' in the column b"),
        ("name,a,b\nx,-1,2\n", "'-1' in the column a"),
        ("name,a,b\nx,1\n", "another number of values"),
        (b"name,a,b\n\xff,1,2\n", "isn't UTF-8"),
        (b"name,a,b\nx\0,1,2\n\0", "another number of values"),
    ],
)
def test_tables_that_cannot_be_used(table, content, words):
    path = table(content)
    with pytest.raises(QuadpredError) as error:
        read_anchors(path, FILES)
    assert words.format(path=path) in str(error.value)


def test_an_absent_table_and_a_folder(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(QuadpredError, match="can't be read"):
            read_anchors(path, FILES)


def test_names_that_belong_to_several_files(table):
    files = ["old/a.wav", "new/a.wav"]
    with pytest.raises(QuadpredError, match="belongs to several files"):
        read_anchors(table("name,a,new/a.wav\nx,1,2\n"), files)
    anchors = read_anchors(table("name,new/a.wav,old/a.wav\nx,1,2\n"), files)
    assert anchors.times.tolist() == [[2, 1]]
