"""A resident's way on a phone, in a real browser that runs no scripts."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from functions.forms import order_number
from tests.support.program import Server

TYPED = {"想要什么": "想在家理发", "电话": "138 1234 5678", "地址": "1 栋"}
TICKED = ("理发", "我同意")


def fits(page: Page) -> bool:
    """Whether nobody has to push the page sideways to read it."""
    assert page.viewport_size
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width <= page.viewport_size["width"]


def test_without_scripts_a_forgotten_answer_is_mended_and_the_wish_gets_its_number(
    phone: Page, server: Server
) -> None:
    phone.goto(server.address)
    assert fits(phone)
    phone.get_by_role("link", name="许个心愿").tap()
    forgotten = phone.get_by_label("称呼")
    expect(forgotten).to_be_visible()
    assert fits(phone)

    for label, typed in TYPED.items():
        phone.get_by_label(label).fill(typed)
    for label in TICKED:
        phone.get_by_label(label).check()
    phone.get_by_role("button", name="提交").tap()

    expect(forgotten).to_have_accessible_description(re.compile("请写下怎么称呼您。"))
    expect(phone.get_by_role("paragraph").filter(has_text="请写下怎么称呼您。")).to_be_visible()
    assert fits(phone)
    for label, typed in TYPED.items():
        expect(phone.get_by_label(label)).to_have_value(typed)
    for label in TICKED:
        expect(phone.get_by_label(label)).to_be_checked()

    forgotten.fill("欧阳奶奶")
    phone.get_by_role("button", name="提交").tap()

    expect(phone.get_by_role("heading", level=1)).to_have_text("请核对一遍")
    expect(phone.get_by_role("main")).to_contain_text("欧阳奶奶")
    assert fits(phone)
    phone.get_by_role("button", name="回去改").tap()
    expect(phone.get_by_label("称呼")).to_have_value("欧阳奶奶")
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()

    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    (no,) = parse_qs(urlsplit(phone.url).query)["no"]
    expect(phone.get_by_role("main")).to_contain_text(order_number.spell(no))
    assert fits(phone)
