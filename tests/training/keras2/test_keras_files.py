"""Reading files of Keras 2, and the errors for files that are refused."""

import json

import h5py
import numpy as np
import pytest

from quadpred_plugin.chain.preprocessing import Preprocessing
from quadpred_plugin.errors import ModelError
from quadpred_plugin.training.keras2.hdf5 import read_stored_network
from tests.training.keras2 import keras_files

SMALL = {"filters": (3, 4, 5), "units": 16}
FOLDER = "speech_man_2_music_man"


@pytest.fixture
def original(tmp_path):
    path, _ = keras_files.write_original(tmp_path / FOLDER, **SMALL)
    return path


def refusal(path):
    """Return the error for a file; it names the file and is one line."""
    with pytest.raises(ModelError) as caught:
        read_stored_network(path, Preprocessing())
    sentence = str(caught.value)
    assert path.stem in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def test_weights_are_read_in_order(tmp_path):
    path, weights = keras_files.write_original(tmp_path, **SMALL)
    stored = read_stored_network(path, Preprocessing())
    assert stored.keras_version == "2.2.4"
    assert set(stored.weights) == set(weights)
    for layer, own in weights.items():
        for values, (name, expected) in zip(stored.weights[layer], own.items(), strict=True):
            assert values.dtype == np.float32
            assert np.array_equal(values, expected), (layer, name)


def test_numbered_scopes_and_other_orders_are_read(original):
    with h5py.File(original, "r+") as file:
        group = file["model_weights/b1_b2"]
        group.move("b1_b2", "b1_b2_3")
        names = [name.replace(b"b1_b2/", b"b1_b2_3/") for name in group.attrs["weight_names"]]
        group.attrs["weight_names"] = names[::-1]
        expected = group["b1_b2_3/gamma:0"][()]
    stored = read_stored_network(original, Preprocessing())
    assert np.array_equal(stored.weights["b1_b2"][0], expected)


def layer(content, name):
    return next(one for one in content["config"]["layers"] if one["name"] == name)


def change(name, **settings):
    return lambda content: layer(content, name)["config"].update(settings)


def replace_class(name, kind):
    return lambda content: layer(content, name).update(class_name=kind)


def drop_heads(content):
    content["config"]["output_layers"] = [["quadrants", 0, 0]]


def join_two(content):
    layer(content, "encod")["inbound_nodes"] = [[["b3_d1", 0, 0, {}], ["b2_d1", 0, 0, {}]]]


def put_last_first(content):
    content["config"]["layers"].reverse()


