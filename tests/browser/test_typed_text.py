"""What a clerk typed is there after the session ended, in a real browser without scripts."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from functions.app import App
from functions.storage.connect import connect
from generator.build import incremental
from tests.browser.conftest import PATIENCE
from tests.support.orders import PASSWORD, WISH, account, found
from tests.support.program import Server

pytestmark = pytest.mark.slow

NOTE = "和居民约好周六上午，\n她住四楼没有电梯"


@pytest.mark.parametrize("width", [390, 1366])
def test_after_the_session_ended_one_signs_in_and_goes_on_where_one_was(
    chromium: Browser, server: Server, root: Path, tmp_path: Path, width: int
) -> None:
    data = tmp_path / "data"
    no = server.post("/api/wish", urlencode(WISH)).no
    secret = (data / "secret").read_bytes()
    app = App(incremental.bundle_folder(root), lambda: connect(f"sqlite:{data}/wudan.db"), secret)
    account(app, "王芳")
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=False, locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    page.goto(f"{server.address}/desk/order/?no={no}")
    enter(page, "王芳")
    expect(page.get_by_role("heading", level=1)).to_contain_text("已收到")
    page.locator("#do-noted summary").click()
    page.locator("#do-noted textarea").fill(NOTE)
    context.clear_cookies()
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_role("alert")).to_contain_text("您填的没有保存，但还在")
    assert "四楼" not in page.content()
    page.screenshot(path=tmp_path / f"ended-{width}.png")

    enter(page)
    expect(page.locator("#do-noted textarea")).to_have_value(NOTE)
    page.screenshot(path=tmp_path / f"again-{width}.png")
    page.get_by_role("button", name="记下").click()
    expect(page.locator(".history")).to_contain_text("她住四楼没有电梯")
    assert found(app, no).version == 2
    context.close()


def enter(page: Page, name: str = "") -> None:
    """Sign in; the form knows whose text it keeps."""
    if name:
        page.get_by_label("名字").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
