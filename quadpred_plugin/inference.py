"""The use case: from a file or samples to a Prediction."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.audio.mixing import Sound, open_sound, sound_from_samples
from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.causal import CausalListener
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.offline import Listener
from quadpred_plugin.chain.patches import patch_times
from quadpred_plugin.errors import AudioError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.prediction import Prediction, without_frames
from quadpred_plugin.version import VERSION

Source: TypeAlias = "str | os.PathLike[str] | tuple[NDArray[np.floating], float]"


def provenance_of(card: ModelCard, hop: float | None) -> dict[str, Any]:
    """Return what makes a model's numbers, without loading it.

    Raises
    ------
    ValueError
        If the hop is shorter than a frame.
    """
    preprocessing = card.preprocessing
    return {
        "model": card.name,
        "sha256": card.sha256,
        "version": VERSION,
        "preprocessing": preprocessing.hash,
        "patch": preprocessing.patch_seconds,
        "hop": preprocessing.hop_frames(hop) * preprocessing.frame_seconds,
    }


class Model:
    """A model, loaded once for any number of files.

    Parameters
    ----------
    card : ModelCard

    Raises
    ------
    ModelError
        If the graph is damaged or can't be loaded.
    """

    def __init__(self, card: ModelCard) -> None:
        card.verify()
        self.card = card
        self._extractor = BandExtractor(card.preprocessing)
        self._network = Network(card.graph, card.entries["patches"])

    def predict(self, source: Source, hop: float | None = None) -> Prediction:
        """Hear one file or array.

        Parameters
        ----------
        source : path, or (samples, rate)
            Samples have shape (samples,) or (samples, channels), full scale 1; rate in Hz.
        hop : float, optional
            Seconds from one patch's start to the next, rounded to whole frames (0.032 s
            in the published front end); the patch if None.

        Returns
        -------
        prediction : Prediction
            With status ``ok``, ``short``, ``silent`` or ``empty``.

        Raises
        ------
        AudioError
            If the source can't be read as audio.
        ValueError
            If the hop is shorter than a frame.
        """
        rate = self.card.preprocessing.sample_rate
        if isinstance(source, tuple):
            return self._hear(sound_from_samples(*source, rate), "<samples>", hop)
        name = os.fspath(source)
        try:
            if not name:
                raise AudioError("does not exist.")
            with open_sound(Path(name), rate) as sound:
                return self._hear(sound, name, hop)
        except AudioError as error:
            raise AudioError(f"{name}: {error}") from error

    def predict_many(
        self, paths: Iterable["str | os.PathLike[str]"], hop: float | None = None, jobs: int = 1
    ) -> Iterator[Prediction]:
        """Hear many files, in order; one that fails has status ``error`` and the reason.

        Parameters
        ----------
        paths : iterable of path
        hop : float, optional
            As for `predict`.
        jobs : int
            Processes. The numbers don't depend on it. With 1 files are heard in this process,
            and a decoder that crashes on a damaged one ends it; with more it costs that file.
        """
        from quadpred_plugin.batch.workers import predict_in_processes

        names = [os.fspath(path) for path in paths]
        if jobs > 1 and len(names) > 1:
            yield from predict_in_processes(self.card, names, hop, jobs)
        else:
            for name in names:
                yield self.predict_or_explain(name, hop)

    def predict_or_explain(self, name: str, hop: float | None) -> Prediction:
        """Hear one file; where that fails, say why in a Prediction of status ``error``.

        Parameters
        ----------
        name : str
            Path of the file.
        hop : float or None
            Seconds, as for `predict`.

        Returns
        -------
        prediction : Prediction
            Without frames where the file can't be read; its warnings hold the reason.
        """
        try:
            return self.predict(name, hop)
        except AudioError as error:
            reason = str(error).removeprefix(f"{name}: ")
        except (OSError, MemoryError) as error:
            reason = f"could not be processed: {error}."
        return without_frames(name, "error", None, reason, self.provenance(hop))

    def provenance(self, hop: float | None) -> dict[str, Any]:
        """Return what made the numbers: model, graph, version and settings.

        Parameters
        ----------
        hop : float or None
            Seconds, as for `predict`.

        Returns
        -------
        provenance : dict
            ``model``, ``sha256`` of its graph, ``version``, ``preprocessing`` (its hash),
            ``patch`` and ``hop`` in seconds.
        """
        return provenance_of(self.card, hop)

    def listen(self, extractor: BandExtractor | None = None) -> Listener:
        """Begin to hear a signal block by block.

        Parameters
        ----------
        extractor : BandExtractor, optional
            To be used again, for signals one after the other; its own if None, so that
            several can be heard at once.

        Returns
        -------
        listener : Listener
            Wants mono samples at the card's rate, clipped to full scale.
        """
        preprocessing = self.card.preprocessing
        return Listener(preprocessing, extractor or BandExtractor(preprocessing), self._network)

    def listen_causally(self, hop: float | None = None) -> CausalListener:
        """Begin to hear a signal that is to be told of while it goes on.

        Parameters
        ----------
        hop : float, optional
            Seconds, as for `predict`.

        Returns
        -------
        listener : CausalListener
            Wants mono samples at the card's rate, clipped to full scale. Each patch is
            levelled by the peak so far instead of the whole signal's.
        """
        preprocessing = self.card.preprocessing
        frames = preprocessing.hop_frames(hop)
        return CausalListener(preprocessing, BandExtractor(preprocessing), self._network, frames)

    def conclude(
        self,
        listener: Listener,
        name: str,
        seconds: float,
        hop: float | None = None,
        warnings: Sequence[str] = (),
    ) -> Prediction:
        """Say what a listener has heard, now that its signal has ended.

        Parameters
        ----------
        listener : Listener
            From `listen`; it can't hear more afterwards.
        name : str
            What to call the signal.
        seconds : float
            Its length.
        hop : float, optional
            As for `predict`.
        warnings : sequence of str
            What was noticed on the way.
        """
        preprocessing = self.card.preprocessing
        hop_frames = preprocessing.hop_frames(hop)
        provenance = self.provenance(hop)
        listener.finish()
        if not listener.samples:
            return without_frames(name, "empty", seconds, "has no samples.", provenance)
        if listener.silent:
            floor = 20 * np.log10(preprocessing.peak_floor)
            reason = f"is silent: no sample reaches {floor:.0f} dB below full scale."
            return without_frames(name, "silent", seconds, reason, provenance, warnings)
        short = listener.patch_count(hop_frames) == 0
        heads = listener.predict(hop_frames, repeat_last=short)
        if short:
            warnings = (
                *warnings,
                f"is shorter than one patch of {preprocessing.patch_seconds:g} s: its frames were "
                "repeated to fill one.",
            )
        return Prediction(
            source=name,
            status="short" if short else "ok",
            duration=seconds,
            times=patch_times(len(heads["arousal"]), hop_frames, preprocessing),
            patch_duration=preprocessing.patch_seconds,
            hop=provenance["hop"],
            provenance=provenance,
            warnings=tuple(warnings),
            pooling=self.card.pooling,
            quadrants=heads["quadrants"],
            arousal=heads["arousal"],
            valence=heads["valence"],
        )

    def _hear(self, sound: Sound, name: str, hop: float | None) -> Prediction:
        # A hop that can't be used is told before hours of hearing, not after.
        self.card.preprocessing.hop_frames(hop)
        with self.listen(self._extractor) as listener:
            for block in sound.blocks:
                listener.process(block)
            if not listener.samples and sound.warnings:
                raise AudioError(" ".join(sound.warnings))
            prediction = self.conclude(listener, name, sound.seconds, hop, sound.warnings)
            return replace(prediction, sample_rate=sound.source_rate)


def load_model(name_or_path: str = "default") -> Model:
    """Load a model by name or path.

    Parameters
    ----------
    name_or_path : str
        ``default``, the name of an installed model, or the path of a .pb.

    Raises
    ------
    ModelError
        If there is none such, or it is damaged.

    Examples
    --------
    >>> import quadpred_plugin as qp
    >>> model = qp.load_model("default")
    >>> model.predict("examples/audio/q4_calm.ogg").status
    'ok'
    """
    return Model(find_model(name_or_path))


def predict(source: Source, model: str = "default", hop: float | None = None) -> Prediction:
    """Hear one file or array with a model loaded for it.

    Parameters
    ----------
    source : path, or (samples, rate)
        As for `Model.predict`.
    model : str
        As for `load_model`.
    hop : float, optional
        Seconds from one patch's start to the next; the patch if None.

    Returns
    -------
    prediction : Prediction
        With status ``ok``, ``short``, ``silent`` or ``empty``.

    Raises
    ------
    QuadpredError
        If the source can't be read or there is no such model.

    Examples
    --------
    >>> import quadpred_plugin as qp
    >>> prediction = qp.predict("examples/audio/q1_joy.ogg", hop=0.496)
    >>> prediction.quadrants.shape[1], round(float(prediction.times[1]), 3)
    (4, 0.512)
    """
    return load_model(model).predict(source, hop)
