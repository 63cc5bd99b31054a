"""A collection of generated tracks, and the results of an undisturbed run over it."""

import pytest

from checks.soak import runs
from checks.soak.tracks import make_collection


@pytest.fixture(autouse=True)
def runs_end():
    """End the runs that a failed test has left."""
    yield
    runs.end_all()


@pytest.fixture(scope="session")
def collection(tmp_path_factory):
    """Its folder, and the names of good and of broken tracks."""
    music = tmp_path_factory.mktemp("collection") / "music"
    return music, *make_collection(music, tracks=36, broken=4)


@pytest.fixture(scope="session")
def reference(collection, tmp_path_factory):
    """All files of its results."""
    output = tmp_path_factory.mktemp("reference") / "results"
    code, messages = runs.finish(runs.start(collection[0], "-o", output, "-j", 2))
    assert code == 1, messages
    runs.check(output, *collection[1:])
    return runs.content(output)
