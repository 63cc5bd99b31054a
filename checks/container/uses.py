"""Uses of the container image, compared with the checkout."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from checks.container.image import Stage
from checks.dist.environment import Environment
from checks.dist.reference import PIECES
from quadpred_plugin.model.registry import find_by_language, installed_models
from tests.tree import ROOT

EXTRAS = {"agreement", "cluster", "exports", "report", "tags"}
# A user without a name or a home folder in the image.
STRANGER = "4321:4321"
_ISOLATION = """
import json, os, socket
found = {"user": os.getuid(), "groups": sorted({os.getgid(), *os.getgroups()})}
try:
    # A documentation address: with a network this would time out, not fail at once.
    socket.create_connection(("192.0.2.1", 443), timeout=5)
except OSError as error:
    found["network"] = error.strerror
found["writable"] = [
    place for place in ("/", "/opt/quadpred", "/usr/bin", "/etc", "/music")
    if os.access(place, os.W_OK)
]
print(json.dumps(found))
"""


class Uses:
    """Image and checkout, both with the same user's files.

    Parameters
    ----------
    stage : Stage
        The built image.
    checkout : Environment
        Source of the expected numbers, with an empty working folder.
    """

    def __init__(self, stage: Stage, checkout: Environment) -> None:
        self._stage, self._checkout = stage, checkout
        self._music, self._outputs = stage.root / "music", stage.root / "outdir"
        self._outputs.mkdir()
        self._outputs.chmod(0o777)
        for name in PIECES:
            for folder in (self._music, checkout.folder):
                shutil.copyfile(ROOT / "examples" / "audio" / name, folder / name)
        samples, rate = soundfile.read(ROOT / "examples" / "audio" / PIECES[0])
        for folder in (stage.root, checkout.folder):
            soundfile.write(folder / "audio.mp3", samples, rate)

    def parts(self) -> list[Callable[[], str]]:
        """Return all checks."""
        return [
            self.isolation,
            self.help,
            self.original_call,
            self.rows,
            self.models,
            self.doctor,
            self.strangers_report,
            self.collection,
        ]

    def isolation(self) -> str:
        """Check that there is no network and that the user can't write into the image."""
        run = self._stage.execute(["python", "-c", _ISOLATION])
        found = json.loads(_output(run))
        assert found == {
            "user": 1000,
            "groups": [1000],
            "network": "Network is unreachable",
            "writable": [],
        }, found
        return "user 1000, network unreachable, nothing writable"

    def help(self) -> str:
        """Check that the image prints its help without arguments."""
        lines = _output(self._stage.run()).decode().splitlines()
        assert lines[0].startswith("Usage: quadpred"), lines[0]
        return f"{len(lines)} lines"

    def original_call(self) -> str:
        """Check that the options of the original command give the checkout's array per language."""
        results = []
        for speech, music in sorted(_languages()):
            words = [*(["-s", speech] if speech else []), "-m", music, "-i", "/audio.mp3"]
            name = f"audio-{speech}{music}.npy"
            _output(self._stage.run(*words, "-o", f"/outdir/{name}"))
            model = find_by_language(speech or None, music).name
            self._checkout.quadpred("predict", "--model", model, "-o", name, "audio.mp3")
            found = np.load(self._outputs / name)
            expected = np.load(self._checkout.folder / name)
            assert found.dtype == expected.dtype == np.float32
            assert found.tobytes() == expected.tobytes()
            results.append(f"'{' '.join(words[:-2])}' is {model}, {found.shape[0]} patches")
        return "; ".join(results)

    def rows(self) -> str:
        """Check that rows of the example pieces are those of the checkout, byte for byte."""
        choice = ["predict", "-q", "--format", "csv", "--hop", "0.32", "--level", "frame"]
        found = _output(self._stage.run(*choice, *PIECES))
        assert found == self._checkout.quadpred(*choice, *PIECES)
        return f"{len(found.splitlines())} lines as the checkout's"

    def models(self) -> str:
        """Check that all shipped models are in the image and intact."""
        lines = _output(self._stage.run("models", "verify")).decode().splitlines()
        shipped = [card.name for card in installed_models().shipped]
        assert len(lines) >= len(shipped)
        for name in shipped:
            assert any(name in line for line in lines), f"{name} isn't inside: {lines}"
        return ", ".join(shipped)

    def doctor(self) -> str:
        """Check that ``quadpred doctor`` finds no problem and all extras of the image."""
        report = json.loads(_output(self._stage.run("doctor", "--json")))
        assert report["well"], report
        extras = {
            finding["name"]
            for finding in report["findings"]
            if finding["topic"] == "extras" and finding["state"] == "ok"
        }
        assert extras >= EXTRAS, extras
        return f"{len(report['findings'])} findings, extras {', '.join(sorted(EXTRAS))}"

    def strangers_report(self) -> str:
        """Check that a user without an account in the image can write every kind of file."""
        folder = "/outdir/stranger"
        made = []
        for name in ("rows.parquet", "piece.jams", "piece.svl"):
            target = f"{folder}/{name}"
            _output(self._stage.run("predict", "-q", "-o", target, PIECES[0], user=STRANGER))
            made.append(target)
        drawing = ["predict", "-q", "--plot", f"{folder}/piece.png", PIECES[0]]
        _output(self._stage.run(*drawing, user=STRANGER))
        page = ["report", "-q", "-o", f"{folder}/page.html", PIECES[0]]
        _output(self._stage.run(*page, user=STRANGER))
        made += [f"{folder}/piece.png", f"{folder}/page.html"]
        files = [self._stage.root / name.lstrip("/") for name in made]
        for file in files:
            assert file.stat().st_uid == int(STRANGER.split(":")[0])
            assert file.stat().st_size > 1000, file
        return f"{', '.join(file.name for file in files)} by user {STRANGER}"

    def collection(self) -> str:
        """Check that several processes analyse a folder."""
        words = ["batch", "-q", "-j", "2", "-o", "/outdir/results", "/music"]
        _output(self._stage.run(*words))
        results = sorted(path.name for path in (self._outputs / "results").rglob("*.ogg.json"))
        assert results == [f"{name}.json" for name in PIECES], results
        return f"{len(results)} results"


def measure(root: Path) -> str:
    """Return the size of a root, that of its base included."""
    run = subprocess.run(["du", "-sm", root], capture_output=True, text=True, check=True)
    return f"{run.stdout.split()[0]} MiB"


def _languages() -> set[tuple[str, str]]:
    return {(card.speech or "", card.music) for card in installed_models().shipped}


def _output(run: "subprocess.CompletedProcess[bytes]") -> bytes:
    messages = run.stderr.decode("utf-8", "backslashreplace")
    assert run.returncode == 0, f"{run.args[-8:]}: code {run.returncode}: {messages[-3000:]}"
    assert "Traceback" not in messages, messages[-3000:]
    return run.stdout
