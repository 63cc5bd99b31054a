"""``quadpred report --together``: one picture of several files, and what is refused at once."""

import os
import re

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread

import quadpred_plugin
from tests.signals import EXAMPLES

STRETCH = 1.25
NAMES = ("first.wav", "slow.wav")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    """Ten seconds of a piece, the same stretched, a silent file and noise."""
    import librosa

    folder = tmp_path_factory.mktemp("together")
    samples, rate = soundfile.read(EXAMPLES / "q1_joy.ogg", dtype="float32", always_2d=True)
    mono = samples[: 10 * rate].mean(axis=1)
    soundfile.write(folder / "first.wav", mono, rate)
    soundfile.write(folder / "slow.wav", librosa.effects.time_stretch(mono, rate=1 / STRETCH), rate)
    soundfile.write(folder / "silent.wav", np.zeros(rate), rate)
    soundfile.write(folder / "noise.wav", noise(4), 16000)
    (folder / "anchors.csv").write_text("name,first,slow.wav\n$x_1$,2,2.5\ny,8,10\n")
    return folder


@pytest.fixture
def report(folder, quadpred):
    def run(*arguments):
        words = ("report", "--no-audio", "--force", "--together", "-o", "page.html")
        return quadpred(*words, *arguments, folder=folder)

    return run


def lines(page, dimension):
    """Return the points of each curve of a page's plot of one dimension: x, y."""
    _, _, rest = page.partition(f"<h3>{dimension.capitalize()}</h3>")
    plot, _, _ = rest.partition("</svg>")
    paths = re.findall(r'<path class="line-\d+" [^>]*d="M([^"]*)"', plot)
    return [np.array([list(map(float, one.split())) for one in path.split("L")]) for path in paths]


def view(page):
    """Return the limits of the time axis."""
    left, _, width, _ = re.search(r'curves" viewBox="([^"]*)"', page).group(1).split()
    return float(left), float(left) + float(width)


def test_curves_have_the_predicted_values_in_seconds(folder, report):
    run = report("--plot", "both.svg", *NAMES)
    assert (run.code, run.messages) == (0, "quadpred: page.html is written, 0.0 MB.\n")
    page = (folder / "page.html").read_text()
    for dimension in ("arousal", "valence"):
        for name, points in zip(NAMES, lines(page, dimension), strict=True):
            one = quadpred_plugin.predict(folder / name)
            assert points[:, 0] == pytest.approx(one.times + one.patch_duration / 2, abs=1e-3)
            assert -points[:, 1] == pytest.approx(getattr(one, dimension), abs=1e-3)
    assert view(page) == pytest.approx((0, 12.5), abs=0.01)
    picture = (folder / "both.svg").read_text()
    assert "first.wav" in picture and "slow.wav" in picture and "time (s)" in picture


def test_a_relative_axis_and_smoothed_curves(folder, report):
    run = report("--axis", "relative", "--smooth", "3", "--hop", "0.496", *NAMES)
    assert run.code == 0
    page = (folder / "page.html").read_text()
    for name, points in zip(NAMES, lines(page, "arousal"), strict=True):
        one = quadpred_plugin.predict(folder / name, hop=0.496)
        share = (one.times + one.patch_duration / 2) / one.duration * 100
        assert points[:, 0] == pytest.approx(share, abs=1e-3)
        # Three seconds are five hops and a bit, so two patches on either side, less at the ends.
        half = int(3 / one.hop / 2)
        expected = [
            one.arousal[max(place - half, 0) : place + half + 1].mean() for place in range(len(one))
        ]
        assert -points[:, 1] == pytest.approx(expected, abs=1.1e-3)
    assert view(page) == (0, 100)


def test_anchors_and_harmony_give_the_same_times(folder, report):
    """What is played at a time of the slow copy is played earlier, by the known factor."""
    found = {}
    for words in (("--anchors", "anchors.csv"), ("--axis", "aligned")):
        run = report(*words, "--hop", "0.32", "--plot", "both.png", *NAMES)
        assert run.code == 0 and "doubtful" not in run.messages
        page = (folder / "page.html").read_text()
        first, slow = lines(page, "valence")
        one = quadpred_plugin.predict(folder / "slow.wav", hop=0.32)
        centres = one.times + one.patch_duration / 2
        found[words[0]] = slow[:, 0]
        largest = 1e-3 if words[0] == "--anchors" else 0.2
        assert np.abs(slow[:, 0] - centres / STRETCH).max() < largest
        assert first[:, 0] == pytest.approx(0.496 + 0.32 * np.arange(len(first)), abs=1e-3)
        assert ("$x_1$" in page) == (words[0] == "--anchors")
        picture = imread(folder / "both.png")
        assert picture.shape[0] > 500 and picture[..., :3].std() > 0.05
    assert np.abs(found["--anchors"] - found["--axis"]).max() < 0.2


