"""Every registered dataset: its facts, its tracks, and the template for the next one."""

import importlib.util
from pathlib import Path

import pytest

from quadpred_plugin.errors import QuadpredError
from quadpred_plugin.training.datasets import DATASETS, Dataset, Track
from tests.training.datasets.tiny import MAKERS

TEMPLATE = Path(__file__).parents[3] / "examples" / "dataset_template.py"
SHARED = Path(__file__).parents[3].parent / "shared" / "data"
COUNTS = {"4q": 900, "emopia": 839}


@pytest.mark.parametrize("name", DATASETS)
def test_facts_are_complete(name):
    dataset = DATASETS[name]
    assert dataset.name == name
    assert dataset.title and dataset.citation and dataset.licence
    assert dataset.language in ("e", "m")


@pytest.mark.parametrize("name", DATASETS)
def test_tracks_of_a_tiny_folder(name, tmp_path):
    MAKERS[name](tmp_path)
    tracks = DATASETS[name].read(tmp_path)
    assert tracks and all(isinstance(track, Track) for track in tracks)
    assert len({track.name for track in tracks}) == len(tracks)
    for track in tracks:
        assert track.dataset == name and track.path.is_file()
        assert track.quadrant in (None, 0, 1, 2, 3) and track.group
        assert Path(track.name).name == track.name and " " not in track.name


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_folder_is_an_error_that_names_it(name, tmp_path):
    with pytest.raises(QuadpredError, match=tmp_path.name):
        DATASETS[name].read(tmp_path)


@pytest.mark.parametrize("name", [name for name in DATASETS if (SHARED / name).is_dir()])
def test_tracks_of_the_real_data(name):
    dataset = DATASETS[name]
    tracks = dataset.read(SHARED / name)
    assert len({track.name for track in tracks}) == len(tracks)
    assert all(track.path.is_file() for track in tracks)
    names = {track.name for track in tracks}
    groups = {track.name: track.group for track in tracks}
    for one, other in dataset.same_recordings:
        assert {one, other} <= names and groups[one] == groups[other]


def test_the_template_is_a_dataset(tmp_path):
    specification = importlib.util.spec_from_file_location("dataset_template", TEMPLATE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    (dataset,) = (one for one in vars(module).values() if isinstance(one, Dataset))
    (tmp_path / "annotations.csv").write_text("id,file,mood,performer\n7,a.wav,happy,somebody\n")
    assert dataset.read(tmp_path) == [
        Track(dataset.name, "7", tmp_path / "a.wav", 0, group="somebody")
    ]
