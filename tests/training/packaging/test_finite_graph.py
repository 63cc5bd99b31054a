"""The graph in the package is the one that the code makes."""

from quadpred_plugin.chain.engine import load_standard


def test_the_graph_of_the_package_is_the_codes():
    load_standard()  # before another TensorFlow
    from tensorflow.core.framework import graph_pb2

    from quadpred_plugin.training.packaging.finite_graph import PATH, finite_graph

    made, shipped = (
        graph_pb2.GraphDef.FromString(content) for content in (finite_graph(), PATH.read_bytes())
    )
    assert made.node == shipped.node
    assert {node.op for node in shipped.node} == {
        "Placeholder",
        "IsFinite",
        "ZerosLike",
        "SelectV2",
    }
