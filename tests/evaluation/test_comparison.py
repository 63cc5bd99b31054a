"""All figures of tables that are made here, against scipy, scikit-learn and a plain bootstrap."""

import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from quadpred_plugin.evaluation.comparison import Settings, compare
from quadpred_plugin.evaluation.curves import Curve
from quadpred_plugin.evaluation.outputs import FileOutput, predicted_curve
from quadpred_plugin.evaluation.ratings_table import RatedFile

COUNT = 40
QUICK = Settings(samples=0)


def outputs(seed=0):
    random = np.random.default_rng(seed)
    found = []
    for place in range(COUNT):
        values = {name: float(random.uniform(-1, 1)) for name in ("arousal", "valence")}
        curves = {
            name: predicted_curve(np.arange(30.0), 1.0, random.uniform(-1, 1, 30))
            for name in values
        }
        found.append(FileOutput(f"{place}.wav", random.dirichlet(np.ones(4)), values, curves))
    return found


def rated(seed=1, **fields):
    random = np.random.default_rng(seed)
    return [
        RatedFile(
            f"{place:02}",
            place + 2,
            **{name: make(random, place) for name, make in fields.items()},
        )
        for place in range(COUNT)
    ]


def figure(found, *names):
    (one,) = (one for one in found.figures if (one.comparison, one.head, one.measure) == names)
    return one


def test_labels():
    predicted = outputs()
    labelled = rated(quadrant=lambda random, place: int(random.integers(4)))
    found = compare(labelled, predicted, Settings(samples=500))
    truth = np.array([one.quadrant for one in labelled])
    classes = np.array([one.quadrants.argmax() for one in predicted])
    one = figure(found, "labels", "quadrants", "f1")
    assert one.value == pytest.approx(f1_score(truth, classes, average="macro"))
    random = np.random.default_rng(5)
    drawn = [random.integers(0, COUNT, COUNT) for _ in range(500)]
    expected = np.quantile(
        [f1_score(truth[part], classes[part], average="macro") for part in drawn], [0.025, 0.975]
    )
    # The scatter of quantiles of 500 samples.
    assert (one.low, one.high) == pytest.approx(tuple(expected), abs=0.04)
    aroused = np.array([value.values["arousal"] > 0 for value in predicted])
    signs = figure(found, "labels", "arousal", "f1")
    assert signs.value == pytest.approx(f1_score(np.isin(truth, (0, 1)), aroused, average="macro"))
    assert np.sum(found.confusion["quadrants"]) == COUNT
    assert found.confusion["quadrants"][2][1] == np.sum((truth == 2) & (classes == 1))
    error = figure(found, "labels", "quadrants", "calibration error")
    assert 0 < error.value < 1 and error.low is None
    assert found.notes == []


def test_ratings_of_files_and_their_groups():
    predicted = outputs()
    ratings = rated(
        ratings=lambda random, place: {"valence": float(random.uniform(-1, 1))},
        group=lambda random, place: f"artist {place // 10}",
    )
    found = compare(ratings, predicted, Settings(samples=400))
    sides = (
        [one.ratings["valence"] for one in ratings],
        [one.values["valence"] for one in predicted],
    )
    expected = stats.pearsonr(*sides)
    one = figure(found, "across files", "valence", "pearson")
    assert one.value == pytest.approx(expected.statistic) and one.files == COUNT
    # Fisher's interval assumes a normal distribution.
    interval = expected.confidence_interval()
    assert (one.low, one.high) == pytest.approx((interval.low, interval.high), abs=0.1)
    by_group = compare(ratings, predicted, Settings(samples=400, grouped=True))
    other = figure(by_group, "across files", "valence", "pearson")
    assert other.value == one.value and (other.low, other.high) != (one.low, one.high)
    assert not [one for one in found.figures if one.head == "arousal"]


def late_ratings(lag, dimension="arousal"):
    """Rate files as they are predicted, at half the size and later."""
    return [
        RatedFile(
            f"{place:02}",
            place + 2,
            curves={
                dimension: Curve(
                    output.curves[dimension].times + lag, output.curves[dimension].values / 2
                )
            },
        )
        for place, output in enumerate(outputs())
    ]


