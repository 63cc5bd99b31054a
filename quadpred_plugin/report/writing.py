"""Write the page of predictions to a file."""

from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.errors import AudioError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.report.collection import Collection
from quadpred_plugin.report.page import make_collection_page, make_page
from quadpred_plugin.report.sound import choose_bit_rate, encode
from quadpred_plugin.report.together import Together
from quadpred_plugin.report.track import make_tracks
from quadpred_plugin.system.files import write_atomically

# Bytes of audio in a page. Larger pages open slowly and are too large for mail.
SOUND_LIMIT = 16_000_000


def write_report(
    path: Path,
    predictions: Sequence[Prediction],
    card: ModelCard,
    sound_limit: int = SOUND_LIMIT,
    together: Together | None = None,
) -> list[str]:
    """Write the page of predictions atomically.

    Parameters
    ----------
    path : Path
        An existing file is replaced when the new one is complete.
    predictions : sequence of Prediction
        Several predictions are compared. Their sources are read again for the audio.
    card : ModelCard
        Card of the model that made the predictions.
    sound_limit : int
        Maximum size of all audio in the page, bytes; 0 omits it.
    together : Together, optional
        Curves of the files on one axis, which the page then shows too.

    Returns
    -------
    complaints : list of str
        One sentence for each file whose audio had to be omitted.

    Raises
    ------
    QuadpredError
        If Jinja isn't installed or the file can't be written.

    Examples
    --------
    >>> import tempfile
    >>> import quadpred_plugin as qp
    >>> model = qp.load_model()
    >>> prediction = model.predict("examples/audio/q4_calm.ogg")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_report(Path(folder, "calm.html"), [prediction], model.card)
    []
    """
    sounds, complaints = _embed(predictions, sound_limit)
    page = make_page(make_tracks(predictions, sounds), card, together)
    write_atomically(path, lambda stream: stream.write(page), text=True)
    return complaints


def write_collection(path: Path, collection: Collection, card: ModelCard | None = None) -> None:
    """Write the page of a collection atomically.

    Parameters
    ----------
    path : Path
        An existing file is replaced when the new one is complete. Tracks are addressed from
        its folder.
    collection : Collection
    card : ModelCard, optional
        Card of the model that made the predictions, if it is known.

    Raises
    ------
    QuadpredError
        If Jinja isn't installed or the file can't be written.
    """
    page = make_collection_page(collection, str(path.parent), card)
    write_atomically(path, lambda stream: stream.write(page), text=True)


def _embed(predictions: Sequence[Prediction], limit: int) -> tuple[list[str | None], list[str]]:
    sounds: list[str | None] = [None] * len(predictions)
    if not limit:
        return sounds, []
    seconds = sum(prediction.duration or 0 for prediction in predictions if len(prediction))
    bit_rate = choose_bit_rate(seconds, limit)
    if bit_rate is None:
        return sounds, [
            f"The page has no audio: {seconds / 60:.0f} minutes don't fit into {limit / 1e6:g} MB."
        ]
    complaints = []
    for index, prediction in enumerate(predictions):
        if len(prediction):
            try:
                sounds[index] = encode(prediction.source, bit_rate)
            except AudioError as error:
                complaints.append(f"{prediction.source} {error} The page has no audio for it.")
    return sounds, complaints
