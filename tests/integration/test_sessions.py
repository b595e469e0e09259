"""How a sign-in at the desk ends: by signing out, here or everywhere, and by disuse."""

import pytest

from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import Desk, account

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
