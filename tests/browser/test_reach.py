"""What stops people on a page: small targets, a focus that nobody sees, no answer to a press."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, FloatRect, Page, Route, expect

from tests.browser.conftest import PATIENCE, Kinds
from tests.support.program import Server

TARGETS, RING = (Path(__file__).with_name(f"{name}.js").read_text() for name in ("targets", "ring"))
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
GROUNDS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
"""What a reader set, one after the other."""


def opened(browser: Browser, kinds: Kinds, **context: Any) -> Iterator[tuple[str, Page]]:
    """A page of every kind, one after the other, as this reader sees it."""
    reader = browser.new_context(**context)
    reader.set_default_timeout(PATIENCE)
    page = reader.new_page()
    for address in kinds.addresses:
        page.goto(kinds.server + address)
        yield address, page
    reader.close()


class Look(NamedTuple):
    """What is to be seen of a page on a phone."""

    small: list[str]
    telephone: FloatRect | None
    weak: dict[str, list[str]]
    """By ground: what has the focus and hardly shows it."""


@pytest.fixture(scope="module")
def looks(chromium: Browser, kinds: Kinds) -> dict[str, Look]:
    """By address, one look at each page, because to load it takes longer than to look."""
    found = {}
    for address, page in opened(chromium, kinds, **PHONE):
        small = page.evaluate(f"() => {{{TARGETS}}}")
        telephone = page.locator("header a[href^='tel:']")
        box, weak = telephone.bounding_box() if telephone.count() else None, {}
        for ground, reader in GROUNDS.items():
            page.emulate_media(**reader)
            weak[ground] = page.evaluate(f"() => {{{RING}}}")
        found[address] = Look(small, box, weak)
    return found


def test_every_target_outside_a_sentence_is_large_enough_for_a_thumb(
    looks: dict[str, Look],
) -> None:
    assert {address: look.small for address, look in looks.items() if look.small} == {}


def test_the_telephone_stands_at_the_top_of_every_page_for_residents_and_teams(
    looks: dict[str, Look],
) -> None:
    for address, (_, box, _) in looks.items():
        if any(f"/kinds/{name}" in address for name in ("desk", "sign-in", "content")):
            continue
        assert box, address
        assert min(box["width"], box["height"]) >= 44, address
        assert box["y"] + box["height"] < 120, address


@pytest.mark.parametrize("ground", GROUNDS)
def test_the_focus_is_seen_on_every_ground(looks: dict[str, Look], ground: str) -> None:
    weak = {address: look.weak[ground] for address, look in looks.items()}
    assert {address: parts for address, parts in weak.items() if parts} == {}


def test_without_a_stylesheet_no_drawing_fills_the_page(chromium: Browser, kinds: Kinds) -> None:
    context = chromium.new_context(**PHONE)
    context.route("**/*.css", lambda route: route.abort())
    page = context.new_page()
    for address in ("/", "/wish/", "/kinds/order-submitted.html"):
        page.goto(kinds.server + address)
        for drawing in page.locator("svg").all():
            box = drawing.bounding_box()
            assert box is None or max(box["width"], box["height"]) <= 48, address
        assert page.locator("header svg path").first.evaluate(
            "path => getComputedStyle(path).fill"
        ) == ("rgb(159, 31, 25)")
    context.close()


def test_with_forced_colours_the_entry_of_the_page_is_told_from_the_others(
    chromium: Browser, kinds: Kinds
) -> None:
    context = chromium.new_context(**PHONE, forced_colors="active")
    page = context.new_page()
    page.goto(f"{kinds.server}/kinds/form-wish.html")
    borders = {
        entry.get_attribute("aria-current"): entry.evaluate(
            """entry => [
              getComputedStyle(entry).borderBottomColor,
              getComputedStyle(document.body).backgroundColor,
            ]"""
        )
        for entry in page.locator(".top li a").all()
    }
    line, ground = borders.pop("page")
    assert line != ground
    assert all(line == ground for line, ground in borders.values())
    context.close()


def test_on_paper_the_slip_and_an_orders_page_have_no_buttons(
    chromium: Browser, kinds: Kinds
) -> None:
    printed = [name for name in kinds.addresses if "/slip" in name or "/kinds/order-" in name]
    assert len(printed) > 5
    for address, page in opened(chromium, kinds._replace(addresses=printed)):
        page.emulate_media(media="print")
        pressed = page.locator("button:visible, .button:visible, summary:visible")
        assert pressed.count() == 0, address
        assert page.locator("h1:visible").count() == 1


def test_on_paper_no_table_of_the_months_report_is_smaller_than_nine_points(
    chromium: Browser, kinds: Kinds
) -> None:
    page = chromium.new_page()
    page.goto(f"{kinds.server}/kinds/desk-report-paper-month.html")
    page.emulate_media(media="print")
    for cell in page.locator(".paper th, .paper td").all():
        size = cell.evaluate("cell => parseFloat(getComputedStyle(cell).fontSize)")
        assert size >= 12, cell.text_content()
    page.close()


def test_on_paper_the_step_that_an_order_is_at_can_be_read(chromium: Browser, kinds: Kinds) -> None:
    page = chromium.new_page()
    page.goto(f"{kinds.server}/kinds/order-accepted.html")
    page.emulate_media(media="print")
    ink, ground = page.locator(".steps .now").evaluate(
        """step => {
          const style = getComputedStyle(step, "::before");
          return [style.color, style.backgroundColor];
        }"""
    )
    assert (ink, ground) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    page.close()


def test_after_a_mistake_the_focus_is_on_what_is_wrong_without_scripts(
    phone: Page, server: Server
) -> None:
    phone.goto(f"{server.address}/wish/")
    phone.get_by_role("button", name="提交").tap()
    expect(phone.locator(".wrong")).to_be_focused()


PRESS = """() => {
  const button = document.querySelector("main form button");
  for (let time = 0; time < 3; time++) button.click();
  return [button.textContent, document.querySelector("[role=status]").textContent];
}"""


def test_a_button_says_that_it_is_sending_and_sends_once(desktop: Page, server: Server) -> None:
    sent: list[Route] = []

    def arrive(route: Route) -> None:
        sent.append(route)
        route.continue_()

    desktop.route("**/api/wish", arrive)
    desktop.goto(f"{server.address}/wish/")
    assert desktop.evaluate(PRESS) == ["正在提交，请稍等"] * 2
    expect(desktop.locator(".wrong")).to_be_focused()
    expect(desktop.locator("main form button")).to_have_text("提交")
    assert len(sent) == 1


@pytest.mark.parametrize("address", ["/desk/sign-in/", "/track/", "/join/"])
def test_every_form_shows_that_it_is_being_sent(
    desktop: Page, server: Server, address: str
) -> None:
    desktop.route(
        "**/*", lambda route: route.continue_() if route.request.method == "GET" else None
    )
    desktop.goto(server.address + address)
    for field in desktop.locator("input[required]").all():
        field.fill("王芳")
    shown, told = desktop.evaluate(PRESS)
    assert shown == told
    assert "请稍等" in shown
