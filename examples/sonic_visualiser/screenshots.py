"""Take the screenshots of the tutorial: Sonic Visualiser with the plugin's layers.

python examples/sonic_visualiser/screenshots.py

Needs Sonic Visualiser, Xvfb, xdotool and ImageMagick, on Linux. The audio is the four example
pieces, concatenated.
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

# Outputs by name of the screenshot, one pane each below the waveform.
VIEWS = {
    "taggram": ("taggram",),
    "curves": ("arousal", "valence"),
    "segments": ("segments",),
}
# Settings of a layer that differ from the defaults, by output.
SETTINGS = {"taggram": ("/set layer Scale Linear", "/set layer Always-Opaque 1")}

# Screen positions of the menu entries: Transform, Analysis by Category, and its fifth entry, the
# taggram.
MENU = (260, 11), (300, 71), (560, 71), (570, 172)


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Start a virtual X server; yield the environment variables of its display."""
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
    """Concatenate the example pieces into a wav file."""
    pieces, rates = zip(*(soundfile.read(piece) for piece in PIECES), strict=True)
    soundfile.write(path, np.concatenate(pieces), rates[0])


def take(path: Path, environment: dict[str, str]) -> None:
    """Write a screenshot as a PNG with few colours."""
    command = [
        "import",
        "-window",
        "root",
        "+dither",
        "-colors",
        "128",
        "-depth",
        "8",
        f"PNG8:{path}",
    ]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=1800)
    print(path)


def show_layers(view: str, program: SonicVisualiser) -> None:
    """Add the layers of a screenshot."""
    for output in VIEWS[view]:
        program.tell("/add timeruler")
        program.transform(output)
        program.tell(*SETTINGS.get(output, ()))
    program.tell("/setcurrent 1", "/zoom fit")
    settle(program)


def settle(program: SonicVisualiser) -> None:
    """Wait until all commands have been carried out and the window has been drawn."""
    program.session()
    time.sleep(2)


def click(environment: dict[str, str], *places: tuple[int, int]) -> None:
    """Click at the first place, then move the pointer to the others."""
    words = ["mousemove", *places[0], "click", 1, "sleep", 1]
    for x, y in places[1:]:
        # A menu opens when the pointer moves within its entry.
        words += ["mousemove", x, y - 1, "sleep", 0.5, "mousemove", x, y, "sleep", 1]
    command = ["xdotool", *map(str, words)]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=1800)


def main() -> None:
    """Take all screenshots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=HERE, help="folder of the screenshots")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, screen() as environment:
        folder = Path(name)
        plugins = folder / "vamp"
        command = [Path(sys.executable).with_name("quadpred"), "vamp", "install", "--path", plugins]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=1800)
        audio = folder / "four pieces.wav"
        join_pieces(audio)
        for view in (*VIEWS, "menu"):
            home = folder / view
            home.mkdir()
            with SonicVisualiser(home, plugins, environment) as program:
                program.tell(f"/resize {WIDTH} {HEIGHT}")
                program.open(audio)
                if view == "menu":
                    settle(program)
                    program.tell("/zoom fit")
                    click(environment, *MENU)
                    take(output / "menu.png", environment)
                    click(environment, MENU[-1])
                    time.sleep(10)
                    take(output / "parameters.png", environment)
                    press_escape(environment)
                else:
                    show_layers(view, program)
                    take(output / f"{view}.png", environment)


def press_escape(environment: dict[str, str]) -> None:
    """Close a dialogue: Sonic Visualiser accepts no commands while one is open."""
    command = ["xdotool", "key", "Escape", "sleep", "1"]
    subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=1800)


if __name__ == "__main__":
    main()
