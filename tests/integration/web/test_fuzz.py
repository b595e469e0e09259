"""Whatever anybody sends to any route, nothing but a sentence comes of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.app import App
from functions.asgi import ROUTES
from functions.desk.entrance.signing_in import SIGN_IN
from functions.orders.lifecycle.rules import TABLE
from functions.people import volunteers
from functions.people.accounts import ADMINISTRATOR
from functions.web.http import FORM
from tests.support.client import Client
from tests.support.depth import tried
from tests.support.orders import PASSWORD, WISH, Desk, Team, carried_through, wish
from tests.support.servers import PRODUCT

SOURCES = "\n".join(file.read_text() for file in (PRODUCT / "functions").rglob("*.py"))
ASKED = {
    *re.findall(r"""(?:value|get)\("([a-z0-9_]+)\"""", SOURCES),
    *re.findall(r"""^[A-Z]+ = "([a-z]+)"$""", SOURCES, re.MULTILINE),
    *(WISH | dict.fromkeys(volunteers.TABLE)),
    *("last4", "level", "grid", "note", "reason", "volunteer", "person", "into", "text", "how"),
    *("attitude", "skill", "timeliness", "solved", "problems", "column-name", "always-consent"),
}
"""The names that the program reads from requests, as far as its source tells them."""
DOES = {*TABLE, *volunteers.TABLE, *re.findall(r"""(?:case|==) "([a-z]+)\"""", SOURCES)}
HOSTILE = (
    *("", "\0", "%00", "中", "é", "٣", "²", "{x}", "{0.__class__}", "%s", "'\"><b>", "-1", "1e9"),
    *("9" * 5000, "\ufffe", "\ud800", "\u202e", "../..", "0000-00", "2026-13", "2026-11", "null"),
    *("2026-11\0", "a|b", "#", "\n", " ", "[]", "e\u0301" * 100, "9999-99-99T99:99", "true"),
)


@dataclass
class World:
    """A community in which something has happened, and the ways into it."""

    client: Client
    known: Mapping[str, list[str]]
    cookies: Mapping[str, str]
    tokens: Mapping[str, str]


@pytest.fixture
def world(client: Client) -> World:
    app: App = client.app
    orders = [carried_through(client), *[wish(client, detail=f"第 {n} 件").no for n in range(3)]]
    team = Team(client)
    people = {"staff": Desk(client, "李明"), "administrator": Desk(client, "赵敏", ADMINISTRATOR)}
    found = [app.orders.find(no) for no in orders]
    slips = [app.orders.rating_key(order) for order in found if order]
    addresses = [app.orders.address(order) for order in found if order]
    keys = [address.partition("key=")[2] for address in addresses]
    known = {
        "no": [*orders, *[head.no for head in app.store.find(volunteers.KIND)], "nobody"],
        "key": [*keys, *slips, team.hidden["key"]],
        "team": [*app.bundle.teams],
        "service": [*app.bundle.services],
        "do": sorted(DOES),
        "version": [str(n) for n in range(1, 14)],
        "month": ["2026-11", "2026-10"],
        "name": ["新人", "Ｎｅｗ"],
        "state": ["submitted", "triaged", "done", "applied"],
        "role": ["staff", "administrator"],
        "kind": ["wishes", "volunteers", "members", "ratings"],
        "phone": ["13812345678"],
        "last4": ["5678"],
        "password": [PASSWORD],
    }
    return World(
        client,
        known,
        {who: desk.cookie for who, desk in people.items()},
        {who: desk.token for who, desk in people.items()},
    )


VALUES = st.sampled_from(HOSTILE) | st.text(max_size=12)
PAIRS = st.lists(st.tuples(st.sampled_from(sorted(ASKED)), st.booleans(), VALUES), max_size=6)
WHO = st.sampled_from(["stranger", "staff", "administrator"])
CHOSEN = st.fixed_dictionaries(
    {name: st.integers(0, 40) for name in ("no", "key", "do", "team", "kind", "version")}
)
ROUTE = st.sampled_from(sorted(ROUTES))
METHOD = st.sampled_from(["GET", "GET", "POST", "POST", "POST", "HEAD", "PUT"])


def sent(world: World, chosen: Mapping[str, int], pairs: list[tuple[str, bool, str]]) -> str:
    """What a form sends: mostly what it would send, some of it replaced."""
    fields = {name: world.known[name][n % len(world.known[name])] for name, n in chosen.items()}
    for name, is_known, value in pairs:
        fields[name] = world.known[name][0] if is_known and name in world.known else value
    return "&".join(f"{quote_plus(n)}={quote(v, errors='replace')}" for n, v in fields.items())


def ask(
    world: World, who: str, path: str, method: str, chosen: Any, pairs: Any, raw: str = ""
) -> int:
    cookie = {"cookie": world.cookies[who]} if who in world.cookies else {}
    fields = sent(world, chosen, pairs) + raw
    if method != "POST":
        return world.client.send(method, f"{path}?{fields}", None, cookie).status
    token = f"&token={world.tokens[who]}" if who in world.tokens else ""
    headers = {"content-type": FORM, **cookie}
    return world.client.send(method, path, (fields + token).encode(), headers).status


SETTINGS: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@settings(max_examples=30, **SETTINGS)
@given(WHO, ROUTE, METHOD, CHOSEN, PAIRS)
def test_no_request_breaks_a_route(
    world: World, who: str, path: str, method: str, chosen: Any, pairs: Any
) -> None:
    if path != SIGN_IN:
        assert ask(world, who, path, method, chosen, pairs) < 500


@pytest.mark.slow
@settings(max_examples=tried(500, 10_000), **SETTINGS)
@given(WHO, ROUTE, METHOD, CHOSEN, PAIRS, st.sampled_from(["", "", "&%ff=%fe", "&=&&=", "&a"]))
def test_no_request_of_many_breaks_a_route(
    world: World, who: str, path: str, method: str, chosen: Any, pairs: Any, raw: str
) -> None:
    assert ask(world, who, path, method, chosen, pairs, raw) < 500
