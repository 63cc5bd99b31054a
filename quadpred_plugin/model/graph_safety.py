"""What a graph may hold.

A frozen graph is a program: TensorFlow has operations that read files, write them and call
code. Models are data that people exchange, so a graph is looked at before TensorFlow sees it, and
taken only if it is made of what networks of this project are made of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from quadpred_plugin.errors import ModelError
from quadpred_plugin.model.protobuf import fields, numbers, part, text
from quadpred_plugin.system.text import printable

# What our networks, and the imported ones, are made of. Loops are among them, files aren't.
OPERATIONS = frozenset(
    """AddV2 BiasAdd Cast ConcatV2 Const Conv2D Enter Exit FloorDiv FloorMod GatherV2 Greater
    Identity IsFinite Less Log LoopCond MatMul Max MaxPool Maximum Mean Merge Minimum Mul Neg
    NextIteration NoOp Pack Placeholder Range RealDiv Relu Reshape Round Rsqrt SelectV2 Shape
    Softmax Squeeze StridedSlice Sub Switch Transpose ZerosLike""".split()
)
# The published networks have 12 MB; what is larger isn't read at all.
LARGEST_FILE = 256 * 2**20
# A constant may stand for more values than it stores.
MOST_VALUES = 2**26

# Numbers of fields in TensorFlow's messages (graph.proto, node_def.proto, tensor.proto).
_NODE, _LIBRARY = 1, 2
_FUNCTION = 1
_NODE_NAME, _NODE_OPERATION, _NODE_ATTRIBUTE = 1, 2, 5
_KEY, _VALUE = 1, 2
_ATTRIBUTE_LIST, _ATTRIBUTE_TYPE, _ATTRIBUTE_TENSOR = 1, 6, 8
_TENSOR_TYPE, _TENSOR_SHAPE, _TENSOR_CONTENT = 1, 2, 4
_TENSOR_FLOATS, _TENSOR_HALVES = 5, 13
_SHAPE_SIZES, _SIZE = 2, 1
_CONSTANT = "Const"
# TensorFlow's numbers of types, with NumPy's names: those of weights, and int32, int64, bool.
_FLOATS = {1: "<f4", 19: "<f2"}
_TYPES = {**_FLOATS, 3: "<i4", 9: "<i8", 10: "?"}


@dataclass
class Node:
    """One operation of a graph.

    Attributes
    ----------
    name, operation : str
    type : int
        TensorFlow's number of the type that a constant is said to be of; 0 without one.
    tensors : list of memoryview
        Messages of the constants in its attributes.
    """

    name: str = ""
    operation: str = ""
    type: int = 0
    tensors: list[Any] = field(default_factory=list)


def check_graph(graph: bytes, name: str) -> None:
    """Look at a graph before TensorFlow does.

    Parameters
    ----------
    graph : bytes
        A serialised GraphDef.
    name : str
        What to call it in errors.

    Raises
    ------
    ModelError
        If it is no graph, has functions, an operation that no network of ours needs, or
        constants that are too large, cut off, or no numbers.
    """
    try:
        nodes = list(_nodes(graph))
        if not nodes:
            raise ValueError("it has no operations")
        odd = sorted({node.operation for node in nodes} - OPERATIONS)
        if not odd:
            for node in nodes:
                for tensor in node.tensors:
                    _check_tensor(node, tensor)
    except ValueError as error:
        raise ModelError(
            f"{name} can't be loaded as a TensorFlow graph: {error}. Install the model again."
        ) from error
    if odd:
        raise ModelError(
            f"{name} is not taken: its operations {', '.join(map(repr, odd))} are none that a "
            "network of this program needs, and could do anything. Use models that you trust."
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
    """Take what counts of an entry of the attributes' map: a name, and a value."""
    known = _once(entry)
    for kind, value in _once(part(known.get(_VALUE, memoryview(b"")))).items():
        if kind == _ATTRIBUTE_TENSOR:
            node.tensors.append(part(value))
        elif kind == _ATTRIBUTE_TYPE and bytes(part(known.get(_KEY, b""))) == b"dtype":
            node.type = (numbers(value) or [0])[-1]
        elif kind == _ATTRIBUTE_LIST and any(
            one == _ATTRIBUTE_TENSOR for one, _ in fields(part(value))
        ):
            raise ValueError("it has lists of constants, which no network of this program has")


def _once(message: memoryview) -> dict[int, Any]:
    """Return the fields of a message whose readers would merge what is given twice.

    What TensorFlow puts together must not be looked at apart.
    """
    found: dict[int, Any] = {}
    for number, value in fields(message):
        if number in found:
            raise ValueError("it says something twice")
        found[number] = value
    return found


def _check_tensor(node: Node, message: memoryview) -> None:
    import numpy as np

    name = printable(node.name)
    parts: dict[int, list[Any]] = {}
    for number, value in fields(message):
        parts.setdefault(number, []).append(value)
    if any(len(parts.get(one, ())) > 1 for one in (_TENSOR_TYPE, _TENSOR_SHAPE, _TENSOR_CONTENT)):
        raise ValueError(f"its constant '{name}' says something twice")
    kind = (numbers(parts.get(_TENSOR_TYPE, [0])[0]) or [0])[-1]
    if kind not in _TYPES or (node.operation == _CONSTANT and kind != node.type):
        raise ValueError(f"its constant '{name}' is of a type that no network of this program has")
    values = 1
    for shape in parts.get(_TENSOR_SHAPE, []):
        for size in _sizes(part(shape)):
            values *= size
            if values > MOST_VALUES:
                raise ValueError(f"its constant '{name}' claims more than {MOST_VALUES} values")
    stored = np.dtype(_TYPES[kind])
    contents = [part(value) for value in parts.get(_TENSOR_CONTENT, [])]
    if any(contents) and sum(map(len, contents)) != values * stored.itemsize:
        raise ValueError(f"its constant '{name}' isn't as large as its shape")
    if kind not in _FLOATS:
        return
    floats = [np.frombuffer(content, stored) for content in contents]
    floats += [_floats(name, value) for value in parts.get(_TENSOR_FLOATS, [])]
    halves = [number for value in parts.get(_TENSOR_HALVES, []) for number in numbers(value)]
    floats.append(np.array([half & 0xFFFF for half in halves], "<u2").view("<f2"))
    if not all(np.isfinite(one).all() for one in floats):
        raise ValueError(f"its constant '{name}' holds what isn't a number")


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
            # A size of 0 isn't stored.
            yield (numbers(size) or [0])[-1]
