"""Takes the pictures of this folder's page: Sonic Visualiser with the plugin's layers.

python examples/sonic_visualiser/screenshots.py

It needs Sonic Visualiser, Xvfb, xdotool and ImageMagick, on Linux. The music is the four example
pieces, one after the other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from driver import SonicVisualiser

HERE = Path(__file__).parent
PIECES = sorted((HERE.parent / "audio").glob("q?_*.ogg"))
WIDTH, HEIGHT = 1280, 800

# One pane each, below the waveform's.
VIEWS = {
    "taggram": ["taggram"],
    "curves": ["arousal", "valence", "confidence"],
    "segments": ["segments", "summary"],
}
MENU = ["Transform", "Analysis by Category", "Classification", "Mood", "Emotion over Time"]


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Open a screen that nobody sees; give the variables that lead to it."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise SystemExit("Xvfb doesn't start.")
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


def join_pieces(path: Path) -> None:
    """Write the example pieces, one after the other, as a wav file."""
    pieces, rates = zip(*(soundfile.read(piece) for piece in PIECES), strict=True)
    soundfile.write(path, np.concatenate(pieces), rates[0])


def take(path: Path, environment: dict[str, str]) -> None:
    """Write what the screen shows as a PNG with few colours."""
    command = ["import", "-window", "root", "-colors", "128", "-depth", "8", f"PNG8:{path}"]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=60)
    print(path)


def main() -> None:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE, help="folder of the pictures")
    folder = parser.parse_args().output
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, screen() as environment:
        temporary = Path(name)
        plugins = temporary / "vamp"
        command = [Path(sys.executable).with_name("quadpred"), "vamp", "install", "--path", plugins]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)
        audio = temporary / "four pieces.wav"
        join_pieces(audio)
        for view, outputs in VIEWS.items():
            home = temporary / view
            home.mkdir()
            with SonicVisualiser(home, plugins, environment) as program:
                program.open(audio)
                program.tell(f"/resize {WIDTH} {HEIGHT}", "/zoom fit")
                for output in outputs:
                    program.tell("/add timeruler")
                    program.transform(output)
                program.tell("/zoom fit", f"/resize {WIDTH} {HEIGHT}")
                program.session()
                time.sleep(2)
                take(folder / f"{view}.png", environment)


if __name__ == "__main__":
    main()
