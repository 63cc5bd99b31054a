"""Chromium, and pages that the program has written."""

import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import read_rows
from tests.limits import HANG
from tests.signals import EXAMPLES

# Debian's Chromium; None is that of Playwright.
CHROMIUM = next(Path("/usr/bin").glob("chromium"), None)

# A fixed model and a piece with several segments, which the tests click.
MODEL = "compact"
PIECE = EXAMPLES / "q4_calm.ogg"


@dataclass
class Tab:
    """A page in the browser, with its requests and messages.

    Attributes
    ----------
    page : playwright.sync_api.Page
    address : str
    requests : list of str
        Addresses of all requests, local ones included.
    complaints : list of str
        Messages in the console, exceptions and dialogs.
    """

    page: object
    address: str
    requests: list = field(default_factory=list)
    complaints: list = field(default_factory=list)

    @property
    def seek(self):
        return self.page.get_by_role("slider").first

    def position(self):
        """Seconds from the start, by the slider."""
        return float(self.seek.input_value())

    def wait_for(self, expression):
        # Playwright's own function evaluates a string in the page, which its policy forbids.
        end = time.monotonic() + HANG
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            self.page.wait_for_timeout(50)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=CHROMIUM, timeout=HANG * 1000)
        yield program
        program.close()


@pytest.fixture
def show(browser):
    """Open a page: ``show(path, width=…, theme=…)`` returns a `Tab`."""
    contexts = []

    def open_tab(path, width=1280, theme="light", **settings):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            reduced_motion="reduce",
            offline=True,
            **settings,
        )
        context.set_default_timeout(HANG * 1000)
        contexts.append(context)
        tab = Tab(context.new_page(), Path(path).as_uri())

        def dismiss(dialog):
            tab.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("console", lambda message: tab.complaints.append(message.text))
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("dialog", dismiss)
        tab.page.goto(tab.address)
        return tab

    yield open_tab
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def one(tmp_path_factory, quadpred):
    """A page of one file."""
    folder = tmp_path_factory.mktemp("one")
    run = quadpred(
        *("report", "-o", "one.html", "--model", MODEL, PIECE),
        folder=folder,
    )
    assert run.code == 0
    return folder / "one.html"


@pytest.fixture(scope="session")
def several(tmp_path_factory, quadpred):
    """A page of three files, one of which has no samples."""
    folder = tmp_path_factory.mktemp("several")
    (folder / "empty.wav").write_bytes(b"")
    files = [EXAMPLES / "q1_joy.ogg", EXAMPLES / "q2_anger.ogg", "empty.wav"]
    run = quadpred("report", "-o", "several.html", "--model", MODEL, *files, folder=folder)
    assert run.code == 0
    return folder / "several.html"


@pytest.fixture(scope="session")
def together(tmp_path_factory, quadpred):
    """A page of more files than there are colours, on one axis with anchors."""
    folder = tmp_path_factory.mktemp("together")
    files = [f"{number} a rather long name of a performance.ogg" for number in range(8)]
    for name in files:
        (folder / name).symlink_to(EXAMPLES / "q1_joy.ogg")
    rows = [["name", *files], ["theme", *"12345678"], ["end", *["30"] * len(files)]]
    (folder / "anchors.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    run = quadpred(
        *("report", "--no-audio", "-o", "together.html", "--model", MODEL, "--together"),
        *("--anchors", "anchors.csv", *files),
        folder=folder,
    )
    assert run.code == 0
    return folder / "together.html"


@pytest.fixture(scope="session")
def rows(tmp_path_factory, quadpred):
    """Rows of ``predict`` for the page's file, one per patch."""
    run = quadpred(
        *(
            "predict",
            "--model",
            MODEL,
            "--format",
            "csv",
            "--level",
            "frame",
            PIECE,
        ),
        folder=tmp_path_factory.mktemp("rows"),
    )
    return read_rows(run.output)
