"""Import and calls leave a user's process as it was; TensorFlow beside ours; memory."""

import soundfile

from tests.programs.scripts import FILES, check_script, run_script

SNAPSHOT = """
    import faulthandler, locale, logging, os, signal, sys, threading, warnings
    import av, matplotlib, numpy as np

    def snapshot():
        handlers = {}
        for number in signal.valid_signals():
            handlers[number] = signal.getsignal(number)
        return {
            "environment": dict(os.environ),
            "signals": handlers,
            "mask": signal.pthread_sigmask(signal.SIG_BLOCK, []),
            "timer": signal.getitimer(signal.ITIMER_PROF),
            "logging": (logging.root.level, list(logging.root.handlers), logging.root.disabled),
            "warnings": list(warnings.filters),
            "floating point": np.geterr(),
            "random": np.random.get_state()[1].tolist(),
            "folder": os.getcwd(),
            "mask of files": (os.umask(0o22), os.umask(0o22))[1],
            "locale": locale.setlocale(locale.LC_ALL),
            "hooks": (sys.excepthook, threading.excepthook, sys.unraisablehook),
            "faults": faulthandler.is_enabled(),
            "pictures": dict(matplotlib.rcParams),
            "decoding": av.logging.get_level(),
            "switch": sys.getswitchinterval(),
            "recursion": sys.getrecursionlimit(),
            "tiny": float(np.float32(1e-40) * np.float32(1)),
        }

    def assert_unchanged(before):
        after = snapshot()
        for name, value in before.items():
            assert after[name] == value, (name, value, after[name])
"""


def test_nothing_of_the_process_is_changed(tmp_path):
    output = check_script(
        tmp_path,
        f"""{SNAPSHOT}
    def use():
        before = snapshot()
        import quadpred_plugin as qp
        import quadpred_plugin.standard, quadpred_plugin.streaming, quadpred_plugin.live
        assert_unchanged(before)
        prediction = qp.predict({FILES[0]!r})
        qp.predict((np.zeros(16000, dtype="float32"), 16000))
        prediction.save("song.csv")
        list(qp.load_model().predict_many({FILES[:2]!r}, jobs=2))
        assert_unchanged(before)

    if __name__ == "__main__":
        use()
    """,
        # Another TensorFlow's settings of a user, which ours must not read either.
        TF_ENABLE_ONEDNN_OPTS="1",
        TF_CPP_MIN_LOG_LEVEL="0",
        DNNL_VERBOSE="1",
    )
    # oneDNN would report each of its kernels.
    assert output == ""


