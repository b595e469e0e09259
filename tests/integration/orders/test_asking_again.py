"""An order has ended: its page leads on, and the same is asked for again with few touches."""

import pytest

from functions.app import App
from functions.forms import order_number
from functions.web import signs
from tests.support.client import Answer, Client
from tests.support.orders import DONE, JOIN, WISH, Desk, found, move, wish

LEADS_ON = [DONE, (*DONE, "closed"), ("rejected",), ("cancelled",), ("lapsed",)]


def ask_again(client: Client, page: Answer) -> Answer:
    return client.post("/api/order", page.form("/api/order", do="ask"))


def ended(client: Client, *way: str) -> Answer:
    """The page of an order that went this way."""
    answer = wish(client, date="2026-12-07")
    move(client.app, answer.no, *way)
    return client.get(answer.location)


def personal(app: App, no: str) -> dict[str, str]:
    contact = app.personal.contact(no)
    return {name: contact[name] for name in ("detail", "name", "phone", "address")}


@pytest.mark.parametrize("way", LEADS_ON, ids=lambda way: way[-1])
def test_the_page_of_an_ended_order_leads_on(client: Client, way: tuple[str, ...]) -> None:
    page = ended(client, *way)
    section = page.page.css_first("#again")
    assert section is not None
    assert {a.attributes["href"] for a in section.css("a")} == {"/menu/", "tel:0773-0000000"}
    assert "照这一单再提一次" in section.text()


def test_the_page_of_a_merged_order_leads_on(client: Client) -> None:
    answer, other, desk = wish(client), wish(client, phone="139 1234 5678"), Desk(client)
    desk.do(answer.no, "merged", into=other.no)
    assert "照这一单再提一次" in client.get(answer.location).text


def test_the_page_of_an_order_under_way_does_not(client: Client) -> None:
    for way in ((), *[DONE[:size] for size in (1, 2, 3)]):
        assert not ended(client, *way).page.css("#again")


def test_what_was_asked_is_asked_again_as_an_order_of_its_own(client: Client) -> None:
    first = wish(client, date="2026-11-24")
    move(client.app, first.no, *DONE, "closed")
    form = ask_again(client, client.get(first.location)).form("/api/wish")
    assert {"phone", "date", "consent"}.isdisjoint(name for name, v in form.items() if any(v))
    sent = {**form, "phone": "138 1234 5678", "consent": "yes", "do": "check"}
    check = client.post("/api/wish", sent)
    assert "请核对一遍" in check.text
    second = client.post("/api/wish", check.form("/api/wish"))
    assert second.no != first.no
    assert personal(client.app, second.no) == personal(client.app, first.no)
    assert (found(client.app, second.no).service, found(client.app, second.no).wished) == (
        "haircut",
        "",
    )
    assert found(client.app, first.no).state == "closed"


def test_what_was_corrected_is_asked_again_as_it_was_corrected(client: Client) -> None:
    desk, answer = Desk(client), wish(client)
    form = desk.get(f"/desk/order/?no={answer.no}").form("/desk/order/", do="corrected")
    sent = {**form, "detail": "坐着理", "service": "mending"}
    assert client.post("/desk/order/", sent, cookie=desk.cookie).location
    move(client.app, answer.no, "cancelled")
    again = ask_again(client, client.get(answer.location)).form("/api/wish")
    assert (again["detail"], again["service"]) == (["坐着理"], ["mending"])


def test_only_the_key_leads_to_what_was_asked_and_no_address_holds_it(client: Client) -> None:
    page = ended(client, "cancelled")
    sent = page.form("/api/order", do="ask")
    assert client.post("/api/order", {**sent, "key": "x"}).status == 404
    assert client.post("/api/order", {**sent, "key": ""}).status == 404
    assert "13812345678" not in client.post("/api/order", sent).body
    answer = client.post("/api/order", sent)
    assert "no-store" in answer.headers["cache-control"]
    assert "location" not in answer.headers


def test_what_was_erased_is_not_asked_for_again(client: Client) -> None:
    desk, answer = Desk(client), wish(client)
    desk.do(answer.no, "cancelled")
    desk.do(answer.no, "erased")
    sent = {"do": "ask", "no": answer.no, "key": answer.location.split("key=")[1]}
    assert client.post("/api/order", sent).status == 404


def test_the_same_answers_after_it_was_called_off_are_not_said_to_be_under_way(
    client: Client,
) -> None:
    first = wish(client)
    client.get(first.location)
    move(client.app, first.no, "cancelled")
    drawn = client.get("/wish/").form("/api/wish")
    page = client.post("/api/wish", {**drawn, **WISH, "do": "check"})
    assert "不用再提" not in page.text
    assert "已取消，现在不办了" in page.text
    assert "恢复这一单" in page.text
    second = client.post("/api/wish", page.form("/api/wish"))
    assert found(client.app, second.no).state == "submitted"
    client.get(second.location)
    drawn = client.get("/wish/").form("/api/wish")
    again = client.post("/api/wish", {**drawn, **WISH, "do": "check"})
    assert "不用再提" in again.text
    assert order_number.spell(second.no) in again.text


def test_who_cancels_what_is_looked_at_is_promised_no_way_back_that_is_not_there(
    client: Client,
) -> None:
    sent = {**WISH, signs.TRAP: "x"}
    drawn = client.get("/wish/").form("/api/wish")
    held = client.post("/api/wish", {**drawn, **sent})
    move(client.app, held.no, "cancelled")
    assert "恢复" not in client.get(held.location).text
    drawn = client.get("/wish/").form("/api/wish")
    page = client.post("/api/wish", {**drawn, **WISH, "do": "check"})
    assert "已取消，现在不办了" in page.text
    assert "恢复" not in page.text


def test_a_repeated_sign_up_is_not_spoken_of_as_a_wish(client: Client) -> None:
    drawn = client.get("/join/").form("/api/volunteer")
    assert client.post("/api/volunteer", {**drawn, **JOIN}).status in (200, 303)
    drawn = client.get("/join/").form("/api/volunteer")
    page = client.post("/api/volunteer", {**drawn, **JOIN, "do": "check"})
    assert "您的报名已经收到了" in page.text
    assert "另一件事" not in page.text


def test_the_desk_says_of_a_double_when_it_came_and_its_state_if_it_moved_on(
    client: Client,
) -> None:
    desk, first = Desk(client), wish(client)
    sent = {**WISH, "source": "phone"}
    assert "收到，" not in desk.asked("/desk/wish/", sent).text
    move(client.app, first.no, "triaged")
    assert "收到，现在已受理。" in desk.asked("/desk/wish/", sent).text
