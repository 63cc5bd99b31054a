"""Predictions of a network for test tracks, kept in a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.system.files import write_atomically
from quadpred_plugin.training.evaluation.scoring import Fold
from quadpred_plugin.training.features import Features
from quadpred_plugin.training.patches import cut_as_predicted


def predict_tracks(
    network: Any, features: Features, preprocessing: Preprocessing
) -> list[dict[str, NDArray[np.float32]]]:
    """Return a network's predictions for the patches of each track, as a prediction has them.

    Parameters
    ----------
    network : keras.Model
    features : sequence of ndarray, shape (frames, bands)
    preprocessing : Preprocessing

    Returns
    -------
    outputs : list of dict of ndarray of float32
        By head, as `scoring.score_clips` takes them: probabilities of classes, shape
        (patches, classes), or for a scalar head the difference of two, (patches,).
    """
    outputs = []
    for one in features:
        patches = cut_as_predicted(one, preprocessing)
        predicted = network.predict(patches, batch_size=64, verbose=0)
        outputs.append(
            {
                head: values[:, 1] - values[:, 0] if HEADS[head].is_scalar else values
                for head, values in predicted.items()
                if head in HEADS
            }
        )
    return outputs


def write_predictions(
    path: Path,
    network: Any,
    features: Features,
    quadrants: NDArray[np.int64],
    preprocessing: Preprocessing,
) -> None:
    """Predict test tracks, and write the predictions with the tracks' quadrants.

    Parameters
    ----------
    path : Path
        Of the .npz file.
    network : keras.Model
    features : sequence of ndarray, shape (frames, bands)
    quadrants : ndarray of int, shape (tracks,)
        0 to 3.
    preprocessing : Preprocessing
    """
    outputs = predict_tracks(network, features, preprocessing)
    ends = np.cumsum([len(one["arousal"]) for one in outputs])
    arrays: dict[str, Any] = {
        head: np.concatenate([one[head] for one in outputs]) for head in outputs[0]
    }
    arrays |= {"ends": ends, "clips": quadrants}
    write_atomically(path, lambda stream: np.savez_compressed(stream, **arrays))


def read_predictions(path: Path) -> Fold:
    """Return the tracks' quadrants and the predictions for their patches."""
    with np.load(path) as content:
        heads = [name for name in content.files if name in HEADS]
        arrays = {head: np.split(content[head], content["ends"][:-1]) for head in heads}
        quadrants = content["clips"]
    return quadrants, [
        {head: arrays[head][index] for head in heads} for index in range(len(quadrants))
    ]


def validation_figures(
    network: Any, patches: Sequence[NDArray[np.floating]], targets: dict[str, Any]
) -> dict[str, float]:
    """Return the cross-entropy of the clips' mean softmaxes, and each head's accuracy.

    Parameters
    ----------
    network : keras.Model
    patches : sequence of ndarray, shape (patches, frames, bands)
        Of each clip.
    targets : dict of ndarray, shape (clips, classes)

    Returns
    -------
    figures : dict of float
        ``validation_loss`` and ``validation_<head>_accuracy``.
    """
    outputs = network.predict(np.concatenate(patches), batch_size=64, verbose=0)
    ends = np.cumsum([len(clip) for clip in patches])[:-1]
    loss = 0.0
    accuracy = {}
    for head, target in targets.items():
        means = np.stack([part.mean(axis=0) for part in np.split(outputs[head], ends)])
        loss -= float(np.mean(np.sum(target * np.log(means + 1e-7), axis=1)))
        right = means.argmax(axis=1) == target.argmax(axis=1)
        accuracy[f"validation_{head}_accuracy"] = float(right.mean())
    return {"validation_loss": loss, **accuracy}
