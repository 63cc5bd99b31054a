"""Files of sections: written by the programs themselves or by hand, and damaged ones."""

import textwrap

import parselmouth
import pytest
from parselmouth.praat import call
from praatio import textgrid
from praatio.utilities.constants import Interval

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.sections.reading import read_sections, sections_by_file
from quadpred_plugin.sections.section import Section

SECTIONS = [(0.0, 4.5, "verse, quiet"), (4.5, 9.25, 'the "second"'), (12.0, 20.0, "Schluß")]


def plain(sections):
    return [(one.start, one.end, one.label) for one in sections]


@pytest.fixture
def write(tmp_path):
    def in_encoding(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(textwrap.dedent(text).encode(encoding))
        return path

    return in_encoding


def test_a_table(write):
    text = 'label,end,start\n"verse, quiet",4.5,0\n"two\nlines",9.25,4.5\n'
    found = read_sections(write("a.csv", text, "utf-8-sig"))
    assert plain(found) == [(0, 4.5, "verse, quiet"), (4.5, 9.25, "two\nlines")]
    assert plain(read_sections(write("b.CSV", "start,end\n1,2\n0,3\n"))) == [(1, 2, ""), (0, 3, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_labels_of_audacity(write, encoding, end):
    lines = [
        "0.000000\t4.500000\tverse, quiet",
        "\\\t100.0\t200.0",
        "4,5\t9,25\tSchluß\tx",
        "10\t11",
    ]
    found = read_sections(write("a.txt", end.join(lines) + end, encoding))
    assert plain(found) == [(0, 4.5, "verse, quiet"), (4.5, 9.25, "Schluß\tx"), (10, 11, "")]


@pytest.fixture
def grid(tmp_path):
    """A TextGrid that Praat made, with a gap before the last section."""
    made = call("Create TextGrid", 0, 20, "parts tones", "tones")
    for border in (4.5, 9.25, 12.0):
        call(made, "Insert boundary", 1, border)
    for number, (_, _, label) in zip((1, 2, 4), SECTIONS, strict=True):
        call(made, "Set interval text", 1, number, label)
    call(made, "Insert point", 2, 3.0, "high")
    return made


@pytest.mark.parametrize("command", ["Save as text file", "Save as short text file"])
@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "try ISO Latin-1, then UTF-16"])
def test_what_praat_writes(grid, tmp_path, command, encoding):
    path = tmp_path / "a.TextGrid"
    parselmouth.praat.run(f"Text writing preferences: {encoding!r}".replace("'", '"'))
    try:
        call(grid, command, str(path))
    finally:
        parselmouth.praat.run('Text writing preferences: "try ASCII, then UTF-16"')
    assert plain(read_sections(path)) == SECTIONS
    assert plain(read_sections(path, "parts")) == SECTIONS


def test_tiers_are_chosen_by_name(tmp_path):
    path = tmp_path / "a.TextGrid"
    made = textgrid.Textgrid()
    for name, label in (("words", "la"), ("form", "A ! section")):
        made.addTier(textgrid.IntervalTier(name, [Interval(1, 2, label)], 0, 5))
    made.save(str(path), format="long_textgrid", includeBlankSpaces=True)
    assert plain(read_sections(path, "form")) == [(1, 2, "A ! section")]
    with pytest.raises(QuadpredError, match=r"several interval tiers, 'words', 'form'.*--tier"):
        read_sections(path)
    with pytest.raises(QuadpredError, match="no interval tier of that name"):
        read_sections(path, "form ")


def test_a_binary_grid_is_refused(grid, tmp_path):
    path = tmp_path / "a.TextGrid"
    call(grid, "Save as binary file", str(path))
    with pytest.raises(QuadpredError, match="isn't a TextGrid as a text file"):
        read_sections(path)


SVL = """\
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE sonic-visualiser>
    <sv><data>
      <model id="1" name="" sampleRate="44100" type="sparse" dimensions="{}" {} dataset="0"/>
      <dataset id="0" dimensions="{}">
        {}
      </dataset>
    </data></sv>
"""


def test_layers_of_sonic_visualiser(write):
    points = (
        '<point frame="88200" value="2" duration="44100" label="B &amp; C"/>'
        '<point frame="0" value="1" duration="22050" label=""/>'
    )
    found = read_sections(write("a.svl", SVL.format(3, 'subtype="region"', 3, points)))
    assert plain(found) == [(0, 0.5, "1"), (2, 3, "B & C")]
    points = "".join(f'<point frame="{44100 * n}" label="{n}"/>' for n in (1, 3, 4))
    found = read_sections(write("b.svl", SVL.format(1, "", 1, points)))
    assert plain(found) == [(1, 3, "1"), (3, 4, "3")]


def test_own_segments_are_read_back(tmp_path):
    import numpy as np

    from tests.exports.synthetic import make_prediction

    prediction = make_prediction(np.eye(4)[np.repeat([0, 2, 1], 20)])
    expected = prediction.segments()
    for suffix in (".svl", ".labels.txt", ".TextGrid"):
        prediction.save(tmp_path / f"a{suffix}")
        found = read_sections(tmp_path / f"a{suffix}")
        assert [one.start for one in found] == pytest.approx(
            [one.start for one in expected], abs=1e-4
        )
        ends = [one.start + one.duration for one in expected]
        assert [one.end for one in found] == pytest.approx(ends, abs=1e-4)
        assert [one.label[:2] for one in found] == [one.quadrant.name for one in expected]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", "", "lacks the columns start, end"),
        ("a.csv", "start,end\n", "no rows"),
        ("a.csv", "start,stop\n0,1\n", "lacks the columns end"),
        ("a.csv", "start,end,mood\n0,1,x\n", "unknown column 'mood'; known columns are start"),
        ("a.csv", "start,end\n0,nan\n", r"Line 2 of .*a\.csv: a section must go"),
        ("a.csv", "start,end\n-1,1\n", "from '-1' to '1'"),
        ("a.csv", "start,end\n2,1\n", "to a larger one"),
        ("a.csv", "start,end\n0,inf\n", "a section must go"),
        ("a.csv", "start,end,file\n0,1,\n", "names no file"),
        ("a.txt", "", "is empty"),
        ("a.txt", "0 1 verse\n", "isn't a label of Audacity"),
        ("a.txt", "1\t1\tpoint\n", r"Line 1 of .*a\.txt: a section must go"),
        ("a.TextGrid", "", "is empty"),
        ("a.TextGrid", "verse", "is cut off"),
        ("a.TextGrid", '"ooTextFile" "Pitch" 0 1', "isn't a TextGrid"),
        ("a.TextGrid", '"ooTextFile" "TextGrid" 0 1 <exists> 1 "IntervalTier" "x" 0', "is cut off"),
        ("a.TextGrid", '"ooTextFile" "TextGrid" 0 1 <absent> 0', "its tiers are none"),
        ("a.svl", "<sv>", "isn't a layer of Sonic Visualiser"),
        ("a.svl", "<sv/>", "no layer of regions or time instants"),
        ("a.svl", SVL.format(1, "", 1, ""), "has no sections"),
        ("a.svl", SVL.format(1, "", 1, "<point/><point/>"), "without a time"),
        ("a.mp3", "x", "unknown suffix; sections are read from"),
    ],
)
def test_a_bad_file_is_a_sentence(write, name, text, sentence):
    path = write(name, text)
    with pytest.raises(QuadpredError, match=sentence) as raised:
        read_sections(path)
    assert name in str(raised.value)


