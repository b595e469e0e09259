"""Who reaches what: each role at each route by each method, with its own keys and with others'."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from functions.asgi import ROUTES
from functions.context.drafts import Draft
from functions.orders.lifecycle.rules import TABLE
from functions.people import accounts, volunteers
from functions.people.accounts import ADMINISTRATOR
from functions.web.http import FORM
from tests.support.client import Answer, Client
from tests.support.orders import JOIN, PASSWORD, Desk, Team, wish
from tests.support.workbooks import upload, workbook

EVERYBODY = (
    *("stranger", "resident", "volunteer", "team", "signed out", "clerk", "administrator"),
)
STAFF = ("clerk", "administrator")
OUTSIDE = EVERYBODY[:-2]
PAGES = (
    *("/desk/triage/", "/desk/dispatch/", "/desk/held/", "/desk/import/", "/desk/wish/"),
    *("/desk/messages/", "/desk/order/", "/desk/people/", "/desk/person/", "/desk/teams/"),
    *("/desk/sheets/", "/desk/password/", "/desk/sign-out/"),
)
"""Pages of the desk with a form."""
WHO: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    # Forms that everybody may fill in, and what finds an order by number and phone.
    ("GET", EVERYBODY, ("/wish/", "/join/", "/track/", "/rate/", "/health", "/desk/sign-in/")),
    ("GET", EVERYBODY, ("/api/search",)),
    ("POST", EVERYBODY, ("/api/wish", "/api/order", "/api/volunteer")),
    ("POST", EVERYBODY, ("/desk/sign-in/",)),
    # A key that is sent has to be one of the order's.
    ("POST", ("stranger", "resident", "signed out", *STAFF), ("/api/rating",)),
    # What a link opens.
    ("GET", ("resident",), ("/api/order",)),
    ("GET", ("volunteer",), ("/api/volunteer",)),
    ("GET", ("team",), ("/team/", "/team/slip/")),
    ("POST", ("team",), ("/team/",)),
    # The station.
    ("GET", STAFF, ("/desk/", "/desk/find/", "/desk/slip/", "/desk/rating-slip/")),
    ("GET", STAFF, ("/desk/report/", "/desk/report/text/", "/desk/report/paper/")),
    ("GET", STAFF, ("/desk/sheets/template.xlsx",)),
    ("GET", STAFF, PAGES),
    ("POST", STAFF, PAGES),
    ("POST", STAFF, ("/desk/sheets/orders.xlsx", "/desk/sheets/ratings.xlsx")),
    ("POST", STAFF, ("/desk/sheets/volunteers.xlsx", "/desk/sheets/report.xlsx")),
    ("POST", STAFF, ("/desk/sheets/report.docx", "/desk/report/text/")),
    ("GET", STAFF, ("/desk/drafts/", "/desk/drafts/page/", "/desk/drafts/picture/")),
    ("GET", ("administrator",), ("/desk/audit/", "/desk/staff/")),
    ("POST", ("administrator",), ("/desk/clock/", "/desk/staff/")),
)
"""Who is answered by each method at which routes; all others are told that it is not for them."""
REACH = {(method, path): people for method, people, paths in WHO for path in paths}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post")
DOES = sorted(
    {*TABLE, *volunteers.TABLE, *("mine", "copy", "erase", "leave", "correct", "relink", "ask")}
    | {"cancel", "note", "restore", "reopen", "renew", "check", "edit"}
)
SECRET = {
    "name": "欧阳女士",
    "phone": "13700001111",
    "address": "9 栋 8 单元 777",
    "detail": "不让别人知道的事",
}
"""What nobody outside the station is shown who has not the link of this order."""


class Unpublished:
    """A site on which something waits."""

    mistakes = ()

    def listed(self) -> list[Draft]:
        return []

    def page(self, name: str, pictures: str) -> str:
        return "还没有发布"

    def picture(self, file: str) -> tuple[str, bytes]:
        return "image/jpeg", b""


@dataclass
class Role:
    """A browser with the keys that it has, which it sends with every request."""

    client: Client
    cookie: str = ""
    own: Mapping[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: str) -> Answer:
        fields, headers = urlencode({**self.own, **more}), {"cookie": self.cookie}
        if method != "POST":
            return self.client.send(method, f"{path}?{fields}", None, headers)
        headers |= {"content-type": FORM, "sec-fetch-site": "same-origin"}
        return self.client.send(method, path, fields.encode(), headers)


@dataclass
class World:
    """``numbers`` are what staff ask for at a path, in place of an order of the team's."""

    roles: Mapping[str, Role]
    numbers: Mapping[str, str]
    victims: Mapping[str, str]


