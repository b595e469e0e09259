"""How a sign-in at the desk ends: by signing out, here or everywhere, and by disuse."""

import base64
import errno
import json
from datetime import timedelta

import pytest

from functions.people.accounts import ADMINISTRATOR
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import JOIN, PASSWORD, Desk, account, found, wish

NEITHER = {"sec-fetch-site": ""}
"""A browser that does not say where a post comes from."""


def again(client: Client, name: str, password: str) -> str:
    """The cookie of a second sign-in."""
    entered = client.post("/desk/sign-in/", {"name": name, "password": password})
    return entered.cookies[0].split(";")[0]


def test_after_signing_out_the_cookie_of_before_opens_nothing(client: Client) -> None:
    desk = Desk(client)
    before, token = desk.cookie, desk.token
    left = desk.post("/desk/sign-out/", {})
    assert left.location == "/desk/sign-in/"
    assert "Max-Age=0" in left.cookies[-1]
    assert client.get("/desk/", cookie=before).status == 403
    sent = {"token": token, "month": ""}
    assert client.post("/desk/sheets/orders.xlsx", sent, cookie=before).status == 403


def test_signing_out_ends_one_session_and_everywhere_all_of_them(client: Client) -> None:
    password = account(client.app, "王芳")
    here, there, third = (again(client, "王芳", password) for _ in range(3))
    token = client.get("/desk/", cookie=here).form("/desk/sign-out/")
    client.post("/desk/sign-out/", token, cookie=here)
    assert [client.get("/desk/", cookie=each).status for each in (here, there)] == [403, 200]
    page = client.get("/desk/sign-out/", cookie=there)
    form = page.form("/desk/sign-out/") | {"do": ["everywhere"]}
    client.post("/desk/sign-out/", form, cookie=there)
    assert [client.get("/desk/", cookie=each).status for each in (there, third)] == [403, 403]
    assert client.get("/desk/", cookie=again(client, "王芳", password)).status == 200


def test_everybody_sees_where_they_are_signed_in_and_ends_one_of_it(
    client: Client, clock: Clock
) -> None:
    desk, other = Desk(client, "王芳"), Desk(client, "李明")
    clock.forward(minutes=10)
    client.sender = "198.51.100.7"
    there = again(client, "王芳", PASSWORD)
    page = desk.get("/desk/sign-out/")
    rows = [row.text() for row in page.page.css("tbody tr")]
    assert [("就是这台" in row, "退出它" in row) for row in rows] == [(False, True), (True, False)]
    marks = [node.attributes["value"] or "" for node in page.page.css("button[name=session]")]
    assert other.post("/desk/sign-out/", {"session": marks[0]}).location == "/desk/sign-out/"
    assert client.get("/desk/", cookie=there).status == 200
    assert desk.post("/desk/sign-out/", {"session": marks[0]}).location == "/desk/sign-out/"
    assert client.get("/desk/", cookie=there).status == 403
    assert len(desk.get("/desk/sign-out/").page.css("tbody tr")) == 1


def test_sessions_that_ended_with_the_password_or_the_day_are_not_listed(
    client: Client, clock: Clock
) -> None:
    desk = Desk(client)
    desk.post("/desk/sign-out/", {"do": "everywhere"})
    desk.cookie = again(client, "王芳", PASSWORD)
    assert len(desk.get("/desk/sign-out/").page.css("tbody tr")) == 1
    clock.forward(hours=10)
    desk.cookie = again(client, "王芳", PASSWORD)
    assert len(desk.get("/desk/sign-out/").page.css("tbody tr")) == 1


def test_a_session_ends_after_an_hour_without_use(client: Client, clock: Clock) -> None:
    desk = Desk(client)
    for _ in range(3):
        clock.forward(minutes=59)
        assert desk.get("/desk/").status == 200
    clock.forward(minutes=60)
    assert desk.get("/desk/").status == 403


def test_use_is_noted_in_the_cookie_every_few_minutes_and_never_in_the_store(
    client: Client, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client)
    monkeypatch.setattr(client.app.store, "commit", None)
    monkeypatch.setattr(client.app.store, "count", None)
    clock.forward(minutes=4)
    assert desk.get("/desk/").cookies == ()
    clock.forward(minutes=1)
    [cookie] = desk.get("/desk/").cookies
    assert cookie.startswith("wudan_desk=")
    assert desk.get("/desk/").cookies == ()


