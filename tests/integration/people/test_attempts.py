"""Guessing: passwords of staff, and the last digits of residents' phones."""

from typing import Any

import argon2
import pytest

from functions.app import App
from functions.context import proofs
from functions.desk.entrance import signing_in
from functions.errors import Wrong
from functions.people import accounts
from functions.people.accounts import Accounts
from functions.web import http
from functions.web.headers import TLS
from functions.web.http import DOOR, Request, Response, entry
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, PASSWORD, RATING, Desk, account, enter, move, wish

HERE, THERE = "192.0.2.1", "198.51.100.7"


def fail(app: App, name: str, sender: str, times: int, device: str = "") -> list[str]:
    """The codes of so many tries with a wrong password."""
    codes = []
    for _ in range(times):
        with pytest.raises(Wrong) as wrong:
            enter(app, name, "x", sender, device)
        codes.append(wrong.value.code)
    return codes


def guess(app: App, no: str, sender: str, times: int, typed: str = "0000") -> list[str]:
    codes = []
    for _ in range(times):
        with pytest.raises(Wrong) as wrong:
            app.orders.by_phone(no, typed, sender)
        codes.append(wrong.value.code)
    return codes


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that passwords were compared with, and ``new`` for each that was made."""
    done: list[str] = []
    verify, make = argon2.PasswordHasher.verify, argon2.PasswordHasher.hash

    def verifying(self: Any, stored: str, password: str) -> bool:
        done.append(stored)
        return verify(self, stored, password)

    def making(self: Any, *given: Any, **named: Any) -> str:
        done.append("new")
        return make(self, *given, **named)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", verifying)
    monkeypatch.setattr(argon2.PasswordHasher, "hash", making)
    return done


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that is meant to be slow is slow in every test."""
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "NOBODY", hasher.hash("nobody"))


def test_a_stranger_locks_nobody_out(app: App) -> None:
    password = account(app, "王芳")
    assert fail(app, "王芳", THERE, 7) == ["sign_in"] * 5 + ["too_often"] * 2
    assert enter(app, "王芳", password, HERE).name == "王芳"
    with pytest.raises(Wrong, match="too_often"):
        enter(app, "王芳", password, THERE)


def test_strangers_at_many_addresses_hold_up_those_alone_whom_nobody_knows(app: App) -> None:
    password = account(app, "王芳")
    enter(app, "王芳", password, HERE)
    for number in range(accounts.WIDE.most):
        fail(app, "王芳", f"203.0.113.{number}", 1)
    with pytest.raises(Wrong, match="too_often"):
        enter(app, "王芳", password, THERE)
    assert enter(app, "王芳", password, HERE).name == "王芳"  # Right from here today.
    assert enter(app, "王芳", password, THERE, "a device").name == "王芳"


def test_who_is_over_their_own_limit_does_not_fill_that_of_everybody(app: App) -> None:
    password = account(app, "王芳")
    fail(app, "王芳", THERE, 4 * accounts.WIDE.most)
    assert enter(app, "王芳", password, HERE).name == "王芳"


def test_a_known_device_may_not_guess_either(app: App) -> None:
    account(app, "王芳")
    assert fail(app, "王芳", HERE, 6, "a device") == ["sign_in"] * 5 + ["too_often"]


@pytest.mark.usefixtures("cheap")
def test_one_sender_tries_no_more_names_than_hashes_are_to_be_spared(
    app: App, hashed: list[str]
) -> None:
    for number in range(accounts.MANY.most + 20):
        fail(app, f"名字{number}", THERE, 1)
    assert len(hashed) == accounts.MANY.most
    assert fail(app, "王芳", HERE, 1) == ["sign_in"]


