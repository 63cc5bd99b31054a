"""Tables of ratings: their forms, scales and groups, and a sentence for each mistake."""

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.evaluation.ratings_table import read_ratings_table


@pytest.fixture
def read(tmp_path):
    def written(content, name="table.csv", **options):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_ratings_table(tmp_path / name, **options)

    return written


def test_labels_with_spaces_capitals_and_a_byte_order_mark(read):
    table = read(
        '\ufeff File ,QUADRANT, Artist\r\na.mp3, q1 ,x\r\n"b, c.mp3",Q4,y\r\n', group="artist"
    )
    assert [(one.name, one.quadrant, one.group, one.line) for one in table.files] == [
        ("a.mp3", 0, "x", 2),
        ("b, c.mp3", 3, "y", 3),
    ]
    assert table.needs_file_values and not table.needs_curves


def test_ratings_of_files_are_averaged_over_rows(read):
    table = read("file,arousal,valence,liking\na,0.5,,x\na,0.1,-1,y\nb,,0.5,\n")
    first, second = table.files
    assert first.ratings == {"arousal": pytest.approx(0.3), "valence": -1}
    assert second.ratings == {"valence": 0.5}


def test_ratings_over_time_are_averaged_over_listeners(read):
    table = read("file,time,arousal\na,1.5,0.2\na,0.5,0.4\na,1.5,0.6\na,2,\nb,0,-1\n")
    first, second = table.files
    assert first.curves["arousal"].times.tolist() == [0.5, 1.5]
    assert first.curves["arousal"].values.tolist() == pytest.approx([0.4, 0.4])
    assert second.curves.keys() == {"arousal"} and not second.ratings
    assert table.needs_curves and not table.needs_file_values


def test_labels_may_be_beside_ratings(read):
    (one,) = read("file,time,quadrant,valence\na,0,Q2,0\na,1,Q2,1\n").files
    assert one.quadrant == 1 and one.curves["valence"].values.tolist() == [0, 1]


@pytest.mark.parametrize("name", ["arousal.csv", "Arousal_mean.csv"])
def test_deam(read, name):
    table = read("song_id,sample_15000ms,sample_15500ms\n2,-0.11,0.2\n10,0.5,\n", name)
    first, second = table.files
    assert (first.name, second.name) == ("2", "10")
    assert first.curves["arousal"].times.tolist() == [15, 15.5]
    assert first.curves["arousal"].values.tolist() == [-0.11, 0.2]
    assert second.curves["arousal"].times.tolist() == [15]


def test_deam_with_the_dimension_named(read):
    content = "song_id,sample_15000ms\n2,0.5\n"
    (one,) = read(content, "arousal.csv", dimension="valence").files
    assert one.curves.keys() == {"valence"}
    for name in ("ratings.csv", "arousal_and_valence.csv"):
        with pytest.raises(QuadpredError, match="give --dimension arousal or"):
            read(content, name)


def test_a_scale_becomes_minus_one_to_one(read):
    (one,) = read("file,arousal,valence\na,1,9\n", scale=(1, 9)).files
    assert one.ratings == {"arousal": -1, "valence": 1}
    (one,) = read("file,time,arousal\na,0,5\na,1,7\n", scale=(1, 9)).files
    np.testing.assert_allclose(one.curves["arousal"].values, [0, 0.5])
    # Decimals of a mean may be rounded beyond the end.
    (one,) = read("file,arousal\na,1.0000000001\n").files
    assert one.ratings["arousal"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "has no rows below its header"),
        ("file,quadrant\n", "has no rows below its header"),
        (b"file,quadrant\n\xff,Q1\n", "isn't UTF-8 text"),
        ('file,quadrant\n"a,Q1\n', "isn't valid csv"),
        ("file,quadrant\na\n", "Line 2 of .* has another number of values"),
        ("file;quadrant\na;Q1\n", "lacks the column file; .* Separate columns by commas"),
        ("name,quadrant\na,Q1\n", "lacks the column file; it has name, quadrant"),
        ("file,mood\na,Q1\n", "needs a column quadrant, arousal or valence"),
        ("file,time\na,1\n", "has times, but no column arousal or valence"),
        ("file,time,quadrant\na,1,Q1\n", "has times, but no column arousal or valence"),
        ("file,arousal,Arousal\na,1,1\n", "two columns arousal"),
        ("file,arousal,arousal\na,1,1\n", "two columns arousal"),
        ("sample_500ms\n0.5\n", "lacks the column song_id"),
        ("file,quadrant\na,Q1\n,Q2\n", "Line 3 of .*: the file is missing"),
        ("file,quadrant\na,Q5\n", "Line 2 of .*: the quadrant is 'Q5'; quadrants are Q1, Q2"),
        ("file,quadrant\na,\n", "Line 2 of .*: a has no label and no rating"),
        ("file,quadrant\na,Q1\nb,Q1\na,Q2\n", "gives a more than one quadrant; .* is line 2"),
        ("file,arousal\na,0.5\nb,high\n", "Line 3 of .*: arousal is 'high', not a number"),
        ("file,arousal\na,nan\n", "Line 2 of .*: arousal is 'nan', not a number"),
        ("file,arousal\na,inf\n", "not a number"),
        ('file,arousal\na,"0,5"\n', "arousal is '0,5', not a number"),
        ("file,arousal\na,6\n", "arousal is 6, not in -1 to 1; --scale LOW,HIGH maps another"),
        ("file,time,arousal\na,-1,0\n", "Line 2 of .*: a time is -1 s, and times aren't negative"),
        ("file,time,arousal\na,,0\n", "Line 2 of .*: the time is missing"),
        ("file,time,arousal\na,soon,0\n", "time is 'soon', not a number"),
    ],
)
def test_mistakes(read, content, words):
    with pytest.raises(QuadpredError, match=words):
        read(content)


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("file,quadrant\na,Q1\n", {"group": "artist"}, "lacks the column artist of --group"),
        (
            "file,quadrant,artist\na,Q1,\n",
            {"group": "artist"},
            "Line 2 of .*: the artist is missing",
        ),
        (
            "file,arousal,artist\na,1,x\na,1,y\n",
            {"group": "artist"},
            "gives a more than one artist",
        ),
        ("file,arousal\na,10\n", {"scale": (1, 9)}, "10, not in 1 to 9; --scale names the lowest"),
        ("file,arousal\na,1\n", {"dimension": "arousal"}, "--dimension is for DEAM's tables"),
    ],
)
def test_options_that_do_not_fit(read, content, options, words):
    with pytest.raises(QuadpredError, match=words):
        read(content, **options)


def test_a_table_that_is_missing(tmp_path):
    with pytest.raises(QuadpredError, match="can't be read: No such file"):
        read_ratings_table(tmp_path / "absent.csv")
