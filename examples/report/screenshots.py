"""Takes the pictures of docs/report.md: pages of the example pieces in Chromium.

python examples/report/screenshots.py

It needs Chromium as Debian packages it, and the packages of the extras report and test.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent.parent
PIECES = sorted((ROOT / "examples" / "audio").glob("q?_*.ogg"))
CHROMIUM = "/usr/bin/chromium"

# For a machine that is busy with other things, milliseconds.
PATIENCE = 300_000

# Below what a picture ends with, pixels.
MARGIN = 20


class View(NamedTuple):
    """One picture.

    Attributes
    ----------
    name : str
        Of the picture.
    pieces : list of Path
        What its page shows.
    theme : str
        light or dark.
    width : int
        Of the window, pixels.
    until : str
        Selector of what the picture ends with.
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
)


def make_page(pieces: list[Path], page: Path) -> None:
    """Run the program as a user would."""
    program = Path(sys.executable).with_name("quadpred")
    command = [program, "report", "--quiet", "--force", "--hop", "0.32", "-o", page, *pieces]
    subprocess.run(command, check=True, timeout=300)


def take(view: View, page: Path, browser: Browser, output: Path) -> None:
    """Write what the browser shows, ten seconds into the first piece, as a PNG."""
    size = {"width": view.width, "height": 900}
    tab = browser.new_page(viewport=size, color_scheme=view.theme)
    tab.set_default_timeout(PATIENCE)
    tab.goto(page.as_uri())
    position = tab.get_by_role("slider").first
    position.press("PageUp")
    # The focus is the keyboard's; a reader of the page's picture has none.
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
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--output", type=Path, default=ROOT / "docs" / "report", help="folder of the pictures"
    )
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, timeout=PATIENCE)
        for view in VIEWS:
            page = Path(folder, f"{len(view.pieces)}.html")
            if not page.exists():
                make_page(view.pieces, page)
            take(view, page, browser, output / f"{view.name}.png")
        browser.close()


if __name__ == "__main__":
    main()