def test_a_form_to_sign_in_belongs_to_the_browser_that_it_was_drawn_for(client: Client) -> None:
    right = {"name": "王芳", "password": account(client.app, "王芳")}
    page = client.get("/desk/sign-in/")
    cookie = page.cookies[0].split(";")[0]
    drawn = page.form("/desk/sign-in/") | {name: [text] for name, text in right.items()}
    for typed, own in ((right, cookie), (drawn, ""), (drawn, "wudan_door=another"), (right, "")):
        refused = client.post("/desk/sign-in/", typed, cookie=own, **NEITHER)
        assert (refused.status, "没有登录" in refused.text) == (403, True)
        assert not [each for each in refused.cookies if each.startswith("wudan_desk")]
    assert client.post("/desk/sign-in/", drawn, cookie=cookie, **NEITHER).location == "/desk/"


WIDE = {
    "/desk/sheets/orders.xlsx": {"month": ""},
    "/desk/sheets/ratings.xlsx": {"month": ""},
    "/desk/sheets/volunteers.xlsx": {},
    "/desk/staff/": {"do": "add", "name": "小陈", "role": "staff", "sure": "yes"},
    "/desk/teams/": {"do": "issue", "team": "barbers", "sure": "yes"},
    "/desk/teams/?show": {"do": "show", "team": "barbers"},
    "/desk/person/": {"do": "linked"},
}
"""What takes much out, or lets others in, with what is sent for it."""


@pytest.mark.slow
@pytest.mark.parametrize("path", WIDE)
def test_what_reaches_far_asks_for_the_password_again(
    client: Client, clock: Clock, path: str
) -> None:
    desk, typed = Desk(client, role=ADMINISTRATOR), WIDE[path]
    path = path.partition("?")[0]
    if path == "/desk/person/":
        typed = {**typed, "no": Client(client.app).post("/api/volunteer", JOIN).no}
    clock.forward(minutes=16)
    asked = desk.asked(path, typed)
    assert (asked.status, "再输一次密码" in asked.text) == (403, True)
    wrong = desk.client.post(path, asked.form(path) | {"proof": ["x"]}, cookie=desk.cookie)
    assert (wrong.status, "密码不对，还没有办" in wrong.text) == (422, True)
    done = desk.post(path, typed)
    assert done.status in (200, 303)
    # It is not asked again for a while.
    assert desk.asked(path, {**typed, "name": "小李"}).page.css_first("form.prove") is None


def test_to_erase_asks_for_the_password_and_to_note_does_not(client: Client, clock: Clock) -> None:
    desk = Desk(client)
    no = wish(client).no
    clock.forward(minutes=16)
    assert desk.do(no, "noted", note="打过电话").location
    assert desk.do(no, "rejected", to_resident="不在范围").location
    sent = {"no": no, "do": "erased", "version": "3", "sure": "yes"}
    asked = desk.asked("/desk/order/", sent)
    assert "再输一次密码" in asked.text
    assert asked.page.css_first(f'a[href="/desk/order/?no={no}"]')
    assert found(client.app, no).state == "rejected"
    assert PASSWORD not in desk.post("/desk/order/", sent).body
    assert found(client.app, no).erased_at


def test_guessing_the_password_again_is_limited_as_signing_in_is(
    client: Client, clock: Clock
) -> None:
    desk = Desk(client)
    clock.forward(minutes=16)
    sent = {"token": desk.token, "month": ""}
    for proof in ("x",) * 5:
        client.post("/desk/sheets/orders.xlsx", {**sent, "proof": proof}, cookie=desk.cookie)
    right = {**sent, "proof": PASSWORD}
    refused = client.post("/desk/sheets/orders.xlsx", right, cookie=desk.cookie)
    assert "试的次数太多" in refused.text


def test_a_cookie_of_an_earlier_version_asks_to_sign_in(client: Client) -> None:
    desk = Desk(client)
    until = (client.app.clock.now + timedelta(hours=9)).isoformat()
    text = base64.urlsafe_b64encode(json.dumps(["王芳", 1, until]).encode()).decode()
    cookie = f"wudan_desk={text}.{client.app.vault.stamp('session', text)}"
    assert client.get("/desk/", cookie=desk.cookie).status == 200
    assert client.get("/desk/", cookie=cookie).status == 403


def test_a_session_from_a_clock_that_was_ahead_opens_nothing(client: Client, clock: Clock) -> None:
    clock.forward(hours=3)
    desk = Desk(client)
    clock.forward(minutes=-4)
    assert client.get("/desk/", cookie=desk.cookie).status == 200
    clock.forward(hours=-2)
    assert client.get("/desk/", cookie=desk.cookie).status == 403


def test_a_full_disk_keeps_nobody_signed_in_at_this_browser(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client)
    form = desk.get("/desk/sign-out/").form("/desk/sign-out/")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(client.app.store, "count", full)
    left = client.post("/desk/sign-out/", form, cookie=desk.cookie)
    assert "Max-Age=0" in left.cookies[-1]
    monkeypatch.setattr(client.app.store, "commit", full)
    everywhere = form | {"do": ["everywhere"]}
    assert client.post("/desk/sign-out/", everywhere, cookie=desk.cookie).status == 503
