"""The chain as streaming algorithms, like those of ``essentia.streaming``.

Importing this module imports Essentia.
"""

from typing import Any

from quadpred_plugin.chain.bands import algorithm_settings
from quadpred_plugin.chain.engine import claim_tensorflow, load_streaming
from quadpred_plugin.chain.entries import EMBEDDINGS, STREAM_SETTINGS
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.model.parameters import predict_parameters, resolve_card

_essentia_streaming = load_streaming()


class _Composite(_essentia_streaming.CompositeBase):  # type: ignore[misc,name-defined]
    """Adds parameters, names of inputs and outputs, and `hasattr` to Essentia's composites."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__()
        self._parameters = parameters

    def __getattr__(self, name: str) -> Any:
        # Essentia's own raises NameError, which hasattr() and copy() don't catch.
        connectors = {**self.__dict__.get("inputs", {}), **self.__dict__.get("outputs", {})}
        if name not in connectors:
            raise AttributeError(f"{type(self).__name__} has no input or output '{name}'")
        return connectors[name]

    def parameterNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the parameters."""
        return sorted(self._parameters)

    def paramValue(self, name: str) -> Any:  # noqa: N802 (Essentia's name)
        """Return the value of a parameter.

        Raises
        ------
        KeyError
            If there is no such parameter.
        """
        return self._parameters[name]

    def inputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the inputs."""
        return list(self.inputs)

    def outputNames(self) -> list[str]:  # noqa: N802 (Essentia's name)
        """Return the names of the outputs."""
        return list(self.outputs)


class TensorflowInputQuad(_Composite):
    """Mel bands of a signal: the networks' input before division by the peak.

    Parameters
    ----------
    preprocessing : Preprocessing, optional
        Parameters of the front end; the published ones if None.

    Attributes
    ----------
    signal : sink of real
        Mono samples at the model's rate (16 kHz), full scale 1.
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
        self._algorithms = {
            name: getattr(_essentia_streaming, name)(**settings)
            for name, settings in algorithm_settings(preprocessing).items()
        }
        cutter, window, spectrum, triangles = self._algorithms.values()
        cutter.frame >> window.frame
        window.frame >> spectrum.frame
        spectrum.spectrum >> triangles.spectrum
        self.inputs["signal"] = cutter.signal
        self.outputs["bands"] = triangles.bands
        self.frame = cutter.frame

    def configure(self) -> None:
        """Do nothing: the front end is fixed at construction."""

    def reset(self) -> None:
        """Discard the signal so far."""
        for algorithm in self._algorithms.values():
            algorithm.reset()


class TensorflowPredictQuad(_Composite):
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
        Patches per run of the network; -1 for all. Affects memory, not results.
    lastPatchMode : {'discard', 'repeat'}
        Whether a last patch is discarded if it has only part of its own frames. A patch
        without context is completed by repeating these; one with context is the last whole
        one of the signal.

    Attributes
    ----------
    signal : sink of real
        Mono samples at 16 kHz, full scale 1.
    quadrants : source of vector_real
        Probabilities of Q1 to Q4, one vector per patch.
    arousal, valence : source of real
        -1..1, a value a patch. Each further head of the model has such a source of its name.
    bands : source of vector_real
        The mel bands of `TensorflowInputQuad`. May stay unconnected; the other outputs can
        be connected to None.
    embeddings : source of vector_real
        Values of the last layer that the heads share, one vector per patch. Only of models
        that have embeddings. May stay unconnected.

    Raises
    ------
    ModelError
        If the model is missing or damaged.
    ValueError
        If a parameter has no such name or value.
    """

    def __init__(self, **parameters: Any) -> None:
        values = predict_parameters(parameters)
        super().__init__(**values)
        card = resolve_card(values)
        card.verify()
        self._card = card
        entry = card.entries["frames"]
        streaming = _essentia_streaming
        width = card.preprocessing.bands + len(STREAM_SETTINGS)
        self._input = TensorflowInputQuad(card.preprocessing)
        self._magnitude = streaming.UnaryOperator(type="abs")
        self._peak = streaming.MinMax(type="max")
        # Settings reach the graph as constant streams computed from the bands, since Essentia
        # has no source of constants. (With UnaryOperatorStream the network stalls: it waits
        # for more tokens than the other algorithms deliver at a time.)
        self._constants = [streaming.UnaryOperator() for _ in STREAM_SETTINGS[1:]]
        self._scalars = [streaming.MinMax(type="max") for _ in STREAM_SETTINGS[1:]]
        self._rows = streaming.Multiplexer(
            numberRealInputs=len(STREAM_SETTINGS), numberVectorRealInputs=1
        )
        # Tensors of one frame: the graph cuts the patches, so that no frame is dropped here.
        self._tensor = streaming.VectorRealToTensor(
            shape=[-1, 1, 1, width], lastPatchMode="discard"
        )
        self._pool = streaming.TensorToPool(namespace=entry.input)
        claim_tensorflow()
        self._predict = streaming.TensorflowPredict(
            graphFilename=str(card.graph),
            inputs=[entry.input],
            # Two heads of a card may read the same node.
            outputs=list(dict.fromkeys(entry.nodes.values())),
            squeeze=False,
        )
        self._configure_constants()

        self._input.frame >> self._magnitude.array
        self._magnitude.array >> self._peak.array
        self._peak.int >> None
        self._peak.real >> self._rows.real_0
        for number, (constant, scalar) in enumerate(zip(self._constants, self._scalars), 1):
            self._input.bands >> constant.array
            constant.array >> scalar.array
            scalar.int >> None
            scalar.real >> getattr(self._rows, f"real_{number}")
        self._input.bands >> self._rows.vector_0
        self._rows.data >> self._tensor.frame
        self._tensor.tensor >> self._pool.tensor
        self._pool.pool >> self._predict.poolIn

        self.inputs["signal"] = self._input.signal
        self._heads: list[Any] = []
        for head, node in entry.outputs.items():
            self.outputs[head] = self._connect_output(node, HEADS[head].is_scalar)
        self.outputs["bands"] = self._input.bands
        if entry.embeddings is not None:
            embeddings = self._connect_output(entry.embeddings.node, scalar=False)
            # So that the source may stay unconnected; it can have further sinks.
            embeddings >> None
            self.outputs[EMBEDDINGS] = embeddings

    def _connect_output(self, node: str, scalar: bool) -> Any:
        streaming = _essentia_streaming
        tensor = streaming.PoolToTensor(namespace=node)
        vector = streaming.TensorToVectorReal()
        # Native algorithms fail on the last output of TensorToVectorReal without this
        # pass-through.
        relay = streaming.Multiplexer(numberRealInputs=0, numberVectorRealInputs=1)
        self._predict.poolOut >> tensor.pool
        tensor.tensor >> vector.tensor
        vector.frame >> relay.vector_0
        self._heads += [tensor, vector, relay]
        if not scalar:
            return relay.data
        # The mean converts a vector of one value to a real.
        mean = streaming.Mean()
        relay.data >> mean.array
        self._heads.append(mean)
        return mean.mean

    def _configure_constants(self) -> None:
        values = self._parameters
        settings = (
            values["patchHopSize"] or self._card.preprocessing.own_frames,
            values["batchSize"],
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
        """Discard the signal so far."""
        self._input.reset()
        inner = [self._magnitude, self._peak, *self._constants, *self._scalars]
        for algorithm in [
            *inner,
            self._rows,
            self._tensor,
            self._pool,
            self._predict,
            *self._heads,
        ]:
            algorithm.reset()


__all__ = ["TensorflowInputQuad", "TensorflowPredictQuad"]
