"""Lists and totals that tell the truth, however long they are."""

import pytest

from functions import team as team_pages
from functions.people import volunteers
from functions.storage.history import Event
from tests.support.client import Client
from tests.support.orders import RATING, Desk, Team, move, wish

NOBODY = {"name": "王女士", "consent": "yes"}


def joined(client: Client) -> str:
    """A new active volunteer of the barbers."""
    app, at = client.app.current(), client.app.current().clock.now.isoformat()
    no = f"V{sum(1 for _ in app.store.numbers(volunteers.KIND)):07}"
    applied = app.volunteers.change(None, no, Event("applied", "resident", at), {"name": no})
    app.store.commit(applied)
    app.volunteers.move(applied.head, "approved", team="barbers")
    return no


def test_a_teams_page_counts_all_orders_and_leads_to_the_next(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_pages, "SHOWN", 2)
    nos = [wish(client, phone=f"138 1234 100{n}").no for n in range(3)]
    for no in nos:
        move(client.app.current(), no, "triaged", "dispatched", "accepted")
    team = Team(client)
    page = team.get()
    assert "已接单（正在办） 3 单" in " ".join(page.text.split())
    (more,) = (a for a in page.page.css("a.go") if "state=accepted" in (a.attributes["href"] or ""))
    rest = team.client.get(more.attributes["href"] or "")
    assert len(page.page.css(".cards a")) + len(rest.page.css(".cards a")) == len(nos)


def test_every_active_volunteer_of_a_team_can_be_chosen(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volunteers, "AT_ONCE", 2)
    nos = {joined(client) for _ in range(5)}
    assert {p.head.no for p in client.app.current().volunteers.of_team("barbers")} == nos


def test_a_record_counts_rounds_that_were_done_and_says_which_were_reopened(client: Client) -> None:
    desk, team, who = Desk(client), Team(client), joined(client)
    accepted, reopened = (wish(client, phone=f"138 1234 200{n}") for n in range(2))
    for filed in (accepted, reopened):
        desk.dispatched(filed.no)
        team.do(filed.no, "accepted", volunteer=who)
    assert "做完 0 次" in desk.get(f"/desk/person/?no={who}").text
    team.do(reopened.no, "done")
    sent = {**client.get(reopened.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    client.post("/api/rating", sent)
    text = desk.get(f"/desk/person/?no={who}").text
    assert "做完 1 次，1 次评过，平均 4.0 星" in text
    assert "后来重新办" in text