def test_other_music_is_doubtful_and_late_anchors_are_named(folder, report):
    run = report("--axis", "aligned", "first.wav", "noise.wav")
    assert run.code == 0
    assert "noise.wav: its harmony differs so much from that of first.wav" in run.messages
    (folder / "late.csv").write_text("name,first,noise\nend,9,30\n")
    run = report("--anchors", "late.csv", "first.wav", "noise.wav")
    assert run.code == 0
    assert run.messages_on("noise.wav") == [
        "quadpred: noise.wav: the last anchor is at 30 s, beyond the end at 4.0 s."
    ]


def test_a_silent_file_is_left_out_and_one_that_sounds_is_not_enough(folder, report):
    run = report("--axis", "aligned", "silent.wav", *NAMES)
    assert run.code == 0 and "silent.wav: is silent" in run.messages
    page = (folder / "page.html").read_text()
    assert len(lines(page, "arousal")) == 2 and "time in first.wav (s)" in page
    for name in ("page.html", "both.png"):
        (folder / name).unlink(missing_ok=True)
    run = report("--plot", "both.png", "silent.wav", "first.wav", "missing.wav")
    assert run.code == 1
    assert "Fewer than two files have values: there is nothing to put together." in run.messages
    assert not (folder / "page.html").exists() and not (folder / "both.png").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--together", "first.wav"], "--together compares files: name two or more"),
        (["--axis", "relative", *NAMES], "--axis is an option of --together"),
        (["--anchors", "anchors.csv", *NAMES], "--anchors is an option of --together"),
        (["--plot", "x.png", *NAMES], "--plot is an option of --together"),
        (["--smooth", "1", *NAMES], "--smooth is an option of --together"),
        (
            ["--together", "--axis", "seconds", "--anchors", "anchors.csv", *NAMES],
            "no effect with --axis seconds",
        ),
        (["--together", "--axis", "bars", *NAMES], "is not one of"),
        (["--together", "--smooth", "-1", *NAMES], "not in the range"),
        (["--together", "--plot", "x.pdf", *NAMES], "A picture's name ends in .png or .svg: x.pdf"),
        (["--together", "--plot", "there.png", *NAMES], "there.png exists: --force replaces it"),
        (["--together", "--anchors", "none.csv", *NAMES], "none.csv can't be read"),
        (["--together", "--anchors", "empty.csv", *NAMES], "lacks the columns name"),
        (["--together", "--anchors", "backwards.csv", *NAMES], "times of slow.wav must increase"),
        (
            ["--together", "--anchors", "anchors.csv", "first.wav", "noise.wav"],
            "slow.wav, which is none of the files",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_wrong_use_before_any_audio_is_read(folder, quadpred, tmp_path, arguments, words):
    for name in (*NAMES, "noise.wav"):
        # A pipe that nobody writes to: reading it would wait for ever.
        os.mkfifo(tmp_path / name)
    (tmp_path / "anchors.csv").write_bytes((folder / "anchors.csv").read_bytes())
    (tmp_path / "empty.csv").touch()
    (tmp_path / "backwards.csv").write_text("name,first,slow\nx,1,2\ny,2,1\n")
    (tmp_path / "there.png").touch()
    before = sorted(os.listdir(tmp_path))
    run = quadpred("report", *arguments, folder=tmp_path)
    assert run.code == 2
    assert words in " ".join(run.messages.split())
    assert sorted(os.listdir(tmp_path)) == before


def test_without_librosa_a_sentence_names_the_extra(folder):
    import subprocess
    import sys

    from tests.limits import HANG

    code = (
        "import sys\n"
        "sys.modules['librosa'] = None\n"
        "from quadpred_plugin.cli.main import main\n"
        "sys.argv = ['quadpred', 'report', '--together', '--axis', 'aligned', *sys.argv[1:]]\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "-o", "none.html", *NAMES],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    assert done.returncode == 2
    assert "pip install 'quadpred-plugin[align]'" in " ".join(done.stderr.split())
    assert not (folder / "none.html").exists()
