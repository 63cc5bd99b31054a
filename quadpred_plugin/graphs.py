"""What a graph may hold.

A frozen graph is a program: TensorFlow has operations that read files, write them and call
code. Models are data that people exchange, so a graph is looked at before TensorFlow sees it, and
taken only if it is made of what networks of this project are made of.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from quadpred_plugin.errors import ModelError
from quadpred_plugin.protobuf import fields, numbers, part, text

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
_ATTRIBUTE_TENSOR = 8
_TENSOR_TYPE, _TENSOR_SHAPE, _TENSOR_CONTENT = 1, 2, 4
_TENSOR_FLOATS, _TENSOR_HALVES = 5, 13
_SHAPE_SIZES, _SIZE = 2, 1
# TensorFlow's numbers of types: those of weights, with NumPy's names, and int32, int64, bool.
_FLOATS = {1: "<f4", 19: "<f2"}
_OTHER_TYPES = {3, 9, 10}


@dataclass
class Node:
    """One operation of a graph.

    Attributes
    ----------
    name, operation : str
    tensors : list of memoryview
        Messages of the constants in its attributes.
    """

    name: str = ""
    operation: str = ""
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
                    _check_tensor(node.name, tensor)
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
            # An entry of a map: a name, and a value that may hold a tensor.
            attribute = dict(fields(part(value))).get(_VALUE, memoryview(b""))
            node.tensors += [
                part(one) for kind, one in fields(part(attribute)) if kind == _ATTRIBUTE_TENSOR
            ]
    return node


def _check_tensor(name: str, message: memoryview) -> None:
    import numpy as np

    parts: dict[int, list[Any]] = {}
    for number, value in fields(message):
        parts.setdefault(number, []).append(value)
    kind = numbers(parts.get(_TENSOR_TYPE, [0])[-1])[-1:]
    if not kind or kind[0] not in {*_FLOATS, *_OTHER_TYPES}:
        raise ValueError(f"its constant '{name}' is of a type that no network of this program has")
    values = 1
    for shape in parts.get(_TENSOR_SHAPE, []):
        for size in _sizes(part(shape)):
            values *= size
            if values > MOST_VALUES:
                raise ValueError(f"its constant '{name}' claims more than {MOST_VALUES} values")
    if kind[0] not in _FLOATS:
        return
    stored = np.dtype(_FLOATS[kind[0]])
    contents = [part(value) for value in parts.get(_TENSOR_CONTENT, [])]
    if contents and sum(map(len, contents)) != values * stored.itemsize:
        raise ValueError(f"its constant '{name}' isn't as large as its shape")
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
