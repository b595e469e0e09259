"""What residents come for, done on a phone that runs no scripts."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from functions.forms import order_number
from tests.support.program import Server

TYPED = {"想要什么": "上门理发", "称呼": "欧阳奶奶", "电话": "138 1234 5678", "地址": "1 栋"}


def file(phone: Page, server: Server, service: str = "haircut") -> str:
    """File a wish, and return the number of its order, whose page is open then."""
    phone.goto(f"{server.address}/wish/?service={service}")
    for label, typed in TYPED.items():
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    return number(phone)


def number(phone: Page) -> str:
    return parse_qs(urlsplit(phone.url).query)["no"][0]


def call_off(phone: Page) -> None:
    phone.get_by_text("不需要了，想取消").tap()
    phone.get_by_role("button", name="确定取消这一单").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("已取消")


def test_who_has_a_radio_to_mend_is_told_when_and_where_and_asked_for_no_address(
    phone: Page, server: Server
) -> None:
    phone.goto(f"{server.address}/menu/")
    phone.locator('main a[href="/wish/?service=mending"]').first.tap()
    main = phone.get_by_role("main")
    expect(main).to_contain_text("每月 15 日")
    expect(main).to_contain_text("坏了的电器")
    day = phone.get_by_label("哪天")
    expect(day).to_have_accessible_description(re.compile("接下来的日子是"))
    expect(phone.get_by_label("地址")).to_have_accessible_description(re.compile("可以不填"))

    for label in ("想要什么", "称呼", "电话"):
        phone.get_by_label(label).fill(TYPED[label])
    phone.get_by_label("我同意").check()
    # A day without the service, whatever today is.
    offered = day.get_attribute("min") or ""
    day.fill(offered if not offered.endswith("15") else f"{offered[:8]}16")
    phone.get_by_role("button", name="提交").tap()
    expect(day).to_have_accessible_description(re.compile("请选能来的一天"))
    day.fill("")
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()
    expect(main).to_contain_text("坏了的电器")


def test_an_order_is_found_by_its_number_as_it_is_said_and_by_the_whole_phone(
    phone: Page, server: Server
) -> None:
    no = file(phone, server)
    phone.goto(server.address)
    phone.get_by_role("link", name="查进度").first.tap()
    phone.get_by_label("单号").fill(f"单号：{order_number.spell(no)}。")
    phone.locator('[name="last4"]').fill("13812345678")
    phone.get_by_role("main").get_by_role("button").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    assert number(phone) == no


def test_a_wrong_phone_is_corrected_and_a_word_is_added(phone: Page, server: Server) -> None:
    file(phone, server)
    phone.get_by_text("填错了，改一改").tap()
    correct = phone.locator("#correct")
    correct.get_by_label("电话").fill("139 0000 1111")
    correct.get_by_role("button", name="改好了").tap()
    expect(phone.get_by_role("main")).to_contain_text("139****")
    phone.locator("#note summary").tap()
    phone.locator("#note").get_by_label("想补充什么").fill("门铃坏了，请敲门")
    phone.locator("#note").get_by_role("button").tap()
    expect(phone.get_by_role("main")).to_contain_text("门铃坏了，请敲门")


def test_what_was_called_off_by_mistake_comes_back(phone: Page, server: Server) -> None:
    no = file(phone, server)
    call_off(phone)
    phone.get_by_role("button", name="又需要了，恢复这一单").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("已收到")
    assert number(phone) == no


def test_the_same_is_asked_for_again_from_an_old_order(phone: Page, server: Server) -> None:
    first = file(phone, server)
    call_off(phone)
    phone.get_by_role("button", name="照这一单再提一次").tap()
    for label in ("想要什么", "称呼", "地址"):
        expect(phone.get_by_label(label)).to_have_value(TYPED[label])
    assert urlsplit(phone.url).query == ""
    phone.get_by_label("想要什么").fill("上门理发，还是老样子")
    phone.get_by_label("电话").fill(TYPED["电话"])
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    assert number(phone) != first


def test_going_back_shows_each_page_on_the_way_as_it_was(phone: Page, server: Server) -> None:
    phone.goto(f"{server.address}/wish/?service=haircut")
    for label, typed in {**TYPED, "电话": "12"}.items():
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_label("电话").fill(TYPED["电话"])
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    no = number(phone)
    phone.go_back()
    expect(phone.get_by_role("main")).to_contain_text("欧阳奶奶")
    expect(phone.get_by_role("button", name="确定提交")).to_be_visible()
    phone.go_back()
    expect(phone.get_by_label("称呼")).to_have_value("欧阳奶奶")
    phone.go_back()
    expect(phone.get_by_label("称呼")).to_have_value("欧阳奶奶")
    for _ in range(3):
        phone.go_forward()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    assert number(phone) == no
    phone.go_back()
    phone.get_by_role("button", name="确定提交").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    assert number(phone) == no, "pressed again"


def test_going_back_and_pressing_again_files_nothing_twice(phone: Page, server: Server) -> None:
    no = file(phone, server)
    phone.goto(f"{server.address}/wish/?service=haircut")
    for label, typed in TYPED.items():
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("这件事已经收到了")
    expect(phone.get_by_role("main")).to_contain_text(order_number.spell(no))
