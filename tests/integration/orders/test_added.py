"""What is added to an order is marked wherever it is seen, until the station does more."""

import pytest

from functions.app import App
from functions.ops import consistency
from tests.support.client import Client
from tests.support.orders import DONE, Desk, Team, add_note, found, move, wish

MARK = "有补充"


@pytest.fixture
def app(app_on_each_engine: App) -> App:
    return app_on_each_engine


def test_a_note_is_marked_in_every_list_until_the_station_acts(client: Client) -> None:
    desk, team, answer = Desk(client), Team(client), wish(client)
    no = answer.no
    assert MARK not in desk.get("/desk/").text
    add_note(client, answer)
    triage = desk.get("/desk/triage/")
    assert MARK in triage.text
    assert not triage.page.css("input[name=no][checked]"), "somebody has to look first"
    for address in ("/desk/", "/desk/?state=unread", f"/desk/order/?no={no}"):
        assert MARK in desk.get(address).text
    desk.dispatched(no)
    assert MARK not in desk.get("/desk/").text
    add_note(client, answer, "门口在修路")
    assert MARK in team.get().text
    assert "门口在修路" in desk.get(f"/desk/slip/?no={no}").text
    assert desk.do(no, "noted", note="给队长打了电话").location
    assert MARK not in desk.get("/desk/").text + team.get().text
    assert consistency.examine(client.app).healthy


def test_a_note_to_a_closed_order_stands_on_the_board(client: Client) -> None:
    desk, answer = Desk(client), wish(client)
    move(client.app, answer.no, *DONE, "closed")
    add_note(client, answer, "又坏了")
    assert f"{MARK} 1 单" in desk.get("/desk/").text
    desk.do(answer.no, "noted", note="打了电话")
    assert MARK not in desk.get("/desk/").text
    add_note(client, answer, "还坏着")
    desk.do(answer.no, "erased")
    assert MARK not in desk.get("/desk/").text


@pytest.mark.parametrize("end", ["cancelled", "closed"])
def test_what_a_team_says_once_an_order_has_ended_stands_on_the_board(
    client: Client, end: str
) -> None:
    desk, team, no = Desk(client), Team(client), wish(client).no
    desk.dispatched(no)
    assert team.do(no, "noted", note="打不通电话").location
    assert MARK not in desk.get("/desk/").text, "the order is under way"
    if end == "closed":
        move(client.app, no, "accepted", "done")
    assert desk.do(no, end).location
    assert team.do(no, "noted", note="我们上午去过了").location
    assert f"{MARK} 1 单" in desk.get("/desk/").text
    assert desk.do(no, "noted", note="问过队长").location
    assert MARK not in desk.get("/desk/").text
    assert consistency.examine(client.app).healthy


def test_a_note_to_a_merged_order_marks_the_one_that_it_is_done_with(client: Client) -> None:
    desk, team = Desk(client), Team(client)
    merged, other = wish(client, phone="13900005678", detail="她的话"), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    desk.dispatched(other.no)
    add_note(client, merged, "轮椅进不了门")
    assert found(client.app, other.no).unread
    assert MARK in team.get().text
    assert "合在一起办的一单有补充" in desk.get(f"/desk/order/?no={other.no}").text
    assert "轮椅" not in client.get(other.location).text
    assert consistency.examine(client.app).healthy
