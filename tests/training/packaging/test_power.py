"""Models of power bands: divided by the peak squared, in every front end."""

import essentia
import numpy as np
import pytest
import soxr
from essentia.streaming import VectorInput

import quadpred_plugin as qp
from quadpred_plugin.audio.mixing import open_sound
from quadpred_plugin.chain.network import Network
from quadpred_plugin.live import predict_causally
from quadpred_plugin.model.card import read_card
from quadpred_plugin.standard import TensorflowInputQuad, TensorflowPredictQuad
from quadpred_plugin.streaming import TensorflowPredictQuad as StreamingPredictQuad
from quadpred_plugin.training.features import logarithmic_bands
from quadpred_plugin.training.networks.musicnn_trunk import FRONT_END
from tests import signals
from tests.small_models import write_small_model

HEADS = ("quadrants", "arousal", "valence")
SONG = signals.example("q2_anger")[: 16000 * 12]
# The floor of the division is 1e-4.
SIGNALS = {"music": SONG, "quiet": SONG * np.float32(1e-3), "below the floor": SONG * 1e-5}


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    return write_small_model(tmp_path_factory.mktemp("models"), FRONT_END)


def expected_of(graph, signal):
    bands = TensorflowInputQuad(FRONT_END)(signal)
    peak = max(np.abs(signal).max(), np.float32(1e-4))
    # Not a power: NumPy's of a float32 isn't rounded correctly.
    divisor = peak * peak
    own = FRONT_END.own_frames
    assert own == 62
    firsts = [
        min(max(start - 62, 0), len(bands) - 187) for start in range(0, len(bands) - own + 1, own)
    ]
    patches = np.stack([bands[first : first + 187] / divisor for first in firsts])
    (heads,) = Network(graph, read_card(graph).entries["patches"]).predict([patches])
    return heads


@pytest.mark.parametrize("name", SIGNALS)
def test_arrays_and_streams_divide_by_the_peak_squared(graph, name):
    signal = SIGNALS[name].astype(np.float32)
    expected = expected_of(graph, signal)
    values = TensorflowPredictQuad(graphFilename=str(graph))(signal)
    source, pool = VectorInput(signal), essentia.Pool()
    predict = StreamingPredictQuad(graphFilename=str(graph))
    source.data >> predict.signal
    for output in (*HEADS, "bands"):
        getattr(predict, output) >> (pool, output)
    essentia.run(source)
    for head, one in zip(HEADS, values):
        assert np.array_equal(one, expected[head])
        assert np.array_equal(pool[head], expected[head])
    assert np.array_equal(pool["bands"], values[3])


def test_predictions_divide_by_the_peak_squared(graph):
    model = qp.load_model(graph)
    for name in ("music", "quiet"):
        signal = SIGNALS[name]
        prediction = model.predict((signal, 16000))
        for head, values in expected_of(graph, signal).items():
            assert np.array_equal(getattr(prediction, head), values)
    # 62 frames of 16 ms.
    np.testing.assert_allclose(np.diff(prediction.times), 0.992)
    louder = model.predict((SIGNALS["music"], 16000))
    np.testing.assert_allclose(louder.quadrants, prediction.quadrants, atol=1e-5)


def test_live_patches_are_divided_by_the_peak_so_far_squared(graph):
    model = qp.load_model(graph)
    # The largest sample first: it divides every patch.
    signal = SONG * np.linspace(1, 0.1, len(SONG)).astype(np.float32)
    signal[0] = 0.9
    found = predict_causally((signal, 16000), model)
    bands = TensorflowInputQuad(FRONT_END)(signal) / np.float32(0.9) ** 2
    (heads,) = Network(graph, model.card.entries["patches"]).predict(
        [np.stack([bands[end - 187 : end] for end in range(248, len(bands) + 1, 62)])]
    )
    np.testing.assert_allclose(found.quadrants[3:], heads["quadrants"], atol=1e-6)


def test_training_has_the_bands_of_a_users_file(tmp_path):
    import soundfile

    path = tmp_path / "song.wav"
    soundfile.write(path, soxr.resample(SONG, 16000, 44100), 44100, subtype="FLOAT")
    with open_sound(path, 16000) as sound:
        samples = np.concatenate(list(sound.blocks))
    bands = TensorflowInputQuad(FRONT_END)(samples) / np.abs(samples).max() ** 2
    np.testing.assert_allclose(logarithmic_bands(path, FRONT_END), np.log(bands + 1e-4), atol=1e-5)
