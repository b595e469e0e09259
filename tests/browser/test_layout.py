"""Every kind of page lies within its width, in both engines, also with large letters."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from selenium.webdriver import WebKitGTK

from tests.browser.conftest import PATIENCE, Kinds, Launch
from tests.support.depth import tried

NARROWEST = 320
"""The width down to which pages must not scroll sideways (WCAG 2.2, 1.4.10)."""
A4 = 794
"""The width of a sheet, in pixels of CSS."""
WIDTHS = NARROWEST, *tried((1024,), (768, 1024, 1280))
LARGE: dict[int, Sequence[int]] = tried(
    {24: (390,), 32: (1280,)}, {20: (1280,), 24: (390, 768), 32: (NARROWEST, 1280)}
)
"""Letters that readers set their browsers to, in pixels, and widths. 32 are 200 %."""

ENLARGE = """(times) => {
  const parts = [...document.body.querySelectorAll("*")];
  parts.forEach((part) => part.style.removeProperty("font-size"));
  const sizes = parts.map((part) => parseFloat(getComputedStyle(part).fontSize));
  const enlarge = (part, n) =>
    part.style.setProperty("font-size", `${times * sizes[n]}px`, "important");
  parts.forEach(enlarge);
}"""
"""What WeChat and Android do for a reader who wants larger text: the layout stays."""

OUTSIDE = Path(__file__).with_name("outside.js").read_text()


Found = dict[tuple[str, float], list[str]]
"""What lies outside of a page, or is cut off, by its address and what was tried with it."""


def outside(
    browser: Browser,
    kinds: Kinds,
    widths: Sequence[int],
    enlarged: Sequence[float] = (),
    on_paper: bool = False,
) -> Found:
    """What does at each of these widths, then, at the last, with its text alone so many times as
    large. Each page is loaded once, because that takes longer than all that is tried with it."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    page, found = context.new_page(), Found()
    page.emulate_media(media="print" if on_paper else "screen")
    for address in kinds.addresses:
        page.goto(kinds.server + address)
        for width in widths:
            page.set_viewport_size({"width": width, "height": 844})
            found[address, width] = page.evaluate(f"() => {{{OUTSIDE}}}")
        for times in enlarged:
            page.evaluate(ENLARGE, times)
            found[address, times] = page.evaluate(f"() => {{{OUTSIDE}}}")
    context.close()
    return {tried: parts for tried, parts in found.items() if parts}


def test_every_kind_of_page_lies_within_its_width_in_chromium(
    chromium: Browser, kinds: Kinds
) -> None:
    assert outside(chromium, kinds, WIDTHS) == {}


def test_every_kind_of_page_lies_within_a_sheet_of_paper(chromium: Browser, kinds: Kinds) -> None:
    assert outside(chromium, kinds, [A4], on_paper=True) == {}


def test_every_kind_of_page_lies_within_its_width_in_webkit(
    webkit: WebKitGTK, kinds: Kinds
) -> None:
    found = Found()
    for address in kinds.addresses:
        webkit.get(kinds.server + address)
        for width in WIDTHS:  # It has a least width of its own.
            webkit.set_window_rect(0, 0, width, 900)
            found[address, width] = webkit.execute_script(OUTSIDE)
    assert {tried: parts for tried, parts in found.items() if parts} == {}


def test_every_kind_of_page_bears_text_that_alone_is_enlarged(
    chromium: Browser, kinds: Kinds
) -> None:
    assert outside(chromium, kinds, [390], tried((2,), (1.6, 2))) == {}


Reader = tuple[Browser, Sequence[int]]


@pytest.fixture(scope="module", params=[*LARGE])
def large(request: pytest.FixtureRequest, launch: Launch) -> Iterator[Reader]:
    """The browser of a reader who chose large letters, and the widths to try it at."""
    browser = launch(request.param)
    yield browser, LARGE[request.param]
    browser.close()


def test_every_kind_of_page_bears_the_letters_that_its_reader_chose(
    large: Reader, kinds: Kinds
) -> None:
    browser, widths = large
    assert outside(browser, kinds, widths) == {}


LINES = """() => [...document.querySelectorAll(".top li a")].map((word) => {
  const range = document.createRange();
  range.selectNodeContents(word);
  return new Set([...range.getClientRects()].map((box) => box.top)).size;
})"""
"""In how many lines each word of the navigation stands."""


def lines(browser: Browser, kinds: Kinds, width: int) -> list[int]:
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(kinds.server)
    found: list[int] = page.evaluate(LINES)
    page.close()
    return found


def test_no_word_of_the_navigation_breaks(chromium: Browser, kinds: Kinds) -> None:
    assert lines(chromium, kinds, 390) == [1] * 8


def test_no_word_of_the_navigation_breaks_in_large_letters(large: Reader, kinds: Kinds) -> None:
    browser, widths = large
    for width in widths:
        assert lines(browser, kinds, width) == [1] * 8, width
