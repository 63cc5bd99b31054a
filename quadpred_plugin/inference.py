"""Model: predict a file or an array of samples."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from quadpred_plugin.audio.arguments import Source, check_paths, check_source
from quadpred_plugin.audio.sources import failure_reason, feed, open_source
from quadpred_plugin.chain import peak
from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.chain.causal import CausalAnalyser
from quadpred_plugin.chain.entries import EMBEDDINGS
from quadpred_plugin.chain.heads import further_heads
from quadpred_plugin.chain.network import Network
from quadpred_plugin.chain.offline import OfflineAnalyser
from quadpred_plugin.chain.patches import patch_times
from quadpred_plugin.errors import AudioError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.model.registry import find_model
from quadpred_plugin.prediction import Prediction, without_patches
from quadpred_plugin.version import VERSION


def provenance_of(card: ModelCard, hop: float | None) -> dict[str, Any]:
    """Return the provenance of a model's predictions without loading the model.

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
    """A model, loaded once for any number of files and signals.

    Threads may share it: a prediction has all that changes to itself. A model is pickled as its
    card, and loaded again for the first prediction after it was unpickled.

    Parameters
    ----------
    card : ModelCard

    Raises
    ------
    ModelError
        If the graph is damaged or can't be loaded.
    """

    def __init__(self, card: ModelCard) -> None:
        self.card = card
        self._loaded = _load(card)

    @cached_property
    def _loaded(self) -> tuple[BandExtractor, Network]:
        # Not while it is unpickled: an exception would end a pool's process then, which would
        # start another and wait for ever.
        return _load(self.card)

    def __getstate__(self) -> dict[str, ModelCard]:
        return {"card": self.card}

    def predict(
        self,
        source: Source,
        hop: float | None = None,
        embeddings: bool = False,
        stream: int | None = None,
    ) -> Prediction:
        """Predict one file or array.

        Parameters
        ----------
        source : path, or (samples, rate)
            Samples have shape (samples,) or (samples, channels), full scale 1; rate in Hz.
        hop : float, optional
            Seconds from one patch to the next, rounded to whole frames (0.032 s in the
            published front end); the length of a patch's own frames if None.
        embeddings : bool
            Whether to keep the patches' embeddings (``Prediction.embeddings``).
        stream : int, optional
            Number of a file's audio stream, from 0, as FFmpeg's ``-map 0:a:0``; the default
            stream if None.

        Returns
        -------
        prediction : Prediction
            With status ``ok``, ``partial``, ``short``, ``silent`` or ``empty``; ``error`` if all
            that could be decoded of a damaged file is silence.

        Raises
        ------
        AudioError
            If the source can't be read as audio.
        ModelError
            If the model has no embeddings although they are asked for.
        ValueError
            If the hop is shorter than a frame.
        """
        preprocessing = self.card.preprocessing
        if embeddings:
            self.card.require_embeddings()
        # A bad value is the caller's error, not the file's.
        preprocessing.hop_frames(hop)
        with (
            open_source(source, preprocessing.sample_rate, stream) as (name, sound),
            self.start_analysis() as analyser,
        ):
            feed(sound, analyser)
            prediction = self.finish_analysis(
                analyser, name, sound.seconds, hop, sound.warnings, embeddings, sound.partial
            )
        return replace(prediction, sample_rate=sound.source_rate)

    def predict_many(
        self, paths: Iterable["str | os.PathLike[str]"], hop: float | None = None, jobs: int = 1
    ) -> Iterator[Prediction]:
        """Predict many files, in order; one that fails has status ``error`` and the reason.

        Parameters
        ----------
        paths : iterable of path
        hop : float, optional
            As for `predict`.
        jobs : int
            Processes; results don't depend on it. With 1, files are analysed in this process,
            which a crash of a decoder ends; with more, such a crash fails one file.

        Returns
        -------
        predictions : iterator of Prediction
            One for each file, in the order of the paths.

        Raises
        ------
        AudioError
            If ``paths`` is a single path, or an item isn't one.
        """
        return self._predict_each(check_paths(paths), hop, jobs)

    def _predict_each(self, names: list[str], hop: float | None, jobs: int) -> Iterator[Prediction]:
        from quadpred_plugin.batch.workers import predict_in_processes

        if jobs > 1 and len(names) > 1:
            yield from predict_in_processes(self.card, names, hop, jobs)
        else:
            for name in names:
                yield self.predict_or_explain(name, hop)

    def predict_or_explain(self, name: str, hop: float | None) -> Prediction:
        """Predict one file; if that fails, return a Prediction of status ``error`` with the reason.

        Parameters
        ----------
        name : str
            Path of the file.
        hop : float or None
            Seconds, as for `predict`.

        Returns
        -------
        prediction : Prediction
            Without patches if the file can't be read; its warnings contain the reason.
        """
        try:
            return self.predict(name, hop)
        except (AudioError, MemoryError) as error:
            reason = failure_reason(error, name)
        return without_patches(name, "error", None, reason, self.provenance(hop))

    def provenance(self, hop: float | None) -> dict[str, Any]:
        """Return the provenance of predictions: model, graph, version and settings.

        Parameters
        ----------
        hop : float or None
            Seconds, as for `predict`.

        Returns
        -------
        provenance : dict
            ``model``, ``sha256`` of its graph, ``version``, ``preprocessing`` (its hash),
            ``patch`` (length of its own frames) and ``hop`` in seconds.
        """
        return provenance_of(self.card, hop)

    def start_analysis(self, extractor: BandExtractor | None = None) -> OfflineAnalyser:
        """Return an analyser for one signal that arrives in blocks.

        Parameters
        ----------
        extractor : BandExtractor, optional
            Its algorithms are used, the model's own if None. Any number of signals can be
            analysed at the same time.

        Returns
        -------
        analyser : OfflineAnalyser
            Takes mono samples at the card's rate, clipped to full scale;
            `finish_analysis` makes a Prediction of it.
        """
        models_own, network = self._loaded
        own = (extractor or models_own).for_another_signal()
        return OfflineAnalyser(self.card.preprocessing, own, network)

    def start_causal_analysis(self, hop: float | None = None) -> CausalAnalyser:
        """Return an analyser that predicts each patch of a signal while the signal arrives.

        Parameters
        ----------
        hop : float, optional
            Seconds, as for `predict`.

        Returns
        -------
        analyser : CausalAnalyser
            Takes mono samples at the card's rate, clipped to full scale. Each patch is
            divided by the peak so far instead of the whole signal's.
        """
        preprocessing = self.card.preprocessing
        frames = preprocessing.hop_frames(hop)
        extractor, network = self._loaded
        return CausalAnalyser(preprocessing, extractor.for_another_signal(), network, frames)

    def finish_analysis(
        self,
        analyser: OfflineAnalyser,
        name: str,
        seconds: float,
        hop: float | None = None,
        warnings: Sequence[str] = (),
        embeddings: bool = False,
        partial: bool = False,
    ) -> Prediction:
        """End the signal of an analyser and return its Prediction.

        Parameters
        ----------
        analyser : OfflineAnalyser
            From `start_analysis`; it takes no more samples afterwards.
        name : str
            The Prediction's ``source``.
        seconds : float
            Length of the signal.
        hop : float, optional
            Seconds, as for `predict`.
        warnings : sequence of str
            The Prediction's first warnings.
        embeddings : bool
            Whether to keep the embeddings, of a model that has them.
        partial : bool
            Whether the signal is a part of what its source holds.

        Returns
        -------
        prediction : Prediction
            With status ``ok``, ``partial``, ``short``, ``silent`` or ``empty``; ``error`` if it
            is silent and a part only.

        Raises
        ------
        ValueError
            If the hop is shorter than a frame.
        """
        preprocessing = self.card.preprocessing
        hop_frames = preprocessing.hop_frames(hop)
        provenance = self.provenance(hop)
        analyser.finish()
        if not analyser.samples:
            return without_patches(name, "empty", seconds, "has no samples.", provenance)
        if analyser.silent:
            if partial:
                reason = "is silent as far as it could be decoded."
                return without_patches(name, "error", seconds, reason, provenance, warnings)
            reason = f"is silent: no sample reaches {peak.SILENCE_DBFS:g} dBFS."
            return without_patches(name, "silent", seconds, reason, provenance, warnings)
        short = analyser.patch_count(hop_frames) == 0
        _, network = self._loaded
        outputs = analyser.predict(
            hop_frames, repeat_last=short, network=network, embeddings=embeddings
        )
        if short:
            warnings = (
                *warnings,
                f"is shorter than one patch of {preprocessing.patch_seconds:g} s: its frames were "
                "repeated to fill one.",
            )
        return Prediction(
            source=name,
            status="partial" if partial else "short" if short else "ok",
            duration=seconds,
            times=patch_times(len(outputs["arousal"]), hop_frames, preprocessing),
            patch_duration=preprocessing.patch_seconds,
            hop=provenance["hop"],
            provenance=provenance,
            warnings=tuple(warnings),
            pooling=self.card.pooling,
            quadrants=outputs["quadrants"],
            arousal=outputs["arousal"],
            valence=outputs["valence"],
            further_heads=further_heads(outputs),
            embeddings=outputs.get(EMBEDDINGS),
            quiet=analyser.quiet(hop_frames, len(outputs["arousal"])),
        )


