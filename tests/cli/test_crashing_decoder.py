"""A decoder that dies in native code, or goes round in a circle, costs its file alone."""

import pytest
import soundfile

from tests.soak.runs import crash


@pytest.fixture(scope="module")
def long(tmp_path_factory, noise):
    """A file that keeps its process busy long enough to be met."""
    path = tmp_path_factory.mktemp("long") / "long.wav"
    samples = noise(60)
    with soundfile.SoundFile(path, "w", 16000, 1, "PCM_16") as file:
        for _ in range(30):
            file.write(samples)
    return path


def test_a_single_file_whose_decoder_crashes_is_a_row(long, start_quadpred):
    process = start_quadpred("predict", "-q", "--format", "csv", long.name, folder=long.parent)
    assert crash(process, long) == 2
    output, messages = process.communicate(timeout=60)
    _, row = output.decode().splitlines()
    assert row.startswith("long.wav,")
    assert ",error," in row
    assert "brought the decoder or the network down" in messages.decode()
    assert "Traceback" not in messages.decode()
    assert process.returncode == 1
