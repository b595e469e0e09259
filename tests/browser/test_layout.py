"""Every kind of page lies within its width, in both engines, also with large letters."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from selenium.webdriver import WebKitGTK

from tests.browser.conftest import PATIENCE, Kinds, Launch
from tests.support.depth import tried

WIDTHS = tried((1024,), (768, 1024, 1280))
NARROWEST = 320
"""The width down to which pages must not scroll sideways (WCAG 2.2, 1.4.10)."""
A4 = 794
"""The width of a sheet, in pixels of CSS."""
LARGE = tried(
    ((24, 390), (32, 1280)), ((20, 1280), (24, 390), (24, 768), (32, NARROWEST), (32, 1280))
)
"""Letters that readers set their browsers to, in pixels, and widths. 32 are 200 %."""

ENLARGE = """(times) => {
  const parts = [...document.body.querySelectorAll("*")];
  const sizes = parts.map((part) => parseFloat(getComputedStyle(part).fontSize));
  const enlarge = (part, n) =>
    part.style.setProperty("font-size", `${times * sizes[n]}px`, "important");
  parts.forEach(enlarge);
}"""
"""What WeChat and Android do for a reader who wants larger text: the layout stays."""

OUTSIDE = Path(__file__).with_name("outside.js").read_text()


def outside(
    browser: Browser, kinds: Kinds, width: int, times: float = 1, on_paper: bool = False
) -> dict[str, list[str]]:
    """What lies outside of each page, or is cut off, at this width, with its text enlarged."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    context.set_default_timeout(PATIENCE)
    page, found = context.new_page(), {}
    page.emulate_media(media="print" if on_paper else "screen")
    for address in kinds.addresses:
        page.goto(kinds.server + address)
        if times != 1:
            page.evaluate(ENLARGE, times)
        found[address] = page.evaluate(f"() => {{{OUTSIDE}}}")
    context.close()
    return {address: parts for address, parts in found.items() if parts}


@pytest.mark.parametrize("width", [NARROWEST, *WIDTHS])
def test_every_kind_of_page_lies_within_its_width_in_chromium(
    chromium: Browser, kinds: Kinds, width: int
) -> None:
    assert outside(chromium, kinds, width) == {}


def test_every_kind_of_page_lies_within_a_sheet_of_paper(chromium: Browser, kinds: Kinds) -> None:
    assert outside(chromium, kinds, A4, on_paper=True) == {}


@pytest.mark.parametrize("width", [0, *WIDTHS])
def test_every_kind_of_page_lies_within_its_width_in_webkit(
    webkit: WebKitGTK, kinds: Kinds, width: int
) -> None:
    webkit.set_window_rect(0, 0, width or NARROWEST, 900)  # It has a least width of its own.
    found = {}
    for address in kinds.addresses:
        webkit.get(kinds.server + address)
        found[address] = webkit.execute_script(OUTSIDE)
    assert {address: parts for address, parts in found.items() if parts} == {}


@pytest.mark.parametrize(("letters", "width"), LARGE)
def test_every_kind_of_page_bears_the_letters_that_its_reader_chose(
    launch: Launch, kinds: Kinds, letters: int, width: int
) -> None:
    browser = launch(letters)
    assert outside(browser, kinds, width) == {}
    browser.close()


@pytest.mark.parametrize("times", tried((2,), (1.6, 2)))
def test_every_kind_of_page_bears_text_that_alone_is_enlarged(
    chromium: Browser, kinds: Kinds, times: float
) -> None:
    assert outside(chromium, kinds, 390, times) == {}


LINES = """() => [...document.querySelectorAll(".top li a")].map((word) => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return new Set([...range.getClientRects()].map((box) => box.top)).size;
})"""
"""In how many lines each word of the navigation stands."""


@pytest.mark.parametrize(("letters", "width"), [(16, 390), *LARGE])
def test_no_word_of_the_navigation_breaks(
    launch: Launch, kinds: Kinds, letters: int, width: int
) -> None:
    browser = launch(letters)
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(kinds.server)
    assert page.evaluate(LINES) == [1] * 8
    browser.close()
