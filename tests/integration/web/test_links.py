"""A link opens one thing, and its key is nowhere afterwards but in a cookie."""

from json import loads
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.app import App
from functions.orders.lifecycle.order import Order
from functions.orders.repository import Step
from functions.storage.history import Change, Event
from functions.storage.vault import fingerprint
from functions.web.links import MOST
from tests.support.client import Answer, Client
from tests.support.orders import DONE, JOIN, WISH, Desk, Team, found, move, wish

TLS = {"x-forwarded-proto": "https"}


def opened(client: Client, address: str, **headers: str) -> Answer:
    """What the link itself answers."""
    return client.send("GET", address, None, headers)


def key_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["key"][0]


def rating_key(client: Client, no: str) -> str:
    return client.app.orders.rating_key(found(client.app, no))


def test_a_link_is_answered_with_a_cookie_and_the_address_without_its_key(client: Client) -> None:
    filed = wish(client)
    answer = opened(client, filed.location)
    assert answer.location == f"/api/order?no={filed.no}"
    assert answer.headers["cache-control"].startswith("no-store")
    [cookie] = answer.cookies
    name, *flags = cookie.split("; ")
    assert name == f"wudan_order_{filed.no}={key_of(filed.location)}"
    assert flags == [f"Max-Age={90 * 86_400}", "HttpOnly", "SameSite=Lax", "Path=/"]
    page = client.get(answer.location)
    assert (page.status, "请记下这个单号" in page.text) == (200, True)


def test_what_digits_opened_ends_when_the_browser_is_closed(client: Client) -> None:
    filed = wish(client)
    answer = client.post("/api/order", {"no": filed.no, "last4": "5678"})
    [cookie] = answer.cookies
    assert cookie.startswith(f"wudan_order_{filed.no}=")
    assert "Max-Age" not in cookie
    note = client.get(answer.location).form("/api/order", "note")
    [again] = client.post("/api/order", {**note, "note": "换到下午"}).cookies
    assert "Max-Age" not in again


@pytest.mark.parametrize(
    ("form", "typed", "place"),
    [("/api/order", WISH, "请记下这个单号"), ("/api/volunteer", JOIN, "您自己的链接")],
)
def test_what_is_open_is_closed_for_whoever_uses_the_computer_next(
    client: Client, form: str, typed: dict[str, str], place: str
) -> None:
    filed = client.post("/api/wish" if form == "/api/order" else form, typed)
    address = f"{form}?no={filed.no}"
    page = client.get(filed.location)
    assert page.status == 200
    closed = client.post(form, page.form(form, "close"))
    assert (closed.status, "已经关掉了" in closed.text) == (200, True)
    assert [cookie.partition("; HttpOnly")[0] for cookie in closed.cookies] == [
        f"wudan_{form.rpartition('/')[2]}_{filed.no}=; Max-Age=0"
    ]
    after = client.get(address)
    assert (after.status == 200, place in after.body) == (False, False)


def test_a_browser_that_keeps_nothing_is_offered_no_closing(client: Client) -> None:
    filed = wish(client)
    page = client.post("/api/order", {"no": filed.no, "last4": "5678", "here": "yes"})
    assert page.page.css_first('[name=do][value="note"]')
    assert not page.page.css_first('[name=do][value="close"]')


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


@pytest.mark.slow
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


def test_a_resident_replaces_her_link_and_the_old_ones_are_dead(client: Client) -> None:
    filed, thief = wish(client), Client(client.app)
    move(client.app, filed.no, *DONE)
    slip = f"/rate/?no={filed.no}&key={rating_key(client, filed.no)}"
    assert thief.get(filed.location).status == 200
    form = client.get(filed.location).form("/api/order", do="relink")
    for _ in range(2):  # A second tap on the button.
        answer = client.post("/api/order", form)
        assert answer.location == f"/api/order?no={filed.no}"
        assert "您换了新链接" in client.get(answer.location).text
    assert found(client.app, filed.no).issued == 2
    assert thief.get(filed.location).status == 404
    assert thief.get(f"/api/order?no={filed.no}").status == 403
    assert thief.post("/api/order", {**form, "once": "", "do": "cancel"}).status == 404
    assert "last4" in thief.get(slip).form("/api/rating")
    new = client.app.orders.address(found(client.app, filed.no))
    assert new != filed.location
    assert thief.get(f"/rate/?no={filed.no}&key={rating_key(client, filed.no)}").status == 200


