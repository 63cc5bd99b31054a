"""The registry of engines: a new engine is a module and a line."""

import subprocess
import sys
from pathlib import Path

import soundfile

from checks.soak import runs
from quadpred_plugin.batch.engines import ENGINES
from tests.conftest import clean_environment
from tests.limits import HANG

ROOT = Path(__file__).parents[2]

REGISTER = """
import sys
from quadpred_plugin.batch.engines import ENGINES, EngineEntry

ENGINES["in-process"] = EngineEntry("tests.batch.engine_in_process", "this process")

from quadpred_plugin.cli.main import main

main()
"""


def with_new_engine(*arguments):
    return subprocess.run(
        [sys.executable, "-c", REGISTER, "batch", *map(str, arguments)],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HANG,
    )


def test_a_registered_engine_gives_the_results_of_the_local_one(tmp_path, noise):
    music = tmp_path / "music"
    music.mkdir()
    for number in range(3):
        soundfile.write(music / f"{number}.wav", noise(2, number), 16000)
    (music / "broken.wav").write_bytes(b"RIFF and no more")
    local, new = tmp_path / "local", tmp_path / "new"
    code, messages = runs.finish(runs.start(music, "-o", local))
    run = with_new_engine("--engine", "in-process", "-o", new, music)
    assert run.returncode == code == 1
    opened, *rest = run.stderr.splitlines()
    assert opened == "quadpred: the test's engine is open."
    assert rest == [line.replace(str(local), str(new)) for line in messages.splitlines()]
    assert runs.content(new) == runs.content(local)
    assert len(runs.rows_of(new, "manifest.csv")) == 4


def test_its_name_is_a_choice_and_its_title_is_in_help():
    page = " ".join(with_new_engine("--help").stdout.split())
    assert f"--engine [{'|'.join(ENGINES)}|in-process]" in page
    assert "this process (in-process)" in page


def test_a_scheduler_is_refused_by_engines_without_one(tmp_path):
    run = with_new_engine(
        *("--engine", "in-process", "--scheduler", "tcp://127.0.0.1:1"),
        *("-o", tmp_path / "results", tmp_path),
    )
    assert run.returncode == 2
    assert "--scheduler needs --engine dask." in run.stderr


def test_listing_the_engines_costs_no_numpy():
    code = (
        "import sys\n"
        "from quadpred_plugin.batch.engines import ENGINES\n"
        "assert list(ENGINES)[0] == 'local'\n"
        "assert 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=HANG, check=True)