def test_settings_of_essentias_log_are_put_back(tmp_path):
    output = check_script(
        tmp_path,
        f"""
    import essentia
    for info, warning in ((True, False), (False, True), (True, True)):
        essentia.log.infoActive, essentia.log.warningActive = info, warning
        import quadpred_plugin as qp
        import quadpred_plugin.standard as standard
        import quadpred_plugin.streaming as streaming
        model = qp.load_model()
        assert model.predict({FILES[0]!r}).status == "ok"
        standard.TensorflowPredictQuad()
        streaming.TensorflowPredictQuad()
        try:
            qp.load_model("nothing")
        except qp.ModelError:
            pass
        assert (essentia.log.infoActive, essentia.log.warningActive) == (info, warning)
    """,
        # Essentia's TensorFlow prints, since the user's script imports it first.
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    assert output == ""


TENSORFLOW_FIRST = """
    import quadpred_plugin as qp
    import tensorflow
    try:
        {}
    except qp.QuadpredError as error:
        print(error)
"""


def test_another_tensorflow_first_is_an_error(tmp_path):
    for call in (
        f"qp.predict({FILES[0]!r})",
        "qp.load_model()",
        "import quadpred_plugin.streaming",
        "from quadpred_plugin.standard import TensorflowInputQuad; TensorflowInputQuad()",
    ):
        done = run_script(tmp_path, TENSORFLOW_FIRST.format(call), TF_CPP_MIN_LOG_LEVEL="3")
        assert done.returncode == 0, done.stderr
        assert "put 'import essentia' above 'import tensorflow'" in done.stdout


def test_another_tensorflow_after_essentia(tmp_path):
    done = run_script(
        tmp_path,
        f"""
    import os
    import essentia
    import quadpred_plugin as qp
    first = qp.predict({FILES[0]!r})
    import tensorflow
    assert float(tensorflow.reduce_sum(tensorflow.ones(3))) == 3
    assert (qp.predict({FILES[0]!r}).quadrants == first.quadrants).all()
    assert "TF_ENABLE_ONEDNN_OPTS" not in os.environ
    print("both")
    """,
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    assert done.stdout.endswith("both\n"), done.stderr


MEMORY = """
    import gc, sys
    import numpy as np
    import quadpred_plugin.streaming as streaming
    import essentia
    from essentia.streaming import VectorInput
    essentia.log.infoActive = False

    def megabytes():
        with open("/proc/self/statm") as status:
            return int(status.read().split()[1]) * 4096 / 1e6

    signal = np.random.default_rng(0).standard_normal(16000).astype("float32") / 5

    def connected(network):
        source, pool = VectorInput(signal), essentia.Pool()
        source.data >> network.signal
        network.arousal >> (pool, "arousal")
        return source, pool

    def run(network):
        source, pool = connected(network)
        essentia.run(source)
        assert len(pool["arousal"]) == 1

    def close():
        network = streaming.TensorflowPredictQuad()
        run(network)
        network.close()
        network.close()

    def with_statement():
        with streaming.TensorflowPredictQuad() as network:
            run(network)

    def drop_unused():
        streaming.TensorflowPredictQuad()

    def drop():
        run(streaming.TensorflowPredictQuad())

    def drop_before_the_run():
        source, pool = connected(streaming.TensorflowPredictQuad())
        gc.collect()
        essentia.run(source)
        assert len(pool["arousal"]) == 1

    def drop_the_source_first():
        network = streaming.TensorflowPredictQuad()
        source, pool = connected(network)
        essentia.run(source)
        del source
        gc.collect()
        network.reset()

    def other_source():
        network = streaming.TensorflowPredictQuad()
        source, _ = connected(network)
        source.data.disconnect(network.signal)
        del source
        gc.collect()
        run(network)

    def second_source():
        network = streaming.TensorflowPredictQuad()
        run(network)
        gc.collect()
        try:
            run(network)
        except Exception as error:
            assert "already connected" in str(error), error
        else:
            raise AssertionError

    def fail():
        try:
            streaming.TensorflowPredictQuad(model="nothing")
        except Exception:
            pass

    WAYS = (
        close,
        with_statement,
        drop_unused,
        drop,
        drop_before_the_run,
        drop_the_source_first,
        other_source,
        second_source,
        fail,
    )
    for way in WAYS:
        # Until Python collects them, all twelve may exist at a time.
        for _ in range(12):
            way()
        gc.collect()
        before = megabytes()
        for _ in range(12):
            way()
        most = megabytes()
        gc.collect()
        print(way.__name__, round(most - before), round(megabytes() - before))
"""


def test_memory_of_streaming_networks_is_freed(tmp_path):
    lines = check_script(tmp_path, MEMORY).splitlines()
    assert len(lines) == 9
    for line in lines:
        way, _, left = line.split()
        # A network that isn't freed takes 25 MB or more, twelve of them 300 MB.
        assert int(left) < 60, line
        if way in ("close", "with_statement", "drop_unused"):
            assert int(line.split()[1]) < 100, line


def test_a_closed_network_has_no_inputs():
    import quadpred_plugin.streaming as streaming

    network = streaming.TensorflowPredictQuad()
    network.close()
    assert not hasattr(network, "signal") and network.outputNames() == []


REBOUND = """
    import quadpred_plugin.streaming as streaming
    import essentia, sys
    from essentia.streaming import MonoLoader
    essentia.log.infoActive = False

    # Python collects each loader and network whenever it likes.
    for _ in range(12):
        loader = MonoLoader(filename=sys.argv[1], sampleRate=16000, resampleQuality=0)
        network, pool = streaming.TensorflowPredictQuad(), essentia.Pool()
        loader.audio >> network.signal
        network.arousal >> (pool, "arousal")
        essentia.run(loader)
        print(len(pool["arousal"]))
"""


def test_a_loop_that_names_all_anew(tmp_path, noise):
    soundfile.write(tmp_path / "noise.wav", noise(4), 16000)
    lines = check_script(tmp_path, REBOUND, "noise.wav").splitlines()
    assert lines == ["4"] * 12
