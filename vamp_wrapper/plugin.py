"""One instance of the plugin: what a host sets, feeds and reads."""

from __future__ import annotations

import struct
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vamp_wrapper.outputs import OUTPUTS, Features, Heard
from vamp_wrapper.settings import models, parameters, programs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quadpred_plugin.audio.mixing import Mixer
    from quadpred_plugin.chain.offline import Listener
    from quadpred_plugin.inference import Model

# Hosts that ask get blocks of a tenth of a second: calls cost nothing then, and a last block
# filled up with zeros makes the signal longer by no more than that.
PREFERRED_BLOCK = 4096
MAXIMUM_CHANNELS = 256

_loaded: dict[str, Model] = {}
_loading = threading.Lock()


def say(sentence: str) -> None:
    """Tell the user where hosts keep such things: standard output is a host's own."""
    if sys.stderr is not None:
        sys.stderr.write(f"quadpred: {sentence}\n")
        sys.stderr.flush()


class QuadpredPlugin:
    """An instance, from its making to its end.

    Nothing heavy is imported before `initialise`: hosts make an instance of every plugin
    only to list its outputs.

    Parameters
    ----------
    sample_rate : float
        Of the samples that will come, Hz.
    """

    def __init__(self, sample_rate: float) -> None:
        self._sample_rate = sample_rate
        self._values = {one.identifier: one.default for one in parameters()}
        self._program = 0
        self._model: Model | None = None
        self._listener: Listener | None = None
        self._mixer: Mixer | None = None
        self._channels = self._step = self._samples = 0
        self._start: int | None = None

    def get_parameter(self, index: int) -> float:
        """Return the value of the parameter of that number."""
        return self._values[parameters()[index].identifier]

    def set_parameter(self, index: int, value: float) -> None:
        """Set a parameter to the allowed value nearest to the one given."""
        parameter = parameters()[index]
        self._values[parameter.identifier] = parameter.nearest(value)

    @property
    def program(self) -> int:
        """Number of the program chosen last."""
        return self._program

    def select_program(self, index: int) -> None:
        """Set all parameters as a program has them."""
        self._values = dict(programs()[index][1])
        self._program = index

    @property
    def hop(self) -> float | None:
        """Seconds from one frame to the next; None is the model's patch."""
        return self._values["hop"] or None

    @property
    def frame_rate(self) -> float:
        """Frames a second, as a host's grid of whole samples can hold them.

        Sonic Visualiser puts frame n at sample ``n * round(sample_rate / frame_rate)``. So this
        is the rate of the nearest whole number of samples, as the float32 not above it; what
        it is off is less than half a sample a frame, and timestamps don't depend on it.
        """
        preprocessing = models()[int(self._values["model"])].preprocessing
        hop = preprocessing.hop_frames(self.hop) * preprocessing.frame_seconds
        rate = self._sample_rate / max(1, round(hop * self._sample_rate))
        (single,) = struct.unpack("f", struct.pack("f", rate))
        if single > rate:
            (bits,) = struct.unpack("i", struct.pack("f", single))
            (single,) = struct.unpack("f", struct.pack("i", bits - 1))
        return float(single)

    def initialise(self, channels: int, step: int, block: int) -> bool:
        """Get ready for a signal; return False for sizes that can't be used.

        Raises
        ------
        QuadpredError
            If the model can't be loaded.
        """
        if not 1 <= channels <= MAXIMUM_CHANNELS or not 1 <= step <= block:
            say(
                f"{channels} channels in steps of {step} and blocks of {block} samples can't be "
                f"used: 1 to {MAXIMUM_CHANNELS} channels, and steps no longer than a block."
            )
            return False
        if not 0 < self._sample_rate < float("inf"):
            say(f"a sample rate of {self._sample_rate} Hz can't be used.")
            return False
        self._model = _load(int(self._values["model"]))
        self._channels, self._step = channels, step
        self.reset()
        return True

    def reset(self) -> None:
        """Forget the signal, keep the parameters."""
        self.close()
        if self._model is None:
            return
        from quadpred_plugin.audio.mixing import Mixer

        self._mixer = Mixer(self._sample_rate, self._model.card.preprocessing.sample_rate)
        self._listener = self._model.listen()
        self._samples, self._start = 0, None

    def process(self, addresses: Sequence[int], time: int) -> None:
        """Take the next block.

        Parameters
        ----------
        addresses : sequence of int
            Of each channel's float32 samples, which are the host's and copied.
        time : int
            Of the first sample in the host's file, ns.
        """
        import ctypes

        import numpy as np

        if self._mixer is None or self._listener is None:
            return
        block: NDArray[np.float32] = np.empty((self._step, self._channels), dtype=np.float32)
        samples = ctypes.c_float * self._step
        for channel in range(self._channels):
            host_memory = memoryview(samples.from_address(addresses[channel]))
            block[:, channel] = np.frombuffer(host_memory, dtype=np.float32)
        if self._start is None:
            self._start = time
        self._samples += self._step
        self._listener.process(self._mixer.process(block))

    def remaining(self) -> tuple[list[Features], int] | None:
        """End the signal and return the features of each output, and the signal's start in ns.

        None where there is nothing to show: no sample, silence, or no initialisation.
        """
        if self._model is None or self._mixer is None or self._listener is None:
            return None
        from quadpred_plugin.analysis.smoothing import smooth

        self._listener.process(self._mixer.finish())
        seconds = self._samples / self._sample_rate
        prediction = self._model.conclude(
            self._listener, "this signal", seconds, self.hop, self._mixer.warnings
        )
        start = self._start or 0
        self.close()
        for warning in prediction.warnings if self._samples else ():
            say(f"{prediction.source} {warning}")
        if not len(prediction):
            return None
        heard = Heard(
            prediction,
            smooth(prediction, self._values["smoothing"]),
            self._values["minduration"],
        )
        return [output.features(heard) for output in OUTPUTS], start

    def close(self) -> None:
        """Let go of the signal and of what it keeps on disk."""
        if self._listener is not None:
            self._listener.__exit__(None, None, None)
        self._listener = self._mixer = None


def _load(index: int) -> Model:
    """Return a model, loaded once for all instances of the process."""
    from quadpred_plugin.chain.engine import one_tensorflow_thread
    from quadpred_plugin.inference import Model

    card = models()[index]
    with _loading, one_tensorflow_thread():
        if card.name not in _loaded:
            _loaded[card.name] = Model(card)
        return _loaded[card.name]
