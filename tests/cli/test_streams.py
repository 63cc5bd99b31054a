"""Standard output and standard error that are full, closed, or no longer read."""

import subprocess

import pytest
import soundfile

from tests.conftest import clean_environment
from tests.limits import HANG

NAMES = ["good.wav", "another.wav"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory, noise):
    folder = tmp_path_factory.mktemp("streams")
    for seconds, name in enumerate(NAMES, start=1):
        soundfile.write(folder / name, noise(seconds), 16000)
    return folder


@pytest.mark.parametrize("form", ["csv", "json", "table"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk_under_standard_output(folder, quadpred, form, jobs):
    with open("/dev/full", "wb") as full:
        arguments = ["predict", "--format", form, "-j", jobs, *NAMES]
        run = quadpred(*arguments, folder=folder, output=full)
    assert run.code == 1
    assert run.messages == "quadpred: the output: No space left on device.\n"


@pytest.mark.parametrize("arguments", [["--help"], ["models", "list"]])
def test_a_full_disk_under_the_other_commands(folder, quadpred, arguments):
    with open("/dev/full", "wb") as full:
        run = quadpred(*arguments, folder=folder, output=full)
    assert run.code == 1
    assert "No space left on device" in run.messages


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_leaves(folder, start_quadpred, form, jobs):
    arguments = ["predict", "--format", form, "-j", jobs, *NAMES * 40]
    process = start_quadpred(*arguments, folder=folder)
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(HANG) == 1
    assert process.stderr.read() == b""


@pytest.fixture(scope="module")
def predict_in_shell(folder, script):
    """Run the program with a redirection that only a shell can make."""

    def run(redirection, *arguments):
        return subprocess.run(
            ["sh", "-c", f'exec "$0" predict --format csv "$@" {redirection}', script, *arguments],
            cwd=folder,
            capture_output=True,
            timeout=HANG,
            env=clean_environment(),
        )

    return run


def test_a_closed_standard_output(predict_in_shell):
    run = predict_in_shell(">&-", *NAMES)
    assert run.returncode == 1
    assert run.stderr.startswith(b"quadpred: ")
    assert b"Traceback" not in run.stderr


def test_a_file_needs_no_standard_output(predict_in_shell, folder):
    assert predict_in_shell(">&-", "-o", "results.csv", *NAMES).returncode == 0
    assert (folder / "results.csv").read_bytes() == predict_in_shell("", *NAMES).stdout


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_reasons_that_nobody_can_read_cost_no_rows(predict_in_shell, redirection):
    run = predict_in_shell(redirection, "missing.wav", *NAMES)
    assert run.returncode == 1
    assert run.stdout == predict_in_shell("", "missing.wav", *NAMES).stdout


def test_verbose_prints_the_model_and_each_file(folder, quadpred):
    quiet = quadpred("predict", "--format", "csv", *NAMES, folder=folder)
    run = quadpred("predict", "-v", "--format", "csv", *NAMES, folder=folder)
    assert run.output == quiet.output
    model, *files = run.messages.splitlines()
    assert "sha256 " in model and "hop 0.992" in model
    assert files == [
        "quadpred: good.wav: ok, 1 patch, 1.000 s, 16000 Hz.",
        "quadpred: another.wav: ok, 2 patches, 2.000 s, 16000 Hz.",
    ]
    both = quadpred("predict", "-v", "-q", *NAMES, folder=folder)
    assert both.code == 2 and "-q and -v exclude each other" in both.messages
