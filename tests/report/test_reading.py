"""Accessibility of a page: contrast of its pixels, and the rules of axe-core."""

import io

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from matplotlib.image import imread

# Web Content Accessibility Guidelines 2.2, criterion 1.4.3, level AA.
LEAST_CONTRAST = 4.5

# Every visible text with its position and colour.
TEXTS = """() => {
  const scrolledAway = (element, box) => {
    for (let outer = element.parentElement; outer; outer = outer.parentElement) {
      if (getComputedStyle(outer).overflowY !== "auto") continue;
      const frame = outer.getBoundingClientRect();
      if (box.bottom > frame.bottom || box.right > frame.right) return true;
    }
    return false;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, element = node.parentElement;
    if (!node.textContent.trim() || !element.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (!box.width || !box.height || scrolledAway(element, box)) continue;
    const style = getComputedStyle(element);
    found.push({
      text: node.textContent.trim(),
      colour: element instanceof SVGElement ? style.fill : style.color,
      box: [box.x + scrollX, box.y + scrollY, box.width, box.height],
    });
  }
  return found;
}"""

HIDE_TEXTS = """() => {
  for (const element of document.querySelectorAll("body *")) {
    element.style.setProperty("color", "transparent", "important");
    if (element.matches("text, tspan")) {
      element.style.setProperty("fill", "transparent", "important");
      element.style.setProperty("stroke", "transparent", "important");
    }
  }
}"""


def luminance(colour):
    linear = np.where(colour <= 0.04045, colour / 12.92, ((colour + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def numbers(colour):
    inner = colour[colour.index("(") + 1 : -1]
    return np.array([float(part) for part in inner.split(",")[:3]]) / 255


def test_the_formula_gives_known_contrasts():
    black, white = np.zeros(3), np.ones(3)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, white) == 1
    # The lightest grey that passes on white.
    assert contrast(np.full(3, 0x76 / 255), white) == pytest.approx(4.54, abs=0.01)


PAGES = [("one", 1280), ("one", 390), ("several", 1280), ("together", 1280), ("together", 390)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("page", "width"), PAGES)
def test_every_text_has_enough_contrast(show, request, page, width, theme):
    tab = show(request.getfixturevalue(page), width=width, theme=theme)
    tab.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    texts = tab.page.evaluate(TEXTS)
    assert len(texts) > 100
    tab.page.evaluate(HIDE_TEXTS)
    picture = imread(io.BytesIO(tab.page.screenshot(full_page=True)))[..., :3]
    faint = []
    for text in texts:
        x, y, width_, height = text["box"]
        behind = picture[int(y) : int(y + height) + 1, int(x) : int(x + width_) + 1].reshape(-1, 3)
        ratio = contrast(numbers(text["colour"]), np.median(behind, axis=0))
        if ratio < LEAST_CONTRAST:
            faint.append((text["text"], round(float(ratio), 2)))
    assert faint == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("page", "width"), PAGES)
def test_axe_finds_nothing(show, request, page, width, theme):
    tab = show(request.getfixturevalue(page), width=width, theme=theme)
    tab.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    response = Axe().run(tab.page).response
    # These rules were applied and passed.
    held = {rule["id"] for rule in response["passes"]}
    assert {"color-contrast", "label", "button-name", "svg-img-alt", "landmark-one-main"} <= held
    assert [
        (rule["id"], [node["html"][:120] for node in rule["nodes"]])
        for rule in response["violations"]
    ] == []
