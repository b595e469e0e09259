"""By which door a rating came, and who may not come by any."""

import io
import json
from typing import Any

import openpyxl
import pytest

from functions.app import App
from tests.support.client import Answer, Client
from tests.support.orders import JOIN, RATING, Desk, Team, found, wish


@pytest.fixture
def done(client: Client) -> Answer:
    """An order that the team of barbers reported done, under a clean browser."""
    filed, team = wish(client), Team(client)
    Desk(client).dispatched(filed.no)
    team.do(filed.no, "accepted", volunteer="team", person="王女士")
    team.do(filed.no, "done")
    return filed


def slip_of(client: Client, no: str) -> str:
    return f"/rate/?no={no}&key={client.app.orders.rating_key(found(client.app, no))}"


def sent_by(client: Client, door: str, done: Answer) -> dict[str, Any]:
    """What a resident sends who comes by this door."""
    if door == "slip":
        return {**client.get(slip_of(client, done.no)).form("/api/rating"), **RATING}
    if door == "link":
        return {**client.get(done.location).form("/api/rating"), **RATING}
    return {"no": done.no, "last4": "5678", **RATING}


DOORS = {"slip": "凭评单小票", "link": "凭居民的链接", "digits": "凭单号和手机尾号"}


@pytest.mark.parametrize("door", DOORS)
def test_each_rating_says_by_which_door_it_came(client: Client, done: Answer, door: str) -> None:
    # What a sender claims does not count.
    sent = {**sent_by(client, door, done), "source": "paper"}
    assert client.post("/api/rating", sent).status == 303
    assert client.app.store.events(done.no)[-1].data["source"] == door
    desk = Desk(client, "李明")
    assert f"居民（{DOORS[door]}）" in desk.get(f"/desk/order/?no={done.no}").text
    book = desk.post("/desk/sheets/ratings.xlsx", {"month": ""})
    sheet = openpyxl.load_workbook(io.BytesIO(book.raw)).worksheets[0]
    assert DOORS[door] in [cell for row in sheet.values for cell in row]


@pytest.mark.parametrize("cookies", [True, False])
def test_a_rating_on_a_page_opened_by_number_and_digits_says_so(
    client: Client, done: Answer, cookies: bool
) -> None:
    browser, here = Client(client.app), {} if cookies else {"here": "yes"}
    opened = browser.post("/api/order", {"no": done.no, "last4": "5678", **here})
    page = browser.get(opened.location) if cookies else opened
    assert browser.post("/api/rating", {**page.form("/api/rating"), **RATING}).status == 303
    assert client.app.store.events(done.no)[-1].data["source"] == "digits"


def test_a_slip_hands_over_no_right_of_the_resident(client: Client, done: Answer) -> None:
    sent, key = sent_by(client, "slip", done), client.app.orders.key(found(client.app, done.no))
    thanks = client.get(client.post("/api/rating", sent).location)
    assert "谢谢您" in thanks.text
    again = client.post("/api/rating", {**sent, "skill": "1"})
    assert again.status == 409
    slip = client.app.orders.rating_key(found(client.app, done.no))
    program = client.post("/api/rating", sent, accept="application/json")
    assert json.loads(program.body) == {"no": done.no}
    for answer in (thanks, again, program):
        assert key not in answer.body
    for do in ("cancel", "note", "reopen", "ask"):
        assert client.post("/api/order", {"no": done.no, "key": slip, "do": do}).status == 404
    assert client.get(f"/api/order?no={done.no}&key={slip}").status == 404


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ["team", "staff", "signed out", "over TLS"])
def test_who_did_the_work_rates_it_by_no_door(
    client: Client, done: Answer, door: str, who: str
) -> None:
    sent, browser = sent_by(client, door, done), Client(client.app)
    headers: dict[str, str] = {}
    if who == "team":
        team = Team(client)
        team.get()
        browser = team.client
    else:
        name = {"staff": "wudan_desk", "signed out": "wudan_device"}.get(who, "__Host-wudan_desk")
        headers["cookie"] = f"{name}=x"
    refused = browser.post("/api/rating", sent, **headers)
    assert (refused.status, "办事的人不评自己的活" in refused.text) == (409, True)
    assert found(client.app, done.no).state == "done"
    assert browser.get(slip_of(client, done.no), **headers).status == 409
    page = browser.get(done.location, **headers)
    assert page.page.css_first('form[action="/api/rating"]') is None
    assert client.post("/api/rating", sent).status == 303