def _load(card: ModelCard) -> tuple[BandExtractor, Network]:
    card.verify()
    return BandExtractor(card.preprocessing), Network(card.graph, card.entries["patches"])


def load_model(name_or_path: "str | os.PathLike[str]" = "default") -> Model:
    """Load a model by name or path.

    Parameters
    ----------
    name_or_path : str or path
        ``default``, the name of an installed model, or the path of a .pb.

    Raises
    ------
    ModelError
        If there is no such model, or it is damaged.

    Examples
    --------
    >>> import quadpred_plugin as qp
    >>> model = qp.load_model("default")
    >>> model.predict("examples/audio/q4_calm.ogg").status
    'ok'
    """
    return Model(find_model(name_or_path))


def predict(
    source: Source,
    model: "str | os.PathLike[str]" = "default",
    hop: float | None = None,
    embeddings: bool = False,
    stream: int | None = None,
) -> Prediction:
    """Predict one file or array with a model loaded for it.

    Parameters
    ----------
    source : path, or (samples, rate)
        As for `Model.predict`.
    model : str or path
        As for `load_model`.
    hop : float, optional
        Seconds from one patch to the next; the length of a patch's own frames if None.
    embeddings : bool
        As for `Model.predict`.
    stream : int, optional
        Number of a file's audio stream, as for `Model.predict`.

    Returns
    -------
    prediction : Prediction
        As of `Model.predict`.

    Raises
    ------
    QuadpredError
        If the source can't be read, there is no such model, or it has no embeddings although
        they are asked for.

    Examples
    --------
    >>> import quadpred_plugin as qp
    >>> prediction = qp.predict("examples/audio/q1_joy.ogg", hop=0.496)
    >>> prediction.quadrants.shape[1], round(float(prediction.times[1]), 3)
    (4, 0.512)
    """
    check_source(source)
    return load_model(model).predict(source, hop, embeddings, stream)
