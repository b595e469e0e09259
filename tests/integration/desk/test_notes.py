"""What the team is told in notes, and what is known of a team where it is chosen."""

import pytest

from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, JOIN, Desk, Team, found, move, wish


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


def test_a_team_sees_what_it_noted_itself_and_is_not_asked_for_whom(client: Client) -> None:
    desk, team, no = Desk(client), Team(client), wish(client).no
    desk.dispatched(no)
    assert "to" not in team.get(no).form("/team/", "noted")
    assert "给谁看" not in team.get(no).text
    assert team.do(no, "noted", note="周六上午去").location
    assert "周六上午去" in team.get(no).text
    # Another team that gets the order reads nothing of it.
    team.do(no, "declined", reason="busy")
    desk.do(no, "dispatched", team="plumbers")
    assert "周六上午去" not in Team(client, "plumbers").get(no).text


def test_of_a_volunteer_picked_and_a_name_written_none_is_dropped_in_silence(
    client: Client,
) -> None:
    desk, team, no = Desk(client), Team(client), wish(client).no
    client.post("/api/volunteer", {**JOIN, "phone": "13911112222"})
    head = client.app.store.find("volunteer")[0].no
    desk.post("/desk/person/", {"no": head, "do": "approved", "team": "barbers"})
    desk.dispatched(no)
    answer = team.do(no, "accepted", volunteer=head, person="秦师傅")
    assert "又写了一位" in answer.errors["person"]
    assert "秦师傅" in answer.body
    assert team.do(no, "accepted", volunteer=head).location
    assert desk.do(no, "assigned", volunteer=head, person="秦师傅").errors["person"]


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
    page = desk.get(f"/desk/order/?no={no}")
    for place in ("#do-dispatched", "section .box ul"):
        (found_there,) = page.page.css(place)
        assert "这一单退回过" in found_there.text()
        assert "没有能用的链接" in found_there.text()


def test_a_link_says_two_weeks_ahead_that_it_ends(client: Client, clock: Clock) -> None:
    team = Team(client)
    clock.forward(days=165)
    assert "到期，请早些" not in team.get().text
    clock.forward(days=2)
    page = team.get()
    assert "到期，请早些" in page.text
    asked = client.post("/team/", {**page.form("/team/"), "do": "renew"})
    assert "照常能用" in asked.text
    assert client.app.team_links.requested(["barbers"]) == ["barbers"]


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
