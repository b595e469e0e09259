"""A resident's way on a phone, in a real browser that runs no scripts."""

from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from functions import number
from tests.e2e.test_resident import Server

TYPED = {"想要什么": "想在家理发", "电话": "138 1234 5678", "地址": "1 栋"}


def too_wide(page: Page) -> int:
    """By how many pixels the page has to be pushed sideways to be read."""
    assert page.viewport_size
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return max(0, width - page.viewport_size["width"])


def test_without_scripts_a_wish_with_a_forgotten_answer_is_mended_sent_and_given_a_number(
    phone: Page, server: Server
) -> None:
    phone.goto(server.address)
    phone.get_by_role("link", name="许个心愿").tap()
    for label, typed in TYPED.items():
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("理发").check()
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()

    forgotten = phone.get_by_label("称呼")
    expect(forgotten).to_have_accessible_error_message("请写下怎么称呼您。")
    for label, typed in TYPED.items():
        expect(phone.get_by_label(label)).to_have_value(typed)
    expect(phone.get_by_label("理发")).to_be_checked()

    forgotten.fill("欧阳奶奶")
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()

    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    no = parse_qs(urlsplit(phone.url).query)["no"][0]
    expect(phone.get_by_role("main")).to_contain_text(number.spell(no))
