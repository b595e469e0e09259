"""Signing in with the code of an authenticator, for whom the settings oblige."""

import base64
import re
from contextlib import closing

import pytest

from functions.app import App
from functions.context.attempts import Attempts
from functions.errors import Wrong
from functions.ops import consistency, rotation
from functions.people import second_factor
from functions.people.accounts import ADMINISTRATOR, STAFF, Accounts
from functions.people.second_factor import SecondFactors
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.orders import PASSWORD, Desk, account, wish

SIGN_IN = "/desk/sign-in/"
NEW = "门前老槐树 1987 夏"
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
"""The one of RFC 6238, appendix B."""


@pytest.fixture(autouse=True)
def obliged(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Administrators need a second factor."""
    monkeypatch.setitem(app.bundle.site["desk"], "second_factor", "administrator")


def code(app: App, secret: str, later: int = 0) -> str:
    """What an authenticator shows, so many seconds from now."""
    return second_factor.code_of(secret.replace(" ", ""), int(app.clock.now.timestamp()) + later)


def first(client: Client, **more: str) -> Answer:
    """The page after name and password."""
    return client.post(SIGN_IN, {"name": "李主任", "password": PASSWORD, **more})


def then(client: Client, page: Answer, typed: str) -> Answer:
    """The answer to a code."""
    return client.post(SIGN_IN, page.form(SIGN_IN) | {"code": [typed]})


def secret_on(page: Answer) -> str:
    node = page.page.css_first("code.secret")
    assert node is not None, page.body
    return node.text()


@pytest.fixture
def secret(client: Client, clock: Clock) -> str:
    """That of the authenticator of an administrator."""
    account(client.app, "李主任", ADMINISTRATOR)
    page = first(client)
    found = secret_on(page)
    assert then(client, page, code(client.app, found)).location == "/desk/"
    clock.forward(minutes=2)
    return found


def test_who_is_obliged_enrols_an_authenticator_before_the_desk_opens(client: Client) -> None:
    account(client.app, "李主任", ADMINISTRATOR)
    page = first(client)
    assert (page.status, page.cookies) == (200, ())
    assert "绑定验证器" in page.text
    assert page.page.css_first(".code svg")
    secret = secret_on(page)
    assert f"secret={secret.replace(' ', '')}" in page.body
    wrong = then(client, page, "000000")
    assert (wrong.status, wrong.cookies, secret_on(wrong)) == (422, (), secret)
    entered = then(client, wrong, f" {code(client.app, secret)[:3]} {code(client.app, secret)[3:]}")
    assert client.get("/desk/", cookie=entered.cookies[0].split(";")[0]).status == 200


def test_who_signed_in_before_the_settings_obliged_them_is_asked_for_a_code_first(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client)
    form = desk.get("/desk/password/").form("/desk/password/")
    monkeypatch.setitem(client.app.bundle.site["desk"], "second_factor", "all")
    asked = desk.get("/desk/")
    assert (asked.status, "登录" in asked.text) == (403, True)
    typed = {**form, "old": PASSWORD, "new": NEW, "again": NEW}
    assert client.post("/desk/password/", typed, cookie=desk.cookie).status == 403
    page = client.post(SIGN_IN, {"name": "王芳", "password": PASSWORD})
    entered = then(client, page, code(client.app, secret_on(page)))
    assert client.get("/desk/", cookie=entered.cookies[0].split(";")[0]).status == 200


@pytest.mark.slow
def test_a_password_chosen_in_a_sign_in_with_a_code_leaves_it_one(
    client: Client, secret: str
) -> None:
    entered = then(client, first(client), code(client.app, secret))
    cookie = entered.cookies[0].split(";")[0]
    form = client.get("/desk/password/", cookie=cookie).form("/desk/password/")
    typed = {**form, "old": PASSWORD, "new": NEW, "again": NEW}
    chosen = client.post("/desk/password/", typed, cookie=cookie)
    assert client.get("/desk/", cookie=chosen.cookies[0].split(";")[0]).status == 200


def test_later_a_code_is_asked_for_after_the_password(client: Client, secret: str) -> None:
    page = first(client)
    assert "输入验证码" in page.text
    assert secret not in page.body
    assert page.cookies == ()
    for wrong in ("", "12345", "abcdef", "１２３４５６", "\ud7ff"):
        assert then(client, page, wrong).status == 422
        client.app.store.reset("")
    assert client.post(SIGN_IN, {"name": "李主任", "password": "x"}).status == 422


def test_both_steps_belong_to_the_browser_that_began(client: Client, secret: str) -> None:
    page = client.get(SIGN_IN)
    own = {"cookie": page.cookies[0].split(";")[0], "sec-fetch-site": ""}
    drawn = page.form(SIGN_IN) | {"name": ["李主任"], "password": [PASSWORD]}
    typed = client.post(SIGN_IN, drawn, **own).form(SIGN_IN) | {"code": [code(client.app, secret)]}
    assert client.post(SIGN_IN, typed, **{"sec-fetch-site": ""}).status == 403
    assert client.post(SIGN_IN, typed, **own).location == "/desk/"


def test_a_code_of_full_width_digits_is_taken(client: Client, secret: str) -> None:
    wide = code(client.app, secret).translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert then(client, first(client), wide).location == "/desk/"


def test_a_code_opens_once(client: Client, secret: str) -> None:
    right, one, other = code(client.app, secret), first(client), first(client)
    assert then(client, one, right).location == "/desk/"
    again = then(client, other, right)
    assert (again.status, "已经用过" in again.text, again.cookies) == (422, True, ())


@pytest.mark.parametrize(("later", "status"), [(-30, 303), (30, 303), (-90, 422), (90, 422)])
def test_a_phones_clock_may_differ_by_half_a_minute(
    client: Client, secret: str, later: int, status: int
) -> None:
    assert then(client, first(client), code(client.app, secret, later)).status == status


def test_codes_are_guessed_as_little_as_passwords(
    client: Client, secret: str, clock: Clock
) -> None:
    page = first(client)
    for _ in range(5):
        assert "验证码不对" in then(client, page, "000000").text
    assert "试的次数太多" in then(client, page, code(client.app, secret)).text
    clock.forward(minutes=16)
    assert then(client, first(client), code(client.app, secret)).location == "/desk/"


def test_the_second_step_ends_with_time_and_with_a_new_password(
    client: Client, secret: str, clock: Clock
) -> None:
    page = first(client)
    clock.forward(minutes=10)
    late = then(client, page, code(client.app, secret))
    assert (late.status, "从密码重新开始" in late.text) == (403, True)
    page = first(client)
    Accounts(client.app.store, client.app.clock).reset("李主任")
    assert then(client, page, code(client.app, secret)).status == 403
    for forged in ("x", "eA==", page.form(SIGN_IN)["begun"][0][:-8]):
        assert client.post(SIGN_IN, {"begun": forged, "code": "1"}).status == 403


def test_administrators_see_who_has_an_authenticator(client: Client, secret: str) -> None:
    cookie = then(client, first(client), code(client.app, secret)).cookies[0].split(";")[0]
    account(client.app, "王芳")
    page = client.get("/desk/staff/", cookie=cookie)
    rows = sorted(row.text() for row in page.page.css("tbody tr"))
    assert [("王芳" in row, "已绑定" in row) for row in rows] == [(False, True), (True, False)]


def test_a_page_drawn_to_enrol_replaces_no_authenticator(client: Client, clock: Clock) -> None:
    account(client.app, "李主任", ADMINISTRATOR)
    mine, stale = first(client), first(client)
    assert then(client, mine, code(client.app, secret_on(mine))).location == "/desk/"
    clock.forward(minutes=1)
    assert then(client, stale, code(client.app, secret_on(stale))).status == 403


@pytest.mark.slow
def test_a_reset_lets_another_authenticator_be_enrolled(
    client: Client, secret: str, clock: Clock
) -> None:
    app = client.app
    for _ in range(6):
        then(client, first(client), "000000")
    password = Accounts(app.store, app.clock).reset("李主任", "王主任")
    page = client.post(SIGN_IN, {"name": "李主任", "password": password})
    assert secret_on(page) != secret
    assert app.store.personal("factor:李主任") == {}
    assert then(client, page, code(app, secret_on(page))).location == "/desk/"


def test_who_is_not_obliged_signs_in_with_the_password_alone(
    client: Client, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(app, "王芳", STAFF)
    right = {"name": "王芳", "password": PASSWORD}
    assert client.post(SIGN_IN, right).location == "/desk/"
    monkeypatch.setitem(app.bundle.site["desk"], "second_factor", "all")
    assert "绑定验证器" in client.post(SIGN_IN, right).text
    monkeypatch.delitem(app.bundle.site["desk"], "second_factor")  # A bundle of before.
    assert client.post(SIGN_IN, right).location == "/desk/"


def test_what_was_typed_before_comes_back_after_both_steps(
    client: Client, secret: str, clock: Clock
) -> None:
    no = wish(client).no
    entered = then(client, first(client), code(client.app, secret))
    cookie = entered.cookies[0].split(";")[0]
    page = client.get(f"/desk/order/?no={no}", cookie=cookie)
    typed = page.form("/desk/order/", "noted") | {"note": ["打过电话"]}
    clock.forward(hours=2)
    asked = client.post("/desk/order/", typed, cookie=cookie)
    kept = asked.form(SIGN_IN)["kept"][0]
    page = first(client, kept=kept)
    shown = then(client, page, code(client.app, secret))
    assert "打过电话" in shown.body
    assert "没有保存" in shown.text or shown.status == 200


def test_the_secret_is_sealed_and_survives_another_secret_of_the_store(
    client: Client, secret: str
) -> None:
    app = client.app
    stored = repr([*app.store.everything()])
    assert secret.replace(" ", "") not in stored
    after = app.under(b"another line that nobody can guess\n" + SECRET)
    rotation.reseal(after, rotation.numbers(after))
    alone = after.under(b"another line that nobody can guess")
    assert SecondFactors(alone.store, alone.vault, alone.clock).is_enrolled("李主任")
    assert not [fault for fault in consistency.examine(alone).faults if "factor" in fault.no]


def test_on_each_engine_a_code_is_taken_once_and_forgotten_with_a_reset(
    app_on_each_engine: App, clock: Clock
) -> None:
    app = app_on_each_engine
    with closing(app):
        factors = SecondFactors(app.store, app.vault, app.clock)
        attempts = Attempts(app.store, app.vault, app.clock, "192.0.2.1")
        factors.enrol("王芳", RFC_SECRET, code(app, RFC_SECRET))
        clock.forward(minutes=1)
        right = code(app, RFC_SECRET)
        factors.check("王芳", right, attempts)
        with pytest.raises(Wrong, match="code"):
            factors.check("王芳", right, attempts)
        second_factor.forget(app.store, "王芳", "李主任", app.clock.now.isoformat())
        assert not factors.is_enrolled("王芳")
        with pytest.raises(Wrong, match="code"):
            factors.check("王芳", code(app, RFC_SECRET), attempts)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, shown: str) -> None:
    """The last six digits of the table in RFC 6238, appendix B."""
    assert second_factor.code_of(RFC_SECRET, seconds) == shown


def test_an_authenticator_reads_whose_account_it_is() -> None:
    address = second_factor.address_of(RFC_SECRET, "王芳", "五单社区")
    assert address.startswith("otpauth://totp/")
    assert re.search(r"period=30", address)
