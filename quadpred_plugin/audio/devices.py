"""Recording from audio devices with the optional package sounddevice."""

from collections.abc import Iterator
from queue import Queue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.errors import AudioError

# Short: a block's length delays the prediction.
_BLOCK_SECONDS = 0.02


def list_devices() -> str:
    """Return a list of the input devices, one per line with its number.

    Raises
    ------
    AudioError
        If sounddevice or PortAudio isn't installed, or no device records.
    """
    devices = [
        f"{device['index']}  {device['name']}, {device['max_input_channels']} channels, "
        f"{device['default_samplerate']:.0f} Hz"
        for device in _sounddevice().query_devices()
        if device["max_input_channels"] > 0
    ]
    if not devices:
        raise AudioError("There is no audio device that records.")
    return "\n".join(devices)


def record(device: str) -> tuple[float, Iterator[NDArray[np.float32]]]:
    """Record from a device.

    Parameters
    ----------
    device : str
        Number, or a part of the name.

    Returns
    -------
    sample_rate : float
        Hz.
    blocks : iterator of ndarray of float32, shape (samples, channels)
        Endless.

    Raises
    ------
    AudioError
        If sounddevice or PortAudio isn't installed, or there is no such device.
    """
    sounddevice = _sounddevice()
    try:
        found = sounddevice.query_devices(int(device) if device.isdigit() else device, "input")
    except (ValueError, sounddevice.PortAudioError) as error:
        raise AudioError(
            f"There is no audio device '{device}' that records ({error}); --list-devices lists "
            "them."
        ) from error
    rate = float(found["default_samplerate"])
    return rate, _blocks(sounddevice, found, rate)


def _blocks(sounddevice: Any, found: Any, rate: float) -> Iterator[NDArray[np.float32]]:
    waiting: Queue[NDArray[np.float32]] = Queue()

    def keep(block: NDArray[np.float32], frames: int, time: Any, status: Any) -> None:
        waiting.put(block.copy())

    with sounddevice.InputStream(
        samplerate=rate,
        blocksize=int(rate * _BLOCK_SECONDS),
        device=found["index"],
        channels=min(found["max_input_channels"], 2),
        dtype="float32",
        callback=keep,
    ):
        while True:
            yield waiting.get()


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        raise AudioError(
            "Audio devices need the package sounddevice: pip install 'quadpred-plugin[live]'."
        ) from error
    except OSError as error:
        raise AudioError(
            "Audio devices need PortAudio: on Debian and Ubuntu 'apt-get install libportaudio2' "
            "installs it."
        ) from error
    return sounddevice