def linked(client: Client, address: str) -> Role:
    """Who opened this link."""
    browser = Client(client.app)
    assert browser.get(address).status == 200
    return Role(browser, own=dict(parse_qsl(urlsplit(address).query)))


NAMED = {"team": "barbers", "kind": "wishes"}


def station(client: Client, name: str, role: str, no: str) -> Role:
    desk = Desk(Client(client.app), name, role)
    return Role(desk.client, desk.cookie, {**NAMED, "token": desk.token, "no": no})


@pytest.fixture
def world(client: Client) -> World:
    client.app.drafts = Unpublished()
    desk, team = Desk(client, "小陈"), Team(client)
    served = wish(client)
    desk.dispatched(served.no)
    team.do(served.no, "accepted", volunteer="team", person="王女士")
    team.do(served.no, "done")
    victim, hers = wish(client, **SECRET), wish(client)
    staged = upload(desk, "wishes", workbook(["服务"], ["理发"])).no
    secret = {**JOIN, "name": SECRET["name"], "phone": SECRET["phone"]}
    numbers = [client.post("/api/volunteer", sent).no for sent in (JOIN, secret)]
    team.get()
    left = station(client, "小李", accounts.STAFF, served.no)
    left.ask("POST", "/desk/sign-out/")
    roles = {
        "stranger": Role(Client(client.app)),
        "resident": linked(client, hers.location),
        "volunteer": linked(client, client.app.volunteers.address(numbers[0], 0)),
        "team": Role(team.client, own={**team.hidden, "no": served.no}),
        "signed out": left,
        "clerk": station(client, "李明", accounts.STAFF, served.no),
        "administrator": station(client, "赵敏", ADMINISTRATOR, served.no),
    }
    victims = {"/api/order": victim.no, "/api/volunteer": numbers[1]}
    return World(roles, {"/desk/person/": numbers[1], "/desk/import/": staged}, victims)


def test_the_table_names_every_route_and_method_once() -> None:
    assert {*REACH} == {(method, path) for path, methods in ROUTES.items() for method in methods}
    assert len(REACH) == sum(len(paths) for _, _, paths in WHO)


AWAY = ("/track/", "/join/", "/join/thanks/")
"""Where somebody is led who asks for what no link of theirs opens."""


def is_shut(answer: Answer) -> bool:
    """Whether nothing was there for whoever asked."""
    return answer.status in (403, 404) or answer.headers.get("location", "") in AWAY


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_each_role_is_answered_where_the_table_says_and_nowhere_else(
    world: World, who: str
) -> None:
    role, wrong = world.roles[who], []
    for path in sorted(ROUTES, key=lambda each: (each == "/desk/sign-out/", each)):
        more = {"no": world.numbers[path]} if who in STAFF and path in world.numbers else {}
        for method in METHODS:
            answer = role.ask(method, path, **more)
            people = REACH.get(("GET" if method == "HEAD" else method, path))
            if people is None:
                right = answer.status == 405
            else:
                right = is_shut(answer) == (who not in people) and answer.status not in (405, 500)
            if not right:
                wrong.append((method, path, answer.status))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("who", OUTSIDE)
def test_nobody_outside_the_station_reaches_what_is_anothers(
    world: World, client: Client, who: str
) -> None:
    """Whatever step they ask for, with the keys that they have and another's number."""
    role, store = world.roles[who], client.app.store
    before = {no: store.head(no) for no in world.victims.values()}
    for method, path in REACH.keys() - {("POST", "/desk/sign-in/")}:
        steps = DOES if method == "POST" and not path.startswith("/desk/") else ("erased",)
        no = world.victims.get(path, world.victims["/api/order"])
        for do in steps:
            answer = role.ask(method, path, no=no, do=do, last4="5678", version="1")
            told = [name for name, text in SECRET.items() if text in answer.body]
            assert (method, path, do, told) == (method, path, do, [])
    assert {no: store.head(no) for no in before} == before


@pytest.mark.parametrize("do", ["add", "reset", "role", "disable"])
def test_only_administrators_change_an_account(world: World, client: Client, do: str) -> None:
    find = client.app.store.find
    before = find(accounts.KIND, limit=100)
    sent = {"do": do, "name": "小陈", "role": ADMINISTRATOR, "sure": "yes", "proof": PASSWORD}
    for who in EVERYBODY[:-1]:
        assert world.roles[who].ask("POST", "/desk/staff/", **sent).status == 403
        assert find(accounts.KIND, limit=100) == before
