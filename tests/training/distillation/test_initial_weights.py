"""Initial weights from a pretext training: copied, frozen, and kept by an interrupted run."""

import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.augmentation import Augmentation
from quadpred_plugin.training.distillation.examples import TrainingExample
from quadpred_plugin.training.distillation.student import train_pretext, train_student
from quadpred_plugin.training.distillation.trunk import auxiliary_only, heads_only, trunk
from quadpred_plugin.training.midi.note_features import KEYS, VALUES
from quadpred_plugin.training.networks.convolutional import build_convolutional
from quadpred_plugin.training.networks.harmony import build_harmony
from quadpred_plugin.training.recipes.kinds import Pretext, PretextDataset, Student, StudentDataset
from quadpred_plugin.training.recipes.schedule import Schedule
from quadpred_plugin.training.runs.record import Run

NUMBERS = Preprocessing()
HEADS = {"quadrants": 1.0, "arousal": 0.5, "valence": 0.5}
SCHEDULE = Schedule(3, 2, 2, 32, 0.01, 0.0, 0.0)
STRENGTH = Augmentation(0.1, 0.1, 0, 2)
PRETEXT = Pretext(
    "pretext",
    NUMBERS,
    network="harmony",
    task="notes",
    datasets={"piano": PretextDataset(1.0, STRENGTH)},
    dropout=0.0,
    patches=128,
    schedule=SCHEDULE,
)


def student(freeze, initial=PRETEXT):
    return Student(
        "student",
        NUMBERS,
        network="harmony",
        initial_weights=initial,
        freeze_initial=freeze,
        datasets={"piano": StudentDataset(1.0, 0.0, STRENGTH)},
        dropout=0.0,
        validation_share=0.0,
        patches=128,
        label_smoothing=0.0,
        mixup=0.0,
        loss_weights=HEADS,
        schedule=SCHEDULE,
    )


@pytest.fixture(scope="module")
def examples():
    random = np.random.default_rng(7)
    auxiliary = random.normal(0, 1, (4, 12, KEYS + VALUES)).astype(np.float32)
    times = np.arange(12) * 0.5
    return {
        "piano": [
            TrainingExample(
                random.normal(-8 + quadrant, 1, (200, 128)).astype(np.float16),
                quadrant,
                times,
                np.eye(4)[[quadrant] * 12],
                auxiliary[quadrant],
                times,
            )
            for quadrant in range(4)
        ]
    }


@pytest.fixture(scope="module")
def initial(examples, tmp_path_factory):
    import keras

    run = Run(tmp_path_factory.mktemp("pretext"))
    train_pretext(PRETEXT, examples, run, print)
    return keras.saving.load_model(run.file("best.keras"), compile=False)


def weights_of(network):
    return [weights for layer in trunk(network).layers for weights in layer.get_weights()]


@pytest.mark.parametrize("freeze", [True, False])
def test_frozen_initial_weights_stay_as_they_are(initial, examples, tmp_path, freeze):
    trained = train_student(student(freeze), examples, {}, Run(tmp_path), print, initial)
    same = [
        np.array_equal(one, other)
        for one, other in zip(weights_of(initial), weights_of(trained), strict=True)
    ]
    assert all(same) if freeze else not all(same)
    fresh = build_harmony(NUMBERS).get_layer("quadrants").get_weights()[1]
    assert not np.array_equal(trained.get_layer("quadrants").get_weights()[1], fresh)


def test_an_interrupted_student_stays_frozen(initial, examples, tmp_path):
    def stop(figures):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_student(student(True), examples, {}, Run(tmp_path), stop, initial)
    trained = train_student(student(True), examples, {}, Run(tmp_path), print, initial)
    for one, other in zip(weights_of(initial), weights_of(trained), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_harmony_network_predicts_from_its_note_estimates_alone():
    network = build_harmony(NUMBERS)
    estimates = network.get_layer("auxiliary")
    kernel, offsets = estimates.get_weights()
    estimates.set_weights([np.zeros_like(kernel), offsets])
    outputs = network.predict(
        np.random.default_rng(8).normal(-8, 3, (6, 31, 128)).astype(np.float32), verbose=0
    )
    for head in HEADS:
        np.testing.assert_array_equal(outputs[head], outputs[head][:1].repeat(6, axis=0))


def test_the_convolutional_network_gets_an_auxiliary_layer():
    network = auxiliary_only(build_convolutional(NUMBERS), 5)
    assert network.output["auxiliary"].shape == (None, 5)
    assert set(network.output) == {"auxiliary"}


def test_initial_weights_that_are_missing_cannot_be_frozen(examples, tmp_path):
    with pytest.raises(QuadpredError, match="'student' freezes its initial weights but has none"):
        train_student(student(True, None), examples, {}, Run(tmp_path), print)
    assert not list(tmp_path.iterdir())


def test_another_number_of_targets_is_refused():
    with pytest.raises(QuadpredError, match="has 116 auxiliary outputs, but the task has 96"):
        auxiliary_only(build_harmony(NUMBERS), 96)


def test_heads_can_be_had_alone(initial, examples, tmp_path):
    trained = train_student(student(True), examples, {}, Run(tmp_path), print, initial)
    assert set(heads_only(trained, tuple(HEADS)).output) == set(HEADS)
