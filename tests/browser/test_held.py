"""What is held is let pass and refused in bulk, in a real browser against the real program."""

from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from functions.web import signs
from tests.support.own_password import chosen
from tests.support.program import Server, run

SPAM = 14


def test_a_clerk_lets_one_pass_and_refuses_the_others_at_once(
    desktop: Page, root: Path, tmp_path: Path, server: Server
) -> None:
    added = run("staff", "--root", str(root), "--data", str(tmp_path / "data"), "add", "王芳")
    wish = {"service": "haircut", "name": "居民", "consent": "yes", signs.TRAP: "x"}
    for number in range(SPAM):
        sent = {**wish, "detail": f"第 {number} 件", "phone": f"1390000{number:04}"}
        server.post("/api/wish", urlencode(sent))
    desktop.goto(f"{server.address}/desk/")
    desktop.locator("main [name=name]").fill("王芳")
    password = chosen(server.address, "王芳", added.strip().rpartition("：")[2])
    desktop.locator("main [name=password]").fill(password)
    desktop.keyboard.press("Enter")
    desktop.get_by_role("link", name="去核对").click()
    desktop.locator("tr", has_text="第 3 件").locator("[name=no]").check()
    desktop.get_by_role("button", name="收下打了勾的").click()
    expect(desktop.get_by_text("收下了 1 件")).to_be_visible()
    desktop.get_by_role("link", name="填了人看不见的格子").click()
    desktop.get_by_role("link", name="这一页全部打勾").click()
    desktop.get_by_role("button", name="不收打了勾的").click()
    desktop.get_by_role("button", name="都不收").click()
    expect(desktop.get_by_text(f"没有收下 {SPAM - 1} 件")).to_be_visible()
    expect(desktop.get_by_text("没有等核对的")).to_be_visible()


def test_nobody_sees_the_field_that_is_not_to_be_filled_in(desktop: Page, server: Server) -> None:
    desktop.goto(f"{server.address}/wish/")
    field = desktop.locator(f"[name={signs.TRAP}]")
    expect(field).to_be_hidden()
    assert "请不要填写" not in desktop.locator("main").aria_snapshot()
    desktop.evaluate("[...document.styleSheets].forEach((sheet) => { sheet.disabled = true; })")
    expect(desktop.get_by_text("请不要填写这一格")).to_be_visible()
