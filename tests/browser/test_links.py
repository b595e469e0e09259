"""A link in a real browser, with and without scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.orders import WISH
from tests.support.program import Server


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["phone", "desktop"])
def test_a_tapped_link_leaves_no_key_and_is_replaced_on_its_page(
    kind: str, request: pytest.FixtureRequest, server: Server
) -> None:
    page: Page = request.getfixturevalue(kind)
    typed = "&".join(f"{name}={value}" for name, value in WISH.items())
    link = server.post("/api/wish", typed).location
    clean = link.partition("&key=")[0]
    for _ in range(2):
        page.goto(f"{server.address}/")
        page.goto(server.address + link)
        assert page.url == server.address + clean
        expect(page.get_by_text("请记下这个单号")).to_be_visible()
    page.get_by_text("链接给别人看到了").click()
    page.get_by_role("button", name="换一个新链接").click()
    expect(page.get_by_text("您换了新链接")).to_be_visible()
    assert page.url == server.address + clean
    assert server.get(link).status == 404
    page.context.clear_cookies()
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Cookie")
    page.get_by_label("后四位").fill("5678")
    page.get_by_role("main").get_by_role("button").first.click()
    expect(page.get_by_text("请记下这个单号")).to_be_visible()
