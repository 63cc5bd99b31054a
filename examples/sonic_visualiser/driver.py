"""Control Sonic Visualiser as a child process.

It reads commands of its script language (``README_OSC.md`` in its documentation) from standard
input, so that commands after a transform can wait for its result.
"""

import bz2
import io
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import soundfile

# Seconds between polls of a condition.
_INTERVAL = 0.3
_PNG_END = b"IEND\xaeB`\x82"
_CONFIGURATION = """\
[Preferences]
network-permission-{version}=false
show-splash=false
"""


class SonicVisualiser:
    """A run of Sonic Visualiser with its own home folder; a context manager.

    Parameters
    ----------
    folder : Path
        Empty folder for its home and its messages.
    plugins : Path
        The only folder of Vamp plugins that it searches.
    environment : dict of str
        Additional or replaced variables. Other variables of this process are not passed on.
    seconds : float
        Time limit of each step, after which the run is ended.
    """

    def __init__(
        self,
        folder: Path,
        plugins: Path,
        environment: dict[str, str] | None = None,
        seconds: float = 1800,
    ) -> None:
        self._folder = folder
        self._seconds = seconds
        self._environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
            "VAMP_PATH": str(plugins),
            **_make_home(folder),
            **(environment or {}),
        }
        self._exports = 0

    def __enter__(self) -> "SonicVisualiser":
        self._messages = (self._folder / "messages.txt").open("wb")
        self._process = subprocess.Popen(
            ["sonic-visualiser", "--no-splash", "--no-audio", "--osc-script", "-"],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=self._messages,
            stderr=subprocess.STDOUT,
            # So that its helper processes can be ended with it.
            start_new_session=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.tell("/quit")
                self.wait(lambda: self._process.poll() is not None, "it has quit")
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._process.stdin.close()
            self._messages.close()

    @property
    def messages(self) -> str:
        """All output of Sonic Visualiser, and the plugin's lines in its log, so far."""
        output = (self._folder / "messages.txt").read_text(errors="replace")
        logs = [path.read_text(errors="replace") for path in self._folder.rglob("sv-debug.log")]
        lines = [line for log in logs for line in log.splitlines() if line.startswith("quadpred:")]
        return "\n".join([output, *lines])

    def tell(self, *commands: str) -> None:
        """Send commands, which are executed in this order."""
        for command in commands:
            self._process.stdin.write(f"{command}\n".encode())
        self._process.stdin.flush()

    def wait(self, condition: Callable[[], object], what: str) -> None:
        """Wait until a condition holds; `what` describes it in the error message.

        Raises
        ------
        RuntimeError
            If it takes too long, or a transform fails.
        """
        end = time.monotonic() + self._seconds
        while not condition():
            # A dialogue is open then, and commands are no longer accepted.
            failed = "Transform failed" in self.messages
            if failed or time.monotonic() > end:
                reason = "a transform failed" if failed else f"it took {self._seconds:.0f} s"
                raise RuntimeError(
                    f"Failed to wait until {what}: {reason}. "
                    f"Output of Sonic Visualiser:\n{self.messages[-5000:]}"
                )
            time.sleep(_INTERVAL)

    def open(self, audio: Path) -> None:
        """Open an audio file in a pane with its waveform, and wait until it is read completely."""
        frames = soundfile.info(audio).frames
        self.tell(f'/open "{audio}"')

        def all_read() -> bool:
            content = self._export("/export", ".wav", lambda content: True)
            return soundfile.info(io.BytesIO(content)).frames == frames

        self.wait(all_read, f"{audio} is read")

    def transform(self, output: str) -> bytes:
        """Add a layer with an output of the plugin; return the complete layer as CSV."""
        self.tell(f"/transform vamp:quadpred:quadpred:{output}")
        seen: list[bytes] = []

        def settled() -> bool:
            seen.append(self._export("/exportlayer", ".csv", lambda content: True))
            return bool(seen[-1]) and seen[-2:] == [seen[-1], seen[-1]]

        self.wait(settled, f"the layer of {output!r} is complete")
        return seen[-1]

    def picture(self) -> bytes:
        """Return a PNG of the current pane over the whole length of the file."""
        return self._export("/exportimage", ".png", lambda content: content.endswith(_PNG_END))

    def session(self) -> str:
        """Return the session as XML."""
        content = self._export("/save", ".sv", _whole_archive)
        return bz2.decompress(content).decode()

    def _export(self, command: str, suffix: str, whole: Callable[[bytes], bool]) -> bytes:
        """Export to a new file, since existing files aren't overwritten, and read it."""
        self._exports += 1
        path = self._folder / f"export{self._exports}{suffix}"
        self.tell(f'{command} "{path}"')
        self.wait(
            lambda: path.exists() and whole(path.read_bytes()), f"{command} has written a file"
        )
        return path.read_bytes()


def _whole_archive(content: bytes) -> bool:
    try:
        return content.startswith(b"BZh") and bool(bz2.decompress(content))
    except (OSError, ValueError):
        return False


def _make_home(folder: Path) -> dict[str, str]:
    """Create a home folder without first-use dialogues; return its environment variables."""
    variables = {"HOME": "home", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data"}
    variables |= {"XDG_CACHE_HOME": "cache", "XDG_RUNTIME_DIR": "runtime", "TMPDIR": "temporary"}
    homes = {name: folder / part for name, part in variables.items()}
    for home in homes.values():
        home.mkdir(mode=0o700)
    settings = homes["XDG_CONFIG_HOME"] / "sonic-visualiser" / "Sonic Visualiser.conf"
    settings.parent.mkdir()
    settings.write_text(_CONFIGURATION.format(version=_version()))
    return {name: str(home) for name, home in homes.items()}


def _version() -> str:
    """Return the version of the installed Sonic Visualiser, which names one of its settings."""
    run = subprocess.run(
        ["sonic-visualiser", "--version"],
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    found = re.search(r"^\d+(\.\d+)+$", run.stdout, re.MULTILINE)
    assert found, run.stdout
    return found[0]
