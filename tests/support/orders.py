"""Orders as their people carry them on: a resident, staff at the desk, the leader of a team."""

from collections.abc import Mapping
from copy import copy
from typing import Any
from urllib.parse import urlsplit

from argon2 import PasswordHasher

from functions.app import App
from functions.context.attempts import Attempts
from functions.forms import definition
from functions.forms.definition import Answers, Form
from functions.orders.lifecycle.order import Order
from functions.orders.repository import Step
from functions.people import accounts
from functions.people.accounts import Account, Accounts
from functions.storage.history import Change, Event, Head
from tests.support.client import Answer, Client

WISH = {
    "service": "haircut",
    "detail": "家里有老人，想上门理发。",
    "name": "𠮷野先生",
    "phone": "138 1234 5678",
    "address": "1 栋 2 单元",
    "consent": "yes",
}
TOLD = {**WISH, "detail": "上门理发，家里有老人", "address": "1 栋 2 单元"}
RATING = {"attitude": "5", "skill": "4", "timeliness": "3", "solved": "solved"}
JOIN = {"name": "王女士", "phone": "0773-2812345", "team": "barbers", "consent": "yes"}
PASSWORD = "abcd-efgh-jkmn-pqrs"
DONE = ("triaged", "dispatched", "accepted", "done")


def wish(client: Client, **changes: Any) -> Answer:
    """File a wish, on purpose even where the same one was filed before."""
    drawn = client.get("/wish/").form("/api/wish")
    return client.post("/api/wish", {**drawn, **WISH, "again": "yes", **changes})


def move(app: App, no: str, *kinds: str) -> None:
    """Carry an order on, as the station and a team would."""
    facts: dict[str, dict[str, str]] = {
        "triaged": {"level": "routine", "due": "2026-12-01"},
        "dispatched": {"team": "barbers", "due": "2026-11-25"},
        "accepted": {"volunteer": "V"},
    }
    by = {"accepted": "team", "declined": "team", "lapsed": "clock"}
    for kind in kinds:
        order = app.orders.find(no)
        assert order
        at = app.clock.now.isoformat()
        event = Event(kind, by.get(kind, "staff"), at, facts.get(kind, {}))
        app.orders.move(order, Step(event))


def found(app: App, no: str) -> Order:
    order = app.orders.find(no)
    assert order is not None
    return order


def account(app: App, name: str, role: str = accounts.STAFF) -> str:
    """An account as :meth:`Accounts.add` makes it, and its password; the hash takes a thousandth
    of the memory and time, because a hash that is meant to be slow is slow in every test."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    at = app.clock.now.isoformat()
    data = {"name": name, "role": role, "hash": hasher.hash(PASSWORD)}
    head = Head(f"{accounts.KIND}:{name}", accounts.KIND, 1, "active", at, data)
    app.store.commit(Change(head, [Event("added", "staff", at, {})]))
    return PASSWORD


def enter(app: App, name: str, password: str, sender: str = "", device: str = "") -> Account:
    """Sign in from this address."""
    attempts = Attempts(app.store, app.vault, app.clock, sender, device)
    return Accounts(app.store, app.clock).prove(name, password, attempts)


class Desk:
    """A browser at the station's PC: keeps its cookie, sends the token of the page."""

    def __init__(self, client: Client, name: str = "王芳", role: str = accounts.STAFF):
        self.client = client
        password = account(client.app, name, role)
        entered = client.post("/desk/sign-in/", {"name": name, "password": password})
        assert entered.location == "/desk/"
        self.cookie = entered.cookies[0].split(";")[0]

    def get(self, address: str) -> Answer:
        return self._kept(self.client.get(address, cookie=self.cookie))

    @property
    def token(self) -> str:
        field = self.get("/desk/").page.css_first("[name=token]")
        assert field is not None
        return field.attributes["value"] or ""

    def post(self, address: str, typed: Mapping[str, Any]) -> Answer:
        """The answer to a form; what asks once, or for the password, gets it."""
        answer = self.asked(address, typed)
        if answer.page.css_first("form.sure"):
            answer = self._send(address, answer.form(address))
        if answer.page.css_first("form.prove"):
            answer = self._send(address, answer.form(address) | {"proof": [PASSWORD]})
        return answer

    def asked(self, address: str, typed: Mapping[str, Any]) -> Answer:
        """The answer to a form, which may ask whether that is meant."""
        return self._send(address, {"token": self.token, **typed})

    def _send(self, address: str, typed: Mapping[str, Any]) -> Answer:
        return self._kept(self.client.post(address, typed, cookie=self.cookie))

    def _kept(self, answer: Answer) -> Answer:
        for cookie in answer.cookies:
            if cookie.startswith("wudan_desk="):
                self.cookie = cookie.split(";")[0]
        return answer

    def do(self, no: str, kind: str, **typed: str) -> Answer:
        order = found(self.client.app, no)
        sent = {"no": no, "do": kind, "version": str(order.version), **typed}
        return self.post("/desk/order/", sent)

    def dispatched(self, no: str, level: str = "routine", team: str = "barbers") -> None:
        assert self.do(no, "triaged", level=level, service="haircut").location
        if level == "difficult":
            assert self.do(no, "consulted", note="和物业商量好了").location
        assert self.do(no, "dispatched", team=team).location


class Team:
    """A team leader's own phone, with the team's private link."""

    def __init__(self, client: Client, team: str = "barbers"):
        self.client = copy(client)
        self.client.opened = {}
        self.address = client.app.team_links.address(client.app.team_links.issue(team, "王芳"))
        self.hidden = dict(pair.split("=") for pair in urlsplit(self.address).query.split("&"))

    def get(self, no: str = "") -> Answer:
        return self.client.get(self.address + (f"&no={no}" if no else ""))

    def do(self, no: str, kind: str, **typed: str) -> Answer:
        version = str(found(self.client.app, no).version)
        sent = {**self.hidden, "no": no, "do": kind, "version": version, **typed}
        return self.client.post("/team/", sent)


def carried_through(client: Client) -> str:
    """An order that went every way that writes something, and a volunteer beside it."""
    desk, team = Desk(client), Team(client)
    client.post("/api/volunteer", JOIN)
    answer = wish(client, **TOLD)
    no = answer.no
    desk.do(no, "triaged", level="difficult", service="haircut", note="打给 13812345678 问过")
    desk.do(no, "consulted", note="𠮷野家 1 栋")
    desk.do(no, "released", text="独居老人想请人上门理发")
    desk.do(no, "dispatched", team="barbers", note="请带推子")
    team.do(no, "declined", reason="busy", note="𠮷野家太远")
    desk.do(no, "dispatched", team="barbers")
    team.do(no, "accepted", volunteer="team", person="王女士")
    team.do(no, "done", note="𠮷野满意")
    sent = {**client.get(answer.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    client.post("/api/rating", {**sent, "problems": "我是𠮷野，电话 13812345678"})
    desk.do(no, "answered", how="private", text="𠮷野先生，对不起")
    return no


def answered(app: App, name: str, typed: Mapping[str, str]) -> tuple[Form, Answers]:
    """A form of residents and what these answers to it come to."""
    form: Form = app.bundle.forms[name]
    sent = {question: [value] for question, value in typed.items()}
    return form, definition.check(form, sent, app.clock.now.date())


def add_note(client: Client, filed: Answer, text: str = "换到下午") -> None:
    """Add a note to an order on its resident's page."""
    note = client.get(filed.location).form("/api/order", do="note")
    assert client.post("/api/order", {**note, "note": text}).no == filed.no
