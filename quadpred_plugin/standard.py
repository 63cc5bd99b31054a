"""The chain as functions of arrays, like the algorithms of ``essentia.standard``."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import further_heads
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.offline import OfflineAnalyser
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.model.algorithm import Algorithm, signature_of
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.parameters import DEFAULTS, predict_parameters, resolve_card

# A stream's embeddings are a source of their own, which may stay unconnected.
_DEFAULTS = {**DEFAULTS, EMBEDDINGS: False}


def _signal(array: Any) -> NDArray[np.float32]:
    signal = np.asarray(array, dtype=np.float32)
    if signal.ndim != 1:
        raise ValueError(
            f"The signal must be mono, an array of one dimension, not {signal.ndim}; "
            "quadpred_plugin.predict takes channels and any rate."
        )
    return np.where(np.isfinite(signal), signal, np.float32(0))


class TensorflowInputQuad(Algorithm):
    """Mel bands of an array, identical to `quadpred_plugin.streaming.TensorflowInputQuad`.

    Parameters
    ----------
    preprocessing : Preprocessing, optional
        Parameters of the front end; the published ones if None.

    Examples
    --------
    >>> import numpy as np
    >>> from quadpred_plugin.standard import TensorflowInputQuad
    >>> TensorflowInputQuad()(np.zeros(16000, dtype="float32")).shape
    (32, 128)
    """

    def __init__(self, preprocessing: Preprocessing | None = None) -> None:
        self.configure(preprocessing)

    def configure(self, preprocessing: Preprocessing | None = None) -> None:
        """Change the parameters of the front end; the published ones if None."""
        preprocessing = preprocessing or Preprocessing()
        self._parameters = {"preprocessing": preprocessing}
        self._extractor = BandExtractor(preprocessing)

    def reset(self) -> None:
        """Do nothing: every call analyses a whole signal."""

    def inputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the inputs."""
        return ["signal"]

    def outputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the outputs."""
        return ["bands"]

    def __call__(self, signal: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the bands of a signal.

        Parameters
        ----------
        signal : ndarray, shape (samples,)
            Mono at the front end's rate (16 kHz), full scale 1; samples that aren't finite are
            replaced by zero.

        Returns
        -------
        bands : ndarray of float32, shape (1 + samples // hop_size, bands)
            Amplitudes or powers, by the front end; (1 + samples // 512, 128) amplitudes by the
            published one. No frame for an empty signal.
        """
        extractor = self._extractor.for_another_signal()
        return np.concatenate([extractor.process(_signal(signal)), extractor.finish()])

    compute = __call__


class TensorflowPredictQuad(Algorithm):
    """Quadrants, arousal and valence of an array.

    Parameters and outputs are those of `quadpred_plugin.streaming.TensorflowPredictQuad`,
    with identical results. In addition there is the parameter ``embeddings``.

    Parameters
    ----------
    embeddings : bool
        Whether to return the model's embeddings, as the last array. Default: False, so that
        the arrays of a call are the same for models with and without embeddings.

    Raises
    ------
    ModelError
        If the model is missing or damaged, or has no embeddings although they are asked for.
    ValueError
        If a parameter has no such name or value.
    """

    __signature__ = signature_of(_DEFAULTS)

    def __init__(self, **parameters: Any) -> None:
        self._parameters = _DEFAULTS
        self._card: ModelCard | None = None
        self.configure(**parameters)

    def configure(self, **parameters: Any) -> None:
        """Change parameters; the graph is loaded again only if the model changes."""
        before = self._parameters
        values = predict_parameters({**before, **parameters}, _DEFAULTS)
        if not isinstance(values[EMBEDDINGS], bool):
            raise ValueError(f"embeddings must be True or False, not {values[EMBEDDINGS]!r}.")
        models = ("model", "graphFilename")
        card = self._card
        if card is None or any(values[name] != before[name] for name in models):
            card = resolve_card(values)
            card.verify()
        if values[EMBEDDINGS]:
            card.require_embeddings()
        if card is not self._card:
            self._extractor = BandExtractor(card.preprocessing)
            self._network = Network(card.graph, card.entries["patches"])
            self._card = card
        self._parameters = values

    def inputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the inputs."""
        return ["signal"]

    def outputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the arrays of a call, in order."""
        assert self._card is not None
        names = ["quadrants", "arousal", "valence", "bands", *self._card.further_heads]
        return [*names, EMBEDDINGS] if self._parameters[EMBEDDINGS] else names

    def reset(self) -> None:
        """Do nothing: every call analyses a whole signal."""

    def __call__(self, signal: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        """Predict the patches of a signal.

        Parameters
        ----------
        signal : ndarray, shape (samples,)
            Mono at the model's rate (16 kHz), full scale 1; samples that aren't finite are
            replaced by zero.

        Returns
        -------
        quadrants : ndarray of float32, shape (patches, 4)
        arousal, valence : ndarray of float32, shape (patches,)
        bands : ndarray of float32, shape (frames, bands)
            Of the model's front end, amplitude or power.
        *further_heads : ndarray of float32, shape (patches,)
            Those of the model, if it has any, in the order of `heads.HEADS`.
        embeddings : ndarray of float32, shape (patches, width)
            If asked for: values of the last layer that the heads share.
        """
        values = self._parameters
        assert self._card is not None
        preprocessing = self._card.preprocessing
        extractor = self._extractor.for_another_signal()
        with OfflineAnalyser(preprocessing, extractor, self._network) as analyser:
            bands = np.concatenate([analyser.process(_signal(signal)), analyser.finish()])
            outputs = analyser.predict(
                values["patchHopSize"] or preprocessing.own_frames,
                repeat_last=values["lastPatchMode"] == "repeat",
                batch_size=values["batchSize"],
                embeddings=values[EMBEDDINGS],
            )
        last = [*further_heads(outputs).values()]
        if values[EMBEDDINGS]:
            last.append(outputs[EMBEDDINGS])
        return outputs["quadrants"], outputs["arousal"], outputs["valence"], bands, *last

    compute = __call__