def name_twice(content):
    layer(content, "b9_d2")["name"] = "b9_d1"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (replace_class("b9_d1", "Lambda"), "'b9_d1' of class Lambda; only InputLayer"),
        (replace_class("encod", "GlobalMaxPooling2D"), "of class GlobalMaxPooling2D"),
        (change("b1_c1", data_format="channels_last"), "data_format 'channels_last'"),
        (change("b1_c1", padding="valid"), "padding 'valid'"),
        (change("b1_b1", axis=1), "axis 1; only -1"),
        (change("b1_b1", epsilon=float("nan")), "epsilon nan"),
        (change("flatten_1", data_format="channels_last"), "data_format 'channels_last'"),
        (change("b9_fc1", activation="tanh"), "activation 'tanh'; only linear, relu, softmax"),
        (change("b9_fc1", units=10**12), "has more than 100000000 weights"),
        (
            change("b9_fc1", units="16"),
            "can't process the output of 'flatten_1'.* '16' is not a positive",
        ),
        (change("b1_c1", filters=-3), "-3 is not a positive integer"),
        (change("b1_mp1", pool_size=[0, 1], strides=[0, 1]), "0 is not a positive integer"),
        (change("b1_b1", epsilon="0.001"), "epsilon '0.001'"),
        (change("b1_mp1", strides=[2, 1]), r"pooling of \[4, 1\] with strides of \[2, 1\]"),
        (
            change("b1_mp1", pool_size=[500, 1], strides=[500, 1]),
            "whose output would have the shape",
        ),
        (change("input_1", batch_input_shape=[None, 1, 96, 31]), r"input \(1, 96, 31\)"),
        (change("input_1", batch_input_shape=[None, 1, 31, 128]), r"input \(1, 31, 128\)"),
        (change("quadrants", units=3), "quadrants of 4"),
        (change("arousal", activation="linear"), "only a network with the softmaxes"),
        (drop_heads, "has the outputs quadrants; only"),
        (join_two, "doesn't describe a network in the format of Keras 2"),
        (put_last_first, "before its input"),
        (name_twice, "two layers 'b9_d1'"),
        (lambda content: content.update(class_name="Sequential"), "'Sequential'"),
        (
            lambda content: content.pop("config"),
            "doesn't describe a network in the format of Keras 2",
        ),
        (lambda content: layer(content, "b1_c1")["config"].pop("padding"), "'padding'"),
    ],
)
def test_unsupported_architectures(tmp_path, edit, words):
    content = keras_files.architecture(**SMALL)
    path = keras_files.write_network(
        tmp_path, keras_files.random_weights(**SMALL), keras_files.architecture(**SMALL)
    )
    edit(content)
    path.with_suffix(".json").write_text(json.dumps(content))
    with pytest.raises(ModelError, match=words):
        read_stored_network(path, Preprocessing())
    assert ".json" in refusal(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[1]", "doesn't describe a network"),
        ("null", "doesn't describe a network"),
        ('"import os"', "doesn't describe a network"),
        (b"\xff\xfe", "is not JSON"),
    ],
    ids=["empty", "deep", "list", "null", "string", "bytes"],
)
def test_files_that_are_not_architectures(original, text, words):
    content = text if isinstance(text, bytes) else text.encode()
    original.with_suffix(".json").write_bytes(content)
    assert words in refusal(original)


def test_the_two_files_must_agree(original):
    content = keras_files.architecture(**SMALL)
    change("b9_fc1", activation="linear")(content)
    original.with_suffix(".json").write_text(json.dumps(content))
    assert "they differ in the layer 'b9_fc1'" in refusal(original)


def test_a_missing_architecture(original):
    original.with_suffix(".json").unlink()
    sentence = refusal(original)
    assert "without its architecture" in sentence
    assert "put the .json of the same name into the same folder" in sentence


def put(name, values):
    def edit(file):
        del file["model_weights"][name]
        file["model_weights"][name] = values

    return edit


def poison(name, value):
    def edit(file):
        file["model_weights"][name][0] = value

    return edit


def lose(name):
    def edit(file):
        del file["model_weights"][name]

    return edit


def name_weights(layer_name, *names):
    def edit(file):
        file["model_weights"][layer_name].attrs["weight_names"] = list(names)

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lose("b2_c1"), "no weights for the layer 'b2_c1'"),
        (lose("b2_c1/b2_c1/bias:0"), "damaged, or not a complete network"),
        (
            name_weights("b2_c1", b"b2_c1/kernel:0"),
            "the weights kernel for the layer 'b2_c1', which needs kernel, bias",
        ),
        (name_weights("b2_c1"), "the weights none for"),
        (put("b2_c1/b2_c1/bias:0", np.zeros(5)), r"float64 of shape (5,)"),
        (put("b2_c1/b2_c1/bias:0", np.zeros(4, np.int32)), "as int32 of shape"),
        (put("b2_c1/b2_c1/bias:0", np.array([b"code"] * 4)), "as |S4 of shape"),
        (poison("b9_fc1/b9_fc1/kernel:0", np.nan), "aren't finite in the kernel of the layer"),
        (poison("b1_b1/b1_b1/gamma:0", np.inf), "aren't finite in the gamma"),
        (poison("b1_b1/b1_b1/moving_variance:0", -1), "negative variances"),
        (lambda file: file.attrs.__setitem__("keras_version", "3.1.0"), "by Keras 3.1.0"),
        (
            lambda file: file.attrs.__delitem__("keras_version"),
            "damaged, or not a complete network",
        ),
        (lambda file: file.attrs.__setitem__("model_config", b"{"), "is not JSON"),
        (lambda file: file.__delitem__("model_weights"), "damaged, or not a complete network"),
    ],
)
def test_invalid_weights(original, edit, words):
    with h5py.File(original, "r+") as file:
        edit(file)
    assert words in refusal(original)


