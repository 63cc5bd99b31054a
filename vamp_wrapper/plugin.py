"""One instance of the plugin: its parameters, its signal and its features."""

from __future__ import annotations

import struct
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from quadpred_plugin.errors import ModelError
from vamp_wrapper.outputs import OUTPUTS, Features
from vamp_wrapper.settings import models, parameters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quadpred_plugin.audio.mixing import Mixer
    from quadpred_plugin.chain.offline import OfflineAnalyser
    from quadpred_plugin.inference import Model

# Preferred block size, a tenth of a second: long enough for a negligible cost per call, short
# enough for a small error of the length, since hosts pad the last block with zeros.
PREFERRED_BLOCK = 4096
MAXIMUM_CHANNELS = 256

_loaded: dict[str, Model] = {}
_loading = threading.Lock()


def print_message(sentence: str) -> None:
    """Print to standard error, where hosts log messages; standard output is the host's own."""
    if sys.stderr is not None:
        sys.stderr.write(f"quadpred: {sentence}\n")
        sys.stderr.flush()


class QuadpredPlugin:
    """One instance of the plugin.

    Nothing heavy is imported before `initialise`, because hosts create an instance of every
    plugin just to list its outputs.

    Parameters
    ----------
    sample_rate : float
        Of the input, Hz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._values = {one.identifier: one.default for one in parameters()}
        self._model: Model | None = None
        self._model_number = 0
        self._analyser: OfflineAnalyser | None = None
        self._mixer: Mixer | None = None
        self.channels = 0
        self._step = self._samples = 0
        self._start: int | None = None

    def get_parameter(self, index: int) -> float:
        """Return the value of a parameter, given its number."""
        return self._values[parameters()[index].identifier]

    def set_parameter(self, index: int, value: float) -> None:
        """Set a parameter, given its number, to the nearest allowed value."""
        parameter = parameters()[index]
        self._values[parameter.identifier] = parameter.nearest(value)

    @property
    def hop(self) -> float | None:
        """Seconds from one patch to the next; None is the length of a patch."""
        return self._values["hop"] or None

    @property
    def _chosen_model(self) -> int:
        return int(self._values["model"])

    @property
    def feature_rate(self) -> float:
        """Features per second for a hop rounded to whole samples.

        Sonic Visualiser draws feature n at sample ``n * round(sample_rate / feature_rate)``,
        so the rate is that of the nearest whole number of samples, rounded down to float32.
        Its error is below half a sample per feature; timestamps don't depend on it.
        """
        numbered = models()
        preprocessing = numbered.get(self._chosen_model, numbered[0]).preprocessing
        hop = preprocessing.hop_frames(self.hop) * preprocessing.frame_seconds
        rate = self._sample_rate / max(1, round(hop * self._sample_rate))
        (single,) = struct.unpack("f", struct.pack("f", rate))
        if single > rate:
            (bits,) = struct.unpack("i", struct.pack("f", single))
            (single,) = struct.unpack("f", struct.pack("i", bits - 1))
        return float(single)

    def initialise(self, channels: int, step: int, block: int) -> bool:
        """Load the model and start a signal; return False for invalid sizes.

        Raises
        ------
        QuadpredError
            If the model can't be loaded.
        """
        if not 1 <= channels <= MAXIMUM_CHANNELS or not 1 <= step <= block:
            print_message(
                f"{channels} channels in steps of {step} and blocks of {block} samples can't be "
                f"used: 1 to {MAXIMUM_CHANNELS} channels, and steps no longer than a block."
            )
            return False
        if not 0 < self._sample_rate < float("inf"):
            print_message(f"a sample rate of {self._sample_rate} Hz can't be used.")
            return False
        self.channels, self._step = channels, step
        self._load_model()
        self.reset()
        return True

    def _load_model(self) -> None:
        number = self._chosen_model
        self._model, self._model_number = _load(number), number

    def reset(self) -> None:
        """Discard the signal and keep the parameters.

        Raises
        ------
        QuadpredError
            If another model was chosen that can't be loaded.
        """
        self.close()
        if self._model is None:
            return
        if self._model_number != self._chosen_model:
            self._load_model()
        from quadpred_plugin.audio.mixing import Mixer

        preprocessing = self._model.card.preprocessing
        self._mixer = Mixer(self._sample_rate, preprocessing.sample_rate)
        self._analyser = self._model.start_analysis()
        self._samples, self._start = 0, None

    def process(self, addresses: Sequence[int], time: int) -> None:
        """Take the next block.

        Parameters
        ----------
        addresses : sequence of int
            Address of each channel's float32 samples, which are copied.
        time : int
            Time of the block's first sample in the host's file, ns.
        """
        import ctypes

        import numpy as np

        if self._mixer is None or self._analyser is None:
            return
        if self._start is None and self._model_number != self._chosen_model:
            # Chosen after `initialise`.
            self.reset()
        block: NDArray[np.float32] = np.empty((self._step, self.channels), dtype=np.float32)
        samples = ctypes.c_float * self._step
        for channel in range(self.channels):
            host_memory = memoryview(samples.from_address(addresses[channel]))
            block[:, channel] = np.frombuffer(host_memory, dtype=np.float32)
        if self._start is None:
            self._start = time
        self._samples += self._step
        self._analyser.process(self._mixer.process(block))

    def remaining(self) -> tuple[list[Features], int] | None:
        """End the signal and return the features of each output.

        Returns
        -------
        features, start : list of Features, int
            Features in the order of `OUTPUTS`, and time of the signal's first sample, ns.
            None instead for an empty or silent signal, and before `initialise`.
        """
        if self._model is None or self._mixer is None or self._analyser is None:
            return None
        from quadpred_plugin.analysis.smoothing import smooth
        from quadpred_plugin.interpretation import Interpretation

        self._analyser.process(self._mixer.finish())
        seconds = self._samples / self._sample_rate
        prediction = self._model.finish_analysis(
            self._analyser, "this signal", seconds, self.hop, self._mixer.warnings
        )
        start = self._start or 0
        self.close()
        for warning in prediction.warnings if self._samples else ():
            print_message(f"{prediction.source}: {warning}")
        if not len(prediction):
            return None
        rules = Interpretation(
            minimum_segment=self._values["minduration"],
            hysteresis=self._values["hysteresis"],
            segment_confidence=self._values["minconfidence"],
        )
        prediction = smooth(prediction.interpret(rules), self._values["smoothing"])
        return [output.features(prediction) for output in OUTPUTS], start

    def close(self) -> None:
        """Discard the signal and its temporary file."""
        if self._analyser is not None:
            self._analyser.__exit__(None, None, None)
        self._analyser = self._mixer = None


def _load(number: int) -> Model:
    """Return a model that is loaded once for all instances of the process.

    Raises
    ------
    QuadpredError
        If no model has the number, it can't be loaded, or this process was forked off one that
        had loaded a model.
    """
    from quadpred_plugin.chain.engine import one_tensorflow_thread
    from quadpred_plugin.chain.forks import refuse_forked_tensorflow
    from quadpred_plugin.inference import Model

    card = models().get(number)
    if card is None:
        numbers = ", ".join(f"{known} ({one.name})" for known, one in models().items())
        raise ModelError(f"No installed model has the number {number}. There are: {numbers}.")
    # Before the lock, which another thread may have held when the process was forked.
    refuse_forked_tensorflow()
    with _loading, one_tensorflow_thread():
        if card.name not in _loaded:
            _loaded[card.name] = Model(card)
        return _loaded[card.name]
