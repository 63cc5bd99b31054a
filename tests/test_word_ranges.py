"""Words for ranges: lookups against a plain search, gaps, overlaps and bad tables."""

import itertools

import numpy as np
import pytest

import quadpred_plugin as qp
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.scales import SCALES
from quadpred_plugin.word_ranges import WordRange, WordRanges, read_word_ranges

HEADER = "words,arousal_from,arousal_to,valence_from,valence_to\n"
# A neutral middle and four arms around it.
PLANE = f"""{HEADER}neutral,-0.2,0.2,-0.2,0.2
"tense, angry",0.2,1,-1,0.2
joyful,-0.2,1,0.2,1
tender,-1,-0.2,-0.2,1
gloomy,-1,0.2,-1,-0.2
"""
SIDES = f"""{HEADER}calm,-1,-0.3,,
moderate,-0.3,0.3,,
lively,0.3,1,,
negative,,,-1,0
positive,,,0,1
"""


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "words.csv"
    path.write_bytes(text.encode(encoding))
    return read_word_ranges(path)


def expected(arousal, valence):
    if -0.2 <= arousal < 0.2 and -0.2 <= valence < 0.2:
        return "neutral"
    if arousal >= 0.2 and valence < 0.2:
        return "tense, angry"
    if arousal >= -0.2 and valence >= 0.2:
        return "joyful"
    return "tender" if arousal < -0.2 and valence >= -0.2 else "gloomy"


def test_each_point_has_its_words(tmp_path):
    ranges = read(tmp_path, PLANE)
    grid = np.round(np.linspace(-1, 1, 41), 6)
    for arousal, valence in itertools.product(grid.tolist(), grid.tolist()):
        assert ranges.words_for(arousal, valence) == expected(arousal, valence)
    # A value as rows show it decides.
    assert ranges.words_for(0.1999999999, 0.0) == "tense, angry"


def test_ranges_of_single_dimensions_are_joined(tmp_path):
    ranges = read(tmp_path, SIDES)
    assert ranges.words_for(-1, 1) == "calm, positive"
    assert ranges.words_for(0.3, -0.000001) == "lively, negative"


def test_spreadsheets_and_line_feeds_in_words(tmp_path):
    text = HEADER + '"two\nlines",-1,1,,\n'
    assert read(tmp_path, text, "utf-8-sig").words_for(0, 0) == "two\nlines"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "lacks the columns"),
        (HEADER, "no rows"),
        ("words,arousal_from,arousal_to\ncalm,-1,1\n", "lacks the columns valence_from"),
        (HEADER.replace("\n", ",mood\n") + "calm,-1,1,,,x\n", "unknown column 'mood'"),
        (HEADER + "calm,-1,0.5,,\n", "no words are given for arousal 0.5 to 1"),
        (HEADER + "calm,-1,0.5,,\nlively,0.4,1,,\n", "'calm' and 'lively' overlap at arousal 0.4"),
        (PLANE.replace("neutral,-0.2,0.2,-0.2,0.2\n", ""), "arousal -0.2 to 0.2 and valence"),
        (PLANE + "more,0,0.1,0,0.1\n", "'neutral' and 'more' overlap"),
        (HEADER + "calm,nan,1,,\n", "Line 2 of .* arousal must go from"),
        (HEADER + "calm,-1,inf,,\n", "both from -1 to 1"),
        (HEADER + "calm,1,-1,,\n", "to a larger one"),
        (HEADER + "calm,-1,,,\n", "not from '-1' to ''"),
        (HEADER + "calm,,,,\n", "has no range"),
        (HEADER + " ,-1,1,,\n", "has no words"),
    ],
)
def test_a_bad_table_is_a_sentence(tmp_path, text, sentence):
    with pytest.raises(QuadpredError, match=sentence) as raised:
        read(tmp_path, text)
    assert "words.csv" in str(raised.value)


def test_an_absent_table_is_a_sentence(tmp_path):
    with pytest.raises(QuadpredError, match=r"absent\.csv can't be read"):
        read_word_ranges(tmp_path / "absent.csv")


def test_many_ranges_are_checked_at_once():
    borders = np.linspace(-1, 1, 31).tolist()
    sides = list(itertools.pairwise(borders))
    cells = [WordRange(f"{a},{v}", a, v) for a in sides for v in sides]
    assert len(WordRanges(tuple(cells)).ranges) == 900
    with pytest.raises(ValueError, match="no words are given"):
        WordRanges(tuple(cells[:450] + cells[451:]))


@pytest.mark.parametrize(
    ("name", "ends"), [("unit", (0, 1)), ("likert9", (1, 9)), ("percent", (0, 100))]
)
def test_scales_are_linear(name, ends):
    assert [SCALES[name].convert(value) for value in (-1, 0, 1)] == [
        ends[0],
        sum(ends) / 2,
        ends[1],
    ]
    with pytest.raises(ValueError, match="There is no scale 'likert7'"):
        qp.Interpretation(scales=("likert7",))
