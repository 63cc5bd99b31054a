"""Essentia streaming algorithms of the chain, mirroring ``essentia.streaming``.

Importing this module imports Essentia.
"""

from typing import Any

from quadpred_plugin.chain.bands import algorithm_settings
from quadpred_plugin.chain.engine import load_streaming
from quadpred_plugin.chain.entries import STREAM_SETTINGS
from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.model.parameters import check_parameters, predict_parameters, resolve_card

_essentia_streaming = load_streaming()


class _Composite(_essentia_streaming.CompositeBase):  # type: ignore[misc,name-defined]
    """What Essentia's own composites in Python lack: parameters, reset, hasattr."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__()
        self._parameters = parameters

    def __getattr__(self, name: str) -> Any:
        # Essentia raises NameError, which hasattr() and copy() let through.
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
    """Mel bands of a signal, as the networks expect them.

    Parameters
    ----------
    preprocessing : Preprocessing, optional
        Numbers of the front end; the published ones.

    Attributes
    ----------
    signal : sink of real
        Mono samples at 16 kHz, full scale 1.
    bands : source of vector_real
        128 mel bands, linear amplitude, a frame every 512 samples: 1 + samples // 512
        frames, the first centred on the first sample.

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
        """Do nothing: the published front end has no parameters."""

    def reset(self) -> None:
        """Forget the signal so far."""
        for algorithm in self._algorithms.values():
            algorithm.reset()


class TensorflowPredictQuad(_Composite):
    """Quadrants, arousal and valence of a signal.

    The whole file's peak sets the level, as in the published systems, so the descriptors
    appear at the stream's end. A signal shorter than a patch gives none with
    ``lastPatchMode='discard'``: a connected pool then lacks the names.

    Parameters
    ----------
    model : str
        Name of an installed model, or the path of a .pb with its card; ``default``.
    graphFilename : str
        The path of a .pb with its card, instead of ``model``.
    patchHopSize : int
        Frames from one patch's start to the next; 0 is the patch: no overlap.
    batchSize : int
        Patches that the network sees at once; -1 for all. Costs memory, changes nothing.
    lastPatchMode : {'discard', 'repeat'}
        What to do with frames that don't fill a patch.

    Attributes
    ----------
    signal : sink of real
        Mono samples at 16 kHz, full scale 1.
    quadrants : source of vector_real
        Probabilities of Q1 to Q4, a frame a patch.
    arousal, valence : source of real
        -1..1, a value a patch.
    bands : source of vector_real
        The mel bands, linear, a frame every 512 samples. May stay unconnected; the
        others may be connected to None.

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
        # Settings reach the graph as constant streams, made of the bands, since Essentia has
        # no source of constants. (UnaryOperatorStream waits for more tokens than the
        # others deliver at a time, and the network stands still.)
        self._constants = [streaming.UnaryOperator() for _ in STREAM_SETTINGS[1:]]
        self._scalars = [streaming.MinMax(type="max") for _ in STREAM_SETTINGS[1:]]
        self._rows = streaming.Multiplexer(
            numberRealInputs=len(STREAM_SETTINGS), numberVectorRealInputs=1
        )
        # Patches of one frame: only the graph cuts patches, so that no frame is lost here.
        self._tensor = streaming.VectorRealToTensor(
            shape=[-1, 1, 1, width], lastPatchMode="discard"
        )
        self._pool = streaming.TensorToPool(namespace=entry.input)
        self._predict = streaming.TensorflowPredict(
            graphFilename=str(card.graph),
            inputs=[entry.input],
            outputs=list(entry.outputs.values()),
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
            self.outputs[head] = self._connect_head(node, scalar=head != "quadrants")
        self.outputs["bands"] = self._input.bands

    def _connect_head(self, node: str, scalar: bool) -> Any:
        streaming = _essentia_streaming
        tensor = streaming.PoolToTensor(namespace=node)
        vector = streaming.TensorToVectorReal()
        # A pass-through: without it native algorithms fail on what TensorToVectorReal
        # produces at the end of the stream.
        passed = streaming.Multiplexer(numberRealInputs=0, numberVectorRealInputs=1)
        self._predict.poolOut >> tensor.pool
        tensor.tensor >> vector.tensor
        vector.frame >> passed.vector_0
        self._heads += [tensor, vector, passed]
        if not scalar:
            return passed.data
        # The mean of one value is the value, as a real instead of a vector.
        mean = streaming.Mean()
        passed.data >> mean.array
        self._heads.append(mean)
        return mean.mean

    def _configure_constants(self) -> None:
        values = self._parameters
        settings = (
            values["patchHopSize"] or self._card.preprocessing.patch_size,
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
            If a name or a value isn't allowed; the model is chosen at construction.
        """
        for name in ("model", "graphFilename"):
            if parameters.get(name, self._parameters[name]) != self._parameters[name]:
                raise ValueError(f"'{name}' is chosen when the algorithm is made, not later.")
        values = {**self._parameters, **parameters}
        check_parameters(values)
        self._parameters = values
        self._configure_constants()

    def reset(self) -> None:
        """Forget the signal so far."""
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
