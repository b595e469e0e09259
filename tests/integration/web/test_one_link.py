"""What somebody reaches who has the repository, all order numbers and one link: that order."""

from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from selectolax.lexbor import LexborNode

from functions.app import App
from functions.asgi import ROUTES
from functions.orders import repository
from tests.support.client import Answer, Client
from tests.support.orders import DONE, JOIN, Desk, Team, found, move, wish

OTHERS = {
    "name": "王秘密",
    "detail": "只有她自己知道的心愿",
    "phone": "139 7777 8888",
    "address": "秘密里 9 号",
}
SECRETS = (*OTHERS.values(), "+8613977778888", "王女士")


@pytest.fixture
def client(app_on_each_engine: App) -> Client:
    return Client(app_on_each_engine)


@pytest.fixture
def town(client: Client) -> tuple[str, str]:
    """The one order and one that is somebody else's, both in the hands of the same team."""
    one, other = wish(client), wish(client, **OTHERS)
    client.post("/api/volunteer", JOIN)
    for each in (one, other):
        move(client.app, each.no, *DONE)
    return one.no, other.no


def links_to(client: Client, no: str) -> Iterator[str]:
    """The resident's link, and the one of her slip."""
    order = found(client.app, no)
    yield client.app.orders.address(order)
    yield f"/rate/?no={no}&key={client.app.orders.rating_key(order)}"


def addresses(address: str, answer: Answer) -> set[str]:
    """Where a page leads, and what its forms send to."""
    found_ = [(node, "href") for node in answer.page.css("[href]")]
    found_ += [(node, "action") for node in answer.page.css("form[action]")]
    return {urljoin(address, node.attributes[name] or "") for node, name in found_}


def crawled(browser: Client, first: str, numbers: list[str]) -> Iterator[tuple[str, Answer]]:
    """Whatever one link leads to, and every route with every number, all with the same cookies
    and the same key; and every form of it sent for all numbers but the first, which is its own."""
    key = first.partition("key=")[2]
    tried = [f"{path}?{query}" for path in ROUTES for query in ("", f"key={key}")]
    tried += [
        f"{path}?no={no}{more}" for path in ROUTES for no in numbers for more in ("", f"&key={key}")
    ]
    tried += [
        f"/team/?team=barbers&key={key}",
        f"/team/slip/?team=barbers&key={key}&no={numbers[0]}",
    ]
    waiting, seen = [first, *tried], set[str]()
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen or urlsplit(address).path not in ROUTES:
            continue
        seen.add(address)
        answer = browser.get(address)
        yield f"GET {address}", answer
        if "text/html" not in answer.headers["content-type"]:
            continue
        waiting += addresses(address, answer)
        for form in answer.page.css("form[action]"):
            for no in numbers[1:]:
                yield sent(browser, form, no)


def sent(browser: Client, form: LexborNode, no: str) -> tuple[str, Answer]:
    """A form as it was drawn, but for another number."""
    typed = {
        field.attributes["name"] or "": field.attributes.get("value") or ""
        for field in form.css("input[name], button[name]")
    }
    action = form.attributes["action"] or ""
    return f"POST {action} {typed}", browser.post(action, {**typed, "no": no, "last4": "0000"})


@pytest.mark.slow
def test_one_link_reaches_nothing_but_its_order(client: Client, town: tuple[str, str]) -> None:
    one, other = town
    Desk(client)
    Team(client)
    assert {head.no for head in client.app.store.find(repository.KIND)} == {*town}
    before, key = client.app.store.events(other), client.app.orders.key(found(client.app, other))
    for first in links_to(client, one):
        mine = 0
        for what, answer in crawled(Client(client.app), first, [one, other]):
            assert answer.status < 500, what
            mine += one in answer.body
            for secret in SECRETS:
                assert secret not in answer.body, what
            assert key not in f"{answer.body} {answer.headers}", what
        assert mine
    assert client.app.store.events(other) == before


def test_after_a_link_no_page_shows_its_key_in_an_address(
    client: Client, town: tuple[str, str]
) -> None:
    one, _ = town
    team, browser = Team(client), Client(client.app)
    firsts = [(browser, first) for first in links_to(client, one)]
    for each, first in [
        *firsts,
        (team.client, team.address),
        (team.client, f"{team.address}&no={one}"),
    ]:
        opening = each.send("GET", first, None, {})
        assert "key=" not in opening.location
        page = each.get(opening.location)
        assert page.status == 200
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not [there for there in addresses(opening.location, page) if "key=" in there]