def test_a_volunteer_who_did_it_rates_it_by_no_door_and_takes_no_step(
    client: Client, app: App
) -> None:
    filed, team, browser = wish(client), Team(client), Client(app)
    joined = browser.post("/api/volunteer", JOIN).no
    desk = Desk(client)
    desk.post("/desk/person/", {"no": joined, "do": "approved", "team": "barbers"})
    desk.dispatched(filed.no)
    team.do(filed.no, "accepted", volunteer=joined)
    team.do(filed.no, "done")
    assert browser.get(app.volunteers.address(joined)).status == 200
    for door in DOORS:
        assert browser.post("/api/rating", sent_by(client, door, filed)).status == 409
    key = {"no": filed.no, "key": app.orders.key(found(app, filed.no))}
    assert browser.post("/api/order", {**key, "do": "relink"}).status == 409
    page = browser.get(filed.location)
    assert page.page.css_first('form[action="/api/rating"]') is None
    assert client.post("/api/rating", sent_by(client, "link", filed)).status == 303


@pytest.mark.parametrize("forged", ["yes", "x" * 32])
def test_who_has_the_link_alone_cannot_claim_the_digits(
    client: Client, app: App, done: Answer, forged: str
) -> None:
    key = app.orders.key(found(app, done.no))
    cookie = f"wudan_order_{done.no}={key}.{forged}"
    sent = {"no": done.no, "key": key, "here": forged, **RATING}
    assert Client(app).post("/api/rating", sent, cookie=cookie).status == 303
    assert app.store.events(done.no)[-1].data["source"] == "link"


@pytest.mark.parametrize("who", ["team", "staff"])
def test_who_does_the_work_takes_no_step_of_the_residents(
    client: Client, done: Answer, who: str
) -> None:
    browser, key = Client(client.app), client.app.orders.key(found(client.app, done.no))
    headers = {"cookie": "wudan_desk=x"} if who == "staff" else {}
    if who == "team":
        browser = (team := Team(client)).client
        team.get()
    before = client.app.store.events(done.no)
    proof = {"no": done.no, "last4": "5678"}
    steps = ("note", "correct", "cancel", "reopen", "relink", "mine", "copy", "erase")
    for sent in (proof, *({**proof, "key": key, "do": do, "note": "x"} for do in steps)):
        refused = browser.post("/api/order", sent, **headers)
        assert (refused.status, refused.cookies) == (409, ())
        assert "这一步要居民自己办" in refused.text
        assert refused.page.css_first('a[href="/desk/"]')
        assert key not in refused.body
    assert client.app.store.events(done.no) == before
    page = browser.get(done.location, **headers)
    offered = [node.attributes["value"] for node in page.page.css("form [name=do]")]
    assert offered == ["ask", "close"]
    assert client.post("/api/order", proof).status == 303


def test_a_browser_of_another_team_rates_its_own_wish(client: Client, done: Answer) -> None:
    menders = Team(client, "menders")
    menders.get()
    assert menders.client.post("/api/rating", sent_by(client, "link", done)).status == 303


def test_a_browser_at_which_staff_signed_in_is_known_on_all_pages(client: Client) -> None:
    name = "王芳"
    Desk(client, name)
    sent = {"name": name, "password": "abcd-efgh-jkmn-pqrs"}
    cookies = client.post("/desk/sign-in/", sent).cookies
    assert [each.endswith("Path=/") for each in cookies if each.startswith("wudan_device")] == [
        True
    ]


def test_neither_desk_nor_team_is_shown_a_key_of_the_resident(client: Client, done: Answer) -> None:
    desk, team = Desk(client, "李明"), Team(client)
    order = found(client.app, done.no)
    pages = [
        desk.get(f"/desk/order/?no={done.no}"),
        desk.get(f"/desk/slip/?no={done.no}"),
        desk.get(f"/desk/rating-slip/?no={done.no}"),
        team.get(done.no),
        team.client.get(f"/team/slip/?team=barbers&no={done.no}"),
    ]
    assert {page.status for page in pages} == {200}
    for page in pages:
        for key in (client.app.orders.key(order), client.app.orders.rating_key(order)):
            assert key not in page.body
    assert [("<svg" in page.body) for page in pages] == [False, False, True, False, True]


def test_a_slip_is_there_only_while_the_order_can_be_rated(client: Client, done: Answer) -> None:
    desk, other = Desk(client, "李明"), wish(client)
    assert desk.get(f"/desk/rating-slip/?no={other.no}").status == 404
    assert (
        Team(client, "menders").client.get(f"/team/slip/?team=menders&no={done.no}").status == 403
    )
    assert client.post("/api/rating", sent_by(client, "slip", done)).status == 303
    assert desk.get(f"/desk/rating-slip/?no={done.no}").status == 404
