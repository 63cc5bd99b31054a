"""The teacher's splits, cross-fitting and labels, on the real labels and features made here."""

import csv
from pathlib import Path

import numpy as np
import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.teachers.classifier import (
    Classifier,
    Design,
    choose_strength,
    clip_weights,
    cross_fit,
    positive_arousal,
    positive_valence,
)
from quadpred_plugin.training.teachers.labelled_files import (
    FOLDS,
    Example,
    inner_folds,
    read_fourq,
    read_renders,
    test_part,
    train_part,
)
from quadpred_plugin.training.teachers.soft_labels import combine, make_labels, write_labels
from quadpred_plugin.training.teachers.variants import (
    VARIANTS,
    Matrices,
    Variant,
    evaluate_variant,
    format_table,
)
from quadpred_plugin.training.teachers.windows import window_times

# It isn't a test, whatever its name begins with.
test_part.__test__ = False

DATA = Path(__file__).parents[3].parent / "shared" / "data"
TWINS = (("MT0002161109", "MT0033415296"), ("MT0000523076", "MT0000941301"))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """Make examples of 4Q's clips, and of EMOPIA's as if each were rendered twice."""
    assert DATA.is_dir(), f"These tests need the label tables in {DATA}."
    table = tmp_path_factory.mktemp("renders") / "rendered.csv"
    with open(DATA / "emopia" / "labels.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with open(table, "w", newline="") as stream:
        names = ["clip", "path", "soundfont", "part", "song_id", "quadrant"]
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({**row, "soundfont": font} for row in rows for font in ("one", "two"))
    return read_fourq(DATA / "4q") + read_renders(table)


def groups_as_features(examples):
    """Make a column for each group: whoever saw the group knows its labels by heart."""
    _, which = np.unique([one.group for one in examples], return_inverse=True)
    return np.eye(which.max() + 1, dtype=np.float32)[which]


@pytest.mark.parametrize("fold", [*range(FOLDS), None])
def test_a_fold_s_teacher_learns_neither_test_artists_nor_validation_songs(real, fold):
    learned = train_part(real, fold)
    groups = {one.group for one in learned}
    validation = [one for one in real if one.part == "val"]
    assert len(validation) == 2 * 198
    assert not groups & {one.group for one in validation}
    # Seven clips of the training part are of songs of the validation part.
    assert sum(one.corpus == "emopia" for one in learned) == 2 * (794 - 7)
    if fold is None:
        assert sum(one.corpus == "4q" for one in learned) == 900
        return
    tested = test_part(real, fold)
    names = {one.name for one in learned}
    for first, second in TWINS:
        assert not {first, second} & names or not {first, second} & {one.name for one in tested}
    assert not {one.name for one in tested} & names
    assert sum(one.corpus == "4q" for one in learned) == 720
    assert len(tested) in range(178, 181)


def test_twins_are_of_one_group(real):
    group = {one.name: one.group for one in real}
    assert all(group[first] == group[second] for first, second in TWINS)


@pytest.mark.parametrize("by_corpus", [False, True])
def test_cross_fitting_never_asks_who_saw_the_artist(real, by_corpus):
    learned = train_part(real, 2)
    rows = groups_as_features(learned)
    design = Design(by_corpus=by_corpus)
    numbers = inner_folds(learned, 5, 23)
    said = cross_fit(design, 10.0, rows, learned, 5, 23)
    corpora = np.array([one.corpus for one in learned])
    # A column that was always zero has no weight, so strangers all look the same. (Groups with
    # a number of clips of their own don't differ either.)
    for number in range(5):
        for corpus in ("4q", "emopia"):
            strangers = said[(numbers == number) & (corpora == corpus)]
            assert len(strangers) > 100
            assert np.ptp(strangers, axis=0).max() < 1e-5
    # One that saw them tells them apart: the test above can fail.
    known = Classifier(design, 10.0).fit(rows, learned).probabilities(rows, learned)
    assert np.ptp(known, axis=0).min() > 0.1


def test_labels_of_windows_never_come_from_who_saw_the_song(real, tmp_path):
    learned = train_part(real, 0)[::3]
    rows = groups_as_features(learned)
    counts = np.random.default_rng(0).integers(1, 12, len(learned))
    labels = make_labels(Design(), 10.0, rows, 10.0, np.repeat(rows, counts, 0), counts, learned)
    numbers = inner_folds(learned, 5, 23)
    for number in range(5):
        strangers = np.repeat(numbers == number, counts)
        assert np.ptp(labels.window_quadrants[strangers], axis=0).max() < 1e-5
        assert np.ptp(labels.quadrants[strangers], axis=0).max() < 1e-5
    paths = write_labels(labels, tmp_path)
    assert [path.name for path in paths] == ["4q.npz", "emopia.npz"]
    for path in paths:
        expected = [one for one in learned if one.corpus == path.stem]
        with np.load(path) as arrays:
            assert arrays["names"].tolist() == [one.name for one in expected]
            assert arrays["truth"].tolist() == [one.quadrant for one in expected]
            offsets, total = arrays["offsets"], arrays["offsets"][-1]
            its = counts[[one.corpus == path.stem for one in learned]]
            assert np.diff(offsets).tolist() == its.tolist()
            np.testing.assert_array_equal(
                arrays["times"][offsets[1] : offsets[2]], window_times(its[1])
            )
            shapes = {name: arrays[name].shape for name in arrays.files}
            assert shapes["quadrants"] == shapes["window_quadrants"] == (total, 4)
            assert shapes["arousal"] == shapes["valence"] == shapes["times"] == (total,)
            assert shapes["clip_quadrants"] == (len(expected), 4)
            np.testing.assert_allclose(arrays["quadrants"].sum(axis=1), 1, atol=1e-6)
            np.testing.assert_allclose(
                arrays["valence"], arrays["quadrants"][:, [0, 3]].sum(axis=1), atol=1e-6
            )


def test_labels_move_as_the_windows_do_around_the_clip():
    clip = np.array([[0.4, 0.3, 0.2, 0.1], [0.25, 0.25, 0.25, 0.25]])
    steady = np.tile([[0.1, 0.2, 0.3, 0.4]], (3, 1))
    moving = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1]])
    combined = combine(clip, np.concatenate([steady, moving]), np.array([3, 2]))
    # Windows that don't differ leave the clip's own probabilities.
    np.testing.assert_allclose(combined[:3], np.tile(clip[:1], (3, 1)), atol=1e-12)
    assert combined[3].argmax() == 0 and combined[4].argmax() == 1
    # Half of a deviation is believed: the odds of Q1 to Q2 are the root of 7.
    np.testing.assert_allclose(combined[3, 0] / combined[3, 1], np.sqrt(7), rtol=1e-9)


