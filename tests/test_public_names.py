"""The names of the package: the stub, ``dir`` and ``__all__`` agree, and load on first use."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import quadpred_plugin as qp
from quadpred_plugin.version import VERSION
from tests.limits import HANG

STUB = Path(qp.__file__).with_suffix(".pyi")


def stub_names():
    """Return module and name of each import of the stub, by public name."""
    imports = [node for node in ast.parse(STUB.read_text()).body if not isinstance(node, ast.Expr)]
    # Relative imports under their own names: lazy_loader reads nothing else.
    assert all(isinstance(node, ast.ImportFrom) and node.level == 1 for node in imports)
    found = {}
    for node in imports:
        for alias in node.names:
            assert alias.asname == alias.name
            found[alias.name] = node.module
    return found


def test_the_stub_and_the_package_have_the_same_names():
    names = sorted(stub_names())
    assert dir(qp) == names
    assert sorted(qp.__all__) == names
    assert {"Prediction", "predict", "load_model", "__version__"} <= set(names)


def test_every_name_is_that_of_its_module():
    for name, module in stub_names().items():
        value = getattr(qp, name)
        assert value is getattr(sys.modules[f"quadpred_plugin.{module}"], name)
    assert qp.__version__ == VERSION


def test_other_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no_such_name"):
        qp.no_such_name  # noqa: B018
    with pytest.raises(ImportError, match="no_such_name"):
        exec("from quadpred_plugin import no_such_name")


def test_names_are_loaded_on_first_use():
    code = (
        "import sys, quadpred_plugin as qp\n"
        "own = {name for name in sys.modules if name.startswith('quadpred_plugin')}\n"
        "assert own == {'quadpred_plugin'}, own\n"
        "assert qp.AudioError\n"
        "assert 'quadpred_plugin.errors' in sys.modules\n"
        "assert 'quadpred_plugin.inference' not in sys.modules\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)


def _is_of(value, module):
    return getattr(value, "__module__", None) == module.__name__


def test_every_public_method_is_used_by_a_test():
    import quadpred_plugin.live
    import quadpred_plugin.standard
    import quadpred_plugin.streaming

    named = [getattr(qp, name) for name in qp.__all__]
    for module in (quadpred_plugin.live, quadpred_plugin.standard, quadpred_plugin.streaming):
        named += [one for one in vars(module).values() if _is_of(one, module)]
    classes = [one for one in named if inspect.isclass(one)]
    methods = {
        name
        for value in classes
        for parent in value.__mro__
        if parent.__module__.startswith("quadpred_plugin")
        for name, one in vars(parent).items()
        if not name.startswith("_") and (inspect.isfunction(one) or isinstance(one, property))
    }
    assert {"reset", "predict_many", "close", "turning_points"} <= methods
    internal = {"name_settings", "segment_settings", "add"}
    tests = "".join(path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    used = set(re.findall(r"\.(\w+)", tests))
    assert methods - used - internal == set()
