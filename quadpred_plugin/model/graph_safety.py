"""Check untrusted graphs before TensorFlow loads them.

A frozen graph is a program: TensorFlow has operations that read and write files and call code.
Models are exchanged as data, so a graph is loaded only if all its operations and constants are
of the kinds that the networks of this project have.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.protobuf import fields, numbers, part, text
from quadpred_plugin.system.text import printable

# Operations of this project's networks and of the imported ones: loops, but no file access.
OPERATIONS = frozenset(
    """AddV2 AvgPool BiasAdd Cast ConcatV2 Const Conv2D Enter Exit ExpandDims FloorDiv FloorMod
    GatherV2 Greater Identity IsFinite Less Log LoopCond MatMul Max MaxPool Maximum Mean Merge
    Minimum Mul Neg NextIteration NoOp Pack Pad Placeholder Range RealDiv Relu Reshape Round
    Rsqrt SelectV2 Shape Softmax Squeeze StridedSlice Sub Switch Transpose ZerosLike""".split()
)
# In bytes. The published networks have 12 MB; a larger file isn't read.
LARGEST_FILE = 256 * 2**20
# Largest constant in values. The size is checked, since one stored value can fill a shape.
MOST_VALUES = 2**26

# Field numbers of TensorFlow's messages (graph.proto, node_def.proto, tensor.proto).
_NODE, _LIBRARY = 1, 2
_FUNCTION = 1
_NODE_NAME, _NODE_OPERATION, _NODE_ATTRIBUTE = 1, 2, 5
_KEY, _VALUE = 1, 2
_ATTRIBUTE_LIST, _ATTRIBUTE_TYPE, _ATTRIBUTE_TENSOR = 1, 6, 8
_TENSOR_TYPE, _TENSOR_SHAPE, _TENSOR_CONTENT = 1, 2, 4
_TENSOR_FLOATS, _TENSOR_HALVES = 5, 13
_SHAPE_SIZES, _SIZE = 2, 1
_CONSTANT = "Const"
# TensorFlow's type numbers with NumPy's names: types of weights, then int32, int64, bool.
_FLOATS = {1: "<f4", 19: "<f2"}
_TYPES = {**_FLOATS, 3: "<i4", 9: "<i8", 10: "?"}


@dataclass
class Node:
    """One operation of a graph.

    Attributes
    ----------
    name, operation : str
    type : int
        TensorFlow's number of a constant's declared type; 0 without one.
    tensors : list of memoryview
        Messages of the constants in the node's attributes.
    """

    name: str = ""
    operation: str = ""
    type: int = 0
    tensors: list[Any] = field(default_factory=list)


def check_graph(graph: bytes, name: str) -> None:
    """Raise ModelError unless a graph is safe to load.

    Parameters
    ----------
    graph : bytes
        A serialised GraphDef.
    name : str
        Name of the graph in messages.

    Raises
    ------
    ModelError
        If it isn't a graph, has functions or operations not in `OPERATIONS`, or has constants
        that are too large, cut off or not finite.
    """
    try:
        nodes = list(_nodes(graph))
        if not nodes:
            raise ValueError("it has no operations")
        refused = sorted({node.operation for node in nodes} - OPERATIONS)
        if not refused:
            for node in nodes:
                for tensor in node.tensors:
                    _check_tensor(node, tensor)
    except ValueError as error:
        raise ModelError(
            f"{name} can't be loaded as a TensorFlow graph: {error}. Install the model again."
        ) from error
    if refused:
        raise ModelError(
            f"{name} isn't loaded: no network of this program has the operations "
            f"{', '.join(map(repr, refused))}, which may be harmful. Use models that you trust."
        )


def _nodes(graph: bytes) -> Iterator[Node]:
    for number, value in fields(graph):
        if number == _NODE:
            yield _node(part(value))
        elif number == _LIBRARY and any(one == _FUNCTION for one, _ in fields(part(value))):
            raise ValueError("it has functions, which no network of this program has")


def _node(message: memoryview) -> Node:
    node = Node()
    for number, value in fields(message):
        if number == _NODE_NAME:
            node.name = text(value)
        elif number == _NODE_OPERATION:
            node.operation = text(value)
        elif number == _NODE_ATTRIBUTE:
            _read_attribute(node, part(value))
    return node


def _read_attribute(node: Node, entry: memoryview) -> None:
    """Store the constant or type in one entry of a node's attribute map."""
    known = _unique_fields(entry)
    for kind, value in _unique_fields(part(known.get(_VALUE, memoryview(b"")))).items():
        if kind == _ATTRIBUTE_TENSOR:
            node.tensors.append(part(value))
        elif kind == _ATTRIBUTE_TYPE and bytes(part(known.get(_KEY, b""))) == b"dtype":
            node.type = (numbers(value) or [0])[-1]
        elif kind == _ATTRIBUTE_LIST and any(
            one == _ATTRIBUTE_TENSOR for one, _ in fields(part(value))
        ):
            raise ValueError("it has lists of constants, which no network of this program has")


def _unique_fields(message: memoryview) -> dict[int, Any]:
    """Return the fields of a message in which each may occur once.

    TensorFlow merges repeated fields, so checking each of them alone isn't enough.
    """
    found: dict[int, Any] = {}
    for number, value in fields(message):
        if number in found:
            raise ValueError("it has a repeated field")
        found[number] = value
    return found


def _check_tensor(node: Node, message: memoryview) -> None:
    import numpy as np

    name = printable(node.name)
    parts: dict[int, list[Any]] = {}
    for number, value in fields(message):
        parts.setdefault(number, []).append(value)
    if any(len(parts.get(one, ())) > 1 for one in (_TENSOR_TYPE, _TENSOR_SHAPE, _TENSOR_CONTENT)):
        raise ValueError(f"its constant '{name}' has a repeated field")
    kind = (numbers(parts.get(_TENSOR_TYPE, [0])[0]) or [0])[-1]
    if kind not in _TYPES or (node.operation == _CONSTANT and kind != node.type):
        raise ValueError(f"its constant '{name}' has a type that no network of this program has")
    values = 1
    for shape in parts.get(_TENSOR_SHAPE, []):
        for size in _sizes(part(shape)):
            values *= size
            if values > MOST_VALUES:
                raise ValueError(
                    f"its constant '{name}' has a shape of more than {MOST_VALUES} values"
                )
    stored = np.dtype(_TYPES[kind])
    contents = [part(value) for value in parts.get(_TENSOR_CONTENT, [])]
    if any(contents) and sum(map(len, contents)) != values * stored.itemsize:
        raise ValueError(f"its constant '{name}' differs in size from its shape")
    if kind not in _FLOATS:
        return
    floats = [np.frombuffer(content, stored) for content in contents]
    floats += [_floats(name, value) for value in parts.get(_TENSOR_FLOATS, [])]
    halves = [number for value in parts.get(_TENSOR_HALVES, []) for number in numbers(value)]
    floats.append(np.array([half & 0xFFFF for half in halves], "<u2").view("<f2"))
    if not all(np.isfinite(one).all() for one in floats):
        raise ValueError(f"its constant '{name}' has values that aren't finite")


def _floats(name: str, value: "int | memoryview") -> Any:
    import numpy as np

    content = part(value)
    if len(content) % 4:
        raise ValueError(f"its constant '{name}' is cut off")
    return np.frombuffer(content, "<f4")


def _sizes(shape: memoryview) -> Iterator[int]:
    for number, value in fields(shape):
        if number == _SHAPE_SIZES:
            size = dict(fields(part(value))).get(_SIZE, 0)
            # Protocol buffers omit a size of 0.
            yield (numbers(size) or [0])[-1]
