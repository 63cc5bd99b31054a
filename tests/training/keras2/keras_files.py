"""Write files as Keras 2.2.4 saved the original networks, and run these networks in NumPy.

The layout is that of Keras 2.2.4's ``Model.save``, the architecture that of the released files.
The weights are random, and no batch norm is an identity.
"""

import json

import h5py
import numpy as np

BANDS, FRAMES = 128, 31
EPSILON = 1e-3
PUBLISHED_FILTERS = (32, 64, 128)
PUBLISHED_UNITS = 512
HEADS = {"quadrants": ("b10", 4), "arousal": ("b11", 2), "valence": ("b12", 2)}
STEM = "model_over.multitask.spec.it_3.lr_5e-05"


def _entry(kind, name, source, **config):
    nodes = [[[source, 0, 0, {}]]] if source else []
    config = {"name": name, "trainable": True, **config}
    return {"name": name, "class_name": kind, "config": config, "inbound_nodes": nodes}


class _Chain:
    """Chain of layers; by default, each takes the output of the one before."""

    def __init__(self):
        self.layers = [
            _entry(
                "InputLayer",
                "input_1",
                None,
                batch_input_shape=[None, 1, BANDS, FRAMES],
                dtype="float32",
                sparse=False,
            )
        ]
        self.last = "input_1"

    def add(self, kind, name, source=None, **config):
        self.layers.append(_entry(kind, name, source or self.last, **config))
        self.last = name

    def norm(self, name):
        self.add(
            "BatchNormalization",
            name,
            axis=-1,
            momentum=0.99,
            epsilon=EPSILON,
            center=True,
            scale=True,
        )

    def convolution(self, name, filters):
        self.add(
            "Conv2D",
            name,
            filters=filters,
            kernel_size=[3, 3],
            strides=[1, 1],
            padding="same",
            data_format="channels_first",
            dilation_rate=[1, 1],
            activation="relu",
            use_bias=True,
            kernel_initializer={"class_name": "VarianceScaling", "config": {"scale": 1.0}},
        )

    def pooling(self, name, bands):
        self.add(
            "MaxPooling2D",
            name,
            pool_size=[bands, 1],
            padding="valid",
            strides=[bands, 1],
            data_format="channels_first",
        )

    def dropout(self, name):
        self.add("Dropout", name, rate=0.25, noise_shape=None, seed=None)

    def dense(self, name, units, activation="relu", source=None):
        self.add("Dense", name, source, units=units, activation=activation, use_bias=True)


def architecture(filters=PUBLISHED_FILTERS, units=PUBLISHED_UNITS):
    """Return the released networks' architecture, in the form of ``Model.to_json``."""
    chain = _Chain()
    chain.norm("b1_b1")
    chain.convolution("b1_c1", filters[0])
    chain.norm("b1_b2")
    chain.convolution("b1_c2", filters[0])
    chain.norm("b1_b3")
    chain.pooling("b1_mp1", 4)
    chain.dropout("b1_d1")
    for block, bands in ((2, 4), (3, 2)):
        for position in (1, 2):
            chain.convolution(f"b{block}_c{position}", filters[block - 1])
            chain.norm(f"b{block}_b{position}")
        chain.pooling(f"b{block}_mp1", bands)
        chain.dropout(f"b{block}_d1")
    chain.pooling("encod", 2)
    chain.add("Flatten", "flatten_1", data_format="channels_first")
    chain.dense("b9_fc1", units)
    chain.dropout("b9_d1")
    chain.dense("b9_fc2", units)
    chain.dropout("b9_d2")
    chain.dense("b9_fc3", units)
    for branch, _ in HEADS.values():
        chain.dense(f"{branch}_fc1", units, source="b9_fc3")
        chain.dropout(f"{branch}_d1")
        chain.dense(f"{branch}_fc2", units)
    for head, (branch, classes) in HEADS.items():
        chain.dense(head, classes, activation="softmax", source=f"{branch}_fc2")
    return {
        "class_name": "Model",
        "config": {
            "name": "model_1",
            "layers": chain.layers,
            "input_layers": [["input_1", 0, 0]],
            "output_layers": [[head, 0, 0] for head in HEADS],
        },
        "keras_version": "2.2.4",
        "backend": "tensorflow",
    }


