"""What was done at the desk is remembered, found again, bounded, carried along and cleaned."""

from datetime import timedelta
from pathlib import Path

import pytest

from functions import scheduled
from functions.app import App
from functions.desk.audit_page import PAGE
from functions.ops import transfer
from functions.people import audit
from functions.people.accounts import ADMINISTRATOR
from functions.storage.connect import connect
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import JOIN, Desk, wish
from tests.support.workbooks import bring, workbook

PAPER = {
    **{"服务": "理发", "情况": "上门理发", "姓名": "韦奶奶", "电话": "13977312345"},
    **{"住址": "1 栋", "怎么来的": "写在纸上的", "本人同意": "是"},
}
"""A row of a table that staff bring in."""


def entries(app: App, *marks: str) -> list[tuple[str, str]]:
    """Who did what, the first of all at the head."""
    found = app.current().audit.find(marks, limit=100)
    return [(head.data["who"], head.data["what"]) for head in reversed(found)]


def _joined(client: Client) -> str:
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.current().store.find("volunteer")
    return head.no


def test_strangers_fill_nothing_however_often_they_try(app: App) -> None:
    for _ in range(100):
        app.audit.record_stranger("sign_in_failed", "王芳")
        app.audit.record_stranger("sign_in_failed")
    ours, theirs = app.audit.find(["what:sign_in_failed"])
    assert ours.data["times"] == theirs.data["times"] == 64
    assert len(app.store.events(ours.no)) == audit.EXACTLY + 3  # And 16, 32, 64.


def test_an_entry_is_found_by_person_kind_and_day(app: App, clock: Clock) -> None:
    app.audit.record("exported", "王芳", sheet="orders")
    clock.forward(days=1)
    tomorrow = app.clock.now.date()
    app.audit.record("exported", "小陈", sheet="orders")
    app.audit.record("signed_in", "王芳")
    assert entries(app, "who:王芳") == [("王芳", "exported"), ("王芳", "signed_in")]
    assert entries(app, "what:exported", "who:小陈") == [("小陈", "exported")]
    later = app.audit.find(first=tomorrow)
    assert sorted(head.data["what"] for head in later) == ["exported", "signed_in"]
    (earlier,) = app.audit.find(last=tomorrow - timedelta(days=1))
    assert earlier.data["sheet"] == "orders"


def test_the_address_is_told_only_as_a_digest_of_its_day(app: App, clock: Clock) -> None:
    for _ in range(2):
        app.audit.record("signed_in", "王芳", sender="192.0.2.7")
        app.audit.record("signed_out", "王芳", sender="192.0.2.7")
        clock.forward(days=1)
    digests = [head.data["from"] for head in app.audit.find(limit=10)]
    assert "192.0.2.7" not in str(app.audit.find(limit=10))
    assert digests[0] == digests[1] != digests[2] == digests[3]


def test_entries_are_carried_by_a_move(app: App, tmp_path: Path) -> None:
    app.audit.record("exported", "王芳", sheet="orders")
    app.audit.record_stranger("forged")
    target = connect(f"sqlite:{tmp_path}/moved/wudan.db")
    transfer.move(app.store, target, transfer.numbers(app.store))
    assert transfer.differences(app.store, target) == []
    assert target.find(audit.KIND, ["who:王芳"]) == app.audit.find(["who:王芳"]) != []


def test_an_entry_goes_after_its_time_and_no_earlier(app: App, clock: Clock) -> None:
    app.audit.record("exported", "王芳")
    clock.forward(days=audit.KEPT.days)
    app.reference.confirm()
    scheduled.tick(app)
    assert entries(app) == [("王芳", "exported")]
    clock.forward(days=1)
    assert scheduled.tick(app)["broken"] == {}
    assert entries(app) == []
    assert [kept.no for kept in app.store.everything() if kept.no.startswith("audit")] == []


@pytest.mark.slow
def test_all_that_is_done_at_the_desk_and_its_door_can_be_read_by_administrators(
    client: Client,
) -> None:
    desk, app = Desk(client, role=ADMINISTRATOR), client.app
    client.post("/desk/sign-in/", {"name": "王 芳", "password": "x"})
    client.post("/desk/sign-in/", {"name": "没有这个人", "password": "x"})
    no, volunteer = wish(client).no, _joined(client)
    desk.get(f"/desk/order/?no={no}")
    desk.get("/desk/people/")
    desk.get(f"/desk/person/?no={volunteer}")
    for searched in ("13812345678", "5678&before=9999", "5", ""):
        desk.get(f"/desk/find/?q={searched}&state=submitted")
    desk.post("/desk/sheets/orders.xlsx", {"month": "2026-11"})
    bring(desk, "wishes", workbook([*PAPER], [*PAPER.values()]))
    desk.post("/desk/teams/", {"team": "barbers", "do": "issue"})
    desk.post("/desk/teams/", {"team": "barbers", "do": "show"})
    desk.post("/desk/person/", {"no": volunteer, "do": "linked"})
    desk.post("/desk/staff/", {"do": "add", "name": "小陈", "role": "staff"})
    desk.post("/desk/person/", {"no": volunteer, "do": "erased"})
    client.post("/desk/order/", {"token": "forged", "no": no}, cookie=desk.cookie)
    client.post("/desk/order/", {}, **{"sec-fetch-site": "cross-site"})
    page = desk.get("/desk/audit/")
    for sentence in (
        "登录",
        "密码不对，当天 1 次",
        "不是从本站发来的操作，被拦下，当天 1 次",
        "看了单子的联系方式",
        "看了志愿者名单",
        "看了志愿者：",
        "按电话、姓名或住址查找，找到 1 单",
        "导入表格：纸上、电话里的心愿",
        "导出表格：单子，2026-11，1 行",
        "给服务队发链接",
        "看服务队的链接",
        "给志愿者发链接",
        "新建账号：小陈，工作人员",
        "删去志愿者的个人信息",
        "存 365 天",
    ):
        assert sentence in page.text
    assert "没有这个人" not in page.text
    assert "13812345678" not in page.text
    desk.post("/desk/sign-out/", {})
    assert entries(app).count(("王芳", "searched")) == entries(app).count(("王芳", "imported")) == 1
    # The choice of kinds on the page names each of them, so these are looked up as well.
    done = {"signed_in", "looked", "looked_list", "looked_person", "exported", "link_issued"}
    done |= {"searched", "imported", "account_added", "erased_person", "signed_out"}
    assert {kind for who, kind in entries(app) if who == "王芳"} >= done


def test_it_is_filtered_and_paged_and_says_what_it_cannot_read(
    client: Client, clock: Clock
) -> None:
    desk, app = Desk(client, role=ADMINISTRATOR), client.app.current()
    for n in range(PAGE):
        app.audit.record("exported", "小陈", sheet="orders", count=n)
    page = desk.get("/desk/audit/?who=小陈&what=exported")
    assert len(page.page.css("tbody tr")) == PAGE
    (link,) = [a.attributes["href"] for a in page.page.css("a.button")]
    following = desk.get(link or "")
    assert "没有。" in following.text
    assert "登录" in desk.get("/desk/audit/?first=2026-11-23").text
    wrong = desk.get("/desk/audit/?last=哪天")
    assert (wrong.status, "没有看懂" in wrong.text) == (422, True)


def test_staff_read_no_audit(client: Client) -> None:
    assert Desk(client).get("/desk/audit/").status == 403
