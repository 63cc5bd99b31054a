"""Examples of the pretext tasks: games' music, and one render of each piano clip."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.datasets.games import keep_music, read_tracks
from quadpred_plugin.training.distillation.pretext import cut_parts
from quadpred_plugin.training.midi.renditions import one_render_each, training_renders
from quadpred_plugin.training.teachers.windows import window_times
from tests import signals

NUMBERS = Preprocessing()


def test_a_piece_is_cut_into_parts_with_their_targets():
    frames = 3000
    seconds = frames * NUMBERS.frame_seconds
    count = int((seconds - 2.976) / 0.496) + 1
    times = window_times(count)
    features = np.repeat(np.arange(frames)[:, np.newaxis], 128, axis=1).astype(np.float16)
    parts = cut_parts(features, times[:, np.newaxis].astype(np.float32), NUMBERS)
    assert [len(part.features) for part in parts] == [938, 938, 938, 186]
    for part in parts:
        assert part.quadrant is None and not part.quadrants.any()
        begin = float(part.features[0, 0]) * NUMBERS.frame_seconds
        # The auxiliary targets of this test are times in the piece.
        np.testing.assert_allclose(part.auxiliary[:, 0] - begin, part.auxiliary_times, atol=0.02)
        middle = len(part.features) / 2 * NUMBERS.frame_seconds
        assert np.abs(part.auxiliary_times - middle).min() < 1.5


def test_a_short_end_is_left_out():
    parts = cut_parts(np.zeros((950, 128), np.float16), np.zeros((56, 2), np.float32), NUMBERS)
    assert [len(part.features) for part in parts] == [938]


def render(clip, soundfont, part="train", song=None):
    return Track("emopia", f"{clip}@{soundfont}", Path(), 0, song or clip, part=part)


def test_one_render_as_written_of_each_training_clip():
    played = {
        "a": ("timgm", "opl3"),
        "b": ("varied1", "csound", "fluid"),
        "c": ("fluid", "varied1"),
    }
    examples = [render(clip, font) for clip, fonts in played.items() for font in fonts]
    examples += [render("d", font, song="s") for font in ("fluid", "timgm")]
    examples += [render("e", "musescore", "validation", song="s")]
    chosen = [one.name for one in one_render_each(examples)]
    # Another clip of d's song is in the validation part.
    assert chosen == ["a@timgm", "b@csound", "c@fluid"]


@pytest.mark.parametrize(
    ("final", "expected"), [(False, ["a@timgm"]), (True, ["a@timgm", "a@musescore"])]
)
def test_the_held_back_soundfont_is_for_the_final_model_alone(final, expected):
    examples = [render("a", "timgm"), render("a", "musescore"), render("b", "timgm", song="s")]
    examples += [render("c", font, "validation", song="s") for font in ("timgm", "musescore")]
    assert [one.name for one in training_renders(examples, final)] == expected


def test_music_is_kept_and_read(tmp_path):
    music = tmp_path / "some-game" / "usr" / "share" / "music"
    music.mkdir(parents=True)
    noise = signals.noise(90, seed=1) * 0.3
    soundfile.write(music / "a theme.ogg", noise, 16000)
    soundfile.write(music / "jingle.ogg", noise[: 16000 * 2], 16000)
    (music / "broken.ogg").write_bytes(b"x" * 300_000)
    (music / "picture.png").write_bytes(b"x")
    (music / "copyright").write_text("free")
    (music / "link.ogg").symlink_to(music / "a theme.ogg")
    keep_music(tmp_path)
    assert sorted(path.name for path in music.iterdir()) == [
        "a theme.ogg",
        "broken.ogg",
        "copyright",
        "jingle.ogg",
    ]
    (piece,) = read_tracks(tmp_path)
    assert piece.name == "some-game-a_theme" and piece.path == music / "a theme.ogg"


def test_no_package_sets_the_tone(tmp_path, monkeypatch):
    monkeypatch.setattr("quadpred_plugin.training.datasets.games._MOST_SECONDS_OF_A_PACKAGE", 100)
    for package, lengths in {"long": (150,), "many": (40,) * 5, "few": (40,)}.items():
        (tmp_path / package).mkdir()
        for number, seconds in enumerate(lengths):
            noise = signals.noise(seconds, seed=number) * 0.3
            soundfile.write(tmp_path / package / f"{number}.flac", noise, 16000)
    chosen = read_tracks(tmp_path)
    assert chosen == read_tracks(tmp_path)
    packages = [one.path.parent.name for one in chosen]
    assert packages == ["few", "long", "many", "many"]


def test_an_empty_folder_says_what_to_do(tmp_path):
    with pytest.raises(QuadpredError, match="quadpred train games"):
        read_tracks(tmp_path)
