"""In Chromium, the page of a collection filters, sorts, finds dots and plays tracks."""

import io
import json
import os
import shutil

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib.image import imread

from quadpred_plugin.quadrants import QUADRANTS
from quadpred_plugin.report.collection import Collection
from quadpred_plugin.report.writing import write_collection
from tests.report.test_page import HOSTILE, Reader
from tests.signals import EXAMPLES

COUNT = 300


def made(tracks, seed=0, empty=()):
    """A collection with random values, of which some tracks have none."""
    random = np.random.default_rng(seed)
    count = len(tracks)
    quadrants = random.dirichlet(np.full(4, 0.5), count)
    # Without equal values, even after rounding.
    arousal, valence = (random.permutation(count) / count * 1.8 - 0.9 for _ in range(2))
    durations = random.uniform(60, 400, count)
    for index in empty:
        quadrants[index] = arousal[index] = valence[index] = durations[index] = np.nan
    statuses = tuple("error" if index in empty else "ok" for index in range(count))
    return Collection(
        tuple(map(str, tracks)), statuses, durations, quadrants, arousal, valence, model="compact"
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A page of many tracks, one of which can be played; its collection and its path."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "b").mkdir()
    shutil.copyfile(EXAMPLES / "q1_joy.ogg", folder / "b" / "joy #1?.ogg")
    tracks = [folder / "b" / "joy #1?.ogg"]
    tracks += [folder / "a" / f"track {number}.wav" for number in range(1, COUNT)]
    collection = made(tracks, empty=(7,))
    write_collection(folder / "page.html", collection)
    return collection, folder / "page.html"


def rows(tab):
    """Texts of the cells of the rows that are shown."""
    return tab.page.evaluate(
        "[...document.querySelectorAll('.list tbody tr')].map("
        "(row) => [...row.cells].map((cell) => cell.textContent))"
    )


def values_of(collection):
    """Confidence, arousal and quadrant's index by the name that the page shows."""
    return {
        os.path.join(*track.split(os.sep)[-2:]): (
            quadrants.max(),
            arousal,
            int(np.argmax(quadrants)) if np.isfinite(arousal) else None,
        )
        for track, quadrants, arousal in zip(
            collection.tracks, collection.quadrants, collection.arousal, strict=True
        )
    }


def count(tab):
    return tab.page.locator(".count").inner_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_renders_and_loads_nothing(many, show, theme, width):
    tab = show(many[1], width=width, theme=theme)
    assert tab.page.title() == "300 tracks: emotion of a collection"
    assert count(tab) == "300 of 300 tracks"
    assert tab.page.evaluate("document.documentElement.scrollWidth") == width
    assert tab.requests == [tab.address]
    assert tab.complaints == []


def test_the_overview_counts_tracks_by_quadrant(many, show):
    collection, path = many
    cells = show(path).page.locator("#overview ~ .scroll tbody td").all_inner_texts()
    likely = collection.quadrants[collection.has_values].argmax(axis=1)
    assert [int(cell) for cell in cells[::3]] == np.bincount(likely, minlength=4).tolist()


def test_each_dot_is_at_its_values_in_its_colour(tmp_path, show):
    values = np.array([[0.7, 0.1, 0.1, 0.1]])
    for index, quadrant in enumerate(QUADRANTS):
        collection = Collection(
            ("a.wav",),
            ("ok",),
            np.array([1.0]),
            np.roll(values, index, axis=1),
            np.array([0.3 * quadrant.arousal]),
            np.array([0.6 * quadrant.valence]),
        )
        write_collection(tmp_path / "page.html", collection)
        tab = show(tmp_path / "page.html")
        canvas = tab.page.locator("canvas")
        picture = imread(io.BytesIO(canvas.screenshot()))
        size = len(picture)
        row = round((1.1 - 0.3 * quadrant.arousal) / 2.2 * size)
        column = round((0.6 * quadrant.valence + 1.1) / 2.2 * size)
        colour = np.array(list(bytes.fromhex(quadrant.colour[1:]))) / 255
        # The dot's opacity is 0.75; what lies behind it is a light tint of the same colour.
        assert np.abs(picture[row, column, :3] - colour).max() < 0.25
        assert np.abs(picture[row, column + 12, :3] - colour).max() > 0.3


def test_filters_by_quadrant_confidence_and_name(many, show):
    collection, path = many
    tab, values = show(path), values_of(collection)
    for box in ("Q1", "Q2", "no values"):
        tab.page.get_by_role("checkbox", name=box).uncheck()
    tab.page.get_by_label("Least confidence").fill("80")
    wanted = {
        name
        for name, (confidence, _, quadrant) in values.items()
        if quadrant in (2, 3) and round(confidence, 4) >= 0.8
    }
    assert 10 < len(wanted) < 100
    assert count(tab) == f"{len(wanted)} of 300 tracks"
    assert {row[0] for row in rows(tab)} == wanted
    tab.page.get_by_label("Name contains").fill("TRACK 1")
    wanted = {name for name in wanted if "track 1" in name}
    assert {row[0] for row in rows(tab)} == wanted
    tab.page.get_by_label("Name contains").fill("nothing")
    assert count(tab) == "0 of 300 tracks"
    assert tab.page.get_by_role("button", name="Next").is_disabled()


def test_columns_sort_in_both_directions_with_tracks_without_values_last(many, show):
    collection, path = many
    tab, values = show(path), values_of(collection)
    ordered = sorted(
        (name for name in values if values[name][2] is not None),
        key=lambda name: round(values[name][1], 4),
    )
    button = tab.page.get_by_role("button", name="Arousal")
    head = tab.page.locator("th[data-key=arousal]")
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert [row[0] for row in rows(tab)] == ordered[:100]
    for _ in range(2):
        tab.page.get_by_role("button", name="Next").click()
    assert [row[0] for row in rows(tab)] == [*ordered[200:], "a/track 7.wav"]
    button.click()
    assert head.get_attribute("aria-sort") == "descending"
    assert [row[0] for row in rows(tab)] == ordered[::-1][:100]


def test_names_sort_by_their_numbers(many, show):
    tab = show(many[1])
    assert [row[0] for row in rows(tab)][:3] == [f"a/track {number}.wav" for number in (1, 2, 3)]


def test_a_click_on_a_dot_chooses_its_track(many, show):
    collection, path = many
    tab = show(path)
    tab.page.get_by_label("Name contains").fill("track 29.wav")
    tab.page.locator("canvas").scroll_into_view_if_needed()
    box = tab.page.locator("canvas").bounding_box()
    (index,) = (at for at, one in enumerate(collection.tracks) if one.endswith("/track 29.wav"))
    across = (collection.valence[index] + 1.1) / 2.2 * box["width"]
    down = (1.1 - collection.arousal[index]) / 2.2 * box["height"]
    tab.page.mouse.move(box["x"] + across, box["y"] + down)
    assert tab.page.locator(".tip").inner_text() == "a/track 29.wav"
    tab.page.mouse.click(box["x"] + across, box["y"] + down)
    assert tab.page.locator(".chosen .name").inner_text() == "a/track 29.wav"
    assert tab.page.locator("tr[aria-current] th").inner_text() == "a/track 29.wav"


def test_a_track_plays_from_its_file(many, show):
    tab = show(many[1])
    tab.page.get_by_label("Name contains").fill("joy")
    tab.page.get_by_role("button", name="b/joy #1?.ogg").click()
    tab.wait_for("document.querySelector('audio').currentTime > 0.2")
    assert tab.page.evaluate("document.querySelector('audio').duration") == pytest.approx(33, 0.01)
    assert tab.page.locator(".problem").is_hidden()
    assert {request.rpartition("/")[2] for request in tab.requests} == {
        "page.html",
        "joy%20%231%3F.ogg",
    }


def test_a_missing_file_is_told(many, show):
    tab = show(many[1])
    tab.page.get_by_role("button", name="a/track 1.wav").click()
    tab.page.locator(".problem").wait_for()
    assert "can't be played" in tab.page.locator(".problem").inner_text()
    tab.page.locator("canvas").focus()
    tab.page.keyboard.press("ArrowUp")
    assert tab.page.locator(".problem").is_hidden()


def test_the_keyboard_is_enough(many, show):
    collection, path = many
    tab = show(path)
    focused = set()
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        focused.add(
            tab.page.evaluate("document.activeElement.tagName + document.activeElement.className")
        )
    assert {"CANVAS", "INPUTquadrant", "INPUTconfidence", "INPUTsearch"} <= focused
    assert {"BUTTONsort", "BUTTONpick", "DIVscroll list"} <= focused
    tab.page.locator("canvas").focus()
    tab.page.keyboard.press("Home")
    chosen = tab.page.locator(".chosen .name")
    assert chosen.inner_text() == "a/track 1.wav"
    values = {os.path.join(*one.split(os.sep)[-2:]): at for at, one in enumerate(collection.tracks)}
    for key, curve, sign in (
        ("ArrowRight", collection.valence, 1),
        ("ArrowUp", collection.arousal, 1),
        ("ArrowLeft", collection.valence, -1),
        ("ArrowDown", collection.arousal, -1),
    ):
        before = curve[values[chosen.inner_text()]]
        tab.page.keyboard.press(key)
        assert sign * (curve[values[chosen.inner_text()]] - before) > 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_passes_the_rules_of_axe(many, show, theme):
    tab = show(many[1], theme=theme, bypass_csp=True)
    tab.page.get_by_role("button", name="a/track 1.wav").click()
    tab.page.locator(".problem").wait_for()
    report = Axe().run(tab.page)
    assert report.violations_count == 0, report.generate_report()


def test_hostile_names_are_text(show, tmp_path):
    folder = tmp_path / "a,b"
    folder.mkdir()
    names = [f"{HOSTILE.replace('/', '')}.wav", 'two\nlines, "quoted"\'.wav', "caf\udce9.ogg"]
    shutil.copyfile(EXAMPLES / "q1_joy.ogg", os.fsencode(folder / names[2]))
    write_collection(tmp_path / "page.html", made([folder / name for name in names]))
    content = (tmp_path / "page.html").read_text(encoding="utf-8")
    reader = Reader(content)
    assert [attributes.get("type") for attributes, _ in reader.all("script")] == [
        "application/json",
        None,
    ]
    data = json.loads(reader.all("script")[0][1])
    assert data["name"] == [names[0], 'two\\nlines, "quoted"\'.wav', "caf\\udce9.ogg"]
    assert data["address"][2] == "a%2Cb/caf%E9.ogg"
    tab = show(tmp_path / "page.html")
    assert {row[0] for row in rows(tab)} == set(data["name"])
    tab.page.get_by_role("button", name="caf").click()
    tab.wait_for("document.querySelector('audio').currentTime > 0")
    assert tab.page.title() == "3 tracks: emotion of a collection"
    assert tab.complaints == []


def test_the_policy_allows_the_pages_own_content_and_files(tmp_path):
    write_collection(tmp_path / "page.html", made([tmp_path / "a.wav"]))
    reader = Reader((tmp_path / "page.html").read_text(encoding="utf-8"))
    (policy,) = (
        attributes["content"] for attributes, _ in reader.all("meta") if "http-equiv" in attributes
    )
    assert "default-src 'none'" in policy
    assert "media-src 'self' file:;" in policy
    assert "http" not in policy


def test_without_scripts_the_overview_is_there(many, show):
    tab = show(many[1], java_script_enabled=False)
    assert "need scripts" in tab.page.locator("main").inner_text()
    assert tab.page.locator(".collection").is_hidden()


def test_five_thousand_tracks_are_a_small_page(tmp_path):
    tracks = [
        f"/music/An artist with a name {number % 300}/Album of a year {number % 600}/"
        f"{number % 20:02} - A song with a title of usual length {number}.flac"
        for number in range(5000)
    ]
    write_collection(tmp_path / "page.html", made(tracks))
    assert (tmp_path / "page.html").stat().st_size < 3e6