BIAS = "b2_c1/b2_c1/bias:0"


def lead_out(file, other):
    file["model_weights"][BIAS] = h5py.ExternalLink(str(other), "numbers")


def lead_around(file, other):
    file["model_weights"][BIAS] = h5py.SoftLink("/model_weights/b1_c1/b1_c1/bias:0")


def store_outside(file, other):
    raw = other.with_suffix(".raw")
    raw.write_bytes(np.arange(4, dtype="<f4").tobytes())
    file["model_weights"].create_dataset(BIAS, (4,), "<f4", external=[(str(raw), 0, 16)])


def store_virtually(file, other):
    layout = h5py.VirtualLayout((4,), "<f4")
    layout[:] = h5py.VirtualSource(str(other), "numbers", (4,))
    file["model_weights"].create_virtual_dataset(BIAS, layout)


@pytest.mark.parametrize("put_elsewhere", [lead_out, lead_around, store_outside, store_virtually])
def test_links_and_external_data_are_refused(original, put_elsewhere, tmp_path):
    other = tmp_path / "other.h5"
    with h5py.File(other, "w") as file:
        file["numbers"] = np.arange(4, dtype="<f4")
    with h5py.File(original, "r+") as file:
        del file["model_weights"][BIAS]
        put_elsewhere(file, other)
    assert "can't be imported: " in refusal(original)


def test_large_compressed_weights_are_not_unpacked(original):
    units = 2**22
    architecture = original.with_suffix(".json")
    claimed = architecture.read_text().replace('"units": 16', f'"units": {units}')
    architecture.write_text(claimed)
    with h5py.File(original, "r+") as file:
        file.attrs["model_config"] = claimed.encode()
        kernel, bias = (f"b9_fc1/b9_fc1/{name}:0" for name in ("kernel", "bias"))
        count = file["model_weights"][kernel].shape[0]
        for name, shape in ((kernel, (count, units)), (bias, (units,))):
            del file["model_weights"][name]
            file["model_weights"].create_dataset(name, shape, "<f4", chunks=True, compression=9)
    assert original.stat().st_size < 2**20
    assert "has more than 100000000 weights" in refusal(original)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_file(original, share):
    content = original.read_bytes()
    original.write_bytes(content[: int(share * len(content))])
    sentence = refusal(original)
    assert "damaged, or not a complete network saved by Keras 2" in sentence
    assert "download the file again" in sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not an HDF5 file"),
        (b"Test results:\nloss: 2.05", "is not an HDF5 file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (b"\x89HDF\r\n\x1a\n", "damaged"),
        (b"\x89HDF\r\n\x1a\n" + bytes(4000), "damaged"),
    ],
)
def test_files_that_are_not_hdf5(original, content, words):
    original.write_bytes(content)
    assert words in refusal(original)


def test_a_missing_file(tmp_path):
    assert "can't be read: No such file" in refusal(tmp_path / "none.hdf5")


def test_damaged_bytes_are_refused_or_harmless(original):
    content = original.read_bytes()
    random = np.random.default_rng(8)
    outcomes = set()
    for _ in range(60):
        damaged = bytearray(content)
        for at in random.integers(0, min(len(content), 40_000), 20):
            damaged[at] = random.integers(256)
        original.write_bytes(damaged)
        try:
            stored = read_stored_network(original, Preprocessing())
        except ModelError:
            outcomes.add("refused")
        else:
            outcomes.add("read")
            for values in stored.weights.values():
                assert all(np.isfinite(value).all() for value in values)
    assert "refused" in outcomes
