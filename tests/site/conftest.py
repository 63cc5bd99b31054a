"""Pages and inventory of the site that 'make docs' built."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from sphinx.util.inventory import InventoryFile

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "_build"


class Page(HTMLParser):
    """Anchors, links and text of a page.

    Attributes
    ----------
    path : Path
    anchors : set of str
        Names of anchors.
    loaded : list of str
        Addresses that a browser fetches to display it.
    links : list of str
        Targets of links.
    text : str
        Text without markup.
    """

    def __init__(self, path):
        super().__init__()
        self.path = path
        self.anchors, self.loaded, self.links, self._texts = {""}, [], [], []
        self.feed(path.read_text(encoding="utf-8"))
        self.text = "".join(self._texts)

    def handle_starttag(self, tag, attributes):
        given = {name: value for name, value in attributes if value is not None}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag in ("a", "area") and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.loaded.append(given["href"])
        elif "src" in given:
            self.loaded.append(given["src"])

    def handle_data(self, data):
        self._texts.append(data)


@pytest.fixture(scope="session")
def pages():
    """Pages by path relative to the site."""
    found = {path.relative_to(SITE).as_posix(): Page(path) for path in SITE.rglob("*.html")}
    assert "index.html" in found, "Build the site first: make docs."
    return found


@pytest.fixture(scope="session")
def names():
    """Documented names by kind."""
    return InventoryFile.loads((SITE / "objects.inv").read_bytes(), uri="").data
