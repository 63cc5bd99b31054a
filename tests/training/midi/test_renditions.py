"""Which renditions clips get: seeded, kept apart, and the earlier ones as they were."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from quadpred_plugin.training.datasets import Track
from quadpred_plugin.training.midi.instruments import INSTRUMENTS
from quadpred_plugin.training.midi.performance import Performance
from quadpred_plugin.training.midi.renditions import (
    ADDED_INSTRUMENTS,
    HELD_BACK,
    PIANO_HELD_BACK,
    PIANO_KNOWN,
    PIANO_SYNTHETIC,
    SYNTHETIC,
    TRAINING_INSTRUMENTS,
    TRAINING_SOUNDFONTS,
    VALIDATION_INSTRUMENTS,
    performances,
    training_renders,
    validation_sets,
)

CLIP = Track("emopia", "clip", Path(), 0, "song", part="train")
PIECE = Track("vgmidi", "piece", Path(), group="Star Fox", fold=3)
CLIPS = [replace(CLIP, name=f"clip{number}") for number in range(300)]
PIECES = [replace(PIECE, name=f"piece{number}") for number in range(300)]


def labelled(clip, variations=1):
    return {one.label: one for one in performances(clip, variations)}


def test_renditions_are_seeded_and_distinct():
    for one in (CLIP, PIECE, replace(CLIP, part="validation")):
        every = performances(one, 40)
        assert every == performances(one, 40) and len({way.label for way in every}) == len(every)
        # Fewer variations are the first of more, and leave the plain ones as they are.
        plain = [way for way in every if not way.label.startswith(("varied", "orchestrated"))]
        fewer = performances(one, 0)
        assert [way for way in fewer if way.label != SYNTHETIC][:2] == plain[:2]
    assert performances(CLIPS[0], 1) != performances(CLIPS[1], 1)


def test_the_earlier_renditions_of_a_clip_are_as_they_were():
    # From the table of the renders that were made before there were other instruments.
    clip = replace(CLIP, name="Q1_2Z9SjI131jA_1")
    assert performances(clip, 1)[:3] == [
        Performance("opl3", "opl3"),
        Performance("timgm", "timgm"),
        Performance("varied1", "csound", 4, -1, 1.025, 0.821),
    ]


def test_training_clips_are_rendered_by_all_instruments_in_equal_shares():
    renditions = [labelled(clip) for clip in CLIPS]
    counts = Counter(label for one in renditions for label in one)
    for names, of_each in ((TRAINING_SOUNDFONTS, 2), (ADDED_INSTRUMENTS, 1)):
        expected = of_each * len(CLIPS) / len(names)
        assert all(0.75 * expected < counts[name] < 1.25 * expected for name in names)
        assert all(sum(name in one for name in names) == of_each for one in renditions)
    assert counts["varied1"] == counts["orchestrated1"] == len(CLIPS)
    # One of the two held-back instruments each.
    assert counts[HELD_BACK] + counts[SYNTHETIC] == len(CLIPS)
    assert 0.4 < counts[HELD_BACK] / len(CLIPS) < 0.6


def test_validation_clips_are_rendered_as_written_by_plain_sounds():
    ways = performances(replace(CLIP, part="validation"), 40)
    assert ways == [Performance(name, name) for name in VALIDATION_INSTRUMENTS]
    assert {HELD_BACK, SYNTHETIC} <= set(VALIDATION_INSTRUMENTS)
    assert not {HELD_BACK, SYNTHETIC} & set(TRAINING_INSTRUMENTS)


def test_pieces_are_rendered_by_fluid_and_two_others_and_varied():
    for piece in PIECES:
        first, *others, varied = performances(piece, 1)
        assert first == Performance("fluid", "fluid")
        assert len({one.instrument for one in others} - {"fluid"}) == 2
        assert all((one.transposition, one.speed, one.melody) == (0, 1, None) for one in others)
        assert varied.label == "varied1"
    used = Counter(one.instrument for piece in PIECES for one in performances(piece, 1))
    assert set(used) == set(TRAINING_INSTRUMENTS)


def test_drawn_programs_exist_and_vary():
    drawn = [labelled(clip)["orchestrated1"] for clip in CLIPS]
    for one in drawn:
        programs = {one.program, one.melody} - {None}
        assert programs <= INSTRUMENTS[one.instrument].programs
        assert one.melody is not None or one.program > 1
        assert abs(one.transposition) <= 3 and 0.7 < one.speed < 1.4 and one.seed > 0
    assert 0.5 < np.mean([one.melody is not None for one in drawn]) < 0.7
    assert len({(one.program, one.melody) for one in drawn}) > 50
    assert {one.instrument for one in drawn} == set(TRAINING_INSTRUMENTS)
    assert 0.06 < np.std(np.log([one.speed for one in drawn])) < 0.1


def test_every_rendition_by_our_synthesisers_is_another_sound():
    every = [one for clip in CLIPS for one in performances(clip, 1)]
    seeds = [one.seed for one in every if one.instrument in ("additive", SYNTHETIC)]
    assert len(seeds) == len(set(seeds)) > 200 and 0 not in seeds


def renders(part, *labels):
    clip = replace(CLIP, name=f"{part}clip", part=part, group=part)
    return [replace(clip, name=f"{clip.name}@{label}") for label in labels]


def test_test_sets_divide_the_validation_part():
    validation = renders("validation", *VALIDATION_INSTRUMENTS)
    sets = validation_sets([*validation, *renders("train", "fm", "fluid")])
    names = {name: [one.rendition for one in several] for name, several in sets.items()}
    assert names == {
        PIANO_HELD_BACK: ["musescore"],
        PIANO_SYNTHETIC: ["fm"],
        PIANO_KNOWN: ["fluid", "timgm"],
    }
    # Tables of earlier renders have no synthesiser's.
    assert list(validation_sets(renders("validation", "musescore", "fluid"))) == [
        PIANO_HELD_BACK,
        PIANO_KNOWN,
    ]


def test_held_back_instruments_are_for_the_final_model_alone():
    train = renders("train", "fluid", "musescore", "fm", "additive", "orchestrated1")
    folds, final = training_renders(train, final=False), training_renders(train, final=True)
    assert [one.rendition for one in folds] == ["fluid", "additive", "orchestrated1"]
    assert final == train
