"""JAMS: arousal and valence over time, segments and a summary, for MIR tools.

References
----------
E. J. Humphrey et al., "JAMS: A JSON Annotated Music Specification for Reproducible MIR
Research", ISMIR 2014.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from quadpred_plugin.analysis.segments import Segment
from quadpred_plugin.exports.segments import segment_provenance
from quadpred_plugin.prediction import Prediction
from quadpred_plugin.quadrants import NEUTRAL, QUADRANTS

if TYPE_CHECKING:
    import jams

_MOOD_RULES = (
    "One value per patch, from its start: [valence, arousal], each -1..1: degrees as listeners "
    "would rate them, or, of models that were trained on labels alone, the probability of positive "
    "minus that of negative; the card of the model in annotator says which."
)
_SEGMENT_RULES = (
    "Segments of one quadrant, at least annotator.minimum_segment seconds long, with gaps where "
    "the signal is quiet or the quadrant's mean probability is below annotator.segment_confidence; "
    "confidence is that mean over the patches whose centres are in the segment. Segments in a "
    "neutral zone have the value neutral and no confidence."
)
_TAG_RULES = (
    "The four quadrants for the whole file; confidence is the probability pooled over patches."
)


def write(stream: IO[str], prediction: Prediction) -> None:
    """Write ``mood_thayer``, ``segment_open`` and ``tag_open``, validated by the jams package.

    Without patches, all three are present and empty.
    """
    import jams

    # JAMS requires a duration; files that can't be read have none.
    duration = prediction.duration or 0.0
    document = jams.JAMS(
        annotations=[_mood(prediction), _segments(prediction), _tags(prediction)],
        file_metadata=jams.FileMetadata(
            title=Path(prediction.source).name,
            duration=duration,
            identifiers={"file": prediction.source},
            jams_version=jams.__version__,
        ),
        sandbox={
            "quadpred": {
                "status": prediction.status,
                "warnings": list(prediction.warnings),
                "provenance": prediction.provenance,
                "quadrants": {one.name: f"{one.label}: {one.words}" for one in QUADRANTS},
            }
        },
    )
    document.save(stream)


def _mood(prediction: Prediction) -> jams.Annotation:
    annotation = _annotation("mood_thayer", prediction, _MOOD_RULES, prediction.provenance)
    curves = zip(
        prediction.times.tolist(),
        prediction.valence.tolist(),
        prediction.arousal.tolist(),
        strict=True,
    )
    for time, valence, arousal in curves:
        annotation.append(
            time=time, duration=prediction.patch_duration, value=[valence, arousal], confidence=None
        )
    return annotation


def _segments(prediction: Prediction) -> jams.Annotation:
    annotation = _annotation(
        "segment_open", prediction, _SEGMENT_RULES, segment_provenance(prediction)
    )
    middles = prediction.centres
    for segment in prediction.segments():
        end = segment.start + segment.duration
        inside = (middles >= segment.start) & (middles < end)
        annotation.append(
            time=segment.start,
            duration=segment.duration,
            value=segment.quadrant.name,
            confidence=_confidence(prediction, segment, inside),
        )
    return annotation


def _confidence(
    prediction: Prediction, segment: Segment, inside: NDArray[np.bool_]
) -> float | None:
    if segment.quadrant == NEUTRAL or not inside.any():
        return None
    column = prediction.quadrants[:, QUADRANTS.index(segment.quadrant)]
    return float(column[inside].mean())


def _tags(prediction: Prediction) -> jams.Annotation:
    annotation = _annotation("tag_open", prediction, _TAG_RULES, prediction.provenance)
    summary = prediction.summary()
    if summary is None:
        return annotation
    annotation.sandbox.update(
        quadrant=summary.quadrant, arousal=summary.arousal, valence=summary.valence
    )
    for quadrant, probability in zip(QUADRANTS, summary.quadrants.tolist(), strict=True):
        annotation.append(
            time=0.0,
            duration=prediction.duration or 0.0,
            value=quadrant.name,
            confidence=probability,
        )
    return annotation


def _annotation(
    namespace: str, prediction: Prediction, rules: str, annotator: dict[str, Any]
) -> jams.Annotation:
    import jams

    model, version = prediction.provenance.get("model", ""), prediction.provenance.get("version")
    return jams.Annotation(
        namespace,
        time=0,
        duration=prediction.duration,
        annotation_metadata=jams.AnnotationMetadata(
            curator=jams.Curator(name="The quadpred-plugin developers", email=""),
            version=version or "",
            annotator=annotator,
            annotation_tools=f"quadpred-plugin {version}, model {model}",
            annotation_rules=rules,
            validation="Not checked by human listeners; the model card has scores.",
            data_source="program",
        ),
    )
