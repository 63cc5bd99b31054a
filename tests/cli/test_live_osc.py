"""``quadpred live --osc``: the lines' values, received by python-osc; nobody there; wrong use."""

import json
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from quadpred_plugin.cli.osc import split_address
from tests.conftest import SCRIPT, clean_environment
from tests.limits import HANG

RAW = ("--raw", "--rate", "16000", "--hop", "0.32")


@pytest.fixture(scope="module")
def music(noise):
    """Two silent seconds and three of noise, as raw samples."""
    samples = np.concatenate([np.zeros(32000), noise(3)])
    return (samples * 32767).astype("<i2").tobytes()


def run(content, *arguments):
    return subprocess.run(
        [SCRIPT, "live", *arguments, "-"],
        input=content,
        env=clean_environment(),
        capture_output=True,
        timeout=HANG,
    )


@pytest.fixture
def server():
    """Receive messages at a free port: ``(port, messages)``, each an address and its arguments."""
    messages = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda *message: messages.append(message))
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as receiver:
        thread = threading.Thread(target=receiver.serve_forever, args=(0.05,))
        thread.start()
        yield receiver.server_address[1], messages
        receiver.shutdown()
        thread.join()


def test_messages_have_the_values_of_the_lines(server, music):
    port, messages = server
    done = run(music, *RAW, "--osc", str(port))
    assert (done.returncode, done.stderr) == (0, b"")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    sounding = [line for line in lines if line["status"] == "ok"]
    assert 5 < len(sounding) < len(lines)
    expected = []
    for line in sounding:
        expected += [
            ("/quadpred/arousal", [line["arousal"]]),
            ("/quadpred/valence", [line["valence"]]),
            ("/quadpred/quadrants", [line[name] for name in ("q1", "q2", "q3", "q4")]),
        ]
    assert [address for address, *_ in messages] == [address for address, _ in expected]
    for (_, *found), (_, values) in zip(messages, expected, strict=True):
        assert all(isinstance(value, float) for value in found)
        assert found == pytest.approx(values, abs=1e-6)


def test_nobody_receives(music):
    """Neither a closed port, nor one that is never read, nor a refusal of the system stops it."""
    alone = run(music, *RAW)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        receiver.bind(("127.0.0.1", 0))
        never_read = receiver.getsockname()[1]
        done = run(music, *RAW, "--osc", f"localhost:{never_read}")
    assert (done.returncode, done.stdout, done.stderr) == (0, alone.stdout, b"")
    done = run(music, *RAW, "--osc", f"127.0.0.1:{never_read}")
    assert (done.returncode, done.stdout, done.stderr) == (0, alone.stdout, b"")
    # Nobody may send to all machines without saying so.
    done = run(music, *RAW, "--osc", "255.255.255.255:9000")
    assert (done.returncode, done.stdout) == (0, alone.stdout)
    assert done.stderr.startswith(
        b"quadpred: OSC messages to 255.255.255.255, port 9000, can't be sent: "
    )
    assert done.stderr.endswith(b". The analysis goes on.\n") and done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("no-such-host.invalid:9000", "There is no host 'no-such-host.invalid'"),
        (f"{'x' * 300}:9000", "There is no host"),
        ("0", "port from 1 to 65535"),
        ("localhost:65536", "port from 1 to 65535"),
        ("localhost", "port from 1 to 65535"),
        ("localhost:", "port from 1 to 65535"),
        ("", "port from 1 to 65535"),
        ("9000x", "port from 1 to 65535"),
        ("::1:9000", "into brackets: [::1]:9000"),
    ],
)
def test_wrong_addresses_end_it_before_audio_is_read(address, words):
    process = subprocess.Popen(
        [SCRIPT, "live", *RAW, "--osc", address, "-"],
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # Standard input stays open, and nothing is written to it.
    assert process.wait(timeout=HANG) == 2
    output, messages = process.communicate()
    assert output == b"" and words in " ".join(messages.decode().split())
    assert b"Traceback" not in messages


def test_addresses_are_of_this_machine_by_default():
    assert split_address("9000") == split_address(":9000") == ("127.0.0.1", 9000)
    assert split_address("studio.local:65535") == ("studio.local", 65535)


def test_without_the_package_a_sentence_names_the_command():
    code = (
        "import sys\n"
        "sys.modules['pythonosc'] = None\n"
        "from quadpred_plugin.cli.main import main\n"
        "sys.argv = ['quadpred', 'live', '--osc', '9000', '-']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=HANG
    )
    assert done.returncode == 2
    assert "pip install 'quadpred-plugin[osc]'" in " ".join(done.stderr.split())