def made_up(count=240, groups=60):
    """Make examples of two corpora and rows that tell their quadrants, with noise."""
    random = np.random.default_rng(3)
    examples = []
    for index in range(count):
        group = index % groups
        corpus = "4q" if group % 2 else "emopia"
        fold = group // 2 % FOLDS if corpus == "4q" else None
        part = "val" if corpus == "emopia" and group % 10 == 0 else "train"
        examples.append(
            Example(
                str(index), Path("none"), corpus, int(random.integers(4)), f"{group}", fold, part
            )
        )
    truth = np.eye(4, dtype=np.float32)[[one.quadrant for one in examples]]
    return examples, truth + random.normal(0, 0.3, truth.shape).astype(np.float32)


@pytest.mark.parametrize("kind", ["logistic regression", "support vector machine"])
def test_classifiers_learn(kind):
    examples, rows = made_up()
    design = Design(kind)
    said = cross_fit(design, choose_strength(design, rows, examples), rows, examples, 4, 0)
    truth = np.array([one.quadrant for one in examples])
    assert np.mean(said.argmax(axis=1) == truth) > 0.85
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(positive_arousal(said), said[:, :2].sum(axis=1))
    np.testing.assert_allclose(positive_valence(said), said[:, [0, 3]].sum(axis=1))


def test_variants_are_scored_on_both_corpora():
    examples, rows = made_up()
    row = {one.name: values for one, values in zip(examples, rows)}
    matrices = Matrices(examples, lambda block, some: np.stack([row[one.name] for one in some]))
    learner = Variant("learner", (("a",), ("b", "c")), Design(by_corpus=True), ("4q", "emopia"))
    majority = Variant("majority", (("a",),), Design("majority"))
    results = {one.name: evaluate_variant(one, matrices) for one in (learner, majority)}
    for corpus in ("4q", "emopia"):
        assert len(results["learner"][corpus]) == FOLDS
        assert all(fold["quadrants"] > 0.7 for fold in results["learner"][corpus])
        assert all(fold["quadrants"] < 0.3 for fold in results["majority"][corpus])
    assert len({len(line.split("|")) for line in format_table(results).splitlines()}) == 1


def test_rows_of_renders_are_centred_by_soundfont():
    names = ["a", "b@one", "c@one", "b@two"]
    examples = [
        Example(name, Path("none"), "emopia" if "@" in name else "4q", 0, name, None, "train")
        for name in names
    ]
    values = {name: np.float32(index) for index, name in enumerate(names)}
    matrices = Matrices(
        examples, lambda block, some: np.array([[values[one.name]] for one in some])
    )
    # "one" has the mean 1.5, though only one of its renders is asked for; recordings have none.
    rows = matrices.rows(["x"], [examples[0], examples[2], examples[3]], centred=True)
    assert rows.ravel().tolist() == [0.0, 0.5, 0.0]
    assert matrices.rows(["x"], examples).ravel().tolist() == [0.0, 1.0, 2.0, 3.0]


def test_variants_have_names_of_their_own():
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)


def test_renders_of_a_clip_share_its_weight():
    examples = [
        Example(name, Path("none"), "emopia", 0, "song", None, "train")
        for name in ("a@one", "a@two", "b@one")
    ]
    assert clip_weights(examples).tolist() == [0.5, 0.5, 1.0]


def test_a_list_of_renders(tmp_path):
    table = tmp_path / "rendered.csv"
    head = "clip,path,soundfont,part,song_id,quadrant\n"
    table.write_text(head + "a,font/a.opus,font,train,s,Q3\n")
    expected = Example("a@font", tmp_path / "font/a.opus", "emopia", 2, "song s", None, "train")
    assert read_renders(table) == [expected]
    assert expected.clip == "a"
    for text, message in (
        (head + "a,b,font,test,s,Q3\n", "Line 2"),
        (head + "a,b,font,train,s,Q5\n", "Line 2"),
        (head, "needs rows with"),
        ("clip,path\na,b\n", "needs rows with"),
    ):
        table.write_text(text)
        with pytest.raises(QuadpredError, match=message):
            read_renders(table)
    with pytest.raises(QuadpredError, match="can't be read"):
        read_renders(tmp_path / "none.csv")