@pytest.mark.slow
@pytest.mark.usefixtures("cheap")
def test_right_passwords_of_an_office_do_not_lock_its_address(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MANY", accounts.MANY._replace(most=3))
    password = account(app, "王芳")
    for _ in range(5):
        assert enter(app, "王芳", password, HERE).name == "王芳"
    assert [fail(app, f"名字{n}", HERE, 1) for n in range(4)] == [["sign_in"]] * 3 + [["too_often"]]
    with pytest.raises(Wrong, match="too_often"):
        enter(app, "王芳", password, HERE)


@pytest.mark.slow
@pytest.mark.usefixtures("cheap")
def test_a_new_password_lifts_every_limit(app: App, clock: Clock) -> None:
    account(app, "王芳")
    fail(app, "王芳", HERE, 7)
    for number in range(accounts.MANY.most):
        fail(app, f"名字{number}", HERE, 1)
    for number in range(accounts.WIDE.most):
        fail(app, "王芳", f"203.0.113.{number}", 1)
    clock.forward(seconds=1)
    password = Accounts(app.store, app.clock).reset("王芳")
    assert enter(app, "王芳", password, HERE).name == "王芳"
    assert enter(app, "王芳", password, THERE).name == "王芳"


@pytest.mark.slow
def test_a_name_without_an_account_costs_as_much_as_one_with(app: App, hashed: list[str]) -> None:
    Accounts(app.store, app.clock).add("王芳")
    Accounts(app.store, app.clock).add("小陈")
    Accounts(app.store, app.clock).disable("小陈")
    hashed.clear()
    for name in ("王芳", "小陈", "没有这个人"):
        assert fail(app, name, HERE, 1) == ["sign_in"]
    assert len(hashed) == 3
    parameters = [argon2.extract_parameters(each) for each in hashed]
    assert parameters == [parameters[0]] * 3
    assert not argon2.PasswordHasher().check_needs_rehash(accounts.NOBODY)
    with pytest.raises(Wrong):
        enter(app, "没有这个人", "nobody", HERE)  # What the hash was made of opens nothing.


def test_a_sign_in_marks_the_device_and_a_forged_mark_is_none(client: Client) -> None:
    desk = Desk(client)
    typed = {"name": "王芳", "password": "x"}
    right = {"name": "王芳", "password": "abcd-efgh-jkmn-pqrs"}
    entered = client.post("/desk/sign-in/", right, cookie=desk.cookie)
    device = entered.cookies[1]
    assert "HttpOnly; SameSite=Strict" in device
    cookie = device.split(";")[0]
    for _ in range(6):
        client.post("/desk/sign-in/", typed)
    assert "试的次数太多" in client.post("/desk/sign-in/", right).text
    forged = cookie[:-1] + ("0" if cookie[-1] != "0" else "1")
    assert client.post("/desk/sign-in/", right, cookie=forged).status == 422
    again = client.post("/desk/sign-in/", right, cookie=cookie)
    assert again.location == "/desk/"
    assert again.cookies[1].split(";")[0] == cookie
    assert client.get("/desk/", cookie=cookie).status == 403  # It opens nothing.


def test_colleagues_who_share_a_pc_are_each_known_there(client: Client) -> None:
    for name in ("王芳", "小陈"):
        account(client.app, name)
    device = ""
    for name in ("王芳", "小陈", "王芳"):
        entered = client.post("/desk/sign-in/", {"name": name, "password": PASSWORD}, cookie=device)
        device = entered.cookies[1].split(";")[0]
    client.sender = THERE
    for name in ("王芳", "小陈"):
        for _ in range(6):
            client.post("/desk/sign-in/", {"name": name, "password": "x"})
        right = {"name": name, "password": PASSWORD}
        assert client.post("/desk/sign-in/", right).status == 422
        assert client.post("/desk/sign-in/", right, cookie=device).location == "/desk/"


def test_a_device_has_marks_of_the_last_accounts_alone(client: Client) -> None:
    device = ""
    for number in range(signing_in.SHARED + 2):
        right = {"name": f"同事{number}", "password": account(client.app, f"同事{number}")}
        device = client.post("/desk/sign-in/", right, cookie=device).cookies[1].split(";")[0]
    assert len(device.split(".")) == 1 + signing_in.SHARED
    assert len(device) < 1000


def test_devices_of_one_account_lift_no_limit_of_another(client: Client) -> None:
    account(client.app, "李主任")
    Desk(client, "小陈")
    right = {"name": "小陈", "password": PASSWORD}
    devices = [client.post("/desk/sign-in/", right).cookies[1].split(";")[0] for _ in range(2)]
    assert len({*devices}) == 2
    guesses = {"name": "李主任", "password": "x"}
    told = [client.post("/desk/sign-in/", guesses, cookie=devices[n % 2]).text for n in range(6)]
    assert ["试的次数太多" in text for text in told] == [False] * 5 + [True]


def test_a_device_of_a_disabled_account_lifts_no_limit(app: App) -> None:
    account(app, "小陈")
    Accounts(app.store, app.clock).disable("小陈")
    tries = [fail(app, "小陈", HERE, 1, f"device {number}")[0] for number in range(6)]
    assert tries == ["sign_in"] * 5 + ["too_often"]


def test_a_stranger_keeps_no_resident_from_her_order(client: Client, app: App) -> None:
    no = wish(client).no
    assert guess(app, no, THERE, 7) == ["no_match"] * 5 + ["whole"] * 2
    assert app.orders.by_phone(no, "5678", HERE).no == no


def test_strangers_at_many_addresses_hold_up_no_resident_who_was_here_today(
    client: Client, app: App
) -> None:
    no = wish(client).no
    assert app.orders.by_phone(no, "5678", HERE).no == no
    wide = proofs.LAST.most
    codes = [guess(app, no, f"203.0.113.{number}", 1)[0] for number in range(wide)]
    assert codes == ["no_match"] * (wide - 1) + ["whole"]
    assert guess(app, no, THERE, 1) == ["whole"]
    assert app.orders.by_phone(no, "5678", HERE).no == no


def test_whoever_uses_up_the_tries_at_the_digits_keeps_nobody_out_who_types_the_whole_phone(
    client: Client, app: App
) -> None:
    no = wish(client).no
    for number in range(proofs.LAST.most):
        guess(app, no, f"203.0.113.{number}", 6)
    assert guess(app, no, HERE, 1, "5678") == ["whole"]
    refused = client.post("/api/order", {"no": no, "last4": "5678"})
    assert "完整手机号" in refused.errors["last4"]
    assert client.post("/api/order", {"no": no, "last4": "138 1234 5678"}).no == no


def test_who_shares_an_address_with_a_stranger_gets_in_by_the_whole_phone(
    client: Client, app: App
) -> None:
    no = wish(client).no
    assert guess(app, no, HERE, 6)[-1] == "whole"
    assert app.orders.by_phone(no, "13812345678", HERE).no == no


def test_whole_phones_are_guessed_as_little_by_one_sender_and_by_all(
    client: Client, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    no, wrong = wish(client).no, "13812340000"
    assert guess(app, no, THERE, 6, wrong) == ["no_match"] * 5 + ["too_often"]
    monkeypatch.setattr(proofs, "WHOLE", proofs.WHOLE._replace(most=10))
    codes = [guess(app, no, f"203.0.113.{number}", 1, wrong)[0] for number in range(6)]
    assert codes == ["no_match"] * 5 + ["too_often"]


def test_another_phone_with_the_same_last_digits_opens_nothing(client: Client, app: App) -> None:
    no = wish(client).no
    assert guess(app, no, HERE, 1, "13900005678") == ["no_match"]


def test_a_landline_counts_by_its_last_digits_however_much_of_it_is_typed(
    client: Client, app: App
) -> None:
    no = wish(client, phone="027-86305678").no
    assert client.post("/api/order", {"no": no, "last4": "027-86305678"}).no == no
    assert guess(app, no, THERE, 6)[-1] == "whole"
    stranger = Client(app)
    stranger.sender = THERE
    typed = {"no": no, "last4": "027-86305678"}
    assert "完整手机号" in stranger.post("/api/order", typed).errors["last4"]


def test_one_network_of_ipv6_is_one_sender(client: Client, app: App) -> None:
    no = wish(client).no
    for number in range(5):
        guess(app, no, f"2001:db8:1:2::{number}", 1)
    assert guess(app, no, "2001:db8:1:2:ffff::1", 1) == ["whole"]
    assert app.orders.by_phone(no, "5678", "2001:db8:1:3::1").no == no


@pytest.mark.parametrize("path", ["/api/order", "/api/rating"])
def test_forms_count_by_the_address_that_the_server_knows(
    client: Client, app: App, path: str
) -> None:
    no = wish(client).no
    move(app, no, *DONE)
    typed = {**RATING, "no": no, "last4": "0000"}
    client.sender = THERE
    for _ in range(6):
        told = client.post(path, typed)
    assert "试的次数太多" in told.body
    assert client.post(path, {**typed, "last4": "5678"}).status == 422
    client.sender = HERE
    assert client.post(path, {**typed, "last4": "5678"}).status == 303


def test_the_store_keeps_neither_names_nor_addresses_of_who_tried(app: App) -> None:
    fail(app, "王芳" * 10_000, HERE, 1)
    store: Any = app.store
    names = [what for (what,) in store._reader.db.execute("SELECT what FROM counters")]
    assert names
    assert all(len(what) < 50 and HERE not in what and "王芳" not in what for what in names)


@pytest.fixture
def senders(app: App, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Whom a function on AWS takes a request to be from, which says that it was passed on."""
    monkeypatch.setattr(http, "from_environment", lambda: app)
    found: list[str] = []

    def note(request: Request, app: App) -> Response:
        found.append(request.sender)
        return Response("")

    def ask(forwarded: str, door: str) -> list[str]:
        headers = {"X-Forwarded-For": forwarded, DOOR: door} if forwarded else {DOOR: door}
        context = {"http": {"method": "GET", "path": "/", "sourceIp": "130.176.0.1"}}
        entry({"/": {"GET": note}})({"headers": headers, "requestContext": context}, None)
        return found

    return ask


@pytest.mark.parametrize(
    ("forwarded", "sender"),
    [
        (f"{HERE}, 130.176.0.1", HERE),
        (f"{THERE}, 127.0.0.1,{HERE},130.176.0.1", HERE),
        ("130.176.0.1, 2001:db8::7, 130.176.0.1", "2001:db8::7"),
        (HERE, HERE),
        ("130.176.0.1", "130.176.0.1"),
        (" , ", "130.176.0.1"),
        ("", "130.176.0.1"),
    ],
)
def test_on_aws_a_sender_is_whom_cloudfront_saw_and_not_whom_a_header_claims(
    senders: Any, monkeypatch: pytest.MonkeyPatch, forwarded: str, sender: str
) -> None:
    monkeypatch.setenv("WUDAN_DOOR", "shown")
    assert senders(forwarded, "shown") == [sender]


def test_on_aws_no_forwarded_address_is_believed_of_what_did_not_come_by_cloudfront(
    senders: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WUDAN_DOOR", raising=False)
    assert senders(f"{HERE}, {THERE}", "shown") == ["130.176.0.1"]
    monkeypatch.setenv("WUDAN_DOOR", "shown")
    assert senders(HERE, "guessed") == ["130.176.0.1"]


def test_what_did_not_come_by_cloudfront_is_told_to_ask_over_https_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WUDAN_DOOR", "shown")
    answer = entry({})({"headers": {}}, None)
    assert answer["statusCode"] == 403
    assert TLS.items() <= answer["headers"].items()
