"""Pages are inert, self-contained, reproducible and bounded in size."""

import base64
import hashlib
import html.parser
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from quadpred_plugin.model.registry import find_model
from quadpred_plugin.prediction import Prediction, without_patches
from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.report.page import make_page, readable_ink
from quadpred_plugin.report.track import make_tracks
from quadpred_plugin.report.writing import write_report

HOSTILE = "</script><script>document.title = 'owned'; alert(1)</script>"
PROVENANCE = {
    "model": "music-4q",
    "sha256": "0" * 64,
    "version": "0",
    "preprocessing": "0",
    "patch": 0.992,
    "hop": 0.992,
}


def prediction(patches=20, source="song.ogg", seed=0):
    random = np.random.default_rng(seed)
    return Prediction(
        source=source,
        status="ok",
        duration=patches * 0.992 + 0.3,
        times=np.arange(patches) * 0.992,
        patch_duration=0.992,
        hop=0.992,
        quadrants=random.dirichlet(np.ones(4), patches).astype(np.float32),
        arousal=random.uniform(-1, 1, patches).astype(np.float32),
        valence=random.uniform(-1, 1, patches).astype(np.float32),
        provenance=PROVENANCE,
    )


def page_of(*predictions, card=None):
    tracks = make_tracks(predictions, [None] * len(predictions))
    return make_page(tracks, card or find_model())


class Reader(html.parser.HTMLParser):
    """Collect elements with their attributes and text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.contents, self.open = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.contents.append("")
        if tag not in ("meta", "input"):
            self.open.append(len(self.contents) - 1)

    def handle_endtag(self, tag):
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data):
        if self.open:
            self.contents[self.open[-1]] += data

    def all(self, tag):
        return [
            (attributes, content)
            for (name, attributes), content in zip(self.elements, self.contents, strict=True)
            if name == tag
        ]


def hostile_page():
    card = find_model()
    content = json.loads(json.dumps(card.content))
    content["description"] = content["quadpred"]["limits"][0] = HOSTILE
    # Paths are shown in full, since the file names are equal.
    predictions = [
        replace(prediction(source=f"{folder}{HOSTILE}\"' onload='alert(2)"), warnings=(HOSTILE,))
        for folder in ("<img src=x onerror=alert(3)>/", "b/")
    ]
    failed = without_patches(f"c{HOSTILE}", "error", None, HOSTILE, {})
    return page_of(*predictions, failed, card=replace(card, content=content))


def test_hostile_names_are_text():
    reader = Reader(hostile_page())
    # The script of the page and the data of two tracks.
    assert [attributes.get("type") for attributes, _ in reader.all("script")] == [
        "application/json",
        "application/json",
        None,
    ]
    for tag, attributes in reader.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert "img" not in [tag for tag, _ in reader.elements]
    names = [json.loads(content)["name"] for _, content in reader.all("script")[:2]]
    assert names[1] == f"b/{HOSTILE}\"' onload='alert(2)"
    links = [content for attributes, content in reader.all("a")]
    assert links[:2] == names


def test_hostile_names_do_nothing_in_a_browser(show, tmp_path):
    (tmp_path / "page.html").write_text(hostile_page(), encoding="utf-8")
    tab = show(tmp_path / "page.html")
    assert tab.page.title() == "3 tracks: emotion over time"
    assert tab.page.locator("button.segment").first.is_enabled()
    assert tab.complaints == []
    assert tab.requests == [tab.address]


def test_the_browser_does_not_run_injected_markup(show, tmp_path):
    page = page_of(prediction())
    got_through = "<script>document.title = 'owned'</script><img src='http://example.org/x.png'>"
    (tmp_path / "page.html").write_text(page.replace("<main>", f"<main>{got_through}"))
    tab = show(tmp_path / "page.html")
    assert tab.page.title() == "song.ogg: emotion over time"
    assert len(tab.complaints) == 2
    assert all("Content Security Policy" in complaint for complaint in tab.complaints)


def test_the_policy_has_the_hashes_of_style_and_script():
    reader = Reader(page_of(prediction()))
    (policy,) = (
        attributes["content"]
        for attributes, _ in reader.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style, script = reader.all("style")[0][1], reader.all("script")[-1][1]
    for kind, content in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    addresses = re.findall(r"https?://", page_of(prediction()))
    assert addresses == []


@pytest.mark.parametrize("status", ["silent", "empty", "error"])
def test_the_page_of_a_file_without_patches_has_the_reason(status):
    nothing = without_patches("nothing.wav", status, None, "has no patches.", PROVENANCE)
    page = page_of(nothing)
    assert "nothing.wav has no patches." in page
    assert "<svg" not in page


def test_one_patch_is_enough():
    page = page_of(prediction(patches=1))
    assert "over 1 patch of 0.99 s" in page
    assert "NaN" not in page and "nan" not in re.sub(r"[a-z]nan|nan[a-z]", "", page)


def test_unusual_names_are_on_one_line():
    page = page_of(prediction(source="two\nlines \udcff\x1b[31m.wav"))
    assert r"<title>two\nlines \udcff\x1b[31m.wav: emotion" in page
    page.encode("utf-8")


def test_long_files_give_short_pages():
    # Ten hours with one patch per second and the most frequent changes of quadrant possible.
    assert len(page_of(prediction(patches=36000))) < 4_000_000


def test_pages_are_reproducible(tmp_path):
    from tests.signals import EXAMPLES

    source = replace(prediction(), source=str(EXAMPLES / "q1_joy.ogg"))
    for name in ("a.html", "b.html"):
        assert write_report(tmp_path / name, [source], find_model()) == []
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_audio_that_is_missing_or_too_long_is_reported(tmp_path):
    card, page = find_model(), tmp_path / "page.html"
    (complaint,) = write_report(page, [prediction(source="gone.wav")], card)
    assert complaint == "gone.wav does not exist. The page has no audio for it."
    (complaint,) = write_report(page, [prediction(patches=6000)], card)
    assert complaint == "The page has no audio: 99 minutes don't fit into 16 MB."
    assert write_report(page, [prediction(source="gone.wav")], card, sound_limit=0) == []
    assert "<audio" not in page.read_text()


def test_text_colours_are_readable():
    # By the calculator of webaim.org: black on the first two and the last, white on the third.
    assert [readable_ink(quadrant) for quadrant in QUADRANTS] == ["#000", "#000", "#fff", "#000"]
