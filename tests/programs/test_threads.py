"""One model in several threads, event loops and processes of a user's script."""

import copy
import pickle

import numpy as np
import soundfile

import quadpred_plugin as qp
from tests import signals
from tests.programs.scripts import check_script

# Files of different lengths, so that signals mixed up would have other lengths.
SECONDS = (3, 5, 7, 4, 6, 8)


def write_pieces(folder):
    for number, seconds in enumerate(SECONDS):
        piece = signals.example(("q1_joy", "q4_calm")[number % 2])[number * 16000 :]
        soundfile.write(folder / f"{number}.wav", piece[: seconds * 16000], 16000, subtype="FLOAT")


COMMON = """
    import asyncio, sys
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    from multiprocessing import get_context
    from pathlib import Path
    import numpy as np, soundfile
    import quadpred_plugin as qp

    files = sorted(map(str, Path().glob("*.wav"))) * 3
    hop = 0.064

    def predict(file):
        return model.predict(file, hop)

    def assert_same(found):
        assert len(found) == len(expected)
        for one, other in zip(expected, found):
            assert one.source == other.source and one.quadrants.shape == other.quadrants.shape
            # TensorFlow's own threads may order sums differently.
            np.testing.assert_allclose(one.quadrants, other.quadrants, atol=1e-6)
            np.testing.assert_allclose(one.valence, other.valence, atol=1e-6)
"""


def test_threads_and_event_loops(tmp_path):
    write_pieces(tmp_path)
    check_script(
        tmp_path,
        f"""{COMMON}
    sys.setswitchinterval(1e-5)
    # Loaded by several threads at once, which also import Essentia at once.
    with ThreadPoolExecutor(4) as pool:
        model = list(pool.map(qp.load_model, ["default"] * 4))[-1]
    expected = [predict(file) for file in files]
    with ThreadPoolExecutor(4) as pool:
        assert_same(list(pool.map(predict, files)))

    async def main():
        return await asyncio.gather(*(asyncio.to_thread(predict, file) for file in files))

    assert_same(asyncio.run(main()))

    def live(file):
        from quadpred_plugin.live import predict_causally
        return predict_causally(file, model, hop)

    expected = [live(file) for file in files]
    with ThreadPoolExecutor(4) as pool:
        assert_same(list(pool.map(live, files)))
    """,
    )


def test_standard_algorithms_in_threads(tmp_path):
    write_pieces(tmp_path)
    check_script(
        tmp_path,
        f"""{COMMON}
    from quadpred_plugin.standard import TensorflowInputQuad, TensorflowPredictQuad
    sys.setswitchinterval(1e-5)
    arrays = [soundfile.read(file, dtype="float32")[0] for file in files]
    bands, network = TensorflowInputQuad(), TensorflowPredictQuad(patchHopSize=4)
    with ThreadPoolExecutor(4) as pool:
        for alone, together in zip(map(bands, arrays), pool.map(bands, arrays)):
            assert np.array_equal(alone, together)
        for alone, together in zip(map(network, arrays), pool.map(network, arrays)):
            for one, other in zip(alone, together, strict=True):
                np.testing.assert_allclose(one, other, atol=1e-6)
    """,
    )


def test_a_pool_of_spawned_processes(tmp_path):
    write_pieces(tmp_path)
    check_script(
        tmp_path,
        f"""{COMMON}
    if __name__ == "__main__":
        model = qp.load_model()
        files = files[:3]
        expected = [model.predict(file) for file in files]
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            assert_same(list(pool.map(model.predict, files)))
    """,
    )


def test_a_model_is_pickled_as_its_card():
    model = qp.load_model()
    content = pickle.dumps(model)
    other = pickle.loads(content)
    # The graph itself stays in its file.
    assert len(content) < model.card.graph.stat().st_size
    assert other.card == copy.copy(model).card == model.card
    signal = (signals.noise(2), 16000)
    assert np.array_equal(other.predict(signal).quadrants, model.predict(signal).quadrants)


def test_a_pool_of_forked_processes(tmp_path):
    """It works before TensorFlow is started, and is refused afterwards, never left to hang."""
    write_pieces(tmp_path)
    printed = check_script(
        tmp_path,
        f"""{COMMON}
    fork = get_context("fork")
    files = files[:2]

    def refused(run):
        try:
            run()
        except qp.QuadpredError as error:
            print(error)

    with fork.Pool(2) as pool:
        expected = pool.map(qp.predict, files)
    import essentia
    essentia.log.infoActive = False
    import essentia.standard
    with fork.Pool(2) as pool:
        refused(lambda: pool.map(qp.predict, files))
    model = qp.load_model()
    assert_same([model.predict(file) for file in files])
    with fork.Pool(2) as pool:
        refused(lambda: pool.map(model.predict, files))
    with ProcessPoolExecutor(2, fork) as pool:
        refused(lambda: list(pool.map(model.predict, files)))
    """,
        # Essentia's TensorFlow prints, since the user's script imports it.
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    lines = printed.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("This process was forked off one") for line in lines)
