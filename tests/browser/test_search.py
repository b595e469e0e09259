"""A visitor searches the site: on a phone without scripts, and at a desk with the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.program import Server

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["phone", "desktop"])
def test_a_word_leads_from_any_page_to_the_page_that_has_it(
    kind: str, request: pytest.FixtureRequest, server: Server
) -> None:
    page: Page = request.getfixturevalue(kind)
    page.goto(f"{server.address}/about/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    field.fill("理髮")
    field.press("Enter")
    expect(page.get_by_role("main").get_by_role("searchbox")).to_have_value("理髮")
    expect(page.locator("main mark").first).to_have_text("理发")
    page.get_by_role("main").get_by_role("link", name="理发", exact=True).click()
    expect(page).to_have_url(f"{server.address}/menu/haircut/")


def test_who_finds_nothing_is_led_on(phone: Page, server: Server) -> None:
    phone.goto(f"{server.address}/")
    phone.get_by_role("banner").get_by_role("searchbox").fill("龘靐齉")
    phone.get_by_role("banner").get_by_role("button", name="搜索").click()
    expect(phone.get_by_role("status")).to_contain_text("没有找到")
    phone.get_by_role("main").get_by_role("link", name="服务菜单").click()
    expect(phone).to_have_url(f"{server.address}/menu/")
