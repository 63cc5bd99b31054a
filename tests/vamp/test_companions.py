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
AF = rdflib.Namespace("http://purl.org/ontology/af/")
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
        assert graph.value(node, VAMP.fixed_bin_count).toPython() == "true"
        assert graph.value(node, VAMP.bin_count).toPython() == len(output.bins)
        assert float(graph.value(node, VAMP.min_value)) == output.minimum
        assert float(graph.value(node, VAMP.max_value)) == pytest.approx(output.maximum)
        rate = VAMP.FixedSampleRate if output.is_grid else VAMP.VariableSampleRate
        assert graph.value(node, VAMP.sample_type) == rate
        if len(output.bins) > 1:
            names = graph.collection(graph.value(node, VAMP.bin_names))
            assert [name.toPython() for name in names] == list(output.bins)


def test_an_output_has_one_type_that_sonic_annotator_knows(graph):
    """It asks for a type, gets any one of an output's, and knows three."""
    for output in OUTPUTS:
        (kind,) = graph.objects(BASE[f"quadpred_output_{output.identifier}"], rdflib.RDF.type)
        expected = VAMP.DenseOutput if output.per_patch else VAMP.SparseOutput
        assert kind == (VAMP.TrackLevelOutput if output.identifier == "summary" else expected)
    # Of the types of events that it writes as JAMS's namespace "segment".
    events = dict(graph.subject_objects(VAMP.computes_event_type))
    assert events == {BASE.quadpred_output_segments: AF.StructuralSegment}


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
            names = graph.value(node, VAMP.value_names)
            found = graph.collection(names) if names else []
            assert [name.toPython() for name in found] == list(parameter.value_names)
