"""The desk without a mouse."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Kinds

FOCUSED = "document.activeElement.id || document.activeElement.className"
pytestmark = pytest.mark.slow


def of(kinds: Kinds, part: str) -> str:
    return kinds.server + next(each for each in kinds.addresses if part in each)


def test_the_search_page_opens_with_the_focus_where_one_types(desktop: Page, kinds: Kinds) -> None:
    desktop.goto(of(kinds, "find"))
    assert desktop.evaluate(FOCUSED) == "q"


def test_the_first_tab_on_a_desk_page_leads_past_the_navigation(
    desktop: Page, kinds: Kinds
) -> None:
    desktop.goto(of(kinds, "desk-order-submitted"))
    desktop.keyboard.press("Tab")
    assert desktop.evaluate(FOCUSED) == "skip"
    desktop.keyboard.press("Enter")
    desktop.keyboard.press("Tab")
    assert desktop.evaluate("document.activeElement.closest('main') !== null")


def test_searching_is_one_access_key_away_on_every_desk_page(desktop: Page, kinds: Kinds) -> None:
    desktop.goto(of(kinds, "desk-order-submitted"))
    assert desktop.locator("[accesskey=s]").get_attribute("href") == "/desk/find/"
