"""Write hostile graphs, derived from a valid one.

python -m tests.model.hostile_graphs FOLDER GRAPH

Uses TensorFlow's own classes; runs in a process of its own.
"""

import json
import sys
from pathlib import Path

import numpy as np

# Operations that are added to the network's.
OPERATIONS = ("WriteFile", "ReadFile", "PyFunc", "RestoreV2", "RandomUniform")


def main() -> None:
    """Write NAME.pb for each change, and the nodes of the original graph as JSON."""
    from tensorflow.core.framework import graph_pb2

    folder, source = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
    original = graph_pb2.GraphDef.FromString(source)
    found = [[node.name, node.op] for node in original.node]
    (folder / "nodes.json").write_text(json.dumps(found))
    for name, change in (CHANGES | ACCEPTED).items():
        graph = graph_pb2.GraphDef.FromString(source)
        change(graph, folder)
        (folder / f"{name}.pb").write_bytes(graph.SerializeToString())


# TensorFlow's type numbers of float32 and float16.
SINGLE, HALF = 1, 19


def _weights(graph, kind=HALF):
    """Return a constant with many weights of a type."""
    constants = (node for node in graph.node if node.op == "Const")
    return next(
        node
        for node in constants
        if node.attr["dtype"].type == kind and len(node.attr["value"].tensor.tensor_content) > 512
    )


def _add_operation(operation):
    def change(graph, folder):
        node = graph.node.add(name="hostile", op=operation)
        if operation == "WriteFile":
            for name, text in (("where", folder / "written"), ("what", "harm")):
                constant = graph.node.add(name=name, op="Const")
                constant.attr["dtype"].type = 7
                constant.attr["value"].tensor.dtype = 7
                constant.attr["value"].tensor.tensor_shape.SetInParent()
                constant.attr["value"].tensor.string_val.append(str(text).encode())
                node.input.append(name)
            (output,) = (one for one in graph.node if one.name == "quadrants")
            output.input.append("^hostile")

    return change


def _in_a_function(graph, folder):
    function = graph.library.function.add()
    function.signature.name = "hidden"
    function.node_def.add(name="hostile", op="WriteFile")


def _nan(graph, folder):
    tensor = _weights(graph).attr["value"].tensor
    values = np.frombuffer(tensor.tensor_content, "<f2").copy()
    values[values.size // 2] = np.nan
    tensor.tensor_content = values.tobytes()


def _nan_among_singles(graph, folder):
    tensor = _weights(graph, SINGLE).attr["value"].tensor
    values = np.frombuffer(tensor.tensor_content, "<f4").copy()
    values[values.size // 2] = np.nan
    tensor.tensor_content = values.tobytes()


def _nan_as_a_number(graph, folder):
    node = _weights(graph)
    tensor = node.attr["value"].tensor
    tensor.tensor_content = b""
    node.attr["dtype"].type = tensor.dtype = 1
    tensor.float_val.append(float("nan"))


def _infinite_half(graph, folder):
    tensor = _weights(graph).attr["value"].tensor
    tensor.tensor_content = b""
    tensor.half_val.append(0x7C00)


def _claims_much(graph, folder):
    tensor = _weights(graph).attr["value"].tensor
    tensor.tensor_content = b""
    tensor.half_val.append(0)
    del tensor.tensor_shape.dim[:]
    for _ in range(4):
        tensor.tensor_shape.dim.add(size=1 << 16)


def _negative_size(graph, folder):
    _weights(graph).attr["value"].tensor.tensor_shape.dim[0].size = -1


def _other_shape(graph, folder):
    _weights(graph).attr["value"].tensor.tensor_shape.dim[0].size += 1


def _text(graph, folder):
    tensor = _weights(graph).attr["value"].tensor
    tensor.tensor_content = b""
    tensor.dtype = 7
    tensor.string_val.append(b"weights")


def _no_operations(graph, folder):
    del graph.node[:]


def _logarithms(graph, folder):
    for node in graph.node:
        if node.op == "Softmax":
            node.op = "Log"


CHANGES = {
    **{f"operation-{name}": _add_operation(name) for name in OPERATIONS},
    "function": _in_a_function,
    "nan": _nan,
    "nan-among-singles": _nan_among_singles,
    "nan-as-a-number": _nan_as_a_number,
    "infinite-half": _infinite_half,
    "claims-much": _claims_much,
    "negative-size": _negative_size,
    "other-shape": _other_shape,
    "text": _text,
    "no-operations": _no_operations,
}
# Accepted by the check, but with outputs that aren't finite: logarithms of negative values.
ACCEPTED = {"logarithms": _logarithms}

if __name__ == "__main__":
    main()
