"""The chain as streaming algorithms, like those of ``essentia.streaming``.

Importing this module imports Essentia.
"""

from pathlib import Path
from typing import Any

from quadpred_plugin.chain.bands import algorithm_settings
from quadpred_plugin.chain.composite import Composite, essentia_streaming
from quadpred_plugin.chain.engine import quiet_essentia
from quadpred_plugin.chain.entries import EMBEDDINGS, STREAM_SETTINGS
from quadpred_plugin.chain.forks import claim_tensorflow
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.model.algorithm import Algorithm, signature_of
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.parameters import DEFAULTS, predict_parameters, resolve_card

# Replaces what isn't finite by zero: Essentia has no algorithm that does.
_FINITE_GRAPH = Path(__file__).parent / "chain" / "finite.pb"
_FRAMES_PER_RUN = 64


class TensorflowInputQuad(Composite, Algorithm):
    """Mel bands of a signal: the networks' input before division by the peak.

    Parameters
    ----------
    preprocessing : Preprocessing, optional
        Parameters of the front end; the published ones if None.

    Attributes
    ----------
    signal : sink of real
        Mono samples at the model's rate (16 kHz), full scale 1; samples that aren't finite are
        replaced by zero.
    bands : source of vector_real
        The model's mel bands, amplitude or power, 1 + samples // hop_size frames, the first
        centred on the first sample. With the published front end 128 bands of amplitude, one
        frame every 512 samples.

    References
    ----------
    As `quadpred_plugin.chain.preprocessing.Preprocessing`.
    """

    def __init__(self, preprocessing: Preprocessing | None = None) -> None:
        super().__init__()
        preprocessing = preprocessing or Preprocessing()
        self._parameters = {"preprocessing": preprocessing}
        with quiet_essentia():
            algorithms = [
                getattr(essentia_streaming, name)(**settings)
                for name, settings in algorithm_settings(preprocessing).items()
            ]
            self.add(*algorithms)
            cutter, window, spectrum, triangles = algorithms
            frame = self._finite(cutter.frame, preprocessing.frame_size)
        frame >> window.frame
        window.frame >> spectrum.frame
        spectrum.spectrum >> triangles.spectrum
        # So that it may stay unconnected; it can have further sinks.
        triangles.bands >> None
        self.inputs["signal"] = cutter.signal
        self.outputs["bands"] = triangles.bands
        self._frame = frame

    def _finite(self, frame: Any, size: int) -> Any:
        """Replace samples that aren't finite by zero, as standard mode does."""
        streaming = essentia_streaming
        tensor = streaming.VectorRealToTensor(
            shape=[_FRAMES_PER_RUN, 1, 1, size], lastPatchMode="discard"
        )
        pool = streaming.TensorToPool(namespace="frames", mode="overwrite")
        claim_tensorflow()
        predict = streaming.TensorflowPredict(
            graphFilename=str(_FINITE_GRAPH), inputs=["frames"], outputs=["finite"], squeeze=False
        )
        frame >> tensor.frame
        tensor.tensor >> pool.tensor
        pool.pool >> predict.poolIn
        self.add(tensor, pool, predict)
        return _vectors(self, predict, "finite")

    def configure(self) -> None:
        """Do nothing: the front end is fixed at construction."""


