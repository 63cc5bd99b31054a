"""Predict the files that a command names, in worker processes."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from quadpred_plugin.audio.unreadable import NO_AUDIO_FILES
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction, without_patches


def predict_files(
    card: ModelCard,
    names: Sequence[str],
    empty_folders: frozenset[str],
    hop: float | None,
    jobs: int,
) -> Generator[Prediction, None, None]:
    """Predict files with one model, otherwise as `predict_files_with_each`."""
    for (prediction,) in predict_files_with_each([card], names, empty_folders, hop, jobs):
        yield prediction


def predict_files_with_each(
    cards: Sequence[ModelCard],
    names: Sequence[str],
    empty_folders: frozenset[str],
    hop: float | None,
    jobs: int,
    embeddings: bool = False,
    stream: int | None = None,
) -> Generator[list[Prediction], None, None]:
    """Predict files in order with several models.

    A single file has a worker process too, so that a crash of a decoder fails only that file.

    Parameters
    ----------
    cards : sequence of ModelCard
    names : sequence of str
        Paths of files, and of folders without audio.
    empty_folders : frozenset of str
        The folders among them, whose predictions have status ``error``.
    hop : float or None
        Seconds, as for `Model.predict`.
    jobs : int
        Number of processes, as far as there are files.
    embeddings : bool
        Whether to keep the embeddings of the first model, which must have them.
    stream : int, optional
        As for `Model.predict`.

    Yields
    ------
    predictions : list of Prediction
        One per model.
    """
    files = [name for name in names if name not in empty_folders]
    results: Iterator[list[Prediction]] = iter(())
    if files:
        from quadpred_plugin.batch.workers import predict_with_each

        # Checked here so that a damaged model is one error, not one per process.
        for card in cards:
            card.verify()
        jobs = min(jobs, len(files))
        results = predict_with_each(cards, files, hop, jobs, embeddings, stream)
    for name in names:
        if name in empty_folders:
            reason = f"{NO_AUDIO_FILES[:-1]} (-r searches subfolders too)."
            yield [without_patches(name, "error", None, reason, {}) for _ in cards]
        else:
            yield next(results)
