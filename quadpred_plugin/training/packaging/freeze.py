"""Freeze a Keras network into a graph for Essentia's TensorFlow 2.5.

The graph has two entries over the same constants. ``patches`` takes peak-normalised patches,
for arrays and files. ``frames`` takes a whole stream, one row of settings and bands per frame,
and does the peak normalisation, patches and batches inside the graph, because an Essentia
network can't call Python between its algorithms.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from quadpred_plugin.chain.entries import EMBEDDINGS, STREAM_SETTINGS, Embeddings, Entry
from quadpred_plugin.chain.heads import HEADS
from quadpred_plugin.chain.preprocessing import Preprocessing

# Smaller constants stay float32. They take little space, and they belong to the first
# convolutions and the heads, where rounding has the largest effect.
_MINIMUM_HALF_ELEMENTS = 16384
# The first two are unknown to TensorFlow 2.5. The third is left over from tracing, on different
# nodes each time.
_NEW_ATTRIBUTES = ("grad_a", "grad_b", "_has_manual_control_dependencies")


def entries_of(heads: Iterable[str], embedding_width: int = 0) -> dict[str, Entry]:
    """Return the entries of a frozen graph.

    Parameters
    ----------
    heads : iterable of str
        Names of its heads.
    embedding_width : int
        Values of a patch's embedding; 0 for a graph without embeddings.

    Returns
    -------
    entries : dict of Entry
        ``patches`` and ``frames``, with the heads in the order of `heads.HEADS`.
    """
    names = sorted(heads, key=list(HEADS).index)
    entries = {}
    for entry, prefix in (("patches", ""), ("frames", "frames_")):
        embeddings = Embeddings(f"{prefix}{EMBEDDINGS}", embedding_width)
        entries[entry] = Entry(
            entry,
            {head: f"{prefix}{head}" for head in names},
            embeddings if embedding_width else None,
        )
    return entries


def freeze(network: Any, preprocessing: Preprocessing, half: bool = True) -> bytes:
    """Freeze a network with both entries.

    Parameters
    ----------
    network : keras.Model
        Inputs and outputs as for `published.build_network`; it may have ``embeddings``, shape
        (patches, width), among its outputs.
    preprocessing : Preprocessing
        Gives the division by the peak, the logarithm, and the patch with its context, which
        are part of the graph.
    half : bool
        Store large constants as float16, at half the size. Outputs then differ from the
        network's by about 1e-3.

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
    own_frames = preprocessing.own_frames

    width = embedding_width(network)
    entries = entries_of((head for head in HEADS if head in network.output), width)
    names = tuple(entries["patches"].nodes)
    sizes = [HEADS[name].size if name in HEADS else width for name in names]

    def outputs_of(normalised: Any) -> list[Any]:
        found = network(tf.math.log(normalised + preprocessing.logarithm_floor), training=False)
        # Of two classes, the second minus the first, -1..1.
        return [
            found[name][:, 1:] - found[name][:, :1]
            if name in HEADS and HEADS[name].is_scalar
            else found[name]
            for name in names
        ]

    def stream(rows: Any) -> list[Any]:
        rows = tf.reshape(rows, [-1, len(STREAM_SETTINGS) + bands])
        # A sample that isn't finite affects its own frames only.
        rows = tf.where(tf.math.is_finite(rows), rows, tf.zeros_like(rows))
        column = {name: rows[:, index] for index, name in enumerate(STREAM_SETTINGS)}
        hop, batch, repeat = (
            tf.cast(tf.round(tf.reduce_max(column[name])), tf.int32) for name in STREAM_SETTINGS[1:]
        )
        peak = tf.maximum(tf.reduce_max(column["peak"]), preprocessing.peak_floor)
        divisor = peak * peak if preprocessing.spectrum == "power" else peak
        normalised = rows[:, len(STREAM_SETTINGS) :] / divisor
        count = tf.shape(normalised)[0]
        complete = tf.maximum((count - own_frames) // hop + 1, 0)
        # With 'repeat', a last patch may have only part of its own frames.
        last = tf.maximum((count - own_frames + hop - 1) // hop, 0)
        started = tf.minimum(last, (count - 1) // hop) + 1
        patches = tf.where(repeat > 0, started, complete)
        batch = tf.where(batch > 0, batch, tf.maximum(patches, 1))

        def more(start: Any, *_: Any) -> Any:
            return start < patches

        def step(start: Any, *done: Any) -> tuple[Any, ...]:
            # As `patches.patch_frames` does for arrays.
            starts = tf.range(start, tf.minimum(start + batch, patches)) * hop
            if preprocessing.has_context:
                latest = tf.maximum(count - frames_in_patch, 0)
                starts = tf.maximum(starts - preprocessing.context_before, 0)
                starts = tf.minimum(starts, latest)
            offsets = tf.range(frames_in_patch)[tf.newaxis, :]
            remaining = tf.minimum(count - starts, frames_in_patch)[:, tf.newaxis]
            new = outputs_of(tf.gather(normalised, starts[:, tf.newaxis] + offsets % remaining))
            return (start + batch, *(tf.concat([a, b], 0) for a, b in zip(done, new)))

        empty = [tf.zeros([0, size]) for size in sizes]
        shapes = [tf.TensorShape([None, size]) for size in sizes]
        result = tf.while_loop(
            more,
            step,
            [tf.constant(0), *empty],
            shape_invariants=[tf.TensorShape([]), *shapes],
            parallel_iterations=1,
        )
        return list(result[1:])

    def both(patches: Any, frames: Any) -> dict[str, Any]:
        outputs = {}
        normalised = tf.reshape(patches, [-1, frames_in_patch, bands])
        for entry, values in (("patches", outputs_of(normalised)), ("frames", stream(frames))):
            for (_, node), value in zip(entries[entry].nodes.items(), values):
                # With unknown rank, Essentia's TensorflowPredict would return shape (n, 1).
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
    graph = _sort_needed_nodes(_remove_new_attributes(graph), entries)
    return bytes(graph.SerializeToString(deterministic=True))


def embedding_width(network: Any) -> int:
    """Return the values of a patch's embedding; 0 for a Keras network without embeddings."""
    return int(network.output[EMBEDDINGS].shape[-1]) if EMBEDDINGS in network.output else 0


def _halve_constants(graph: Any) -> Any:
    """Store large float32 constants as float16, with a cast to float32 after each."""
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
        if values.size < _MINIMUM_HALF_ELEMENTS:
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


def _remove_new_attributes(graph: Any) -> Any:
    """Remove the attributes in `_NEW_ATTRIBUTES` from all nodes."""
    for node in graph.node:
        for name in _NEW_ATTRIBUTES:
            if name in node.attr:
                del node.attr[name]
    return graph


def _sort_needed_nodes(graph: Any, entries: Mapping[str, Entry]) -> Any:
    """Keep the nodes that the outputs need, sorted so that equal weights give equal bytes."""
    import tensorflow as tf

    nodes = {node.name: node for node in graph.node}
    missing = [node for entry in entries.values() for node in entry.nodes.values()]
    needed = set()
    while missing:
        name = missing.pop()
        if name not in needed:
            needed.add(name)
            # Inputs are "name", "name:1" or, for control, "^name".
            missing += [source.lstrip("^").partition(":")[0] for source in nodes[name].input]
    result = tf.compat.v1.GraphDef()
    result.versions.CopyFrom(graph.versions)
    result.node.extend(nodes[name] for name in sorted(needed))
    return result
