"""Scores by patch and by clip, against values computed manually."""

import numpy as np

from quadpred_plugin.training.evaluation.scoring import score_clips


def test_a_clip_is_the_mean_of_its_patches():
    quadrants = np.array([[0.6, 0.2, 0.1, 0.1], [0.1, 0.7, 0.1, 0.1], [0.6, 0.2, 0.1, 0.1]])
    outputs = [
        {"quadrants": quadrants, "arousal": np.array([0.5, 0.5, -0.1]), "valence": -np.ones(3)},
        {"quadrants": quadrants[:1], "arousal": np.array([-0.2]), "valence": np.ones(1)},
    ]
    scores = score_clips(np.array([0, 3]), outputs)
    assert (scores["patches"], scores["clips"]) == (4, 2)
    assert scores["clip"]["quadrants"]["confusion"][0] == [1, 0, 0, 0]
    assert scores["clip"]["quadrants"]["confusion"][3] == [1, 0, 0, 0]
    assert scores["patch"]["quadrants"]["confusion"][0] == [2, 1, 0, 0]
    # Q1 is aroused and pleasant, Q4 calm and pleasant.
    assert scores["patch"]["arousal"]["accuracy"] == 0.75
    assert scores["clip"]["arousal"]["accuracy"] == 1
    assert scores["clip"]["valence"]["accuracy"] == 0.5