def test_who_replaced_a_link_gets_no_later_one_by_sending_it_again(client: Client) -> None:
    filed, thief, json = wish(client), Client(client.app), {"accept": "application/json"}
    sent = {**thief.get(filed.location).form("/api/order", do="relink"), "once": "x"}
    taken = thief.post("/api/order", sent, **json).location
    assert key_of(taken)
    assert thief.post("/api/order", sent, **json).location == taken
    keyless = {**sent, "key": ""}
    assert thief.post("/api/order", keyless, **json).status == 404
    Desk(Client(client.app)).do(filed.no, "relinked")
    for again in (sent, keyless, {**sent, "key": key_of(taken)}):
        for accept in (json, {}):
            assert thief.post("/api/order", again, **accept).status == 404


def test_a_wish_sent_again_after_its_link_was_replaced_tells_the_number_only(
    client: Client,
) -> None:
    json, answers = {"accept": "application/json"}, {**WISH, "once": "drawn once"}
    first, again = (loads(client.post("/api/wish", answers, **json).body) for _ in range(2))
    assert first == again
    assert key_of(first["track"])
    Desk(Client(client.app)).do(first["no"], "relinked")
    later = loads(client.post("/api/wish", answers, **json).body)
    assert later == {"no": first["no"], "track": f"/api/order?no={first['no']}"}


def test_a_phone_changed_by_the_link_alone_does_not_lock_the_resident_out(client: Client) -> None:
    filed, thief = wish(client), Client(client.app)
    form = thief.get(filed.location).form("/api/order", do="correct")
    assert thief.post("/api/order", {**form, "phone": "13900004321"}).status == 303
    assert client.app.personal.contact(filed.no)["phone"][-4:] == "4321"
    assert thief.post("/api/order", {"no": filed.no, "key": form["key"], "do": "relink"}).location
    client.opened.clear()
    assert client.post("/api/order", {"no": filed.no, "last4": "5678"}).status == 303
    assert client.post("/api/order", {"no": filed.no, "last4": "0000"}).status == 422


def test_staff_end_a_link_without_seeing_a_new_one(client: Client) -> None:
    filed, desk = wish(client), Desk(client)
    assert desk.do(filed.no, "relinked").location
    page = desk.get(f"/desk/order/?no={filed.no}")
    assert "换链接 社区 王芳" in page.text
    assert client.app.orders.key(found(client.app, filed.no)) not in page.body
    assert client.get(filed.location).status == 404
    led = client.post("/api/order", {"no": filed.no, "last4": "5678"})
    assert "社区把以前的链接作废了" in client.get(led.location).text


def test_links_are_dead_after_erasing(client: Client) -> None:
    filed = wish(client)
    client.get(filed.location)
    move(client.app, filed.no, "cancelled", "erased")
    assert client.get(filed.location).status == 404
    assert client.get(f"/api/order?no={filed.no}").status == 403
    slip = f"/rate/?no={filed.no}&key={rating_key(client, filed.no)}"
    assert "last4" in client.get(slip).form("/api/rating")


def test_links_from_before_there_were_versions_open_until_they_are_replaced(client: Client) -> None:
    app, no, at = client.app, "2345678900", client.app.clock.now.isoformat()
    old = app.vault.tracking_key(no, 0)
    data = {"service": "haircut", "wording": "w", "key": fingerprint(old)}
    step = Step(Event("submitted", "resident", at, data), {"phone": "+8613812345678"})
    order = app.orders.move(Order(no), step)
    assert order.issued == 0
    assert app.orders.address(order) == f"/api/order?no={no}&key={old}"
    assert client.get(app.orders.address(order)).status == 200
    move(app, no, *DONE)
    slip = rating_key(client, no)
    assert len(slip) == 22
    assert "last4" not in client.get(f"/rate/?no={no}&key={slip}").form("/api/rating")
    Desk(client).do(no, "relinked")
    assert client.get(app.orders.address(order)).status == 404
    assert client.get(app.orders.address(found(app, no))).status == 200
    assert len(rating_key(client, no)) == 32


def test_a_teams_link_from_before_there_were_versions_opens_until_it_is_replaced(
    client: Client,
) -> None:
    app, links = client.app, client.app.team_links
    head = links.issue("barbers", "王芳")
    assert len(key_of(links.address(head))) == 32
    del head.data["version"]
    app.store.commit(Change(head, []))
    former = links.address(head)
    assert len(key_of(former)) == 22
    assert client.get(former).status == 200
    assert client.get(links.address(links.issue("barbers", "王芳"))).status == 200
    assert client.get(former).status == 403
