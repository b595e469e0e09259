"""Acts that cannot be undone, or that reach far, say what they will do before they do it."""

import pytest

from functions.people import accounts
from functions.people.accounts import Accounts
from tests.support.client import Client
from tests.support.orders import JOIN, Desk, Team, account, found, wish


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_an_account_is_disabled_or_reset_after_asking(client: Client) -> None:
    head = Desk(client, "李主任", accounts.ADMINISTRATOR)
    account(client.app, "小陈")
    for do, said in (("disable", "不能再登录"), ("reset", "只显示一次")):
        asked = head.asked("/desk/staff/", {"do": do, "name": "小陈"})
        assert said in asked.text
        assert Accounts(client.app.store, client.app.clock).current("小陈", 1)
    assert "已停用" in head.post("/desk/staff/", {"do": "disable", "name": "小陈"}).text


def test_a_link_is_renewed_or_taken_back_after_saying_who_loses_it(
    client: Client, desk: Desk
) -> None:
    first = desk.asked("/desk/teams/", {"team": "barbers", "do": "issue"})
    assert first.location, "nobody has a link to lose"
    link, no = Team(client), wish(client).no
    desk.dispatched(no)
    for do, said in (("revoke", "打不开"), ("issue", "旧链接马上不能用")):
        asked = desk.asked("/desk/teams/", {"team": "barbers", "do": do})
        assert said in asked.text
        assert "手上有 1 单" in asked.text
        assert link.get().status == 200
    assert desk.post("/desk/teams/", {"team": "barbers", "do": "revoke"}).location
    assert link.get().status == 403


def test_an_order_is_erased_after_asking(client: Client, desk: Desk) -> None:
    no = wish(client).no
    desk.do(no, "cancelled")
    sent = {"no": no, "do": "erased", "version": str(found(client.app, no).version)}
    assert "不能恢复" in desk.asked("/desk/order/", sent).text
    assert not found(client.app, no).erased_at
    assert desk.post("/desk/order/", sent).location
    assert found(client.app, no).erased_at


def test_merging_shows_the_order_that_goes_on_and_calling_it_off_those_that_come_back(
    client: Client, desk: Desk
) -> None:
    no, into = wish(client).no, wish(client, service="mending").no
    sent = {"no": no, "do": "merged", "version": "1", "into": into}
    asked = desk.asked("/desk/order/", sent)
    assert "修理" in asked.text
    assert "已收到" in asked.text
    assert desk.post("/desk/order/", sent).location
    sent = {"no": into, "do": "cancelled", "version": "2"}
    assert "有 1 单合在这一单里办" in desk.asked("/desk/order/", sent).text
    assert desk.post("/desk/order/", sent).location
    assert found(client.app, no).state == "submitted"


def test_what_is_refused_anyway_is_told_without_asking(client: Client, desk: Desk) -> None:
    no = wish(client).no
    late = {"no": no, "do": "merged", "version": "0", "into": wish(client, name="李").no}
    assert desk.asked("/desk/order/", late).status == 409
    itself = {"no": no, "do": "merged", "version": "1", "into": "1234567890"}
    assert desk.asked("/desk/order/", itself).errors["into"]


def test_a_step_with_a_way_back_does_not_ask(client: Client, desk: Desk) -> None:
    no = wish(client).no
    sent = {"no": no, "do": "cancelled", "version": "1"}
    assert desk.asked("/desk/order/", sent).location


def test_many_volunteers_are_approved_after_saying_how_many(client: Client, desk: Desk) -> None:
    for n in range(11):
        client.post("/api/volunteer", {**JOIN, "phone": f"138123456{n:02}"})
    boxes = desk.get("/desk/people/").page.css('input[name="no"]')
    numbers = [box.attributes["value"] or "" for box in boxes]
    sent = {"no": numbers, "into": "barbers"}
    assert "一次通过 11 人" in desk.asked("/desk/people/", sent).text
    assert "通过了 11 人" in desk.post("/desk/people/", sent).text


def test_a_volunteer_is_erased_after_asking(client: Client, desk: Desk) -> None:
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    asked = desk.asked("/desk/person/", {"no": head.no, "do": "erased"})
    assert "王女士" in asked.text
    assert desk.post("/desk/person/", {"no": head.no, "do": "erased"}).location
