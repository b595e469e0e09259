"""What the team is told in notes, and what is known of a team where it is chosen."""

import pytest

from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, Desk, Team, found, move, wish


def test_a_note_to_the_team_is_shown_before_and_after_it_accepted(client: Client) -> None:
    desk, team, answer = Desk(client), Team(client), wish(client)
    no = answer.no
    desk.do(no, "triaged", level="routine", service="haircut")
    assert desk.do(no, "dispatched", team="barbers", note="请带推子").location
    assert desk.do(no, "noted", note="改在下午", to="team").location
    assert desk.do(no, "noted", note="只给自己看").location
    note = client.get(answer.location).form("/api/order", do="note")
    client.post("/api/order", {**note, "note": "我叫𠮷野"})
    for accepted in (False, True):
        if accepted:
            team.do(no, "accepted", volunteer="team")
        page = team.get(no).text
        assert "请带推子" in page
        assert "改在下午" in page
        assert "只给自己看" not in page
        assert ("我叫𠮷野" in page) == accepted


def test_before_it_accepts_no_note_tells_a_team_who_the_resident_is(client: Client) -> None:
    desk, no = Desk(client), wish(client).no
    desk.do(no, "triaged", level="routine", service="haircut")
    wrong = desk.do(no, "dispatched", team="barbers", note="电话 13912345678")
    assert "接单以后才能看到" in wrong.errors["note"]
    assert desk.do(no, "dispatched", team="barbers", note="请带推子").location
    assert "接单以后" in desk.do(no, "noted", note="1 栋 2 单元", to="team").errors["note"]
    assert desk.do(no, "noted", note="1 栋 2 单元").location
    Team(client).do(no, "accepted", volunteer="team")
    assert desk.do(no, "noted", note="新电话 13912345678", to="team").location


def test_a_team_is_marked_where_it_is_chosen(client: Client) -> None:
    desk, no = Desk(client), wish(client).no
    desk.dispatched(no)
    Team(client).do(no, "declined", reason="busy")
    page = desk.get(f"/desk/order/?no={no}").text
    assert "这一单退回过" in page
    assert "没有能用的链接" in page


def test_a_link_says_two_weeks_ahead_that_it_ends(client: Client, clock: Clock) -> None:
    team = Team(client)
    clock.forward(days=165)
    assert "到期，请早些" not in team.get().text
    clock.forward(days=2)
    page = team.get()
    assert "到期，请早些" in page.text
    asked = client.post("/team/", {**page.form("/team/"), "do": "renew"})
    assert "照常能用" in asked.text
    assert client.app.team_links.asked(["barbers"]) == ["barbers"]


@pytest.mark.parametrize("way", [(), DONE[:1], DONE[:3], DONE])
def test_nothing_that_is_added_to_an_order_moves_its_deadline(
    client: Client, clock: Clock, way: tuple[str, ...]
) -> None:
    app, desk, answer = client.app, Desk(client), wish(client)
    if way:
        desk.do(answer.no, "triaged", level="complex", service="haircut")
        move(app, answer.no, *way[1:])
    due = app.deadlines.due(found(app, answer.no))
    clock.forward(days=2)
    late = Desk(client, "刘")
    late.do(answer.no, "noted", note="打过电话")
    late.do(answer.no, "handled", handler="刘")
    form = late.get(f"/desk/order/?no={answer.no}").form("/desk/order/", do="corrected")
    late.post("/desk/order/", {**form, "name": "李奶奶"})
    note = client.get(answer.location).form("/api/order", do="note")
    assert client.post("/api/order", {**note, "note": "门口修路"}).location
    order = found(app, answer.no)
    assert (order.version - len(way), app.deadlines.due(order)) == (5, due)