def random_weights(filters=PUBLISHED_FILTERS, units=PUBLISHED_UNITS, seed=0):
    """Draw weights of a scale at which the heads are neither uniform nor saturated."""
    random = np.random.default_rng(seed)
    weights = {}

    def norm(name, mean=0.0, spread=1.0):
        weights[name] = {
            "gamma": random.uniform(0.5, 1.5, FRAMES),
            "beta": random.normal(0, 0.3, FRAMES),
            "moving_mean": random.normal(mean, 0.3 * spread, FRAMES),
            "moving_variance": random.uniform(0.5, 1.5, FRAMES) * spread**2,
        }

    def linear(name, shape, gain):
        scale = gain / np.sqrt(np.prod(shape[:-1]))
        weights[name] = {
            "kernel": random.normal(0, scale, shape),
            "bias": random.normal(0, 0.1, shape[-1]),
        }

    norm("b1_b1", -7, 3)
    linear("b1_c1", (3, 3, 1, filters[0]), 1.4)
    norm("b1_b2", 0.5)
    linear("b1_c2", (3, 3, filters[0], filters[0]), 1.4)
    norm("b1_b3", 0.5)
    for block in (2, 3):
        inputs = filters[block - 2]
        for position in (1, 2):
            linear(f"b{block}_c{position}", (3, 3, inputs, filters[block - 1]), 1.4)
            norm(f"b{block}_b{position}", 0.5)
            inputs = filters[block - 1]
    linear("b9_fc1", (filters[2] * BANDS // 64 * FRAMES, units), 1.4)
    linear("b9_fc2", (units, units), 1.4)
    linear("b9_fc3", (units, units), 1.4)
    for head, (branch, classes) in HEADS.items():
        linear(f"{branch}_fc1", (units, units), 1.4)
        linear(f"{branch}_fc2", (units, units), 1.4)
        linear(head, (units, classes), 1.4)
    return {
        layer: {name: values.astype(np.float32) for name, values in own.items()}
        for layer, own in weights.items()
    }


def write_network(folder, weights, content, stem=STEM):
    """Write the .hdf5 and the .json of the same name; return the path of the .hdf5."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.hdf5"
    path.with_suffix(".json").write_text(json.dumps(content))
    model = {"class_name": content["class_name"], "config": content["config"]}
    names = [layer["name"] for layer in content["config"]["layers"]]
    with h5py.File(path, "w") as file:
        for holder in (file, file.create_group("model_weights")):
            holder.attrs["keras_version"] = b"2.2.4"
            holder.attrs["backend"] = b"tensorflow"
        file.attrs["model_config"] = json.dumps(model).encode()
        file.attrs["training_config"] = json.dumps({"loss": "categorical_crossentropy"}).encode()
        groups = file["model_weights"]
        groups.attrs["layer_names"] = np.array([name.encode() for name in names])
        for name in names:
            own = weights.get(name, {})
            group = groups.create_group(name)
            group.attrs["weight_names"] = np.array(
                [f"{name}/{weight}:0".encode() for weight in own]
            )
            for weight, values in own.items():
                group.create_dataset(f"{name}/{weight}:0", data=values)
        optimizer = file.create_group("optimizer_weights")
        optimizer.attrs["weight_names"] = [b"Adam/iterations:0"]
        optimizer.create_dataset("Adam/iterations:0", data=np.int64(7))
    return path


def write_original(folder, filters=PUBLISHED_FILTERS, units=PUBLISHED_UNITS, seed=0):
    """Write a network with random weights; return the path of the .hdf5 and the weights."""
    weights = random_weights(filters, units, seed)
    return write_network(folder, weights, architecture(filters, units)), weights


def _relu(values):
    return np.maximum(values, 0)


def _norm(values, own):
    # Over the last axis: frames, in this channels-first network.
    scale = own["gamma"] / np.sqrt(own["moving_variance"] + EPSILON)
    return (values - own["moving_mean"]) * scale + own["beta"]


def _convolve(values, own):
    patches, _, bands, frames = values.shape
    kernel = own["kernel"]
    padded = np.pad(values, ((0, 0), (0, 0), (1, 1), (1, 1)))
    result = np.zeros((patches, kernel.shape[3], bands, frames))
    for row in range(3):
        for column in range(3):
            part = padded[:, :, row : row + bands, column : column + frames]
            result += np.einsum("pcbf,ck->pkbf", part, kernel[row, column], optimize=True)
    return _relu(result + own["bias"][:, np.newaxis, np.newaxis])


def _pool(values, size):
    patches, channels, bands, frames = values.shape
    return values.reshape(patches, channels, bands // size, size, frames).max(axis=3)


def _dense(values, own):
    return values @ own["kernel"] + own["bias"]


def _softmax(values):
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def flatten(values):
    """Flatten channels-first values as Keras 2 does: move the channels last first."""
    return values.transpose(0, 2, 3, 1).reshape(len(values), -1)


def forward(weights, logarithms):
    """Run the original network, channels first, in float64; return the values by head.

    ``logarithms`` has the shape (patches, frames, bands).
    """
    own = {
        layer: {name: values.astype(np.float64) for name, values in parts.items()}
        for layer, parts in weights.items()
    }
    hidden = np.asarray(logarithms, np.float64).transpose(0, 2, 1)[:, np.newaxis]
    hidden = _norm(hidden, own["b1_b1"])
    hidden = _norm(_convolve(hidden, own["b1_c1"]), own["b1_b2"])
    hidden = _norm(_convolve(hidden, own["b1_c2"]), own["b1_b3"])
    hidden = _pool(hidden, 4)
    for block, size in ((2, 4), (3, 2)):
        for position in (1, 2):
            hidden = _convolve(hidden, own[f"b{block}_c{position}"])
            hidden = _norm(hidden, own[f"b{block}_b{position}"])
        hidden = _pool(hidden, size)
    shared = flatten(_pool(hidden, 2))
    for position in (1, 2, 3):
        shared = _relu(_dense(shared, own[f"b9_fc{position}"]))
    heads = {}
    for head, (branch, _) in HEADS.items():
        values = _relu(_dense(shared, own[f"{branch}_fc1"]))
        values = _relu(_dense(values, own[f"{branch}_fc2"]))
        heads[head] = _softmax(_dense(values, own[head]))
    for head in ("arousal", "valence"):
        heads[head] = heads[head][:, 1] - heads[head][:, 0]
    return heads
