"""What is today or over, and for whom a fair is, in a real browser, with and without scripts."""

from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from functions.context.workdays import CHINA
from generator.build.incremental import Builder
from tests.support.site import edit

pytestmark = pytest.mark.slow


def at(page: Page, hour: int, day: int = 15) -> None:
    page.clock.set_fixed_time(datetime(2026, 12, day, hour, tzinfo=CHINA))


def test_today_ends_when_it_is_over(desktop: Page, dated: str) -> None:
    today, next_one = "2026年12月15日（周二）", "2027年1月15日（周五）"
    leaf = desktop.locator(".leaf")
    for hour, told, untold in ((9, today, ""), (12, next_one, today)):
        at(desktop, hour)
        desktop.goto(f"{dated}/")
        expect(leaf.get_by_text(told)).to_be_visible()
        assert leaf.get_by_text("就是今天").locator("visible=true").count() == (hour == 9)
        if untold:
            expect(leaf.get_by_text(untold)).to_be_hidden()


def test_a_fair_is_over_by_the_hour_and_then_off_the_home_page(desktop: Page, dated: str) -> None:
    for hour, is_over in ((16, False), (17, True)):
        at(desktop, hour)
        desktop.goto(f"{dated}/fairs/jobs/")
        expect(desktop.locator("h1 .badge")).to_be_visible(visible=is_over)
        expect(desktop.get_by_text("加到手机日历")).to_be_visible(visible=not is_over)
        desktop.goto(f"{dated}/")
        expect(desktop.get_by_text("冬季招聘会")).to_be_visible(visible=not is_over)


def test_a_fair_that_was_called_off_can_still_be_read(
    desktop: Page, root: Path, dated: str
) -> None:
    edit("content/fairs/jobs.yaml", "place:", "ended: 2026-12-10\nplace:")(root)
    Builder(root, root / "public").build()
    at(desktop, 18)
    desktop.goto(f"{dated}/fairs/jobs/")
    expect(desktop.get_by_role("heading", name="冬季招聘会")).to_be_visible()


def test_without_a_script_nothing_is_said_to_be_today_or_over(phone: Page, dated: str) -> None:
    phone.goto(f"{dated}/")
    expect(phone.locator(".leaf")).to_contain_text("2026年12月15日（周二）")
    assert phone.get_by_text("就是今天").locator("visible=true").count() == 0
    phone.goto(f"{dated}/fairs/jobs/")
    expect(phone.get_by_text("已结束")).to_be_hidden()


def test_who_is_fifty_and_finished_junior_school_taps_once(phone: Page, dated: str) -> None:
    phone.goto(f"{dated}/fairs/jobs/")
    rows = phone.locator(".positions tbody tr")
    assert rows.locator("visible=true").count() == 3
    row = phone.locator(".matrix tr", has=phone.get_by_role("rowheader", name="初中"))
    row.get_by_role("link").nth(3).click()
    assert phone.url.endswith("#junior-age50")
    expect(phone.get_by_text("初中、50 多岁可以应聘的，有 2 个")).to_be_visible()
    expect(rows.get_by_text("会计")).to_be_hidden()
    expect(rows.get_by_text("收银员")).to_be_visible()
    phone.get_by_role("link", name="看全部 3 个").click()
    expect(rows.get_by_text("会计")).to_be_visible()
    phone.get_by_role("link", name="每月 5000 元以上").click()
    expect(rows.get_by_text("收银员")).to_be_hidden()
