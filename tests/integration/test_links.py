"""A link opens one thing, and its key is nowhere afterwards but in a cookie."""

from urllib.parse import parse_qs, urlsplit

from functions.app import App
from functions.web.links import MOST
from tests.support.client import Answer, Client
from tests.support.orders import Desk, Team, found, wish

TLS = {"x-forwarded-proto": "https"}


def opened(client: Client, address: str, **headers: str) -> Answer:
    """What the link itself answers."""
    return client.send("GET", address, None, headers)


def key_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["key"][0]


def test_a_link_is_answered_with_a_cookie_and_the_address_without_its_key(client: Client) -> None:
    filed = wish(client)
    answer = opened(client, filed.location)
    assert answer.location == f"/api/order?no={filed.no}"
    assert answer.headers["cache-control"].startswith("no-store")
    [cookie] = answer.cookies
    name, *flags = cookie.split("; ")
    assert name == f"wudan_order_{filed.no}={key_of(filed.location)}"
    assert flags == ["Path=/", f"Max-Age={90 * 86_400}", "HttpOnly", "SameSite=Lax"]
    page = client.get(answer.location)
    assert (page.status, "请记下这个单号" in page.text) == (200, True)


def test_over_tls_the_cookie_is_the_hosts_own(client: Client) -> None:
    filed = wish(client)
    [cookie] = opened(client, filed.location, **TLS).cookies
    assert cookie.startswith(f"__Host-wudan_order_{filed.no}=")
    assert cookie.endswith("; Secure")
    assert "Domain" not in cookie
    assert client.get(f"/api/order?no={filed.no}", **TLS).status == 200
    # One that was set without TLS may have come from anybody on the way.
    del client.opened[f"__Host-wudan_order_{filed.no}"]
    client.opened[f"wudan_order_{filed.no}"] = key_of(filed.location)
    assert client.get(f"/api/order?no={filed.no}", **TLS).status == 403


def test_several_orders_are_open_in_one_browser_and_the_oldest_goes(app: App) -> None:
    client = Client(app)
    filed = [wish(client) for _ in range(MOST + 2)]
    for each in filed:
        client.get(each.location)
    for each in filed[2:]:
        assert client.get(f"/api/order?no={each.no}").status == 200
    assert not any(client.opened[f"wudan_order_{each.no}"] for each in filed[:2])


def test_a_program_that_keeps_no_cookies_is_answered_at_once(client: Client) -> None:
    filed = wish(client)
    answer = opened(client, filed.location, accept="application/json")
    assert (answer.status, answer.cookies) == (200, ())
    assert '"state": "submitted"' in answer.body
    found_by = {"no": filed.no, "last4": "5678"}
    led = client.post("/api/order", found_by, accept="application/json").location
    assert led == filed.location


def test_without_the_cookie_a_number_opens_nothing_and_number_and_phone_do(client: Client) -> None:
    filed, stranger = wish(client), Client(client.app)
    closed = stranger.get(f"/api/order?no={filed.no}")
    other = stranger.get("/api/order?no=2345678900")
    assert (closed.status, other.status) == (403, 403)
    assert "Cookie" in closed.text
    assert closed.text == other.text
    sent = {**closed.form("/api/order"), "last4": "5678"}
    wrong = stranger.post("/api/order", {**sent, "last4": "0000"})
    assert wrong.status == 422
    page = stranger.post("/api/order", {**wrong.form("/api/order"), "last4": "5678"})
    assert (page.status, page.cookies) == (200, ())
    # Without cookies each step is answered with the page itself.
    note = {**page.form("/api/order", do="note"), "note": "门口在修路"}
    for _ in range(2):
        page = stranger.post("/api/order", note)
        assert (page.status, page.text.count("门口在修路")) == (200, 1)
    assert stranger.post("/api/order", page.form("/api/order", do="cancel")).status == 200
    assert found(client.app, filed.no).state == "cancelled"


def test_a_cookie_alone_does_nothing_for_another_site(client: Client) -> None:
    filed = wish(client)
    client.get(filed.location)
    assert client.opened
    assert client.post("/api/order", {"no": filed.no, "do": "cancel"}).status == 404
    team = Team(client)
    team.get()
    forged = {"team": "barbers", "no": filed.no, "do": "accepted"}
    assert client.post("/team/", forged).status == 403


def test_number_and_phone_lead_on_without_a_key_in_the_address(client: Client) -> None:
    filed = wish(client)
    client.opened.clear()
    answer = client.post("/api/order", {"no": filed.no, "last4": "5678"})
    assert answer.location == f"/api/order?no={filed.no}"
    assert client.get(answer.location).status == 200


def test_a_teams_link_opens_its_pages_without_the_key_in_any_address(client: Client) -> None:
    filed, desk, team = wish(client), Desk(client), Team(client)
    desk.dispatched(filed.no)
    answer = opened(client, team.address + f"&no={filed.no}")
    assert answer.location == f"/team/?team=barbers&no={filed.no}"
    for address in (answer.location, "/team/?team=barbers"):
        page = client.get(address)
        assert page.status == 200
        links = [node.attributes["href"] or "" for node in page.page.css("a[href]")]
        assert not [link for link in links if "key=" in link]
    assert team.do(filed.no, "accepted", volunteer="team").location == answer.location


def test_a_team_browser_without_the_cookie_is_told(client: Client) -> None:
    Team(client)
    answer = client.get("/team/?team=barbers")
    assert answer.status == 403
    assert "Cookie" in answer.text