def test_other_encodings_and_absent_files(write, tmp_path):
    with pytest.raises(QuadpredError, match="neither UTF-8 nor UTF-16"):
        read_sections(write("a.txt", "0\t1\tSchluß\n", "latin-1"))
    for suffix in ("csv", "txt", "TextGrid", "svl"):
        with pytest.raises(QuadpredError, match=r"absent.* can't be read: "):
            read_sections(tmp_path / f"absent.{suffix}")


def test_names_mean_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.csv"
    path.write_text('file,start,end\n"a/one, two.wav",0,1\ntwo.wav,0,2\na/../b/three.wav,1,2\n')
    sections = read_sections(path)
    names = ["a/one, two.wav", str(tmp_path / "b" / "two.wav"), "b/three.wav"]
    found = sections_by_file(path, sections, names)
    assert {name: [(one.start, one.end) for one in found[name]] for name in found} == {
        names[0]: [(0, 1)],
        names[1]: [(0, 2)],
        names[2]: [(1, 2)],
    }
    with pytest.raises(QuadpredError, match=r"no sections of four\.wav"):
        sections_by_file(path, sections, [*names, "four.wav"])
    with pytest.raises(QuadpredError, match=r"two\.wav may be b/two\.wav and c/two\.wav"):
        sections_by_file(path, sections, ["b/two.wav", "c/two.wav"])
    with pytest.raises(QuadpredError, match="of one audio file, not of 2"):
        sections_by_file(path, [Section(0, 1)], ["b/two.wav", "c/two.wav"])
