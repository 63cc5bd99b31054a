"""Take the screenshots of docs/report.md: reports of the example pieces in Chromium.

python examples/report/screenshots.py

Needs Debian's Chromium or that of ``playwright install chromium``, and the extras report and test.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import soundfile
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent.parent
PIECES = sorted((ROOT / "examples" / "audio").glob("q?_*.ogg"))
# Debian's Chromium; None is that of Playwright.
CHROMIUM = next(Path("/usr/bin").glob("chromium"), None)

# A guard against hangs only, milliseconds.
TIMEOUT = 1_800_000

# Margin below the last element of a screenshot, pixels.
MARGIN = 20


class View(NamedTuple):
    """One screenshot.

    Attributes
    ----------
    name : str
        File name without suffix.
    pieces : list of Path
        Audio files of the report; of none, the page of a collection.
    theme : str
        light or dark.
    width : int
        Width of the window, pixels.
    until : str
        Selector of the last element in the screenshot.
    """

    name: str
    pieces: list[Path]
    theme: str
    width: int
    until: str


VIEWS = (
    View("light", PIECES[:1], "light", 1280, ".pair"),
    View("dark", PIECES[:1], "dark", 1280, ".pair"),
    View("phone", PIECES[:1], "light", 390, ".pair"),
    View("phone-dark", PIECES[:1], "dark", 390, ".pair"),
    View("comparison", PIECES, "light", 1280, ".player"),
    View("collection", [], "light", 1280, ".tracks tr:nth-child(6)"),
)

# Of the tracks of the collection, which are cut from the pieces, seconds.
TRACK = 4


def make_page(pieces: list[Path], page: Path) -> None:
    """Write a report with the console command."""
    run("report", "--quiet", "--force", "--hop", "0.32", "-o", page, *pieces)


def make_collection(page: Path) -> None:
    """Cut the pieces into a collection, and write its page."""
    music, results = page.parent / "music", page.parent / "results"
    for piece in PIECES:
        samples, rate = soundfile.read(piece)
        (music / piece.stem).mkdir(parents=True)
        for start in range(0, len(samples) - TRACK * rate, TRACK * rate):
            path = music / piece.stem / f"{start // rate:02} s.wav"
            soundfile.write(path, samples[start : start + TRACK * rate], rate)
    run("batch", "--quiet", "-o", results, music)
    run("report", "--quiet", "--from", results, "-o", page)


def run(*arguments: str | Path) -> None:
    """Run a command of the program."""
    program = Path(sys.executable).with_name("quadpred")
    subprocess.run([program, *arguments], check=True, timeout=TIMEOUT / 1000)


def take(view: View, page: Path, browser: Browser, output: Path) -> None:
    """Take a screenshot ten seconds into the first piece, or of a chosen track."""
    size = {"width": view.width, "height": 900}
    tab = browser.new_page(viewport=size, color_scheme=view.theme)
    tab.set_default_timeout(TIMEOUT)
    tab.goto(page.as_uri())
    position = tab.get_by_role("slider" if view.pieces else "application").first
    position.press("PageUp" if view.pieces else "Home")
    # Screenshots show no keyboard focus.
    position.evaluate("(element) => element.blur()")
    tab.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
    tab.evaluate("scrollTo(0, 0)")
    box = tab.locator(view.until).first.bounding_box()
    assert box is not None
    part = {"x": 0, "y": 0, "width": view.width, "height": box["y"] + box["height"] + MARGIN}
    tab.screenshot(path=output, full_page=True, clip=part)
    tab.close()
    print(output)


def main() -> None:
    """Take all screenshots."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "report", help="folder of the screenshots"
    )
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=TIMEOUT)
        for view in VIEWS:
            page = Path(folder, f"{len(view.pieces)}.html")
            if not page.exists():
                make_page(view.pieces, page) if view.pieces else make_collection(page)
            take(view, page, browser, output / f"{view.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
