"""Audacity, which offers the outputs of one value in its menu, and makes labels of them."""

import numpy as np
import pytest
import soundfile

import quadpred_plugin as qp
from tests import signals
from tests.vamp.audacity import Audacity
from vamp_wrapper.library import NAME
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.settings import DEFAULT_HOP

SHOWN = [output for output in OUTPUTS if len(output.bins) == 1]
# Two pieces, the second from this time on, s.
BORDER = 8


@pytest.fixture(scope="module")
def wav(tmp_path_factory):
    pieces = []
    for name in ("q1_joy", "q3_sadness"):
        samples, rate = soundfile.read(signals.EXAMPLES / f"{name}.ogg", always_2d=True)
        pieces.append(samples[: BORDER * rate])
    path = tmp_path_factory.mktemp("wav") / "two pieces.wav"
    soundfile.write(path, np.concatenate(pieces), rate)
    return path


@pytest.fixture(scope="module")
def labels(wav, vamp_folder, tmp_path_factory):
    """What "Apply" makes of each output, by the name in the menu; nothing is set before."""
    with Audacity(tmp_path_factory.mktemp("audacity"), vamp_folder) as program:
        program.open(wav)
        return {effect: program.apply(effect) for effect in program.effects()}


@pytest.fixture(scope="module")
def predicted(wav):
    return qp.predict(wav, hop=DEFAULT_HOP)


def test_it_offers_the_outputs_of_one_value(labels):
    assert list(labels) == sorted(f"{NAME}: {output.name}" for output in SHOWN)


def test_segments_are_those_of_the_program(labels, predicted):
    found, expected = labels[f"{NAME}: Segments"], predicted.segments()
    assert [text for *_, text in found] == [one.quadrant.title for one in expected]
    assert len(found) > 1
    for (start, end, _), one in zip(found, expected, strict=True):
        # The host pads the last block with zeros.
        assert (start, end) == pytest.approx((one.start, one.start + one.duration), abs=0.1)


@pytest.mark.parametrize("output", ["arousal", "valence", "confidence"])
def test_curves_are_points_with_the_programs_values(output, labels, predicted):
    expected = predicted.confidence() if output == "confidence" else getattr(predicted, output)
    found = labels[f"{NAME}: {output.capitalize()}"]
    # The zeros that pad the last block may complete one more patch.
    assert len(expected) <= len(found) <= len(expected) + 1
    starts, ends, values = np.array(found[: len(expected)], float).T
    np.testing.assert_allclose(starts, predicted.centres, atol=1e-3)
    np.testing.assert_array_equal(ends, starts)
    # It shows three decimals.
    np.testing.assert_allclose(values, expected, atol=5.1e-4)


def test_the_summary_has_all_names(labels, predicted):
    found = labels[f"{NAME}: Summary"]
    assert {(start, round(end)) for start, end, _ in found} == {(0, 2 * BORDER)}
    texts = {text for *_, text in found}
    (most_probable,) = (text for text in texts if text.endswith(" (most probable)"))
    assert most_probable[:2] == predicted.summary().quadrant
    assert {text[:2] for text in texts} == {"Q1", "Q2", "Q3", "Q4", "ar", "va"}


def test_the_turning_point_is_where_the_pieces_meet(labels):
    ((start, end, text),) = labels[f"{NAME}: Turning points"]
    assert start == end == pytest.approx(BORDER, abs=1.5) and text[2:-2] == " to "
