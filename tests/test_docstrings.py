"""Public docstrings name every parameter, with its shape or its unit, and every error."""

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Iterator

import numpydoc.docscrape
import numpydoc.validate
import pytest

import quadpred_plugin
import quadpred_plugin.standard
import quadpred_plugin.streaming

# Methods of Essentia's interface, documented there.
ESSENTIA_NAMES = {
    *("configure", "compute", "reset", "paramValue", "parameterNames"),
    *("inputNames", "outputNames", "name"),
}
# Missing or wrong sections, and unknown parameters.
RULES = {"GL08", "SS01", "PR01", "PR02", "PR03", "PR04", "RT03"}
UNIT = re.compile(
    r"[Ss]econd|\bHz\b|[Ff]rame|[Pp]atch|[Ss]ample|[Pp]rocess|ln units|byte|file"
    r"|\d\.\.\d|0 to 1|share|probabilit|temperature|threshold|minutes|hop"
)


def public_objects() -> Iterator[tuple[str, object]]:
    for name in quadpred_plugin.__all__:
        value = getattr(quadpred_plugin, name)
        if callable(value):
            yield f"quadpred_plugin.{name}", value
    for module in (quadpred_plugin.standard, quadpred_plugin.streaming):
        for name, value in vars(module).items():
            if getattr(value, "__module__", None) == module.__name__ and not name.startswith("_"):
                yield f"{module.__name__}.{name}", value


def public_callables() -> Iterator[tuple[str, object]]:
    for name, value in public_objects():
        yield name, value
        if inspect.isclass(value):
            for method, function in vars(value).items():
                if method.startswith("_") or method in ESSENTIA_NAMES:
                    continue
                if inspect.isfunction(function) or isinstance(function, property):
                    yield f"{name}.{method}", function


EVERY = dict(public_callables())


def documentation(value: object) -> numpydoc.docscrape.NumpyDocString:
    return numpydoc.docscrape.NumpyDocString(inspect.getdoc(value) or "")


@pytest.mark.parametrize("name", EVERY)
def test_sections_are_complete(name: str) -> None:
    rules = RULES
    if dataclasses.is_dataclass(EVERY[name]):
        rules = RULES - {"PR01"}
        entries = [entry.name for entry in documentation(EVERY[name])["Attributes"]]
        documented = [one for names in entries for one in names.split(", ")]
        assert documented == [field.name for field in dataclasses.fields(EVERY[name])]
    elif name.endswith("TensorflowPredictQuad"):
        # Essentia takes parameters as keywords.
        rules = RULES - {"PR01", "PR02"}
    found = numpydoc.validate.validate(name)["errors"]
    assert [text for code, text in found if code in rules] == []


@pytest.mark.parametrize("name", EVERY)
def test_arrays_have_shapes_and_numbers_have_units(name: str) -> None:
    sections = documentation(EVERY[name])
    for section in ("Parameters", "Returns", "Yields", "Attributes"):
        for entry in sections[section]:
            description = " ".join(entry.desc)
            if "ndarray" in entry.type:
                assert "shape" in entry.type + description, (entry.name, entry.type)
            elif re.search(r"\b(float|int)\b", entry.type):
                assert UNIT.search(entry.name + " " + description), (entry.name, description)


@pytest.mark.parametrize("name", EVERY)
def test_raised_errors_are_documented(name: str) -> None:
    value = EVERY[name]
    code = value.fget if isinstance(value, property) else value
    if inspect.isclass(value):
        if dataclasses.is_dataclass(value) or "__init__" not in vars(value):
            return
        code = value.__init__
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    raised = {
        node.exc.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
    }
    documented = {entry.type or entry.name for entry in documentation(value)["Raises"]}
    assert raised - {"NotImplementedError"} <= documented
