"""Predict a file with several models, decoding it once per front end."""

from collections.abc import Sequence
from dataclasses import replace

from quadpred_plugin.audio.sources import failure_reason, feed, open_source
from quadpred_plugin.chain.bands import BandExtractor
from quadpred_plugin.errors import AudioError
from quadpred_plugin.inference import Model
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_patches


class ModelSet:
    """Several models, loaded once for any number of files.

    Models with the same preprocessing hash share one pass over a file: it is decoded once, and
    their networks read the same mel bands. Every other front end takes a pass of its own.

    Parameters
    ----------
    cards : sequence of ModelCard

    Raises
    ------
    ModelError
        If a graph is damaged or can't be loaded.
    """

    def __init__(self, cards: Sequence[ModelCard]) -> None:
        self._models = [Model(card) for card in cards]
        self._groups: dict[str, list[int]] = {}
        for index, card in enumerate(cards):
            self._groups.setdefault(card.preprocessing.hash, []).append(index)
        self._extractors = {
            card.preprocessing.hash: BandExtractor(card.preprocessing) for card in cards
        }

    def predict_or_explain(
        self,
        name: str,
        hop: float | None,
        embeddings: bool = False,
        stream: int | None = None,
    ) -> list[Prediction]:
        """Predict one file with each model.

        Parameters
        ----------
        name : str
            Path of the file.
        hop : float or None
            Seconds, as for `Model.predict`.
        embeddings : bool
            Whether to keep the embeddings of the first model, which must have them.
        stream : int, optional
            As for `Model.predict`.

        Returns
        -------
        predictions : list of Prediction
            One per model, in the order of the cards, equal to those of
            `Model.predict_or_explain`.
        """
        for model in self._models:
            # A bad value is the caller's error, not the file's.
            model.card.preprocessing.hop_frames(hop)
        found: dict[int, Prediction] = {}
        for front_end, indices in self._groups.items():
            models = [self._models[index] for index in indices]
            kept = [embeddings and index == 0 for index in indices]
            try:
                group = _predict(models, self._extractors[front_end], name, hop, kept, stream)
            except (AudioError, MemoryError) as error:
                reason = failure_reason(error, name)
                group = [
                    without_patches(name, "error", None, reason, model.provenance(hop))
                    for model in models
                ]
            found.update(zip(indices, group, strict=True))
        return [found[index] for index in range(len(self._models))]


def _predict(
    models: Sequence[Model],
    extractor: BandExtractor,
    name: str,
    hop: float | None,
    embeddings: Sequence[bool],
    stream: int | None,
) -> list[Prediction]:
    """Predict a file with models of one front end."""
    first = models[0]
    with (
        open_source(name, first.card.preprocessing.sample_rate, stream) as (name, sound),
        first.start_analysis(extractor) as analyser,
    ):
        feed(sound, analyser)
        return [
            replace(
                model.finish_analysis(
                    analyser, name, sound.seconds, hop, sound.warnings, kept, sound.partial
                ),
                sample_rate=sound.source_rate,
            )
            for model, kept in zip(models, embeddings, strict=True)
        ]
