"""The training loop: an interrupted run ends as an uninterrupted one."""

import json

import numpy as np
import pytest

from quadpred_plugin.training.recipes.schedule import Schedule
from quadpred_plugin.training.runs.fitting import fit
from quadpred_plugin.training.runs.record import Run

SCHEDULE = Schedule(3, 3, 3, 8, 0.01, 0.01, 0.9)
INPUTS = np.random.default_rng(1).normal(size=(24, 6)).astype(np.float32)
TARGETS = {
    "sum": INPUTS.sum(axis=1, keepdims=True),
    "first": INPUTS[:, :1],
}


def make_network():
    """A network with state that isn't saved with it: noise, also in a nested model."""
    from keras import Input, Model, layers

    inputs = Input((6,))
    within = Input((6,))
    hidden = layers.Dense(8)(layers.GaussianNoise(0.1)(within))
    part = Model(within, layers.BatchNormalization()(hidden))
    hidden = layers.Dropout(0.3)(layers.ReLU()(part(inputs)))
    network = Model(inputs, {name: layers.Dense(1, name=name)(hidden) for name in TARGETS})
    network.compile(SCHEDULE.optimiser(3), loss=dict.fromkeys(TARGETS, "mse"))
    return network


def draw(random):
    order = random.permutation(len(INPUTS))
    return INPUTS[order], {name: values[order] for name, values in TARGETS.items()}


def validate(network):
    said = network.predict(INPUTS, verbose=0)
    errors = [np.mean((said[name] - TARGETS[name]) ** 2) for name in TARGETS]
    return {"validation_loss": float(np.mean(errors))}


class StoppedError(Exception):
    pass


def stop(figures):
    raise StoppedError


def test_an_interrupted_run_ends_as_one_that_was_not(tmp_path):
    runs = {name: Run(tmp_path / name) for name in ("whole", "parts")}
    for run in runs.values():
        run.folder.mkdir()
    whole = fit(make_network, draw, validate, SCHEDULE, runs["whole"], print)
    for _ in range(2):
        with pytest.raises(StoppedError):
            fit(make_network, draw, validate, SCHEDULE, runs["parts"], stop)
    resumed = fit(make_network, draw, validate, SCHEDULE, runs["parts"], print)
    for one, other in zip(whole.get_weights(), resumed.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
    logs = [
        [json.loads(line) for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        for name in ("whole", "parts")
    ]
    assert [one["epoch"] for one in logs[0]] == [one["epoch"] for one in logs[1]] == [0, 1, 2]
    for one, other in zip(*logs):
        assert one["loss"] == pytest.approx(other["loss"], abs=1e-6)
    # Something was learned.
    assert logs[0][2]["validation_loss"] < logs[0][0]["validation_loss"]


def test_a_step_is_traced_once(tmp_path):
    import keras

    traced = []

    class Counting(keras.Model):
        def train_step(self, data):
            traced.append(data)
            return super().train_step(data)

    def make():
        network = make_network()
        counting = Counting(network.input, network.output)
        counting.compile(SCHEDULE.optimiser(3), loss=dict.fromkeys(TARGETS, "mse"))
        return counting

    with pytest.raises(StoppedError):
        fit(make, draw, None, SCHEDULE, Run(tmp_path), stop)
    assert len(traced) == 1