class TensorflowPredictQuad(Composite, Algorithm):
    """Quadrants, arousal and valence of a signal.

    Bands are divided by the whole signal's peak, as in the published systems, so all
    outputs appear at the end of the stream. With ``lastPatchMode='discard'``, a signal
    shorter than a patch's own frames has no output, and a connected pool lacks the
    descriptors' names.

    Parameters
    ----------
    model : str
        Name of an installed model, or path of a .pb with its card. Default: ``default``.
    graphFilename : str
        Path of a .pb with its card, instead of ``model``.
    patchHopSize : int
        Frames from one patch to the next; 0 is the length of a patch's own frames, which then
        don't overlap.
    batchSize : int
        Patches per run of the network; -1 or 0 for all. Affects memory, not results.
    lastPatchMode : {'discard', 'repeat'}
        Whether a last patch is discarded if it has only part of its own frames. A patch
        without context is completed by repeating these; one with context is the last whole
        one of the signal.

    Attributes
    ----------
    signal : sink of real
        Mono samples at 16 kHz, full scale 1; samples that aren't finite are replaced by zero.
    quadrants : source of vector_real
        Probabilities of Q1 to Q4, one vector per patch.
    arousal, valence : source of real
        -1..1, a value a patch. Each further head of the model has such a source of its name.
    bands : source of vector_real
        The mel bands of `TensorflowInputQuad`.
    embeddings : source of vector_real
        Values of the last layer that the heads share, one vector per patch. Only of models
        that have embeddings. All sources may stay unconnected.

    Raises
    ------
    ModelError
        If the model is missing or damaged.
    ValueError
        If a parameter has no such name or value.
    """

    __signature__ = signature_of(DEFAULTS)

    def __init__(self, **parameters: Any) -> None:
        super().__init__()
        self._parameters = values = predict_parameters(parameters)
        card = resolve_card(values)
        card.verify()
        self._card = card
        self._input = TensorflowInputQuad(card.preprocessing)
        with quiet_essentia():
            self._build(card)

    def _build(self, card: ModelCard) -> None:
        entry = card.entries["frames"]
        streaming = essentia_streaming
        width = card.preprocessing.bands + len(STREAM_SETTINGS)
        magnitude = self.add(streaming.UnaryOperator(type="abs"))
        peak = self.add(streaming.MinMax(type="max"))
        # Settings reach the graph as constant streams computed from the bands, since Essentia
        # has no source of constants. (With UnaryOperatorStream the network stalls: it waits
        # for more tokens than the other algorithms deliver at a time.)
        self._constants = [streaming.UnaryOperator() for _ in STREAM_SETTINGS[1:]]
        scalars = [streaming.MinMax(type="max") for _ in STREAM_SETTINGS[1:]]
        rows = streaming.Multiplexer(
            numberRealInputs=len(STREAM_SETTINGS), numberVectorRealInputs=1
        )
        # Tensors of one frame: the graph cuts the patches, so that no frame is dropped here.
        tensor = streaming.VectorRealToTensor(shape=[-1, 1, 1, width], lastPatchMode="discard")
        pool = streaming.TensorToPool(namespace=entry.input)
        claim_tensorflow()
        predict = streaming.TensorflowPredict(
            graphFilename=str(card.graph),
            inputs=[entry.input],
            # Two heads of a card may read the same node.
            outputs=list(dict.fromkeys(entry.nodes.values())),
            squeeze=False,
        )
        self.add(*self._constants, *scalars, rows, tensor, pool, predict)
        self._configure_constants()

        self._input._frame >> magnitude.array
        magnitude.array >> peak.array
        peak.int >> None
        peak.real >> rows.real_0
        for number, (constant, scalar) in enumerate(zip(self._constants, scalars), 1):
            self._input.bands >> constant.array
            constant.array >> scalar.array
            scalar.int >> None
            scalar.real >> getattr(rows, f"real_{number}")
        self._input.bands >> rows.vector_0
        rows.data >> tensor.frame
        tensor.tensor >> pool.tensor
        pool.pool >> predict.poolIn

        # Not the input's own, which would keep it from being freed.
        self.inputs["signal"] = self._input.inputs["signal"]
        for head, node in entry.outputs.items():
            self.outputs[head] = self._connect_output(predict, node, HEADS[head].is_scalar)
        self.outputs["bands"] = self._input.bands
        if entry.embeddings is not None:
            node = entry.embeddings.node
            self.outputs[EMBEDDINGS] = self._connect_output(predict, node, scalar=False)

    def _connect_output(self, predict: Any, node: str, scalar: bool) -> Any:
        values = _vectors(self, predict, node)
        if scalar:
            # The mean converts a vector of one value to a real.
            mean = self.add(essentia_streaming.Mean())
            values >> mean.array
            values = mean.mean
        # So that it may stay unconnected; it can have further sinks.
        values >> None
        return values

    def _configure_constants(self) -> None:
        values = self._parameters
        settings = (
            values["patchHopSize"] or self._card.preprocessing.own_frames,
            values["batchSize"] or -1,
            float(values["lastPatchMode"] == "repeat"),
        )
        for constant, value in zip(self._constants, settings, strict=True):
            constant.configure(type="identity", scale=0, shift=value)

    def configure(self, **parameters: Any) -> None:
        """Change patchHopSize, batchSize or lastPatchMode.

        Raises
        ------
        ValueError
            If a name or a value isn't allowed, or the model is another one: it is fixed at
            construction.
        """
        for name in ("model", "graphFilename"):
            if parameters.get(name, self._parameters[name]) != self._parameters[name]:
                raise ValueError(f"'{name}' can only be set when the algorithm is created.")
        self._parameters = predict_parameters({**self._parameters, **parameters})
        self._configure_constants()

    def reset(self) -> None:
        """Discard the signal so far, and what the algorithms behind the outputs have received."""
        self._input.reset()

    def close(self) -> None:
        """Free the memory, about 30 MB; the network can't be run or connected afterwards."""
        super().close()
        if "_input" in self.__dict__:
            self._input.close()


def _vectors(composite: Composite, predict: Any, node: str) -> Any:
    """Return a source of the vectors that a network gives at a node."""
    streaming = essentia_streaming
    tensor = streaming.PoolToTensor(namespace=node)
    vector = streaming.TensorToVectorReal()
    # Native algorithms fail on the last output of TensorToVectorReal without this pass-through.
    relay = streaming.Multiplexer(numberRealInputs=0, numberVectorRealInputs=1)
    predict.poolOut >> tensor.pool
    tensor.tensor >> vector.tensor
    vector.frame >> relay.vector_0
    composite.add(tensor, vector, relay)
    return relay.data


__all__ = ["TensorflowInputQuad", "TensorflowPredictQuad"]