def test_ratings_over_time():
    found = compare(late_ratings(2), outputs(), Settings(lag=2, samples=50))
    for name in ("across files", "within files"):
        measure = "pearson" if name == "across files" else "median pearson"
        one = figure(found, name, "arousal", measure)
        assert (one.value, one.low, one.high) == pytest.approx((1, 1, 1))
    assert found.files[0]["arousal"]["times"] == 30
    assert found.files[0]["arousal"]["pearson"] == pytest.approx(1)
    assert found.notes == []
    unshifted = compare(late_ratings(2), outputs(), QUICK)
    assert abs(figure(unshifted, "within files", "arousal", "mean pearson").value) < 0.2
    assert unshifted.notes == [
        "arousal: 40 ratings after the end of the audio are left out, of 00, 01, 02, 03, 04 and 35 "
        "more."
    ]


def test_the_order_of_files_does_not_matter():
    labelled = rated(
        quadrant=lambda random, place: int(random.integers(4)),
        ratings=lambda random, place: {"arousal": float(random.uniform(-1, 1))},
    )
    order = np.random.default_rng(9).permutation(COUNT)
    settings = Settings(samples=30)
    one = compare(labelled, outputs(), settings)
    other = compare(
        [labelled[place] for place in order], [outputs()[place] for place in order], settings
    )
    assert one == other


def test_undefined_figures_have_a_reason():
    predicted = outputs()
    constant = [
        dataclasses.replace(one, values={"arousal": 0.5, "valence": 0.1}) for one in predicted
    ]
    found = compare(rated(ratings=lambda random, place: {"arousal": 0.25}), predicted, QUICK)
    assert figure(found, "across files", "arousal", "ccc").value is None
    assert figure(found, "across files", "arousal", "rmse").value > 0
    assert found.notes == [
        "arousal, across files: no correlation, since the ratings of all files are equal."
    ]
    varied = rated(ratings=lambda random, place: {"arousal": float(random.uniform(-1, 1))})
    assert compare(varied, constant, QUICK).notes == [
        "arousal, across files: no correlation, since the predictions of all files are equal."
    ]
    single = compare(varied[:1], predicted[:1], Settings(samples=10))
    assert single.notes == [
        "There are no intervals of a single file.",
        "arousal, across files: no correlation, since there are fewer than two files.",
    ]
    assert figure(single, "across files", "arousal", "bias").low is None


def test_undefined_curves_have_a_reason():
    curves = late_ratings(0)
    times = curves[0].curves["arousal"].times
    flat = Curve(times, np.full(30, 0.25))
    curves[0] = dataclasses.replace(curves[0], curves={"arousal": flat})
    curves[1] = dataclasses.replace(curves[1], curves={"arousal": Curve(times[:1], np.ones(1))})
    curves[2] = dataclasses.replace(curves[2], curves={"arousal": Curve(times + 500, flat.values)})
    found = compare(curves, outputs(), QUICK)
    assert figure(found, "within files", "arousal", "mean pearson").files == COUNT - 3
    assert figure(found, "across files", "arousal", "pearson").files == COUNT - 1
    assert found.notes == [
        "arousal: 30 ratings after the end of the audio are left out, of 02.",
        "arousal: 02 left out, since no rating is at a time that has a prediction.",
        "arousal, within files: no correlation of 1 of 39 files, since the ratings of all times "
        "are equal: 00.",
        "arousal, within files: no correlation of 1 of 39 files, since there are fewer than two "
        "times: 01.",
    ]


def test_labels_of_some_quadrants_only():
    found = compare(rated(quadrant=lambda random, place: place % 2), outputs(), QUICK)
    assert found.notes == [
        "The compared files have no label Q3, Q4: recall and F1 are 0 there and lower the means "
        "over quadrants."
    ]
    assert figure(found, "labels", "quadrants", "recall").value <= 0.5


def test_nothing_to_compare():
    found = compare([], [], Settings())
    assert (found.figures, found.files, found.notes) == ([], [], [])
