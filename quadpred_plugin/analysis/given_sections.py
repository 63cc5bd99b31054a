"""Give a prediction the sections of a user, whose means its rows are then about."""

from collections.abc import Sequence
from dataclasses import replace

from quadpred_plugin.prediction import Prediction
from quadpred_plugin.sections.section import Section

# A section that ends less than that after the file isn't worth a message, s.
_TOLERANCE = 0.1


def with_sections(prediction: Prediction, sections: Sequence[Section]) -> Prediction:
    """Return a prediction with given sections.

    Parameters
    ----------
    prediction : Prediction
    sections : sequence of Section

    Returns
    -------
    prediction : Prediction
        With ``sections``, and with warnings if some of them are not within the signal.
    """
    given = replace(prediction, sections=tuple(sections))
    duration = prediction.duration
    if duration is None or not len(prediction):
        return given
    warnings = []
    empty = len(sections_without_values(given))
    if empty:
        warnings.append(
            f"sections without values: {empty} of {len(sections)}, since no row is within them; "
            f"the file is {duration:.3f} s long."
        )
    late = sum(
        one.end > duration + _TOLERANCE and prediction.summary(one.start, one.end) is not None
        for one in sections
    )
    if late:
        warnings.append(
            f"sections that end after the file, which is {duration:.3f} s long: {late} of "
            f"{len(sections)}; their values are about what is before its end."
        )
    return replace(given, warnings=(*prediction.warnings, *warnings))


def sections_without_values(prediction: Prediction) -> list[Section]:
    """Return the given sections in which there is no row; none for a signal without rows."""
    if not len(prediction):
        return []
    return [
        one for one in prediction.sections or () if prediction.summary(one.start, one.end) is None
    ]
