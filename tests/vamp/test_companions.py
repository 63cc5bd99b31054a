"""Category and RDF description against the library."""

from pathlib import Path

import pytest
import rdflib

from tests.vamp.python_host import descriptor
from vamp_wrapper import library
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.settings import parameters

FOLDER = Path(library.__file__).parent
VAMP = rdflib.Namespace("http://purl.org/ontology/vamp/")
DC = rdflib.Namespace("http://purl.org/dc/elements/1.1/")
BASE = rdflib.Namespace("http://vamp-plugins.org/rdf/plugins/quadpred#")


@pytest.fixture(scope="module")
def graph():
    return rdflib.Graph().parse(FOLDER / "quadpred.n3", format="turtle")


def test_the_category_names_the_plugin():
    key = f"vamp:quadpred:{descriptor().identifier.decode()}"
    assert (FOLDER / "quadpred.cat").read_text() == f"{key}::Classification > Mood\n"


def test_the_description_is_of_this_plugin(graph):
    plugin = BASE.quadpred
    assert graph.value(BASE.library, VAMP.identifier).toPython() == "quadpred"
    assert graph.value(plugin, VAMP.identifier).toPython() == library.IDENTIFIER
    assert graph.value(plugin, VAMP.name).toPython() == library.NAME
    assert graph.value(plugin, DC.description).toPython() == library.DESCRIPTION
    assert graph.value(plugin, DC.rights).toPython() == library.COPYRIGHT
    assert graph.value(BASE.library, VAMP.available_plugin) == plugin


def test_the_outputs_are_those_of_the_library(graph):
    found = set(graph.objects(BASE.quadpred, VAMP.output))
    assert found == {BASE[f"quadpred_output_{output.identifier}"] for output in OUTPUTS}
    for output in OUTPUTS:
        node = BASE[f"quadpred_output_{output.identifier}"]
        assert graph.value(node, VAMP.identifier).toPython() == output.identifier
        assert graph.value(node, DC.title).toPython() == output.name
        assert graph.value(node, DC.description).toPython() == output.description
        assert graph.value(node, VAMP.unit).toPython() == output.unit
        fixed = graph.value(node, VAMP.fixed_bin_count).toPython()
        assert fixed == ("true" if output.fixed_bins else "false")
        if output.fixed_bins:
            assert graph.value(node, VAMP.bin_count).toPython() == len(output.bins)
        assert graph.value(node, VAMP.min_value).toPython() == output.minimum
        assert graph.value(node, VAMP.max_value).toPython() == output.maximum
        if output.fixed_bins and len(output.bins) > 1:
            names = graph.collection(graph.value(node, VAMP.bin_names))
            assert [name.toPython() for name in names] == list(output.bins)
        kinds = set(graph.objects(node, rdflib.RDF.type))
        assert (VAMP.DenseOutput in kinds) == output.per_patch
        assert (VAMP.SparseOutput in kinds) != output.per_patch


def test_the_parameters_are_those_of_the_library(graph):
    found = set(graph.objects(BASE.quadpred, VAMP.parameter))
    assert found == {BASE[f"quadpred_param_{one.identifier}"] for one in parameters()}
    for parameter in parameters():
        node = BASE[f"quadpred_param_{parameter.identifier}"]
        assert graph.value(node, VAMP.identifier).toPython() == parameter.identifier
        assert graph.value(node, DC.title).toPython() == parameter.name
        assert graph.value(node, VAMP.unit).toPython() == parameter.unit
        assert float(graph.value(node, VAMP.min_value)) == parameter.minimum
        assert float(graph.value(node, VAMP.default_value)) == pytest.approx(parameter.default)
        # The number of installed models varies.
        if parameter.identifier != "model":
            assert float(graph.value(node, VAMP.max_value)) == pytest.approx(parameter.maximum)
