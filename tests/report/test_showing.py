"""In Chromium, a page renders, plays, seeks and loads nothing."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

HOP = 0.992
LONG = 34.0  # seconds of the piece


def lane(tab, name):
    return tab.page.locator(f"svg.lane.{name}").first


def present_point(tab):
    """Valence and arousal of the large dot."""
    point = tab.page.locator(".plane .present").first
    return float(point.get_attribute("cx")), -float(point.get_attribute("cy"))


def pixels(locator):
    return imread(io.BytesIO(locator.screenshot()))[..., :3]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_renders_and_loads_nothing(one, show, theme, width):
    tab = show(one, width=width, theme=theme)
    assert tab.page.title() == "q4_calm.ogg: emotion over time"
    assert tab.page.get_by_role("heading", level=1).inner_text() == "q4_calm.ogg"
    assert tab.page.get_by_role("button", name="Play").is_visible()
    # Nothing is wider than the window.
    assert tab.page.evaluate("document.documentElement.scrollWidth") == width
    tab.page.get_by_role("button", name="Play").click()
    tab.wait_for("document.querySelector('audio').currentTime > 0")
    assert tab.requests == [tab.address]
    assert tab.complaints == []


def test_play_moves_the_cursor_and_pause_holds_it(one, show):
    tab = show(one)
    button = tab.page.get_by_role("button", name="Play")
    before = tab.page.locator(".cursor").bounding_box()["x"]
    button.click()
    tab.wait_for("document.querySelector('.seek').valueAsNumber > 1.2")
    tab.page.get_by_role("button", name="Pause").click()
    tab.page.get_by_role("button", name="Play").wait_for()
    assert tab.page.evaluate("document.querySelector('audio').paused")
    played = tab.page.evaluate("document.querySelector('audio').currentTime")
    assert tab.position() == pytest.approx(played, abs=0.05)
    box = lane(tab, "taggram").bounding_box()
    after = tab.page.locator(".cursor").bounding_box()["x"]
    assert after > before
    assert (after + 1 - box["x"]) / box["width"] == pytest.approx(played / LONG, abs=0.003)
    tab.page.wait_for_timeout(300)
    assert tab.page.evaluate("document.querySelector('audio').currentTime") == played


def test_the_audio_has_the_whole_piece(one, show):
    tab = show(one)
    tab.wait_for("document.querySelector('audio').readyState > 0")
    assert tab.page.evaluate("document.querySelector('audio').duration") == pytest.approx(
        LONG, abs=0.06
    )
    assert tab.page.locator(".time").inner_text() == "0:00 / 0:34"


@pytest.mark.parametrize("patch", [0, 1, 10, 32])
def test_a_click_on_the_taggram_seeks_and_shows_the_predicted_values(one, show, rows, patch):
    tab = show(one)
    box = lane(tab, "taggram").bounding_box()
    place = (patch + 0.5) * HOP / LONG
    tab.page.mouse.click(box["x"] + place * box["width"], box["y"] + box["height"] / 2)
    assert tab.position() == pytest.approx((patch + 0.5) * HOP, abs=LONG / box["width"])
    assert tab.page.evaluate("document.querySelector('audio').currentTime") == pytest.approx(
        tab.position(), abs=0.001
    )
    row = rows[patch]
    assert present_point(tab) == pytest.approx(
        (float(row["valence"]), float(row["arousal"])), abs=1e-4
    )
    words = tab.seek.get_attribute("aria-valuetext").replace("−", "-")
    share = max(float(row[name]) for name in ("q1", "q2", "q3", "q4"))
    assert words.split(", ")[1] == f"{row['quadrant']} {share * 100:.0f}\u2009%"
    assert float(words.split("arousal ")[1].split(",")[0]) == pytest.approx(
        float(row["arousal"]), abs=0.0051
    )
    assert float(words.split("valence ")[1]) == pytest.approx(float(row["valence"]), abs=0.0051)


@pytest.mark.parametrize(("theme", "ground"), [("light", 0xF0EFEA), ("dark", 0x131519)])
def test_the_opacity_of_cells_is_the_probability(one, show, rows, theme, ground):
    tab = show(one, theme=theme)
    tab.page.evaluate("document.querySelector('.cursor').remove()")
    picture = pixels(lane(tab, "taggram")) * 255
    colours = [0xE69F00, 0xD55E00, 0x0072B2, 0x56B4A0]

    def channels(number):
        return np.array([number >> 16, number >> 8 & 255, number & 255], dtype=float)

    height, width = picture.shape[:2]
    for quadrant, colour in enumerate(colours):
        for index, row in enumerate(rows):
            share = float(row[f"q{quadrant + 1}"])
            across = int((index + 0.5) * HOP / LONG * width)
            found = picture[int((quadrant + 0.5) / 4 * height), across]
            expected = share * channels(colour) + (1 - share) * channels(ground)
            assert found == pytest.approx(expected, abs=2), (quadrant, index)


def test_keys_move_and_play(one, show):
    tab = show(one)
    tab.seek.focus()
    keyboard = tab.page.keyboard
    for key, place in (
        ("ArrowRight", HOP),
        ("ArrowUp", 2 * HOP),
        ("PageUp", 10 + 2 * HOP),
        ("ArrowLeft", 10 + HOP),
        ("PageDown", HOP),
        ("PageDown", 0),
        ("End", LONG),
        ("ArrowRight", LONG),
        ("Home", 0),
    ):
        keyboard.press(key)
        assert tab.position() == pytest.approx(place, abs=1e-3), key
    keyboard.press("Space")
    tab.wait_for("document.querySelector('.seek').valueAsNumber > 0.3")
    keyboard.press("Space")
    tab.wait_for("document.querySelector('audio').paused")


def test_all_controls_are_reached_with_the_tab_key(one, show):
    tab = show(one)
    reached = []
    for _ in range(9):
        tab.page.keyboard.press("Tab")
        reached.append(
            tab.page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
    assert reached == ["theme", "play", "seek", *["segment"] * 4, "SUMMARY", "scroll"]
    button = tab.page.locator("button.segment").nth(1)
    button.focus()
    tab.page.keyboard.press("Enter")
    assert tab.page.locator(".time").inner_text() == f"{button.inner_text()[:4]} / 0:34"
    assert button.get_attribute("aria-current") == "true"
    assert tab.page.locator("[aria-current]").count() == 1
    outline = tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_click_on_a_segment_seeks_to_its_start(one, show):
    tab = show(one)
    block = tab.page.locator(".lane.segments rect").nth(2)
    start = float(block.get_attribute("x"))
    # Borders are between patches, which don't overlap here.
    assert start / HOP == pytest.approx(round(start / HOP), abs=1e-6)
    block.click()
    assert tab.position() == pytest.approx(start, abs=1e-3)
    assert tab.page.locator("button.segment").nth(2).get_attribute("aria-current") == "true"


@pytest.mark.parametrize(("theme", "pressed"), [("light", "false"), ("dark", "true")])
def test_the_theme_is_the_system_s_until_it_is_chosen(one, show, theme, pressed):
    def background():
        return tab.page.evaluate("getComputedStyle(document.body).backgroundColor")

    tab = show(one, theme=theme)
    button = tab.page.get_by_role("button", name="Dark")
    assert button.get_attribute("aria-pressed") == pressed
    colours = {"light": "rgb(245, 244, 240)", "dark": "rgb(18, 19, 22)"}
    assert background() == colours.pop(theme)
    button.click()
    assert background() == colours.popitem()[1]
    assert button.get_attribute("aria-pressed") != pressed


def test_the_table_holds_the_values(one, show, rows):
    tab = show(one)
    tab.page.get_by_text("All values as a table").click()
    table = tab.page.get_by_role("region", name="Values of q4_calm.ogg").get_by_role("table")
    assert table.is_visible()
    lines = table.locator("tbody tr").all_inner_texts()
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        found = [float(cell.replace("−", "-")) for cell in line.split()]
        names = ("time", "q1", "q2", "q3", "q4", "arousal", "valence")
        assert found == pytest.approx([float(row[name]) for name in names], abs=0.0051)


def test_without_scripts_it_is_readable_and_plays(one, show):
    tab = show(one, java_script_enabled=False)
    assert tab.page.locator("audio[controls]").is_visible()
    assert lane(tab, "taggram").locator("image").is_visible()
    assert tab.page.get_by_text("Each second is analysed by itself").is_visible()
    for name in (".play", ".theme", ".seek", ".cursor", ".now"):
        assert not tab.page.locator(name).is_visible()


def test_several_are_compared_and_played_one_at_a_time(several, show):
    tab = show(several)
    assert tab.page.get_by_role("heading", level=1).inner_text() == "3 tracks compared"
    table = tab.page.get_by_role("region", name="All tracks").locator("tbody tr")
    first, second, third = (line.split("\t") for line in table.all_inner_texts())
    assert first[0].split() == ["1", "q1_joy.ogg"] and second[0].split() == ["2", "q2_anger.ogg"]
    assert first[1].startswith("Q1") and second[1].startswith("Q2")
    assert third[0].split() == ["3", "empty.wav"] and third[1] == "no values: has no samples."
    buttons = tab.page.locator("button.play")
    assert buttons.count() == 2
    for index in range(2):
        buttons.nth(index).click()
        tab.wait_for(f"document.querySelectorAll('audio')[{index}].currentTime > 0.2")
    tab.wait_for("document.querySelectorAll('audio')[0].paused")
    assert not tab.page.evaluate("document.querySelectorAll('audio')[1].paused")
    tab.page.get_by_role("link", name="q2_anger.ogg").click()
    assert tab.page.url == f"{tab.address}#track-2"
    assert tab.complaints == []


def test_without_sound_the_cursor_still_moves(show, tmp_path, quadpred, noise):
    import soundfile

    soundfile.write(tmp_path / "noise.wav", noise(5), 16000)
    assert quadpred("report", "--no-audio", "noise.wav", folder=tmp_path).code == 0
    tab = show(tmp_path / "noise.html")
    assert tab.page.locator("audio, .play").count() == 0
    tab.seek.press("ArrowRight")
    assert tab.position() == pytest.approx(HOP, abs=1e-3)
    tab.seek.press("Space")
    assert tab.complaints == []


def test_curves_on_one_axis_have_lines_of_their_own(together, show):
    tab = show(together)
    panel = tab.page.locator(".together")
    for plot in panel.locator("svg.curves").all():
        lines = plot.locator("path[class^=line]")
        looks = lines.evaluate_all(
            "lines => lines.map(line => { const look = getComputedStyle(line);"
            " return [look.stroke, look.strokeDasharray, look.fill].join() })"
        )
        assert len(looks) == len(set(looks)) == 8
        assert all(look.endswith(",none") for look in looks)
        assert plot.locator("path.mark").count() == 2
    assert panel.locator(".legend li").count() == 8
    panel.get_by_role("link", name="3 a rather long").click()
    assert tab.page.url.endswith("#track-4")
    assert tab.requests == [tab.address] and tab.complaints == []
