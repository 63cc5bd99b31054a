"""The library in a host process that isn't Python, like Sonic Visualiser."""

import subprocess

import numpy as np

from tests import signals
from tests.limits import HANG
from tests.vamp.python_host import instance

RATE = signals.RATE


def test_a_host_in_c_gets_the_numbers_of_one_in_python(host):
    samples = signals.example("q2_anger")[: 10 * RATE]
    with instance(RATE) as one:
        assert one.initialise(1, 4096)
        expected = one.run(samples)
    found = host(samples, RATE)
    for output, rows in expected.items():
        assert [(round(row.time * 1e9), row.label) for row in found[output]] == [
            (time, label or "") for time, _, label, _ in rows
        ]
        # Identical bits need one thread in both; other tests may have started TensorFlow with
        # more threads in this process.
        np.testing.assert_allclose(
            [row.values for row in found[output]], [values for *_, values in rows], atol=1e-6
        )


def test_runs_in_processes_of_their_own_are_equal_to_the_bit(host):
    samples = signals.example("q2_anger")[: 10 * RATE]
    assert host(samples, RATE) == host(samples, RATE)


def test_four_threads_get_what_one_gets(host):
    samples = signals.example("q3_sadness")[: 6 * RATE]
    alone = host(samples, RATE, mode="threads", count=1)
    assert len(alone.splitlines()) > 20
    assert host(samples, RATE, mode="threads", count=4) == alone


def test_two_hundred_instances_leak_no_signal(host):
    samples = signals.noise(10)
    lines = host(samples, RATE, mode="repeat", count=200).split()
    assert lines[::2] == ["20", "200"]
    early, late = map(int, lines[1::2])
    # Measured: 0 to 4 MiB. 180 signals of ten seconds have 28 MiB of bands.
    assert late - early < 12 * 1024


def test_nothing_is_lent_that_was_given_back():
    from vamp_wrapper import library

    before = len(library._instances), len(library._unreleased)
    for _ in range(3):
        with instance(RATE) as one:
            assert one.initialise()
            one.output(2)
            one.run(signals.noise(2))
            assert len(library._instances) == before[0] + 1
    assert (len(library._instances), len(library._unreleased)) == before


def test_opening_and_closing_gives_the_same_descriptor(host_program, library):
    process = subprocess.run(
        [host_program, "cycles", library, "10"], capture_output=True, text=True, timeout=HANG
    )
    assert process.returncode == 0
    lines = process.stdout.splitlines()
    assert len(lines) == 10 and len(set(lines)) == 1
    assert lines[0].endswith(" quadpred")


def test_a_scan_imports_nothing_heavier_than_ctypes(script):
    code = (
        "import sys\n"
        "import vamp_wrapper.library as library\n"
        "library.plugin_address(2, 0), library.usual_outputs()\n"
        "number = library.instantiate(44100.0)\n"
        "for index in range(library.output_count()):\n"
        "    library.release(library.describe_output(number, index))\n"
        "library.cleanup(number)\n"
        "print(*{name.split('.')[0] for name in sys.modules})\n"
    )
    run = subprocess.run(
        [script.with_name("python"), "-c", code],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert "ctypes" in loaded
    assert not loaded & {"numpy", "essentia", "tensorflow", "soxr", "click", "soundfile", "av"}
