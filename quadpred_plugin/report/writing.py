"""From predictions to the file of a page."""

from collections.abc import Sequence
from pathlib import Path

from quadpred_plugin.errors import AudioError
from quadpred_plugin.model.card import ModelCard
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.report.page import make_page
from quadpred_plugin.report.sound import choose_bit_rate, encode
from quadpred_plugin.report.track import make_tracks
from quadpred_plugin.system.files import write_atomically

# Bytes of sound in a page: what still opens at once, and can be sent by mail.
SOUND_LIMIT = 16_000_000


def write_report(
    path: Path,
    predictions: Sequence[Prediction],
    card: ModelCard,
    sound_limit: int = SOUND_LIMIT,
) -> list[str]:
    """Write the page of predictions, whole or not at all.

    Parameters
    ----------
    path : Path
        An existing file is replaced, once the new one is whole.
    predictions : sequence of Prediction
        One, or several to be compared. Their sources are read again for the sound.
    card : ModelCard
        Of the model that heard them.
    sound_limit : int
        Bytes that the sound of all may take in the page; 0 leaves it out.

    Returns
    -------
    complaints : list of str
        Sentences on sound that isn't in the page though it was wanted.

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
    page = make_page(make_tracks(predictions, sounds), card)
    write_atomically(path, lambda stream: stream.write(page), text=True)
    return complaints


def _embed(predictions: Sequence[Prediction], limit: int) -> tuple[list[str | None], list[str]]:
    nothing: list[str | None] = [None] * len(predictions)
    if not limit:
        return nothing, []
    seconds = sum(prediction.duration or 0 for prediction in predictions if len(prediction))
    bit_rate = choose_bit_rate(seconds, limit)
    if bit_rate is None:
        return nothing, [
            f"The sound is left out of the page: {seconds / 60:.0f} minutes don't fit in "
            f"{limit / 1e6:g} MB."
        ]
    sounds = nothing
    complaints = []
    for index, prediction in enumerate(predictions):
        if len(prediction):
            try:
                sounds[index] = encode(Path(prediction.source), bit_rate)
            except AudioError as error:
                complaints.append(
                    f"{prediction.source}: its sound is left out of the page: it {error}"
                )
    return sounds, complaints
