"""A user's notebook, run by nbclient: predictions, processes, the running loop, completion."""

import nbclient
import nbformat
import pytest

from tests.programs.scripts import FILES

CELLS = {
    "predict": f"import quadpred_plugin as qp\nfiles = {FILES!r}\nqp.predict(files[0]).status",
    "processes": (
        "model = qp.load_model()\n[one.status for one in model.predict_many(files[:2], jobs=2)]"
    ),
    # The kernel's own loop is running.
    "loop": (
        "import asyncio\n"
        "both = await asyncio.gather(*(asyncio.to_thread(model.predict, f) for f in files[:2]))\n"
        "[one.status for one in both]"
    ),
    "completion": (
        "import quadpred_plugin.streaming as streaming\n"
        "network = streaming.TensorflowPredictQuad()\n"
        "from IPython.core.completer import provisionalcompleter\n"
        "with provisionalcompleter():\n"
        "    found = get_ipython().Completer.completions('network.', len('network.'))\n"
        "    found = {one.text for one in found}\n"
        "sorted(found & {'signal', 'quadrants', 'arousal', 'valence', 'bands'})"
    ),
    "question mark": "network?",
    "picture": "_ = model.predict(files[0]).save('song.csv')",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    book = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS.values())))
    folder = tmp_path_factory.mktemp("notebook")
    # ipykernel offers the kernel of this very environment under the name "python3".
    client = nbclient.NotebookClient(
        book, timeout=None, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return {name: cell.outputs for name, cell in zip(CELLS, book.cells, strict=True)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("predict", "'ok'"),
        ("processes", "['ok', 'ok']"),
        ("loop", "['ok', 'ok']"),
        ("completion", "['arousal', 'bands', 'quadrants', 'signal', 'valence']"),
    ],
)
def test_values(outputs, name, value):
    assert [one.data["text/plain"] for one in outputs[name]] == [value]


def test_nothing_else_is_printed(outputs):
    for name, found in outputs.items():
        assert all(one.output_type in ("execute_result", "display_data") for one in found), name
    assert outputs["picture"] == []
