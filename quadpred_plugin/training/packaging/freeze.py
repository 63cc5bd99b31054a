"""From a Keras network to the frozen graph that Essentia's TensorFlow 2.5 runs.

The graph has two entries over the same constants. ``patches`` takes levelled patches and
serves arrays and files. ``frames`` takes a whole stream, one row of bands and settings a
frame, and does level, patches and batches inside the graph, since no Python can run in
the middle of an Essentia network.
"""

from typing import Any

from quadpred_plugin.chain.entries import HEAD_SIZES, STREAM_SETTINGS, Entry
from quadpred_plugin.chain.preprocessing import Preprocessing

# Constants smaller than this stay in float32: they hardly weigh in the file, and they are those
# of the first convolutions and the heads, whose rounding shows most.
_HALF_FROM_ELEMENTS = 16384
# Attributes that newer TensorFlows write and TensorFlow 2.5 reports as unknown, and one that
# is a note of the tracing, on other nodes each time.
_NEW_ATTRIBUTES = ("grad_a", "grad_b", "_has_manual_control_dependencies")

ENTRIES = {
    "patches": Entry(
        "patches",
        {"quadrants": "quadrants", "arousal": "arousal", "valence": "valence"},
    ),
    "frames": Entry(
        "frames",
        {
            "quadrants": "frames_quadrants",
            "arousal": "frames_arousal",
            "valence": "frames_valence",
        },
    ),
}


def freeze(network: Any, preprocessing: Preprocessing, half: bool = True) -> bytes:
    """Freeze a network with both entries.

    Parameters
    ----------
    network : keras.Model
        As `architecture.build_network` makes it: logarithmic bands to three softmaxes.
    preprocessing : Preprocessing
        Level floor, logarithm and patch that the graph does itself.
    half : bool
        Whether constants are stored as float16, at half the size; outputs then differ from
        the network's by some 1e-3.

    Returns
    -------
    graph : bytes
        A serialised GraphDef.
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import (
        convert_variables_to_constants_v2,
    )

    frames_in_patch, bands = preprocessing.patch_size, preprocessing.bands

    def heads(levelled: Any) -> tuple[Any, Any, Any]:
        softmaxes = network(tf.math.log(levelled + preprocessing.logarithm_floor), training=False)

        def balance(head: Any) -> Any:
            return head[:, 1:] - head[:, :1]

        return (
            softmaxes["quadrants"],
            balance(softmaxes["arousal"]),
            balance(softmaxes["valence"]),
        )

    def stream(rows: Any) -> tuple[Any, Any, Any]:
        rows = tf.reshape(rows, [-1, len(STREAM_SETTINGS) + bands])
        # A sample that isn't a number spoils its frames, not the file.
        rows = tf.where(tf.math.is_finite(rows), rows, tf.zeros_like(rows))
        column = {name: rows[:, index] for index, name in enumerate(STREAM_SETTINGS)}
        hop, batch, repeat = (
            tf.cast(tf.round(tf.reduce_max(column[name])), tf.int32) for name in STREAM_SETTINGS[1:]
        )
        peak = tf.maximum(tf.reduce_max(column["peak"]), preprocessing.peak_floor)
        levelled = rows[:, len(STREAM_SETTINGS) :] / peak
        count = tf.shape(levelled)[0]
        whole = tf.maximum((count - frames_in_patch) // hop + 1, 0)
        # 'repeat' fills one more patch by running through its frames again.
        more_begun = tf.maximum((count - frames_in_patch + hop - 1) // hop, 0)
        begun = tf.minimum(more_begun, (count - 1) // hop) + 1
        patches = tf.where(repeat > 0, begun, whole)
        batch = tf.where(batch > 0, batch, tf.maximum(patches, 1))

        def more(start: Any, *_: Any) -> Any:
            return start < patches

        def step(start: Any, *done: Any) -> tuple[Any, ...]:
            starts = tf.range(start, tf.minimum(start + batch, patches)) * hop
            offsets = tf.range(frames_in_patch)[tf.newaxis, :]
            left = tf.minimum(count - starts, frames_in_patch)[:, tf.newaxis]
            cut = tf.gather(levelled, starts[:, tf.newaxis] + offsets % left)
            new = heads(cut)
            return (start + batch, *(tf.concat([a, b], 0) for a, b in zip(done, new)))

        empty = [tf.zeros([0, classes]) for classes in HEAD_SIZES.values()]
        shapes = [tf.TensorShape([None, classes]) for classes in HEAD_SIZES.values()]
        result = tf.while_loop(
            more,
            step,
            [tf.constant(0), *empty],
            shape_invariants=[tf.TensorShape([]), *shapes],
            parallel_iterations=1,
        )
        return result[1], result[2], result[3]

    def both(patches: Any, frames: Any) -> dict[str, Any]:
        outputs = {}
        levelled = tf.reshape(patches, [-1, frames_in_patch, bands])
        for entry, values in (("patches", heads(levelled)), ("frames", stream(frames))):
            for (_, node), value in zip(ENTRIES[entry].outputs.items(), values):
                # An unknown rank makes Essentia's TensorflowPredict return (n, 1).
                outputs[node] = tf.reshape(value, [-1, value.shape[-1]], name=node)
        return outputs

    stream_width = len(STREAM_SETTINGS) + bands
    function = tf.function(both).get_concrete_function(
        tf.TensorSpec([None, 1, frames_in_patch, bands], tf.float32, name="patches"),
        tf.TensorSpec([None, 1, 1, stream_width], tf.float32, name="frames"),
    )
    graph = convert_variables_to_constants_v2(function).graph.as_graph_def()
    if half:
        graph = _halve_constants(graph)
    return bytes(_in_order(_for_old_tensorflow(graph)).SerializeToString(deterministic=True))


def _halve_constants(graph: Any) -> Any:
    import numpy as np
    import tensorflow as tf

    result = tf.compat.v1.GraphDef()
    result.versions.CopyFrom(graph.versions)
    for node in graph.node:
        copy = result.node.add()
        copy.CopyFrom(node)
        if node.op != "Const" or node.attr["dtype"].type != tf.float32.as_datatype_enum:
            continue
        values = tf.make_ndarray(node.attr["value"].tensor)
        if values.size < _HALF_FROM_ELEMENTS:
            continue
        copy.name = f"{node.name}/half"
        copy.attr["dtype"].type = tf.float16.as_datatype_enum
        copy.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(values.astype(np.float16)))
        cast = result.node.add()
        cast.name, cast.op = node.name, "Cast"
        cast.input.append(copy.name)
        cast.attr["SrcT"].type = tf.float16.as_datatype_enum
        cast.attr["DstT"].type = tf.float32.as_datatype_enum
    return result


def _for_old_tensorflow(graph: Any) -> Any:
    for node in graph.node:
        for name in _NEW_ATTRIBUTES:
            if name in node.attr:
                del node.attr[name]
    return graph


def _in_order(graph: Any) -> Any:
    """Return what the outputs need, by name: the same weights give the same bytes."""
    import tensorflow as tf

    nodes = {node.name: node for node in graph.node}
    missing = [node for entry in ENTRIES.values() for node in entry.outputs.values()]
    needed = set()
    while missing:
        name = missing.pop()
        if name not in needed:
            needed.add(name)
            # As "^name" or "name:1".
            missing += [one.lstrip("^").partition(":")[0] for one in nodes[name].input]
    result = tf.compat.v1.GraphDef()
    result.versions.CopyFrom(graph.versions)
    result.node.extend(nodes[name] for name in sorted(needed))
    return result
