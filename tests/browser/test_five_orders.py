"""The five orders from end to end, in a real browser: a wish ends in the month's report."""

from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.support.own_password import chosen
from tests.support.program import Server, run

QR = zxingcpp.barcode_formats_from_str("QRCode")


def too_wide(page: Page) -> int:
    """By how many pixels the page has to be pushed sideways to be read."""
    assert page.viewport_size
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return max(0, width - page.viewport_size["width"])


def test_a_wish_is_triaged_dispatched_accepted_done_rated_by_its_slip_and_reported(
    phone: Page, leaders: Page, desktop: Page, server: Server, root: Path, tmp_path: Path
) -> None:
    data = ("--root", str(root), "--data", str(tmp_path / "data"))
    given = run("staff", *data, "add", "王芳").strip().rpartition("：")[2]
    password = chosen(server.address, "王芳", given)

    phone.goto(f"{server.address}/wish/")
    for label, typed in {
        "想要什么": "想在家理发", "称呼": "欧阳奶奶", "电话": "13812345678", "地址": "1 栋"
    }.items():  # fmt: skip
        phone.get_by_label(label).fill(typed)
    phone.get_by_label("理发").check()
    phone.get_by_label("我同意").check()
    phone.get_by_role("button", name="提交").tap()
    phone.get_by_role("button", name="确定提交").tap()
    expect(phone.get_by_text("请记下这个单号")).to_be_visible()
    track = phone.url

    desktop.goto(f"{server.address}/desk/")
    desktop.get_by_label("名字").fill("王芳")
    desktop.get_by_label("密码").fill(password)
    desktop.get_by_role("button", name="登录").click()
    desktop.locator(".orders tbody th a").first.click()
    expect(desktop.get_by_role("main")).to_contain_text("13812345678")
    desktop.get_by_label("常规").check()
    desktop.get_by_role("button", name="受理", exact=True).click()
    desktop.get_by_role("radio", name="理发队").check()
    desktop.get_by_role("button", name="派给这支队").click()
    expect(desktop.get_by_role("heading", level=1)).to_contain_text("已派单")
    desktop.goto(f"{server.address}/desk/teams/")
    desktop.locator("#barbers").get_by_role("button", name="发链接").click()
    link = urlsplit(desktop.locator("#barbers input[readonly]").input_value())

    leaders.goto(f"{server.address}{link.path}?{link.query}")
    assert leaders.url == f"{server.address}/team/?team=barbers"
    assert too_wide(leaders) == 0
    leaders.locator(".cards a").first.tap()
    expect(leaders.get_by_role("main")).not_to_contain_text("13812345678")
    leaders.get_by_label("队里安排").check()
    leaders.get_by_label("去的人叫什么").fill("秦师傅")
    leaders.get_by_role("button", name="接单", exact=True).tap()
    expect(leaders.get_by_role("main")).to_contain_text("13812345678")
    assert too_wide(leaders) == 0
    phone.goto(track)
    expect(phone.get_by_role("main")).to_contain_text("来的人：秦师傅")
    leaders.get_by_role("button", name="报告办完").tap()
    expect(leaders.get_by_role("main")).not_to_contain_text("13812345678")
    leaders.get_by_role("link", name="评单小票").tap()
    seen = leaders.locator(".code svg").screenshot()
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(seen)), QR)

    rate = urlsplit(code.text)
    leaders.goto(f"{server.address}{rate.path}?{rate.query}")
    expect(leaders.get_by_role("main")).to_contain_text("办事的人不评自己的活")
    phone.goto(f"{server.address}{rate.path}?{rate.query}")
    assert "key=" not in phone.url
    assert too_wide(phone) == 0
    for group in phone.locator(".stars").all():
        group.get_by_label("5 星").check()
    phone.get_by_label("解决了", exact=True).check()
    phone.get_by_role("button", name="提交").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("评价收到了")
    phone.goto(track)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("已评价")

    # The public report has a month when it is over; the desk's has the one that is not.
    desktop.goto(f"{server.address}/desk/report/")
    for name, figure in (("按期%", "100.0"), ("平均星", "5.0")):
        expect(desktop.get_by_role("row", name=name).first).to_contain_text(figure)
    assert too_wide(desktop) == 0
