"""Back from every wrong tap that life makes, with a true sentence for everybody."""

from datetime import date, timedelta

import pytest

from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, Desk, Team, found, move, wish


@pytest.fixture
def desk(client: Client) -> Desk:
    return Desk(client)


def test_what_was_refused_is_taken_up_again(client: Client, desk: Desk) -> None:
    answer = wish(client)
    desk.do(answer.no, "rejected", to_resident="办不了")
    assert "请写下为什么" in desk.do(answer.no, "retaken").errors["note"]
    assert desk.do(answer.no, "retaken", note="点错了").location
    page = client.get(answer.location).text
    assert "社区重新受理这一单" in page
    assert "社区工作人员会在一个工作日内看您的心愿" in page
    assert found(client.app, answer.no).ended_at == ""


def test_a_resident_brings_back_what_she_cancelled(client: Client) -> None:
    answer = wish(client)
    cancel = client.get(answer.location).form("/api/order", do="cancel")
    client.post("/api/order", cancel)
    assert "您取消了这一单" in client.get(answer.location).text
    restore = client.get(answer.location).form("/api/order", do="restore")
    for _ in range(2):
        assert client.post("/api/order", restore).no == answer.no
    assert "您恢复了这一单" in client.get(answer.location).text
    assert len(client.app.store.events(answer.no)) == 3


def test_staff_call_off_an_accepted_order_in_one_step_and_bring_it_back(
    client: Client, desk: Desk
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE[:3])
    assert desk.do(answer.no, "cancelled", note="住院了").location
    page = client.get(answer.location).text
    assert "社区取消了这一单" in page
    assert "您取消了" not in page
    assert desk.do(answer.no, "restored").location
    assert "社区恢复了这一单" in client.get(answer.location).text
    order = found(client.app, answer.no)
    assert (order.state, order.team, order.accepted_at) == ("submitted", "", "")


@pytest.mark.parametrize("who", ["staff", "team"])
def test_what_was_reported_done_by_mistake_goes_on(client: Client, desk: Desk, who: str) -> None:
    answer, team = wish(client), Team(client)
    move(client.app, answer.no, *DONE)
    slip = client.app.orders.rating_key(found(client.app, answer.no))
    assert (desk if who == "staff" else team).do(answer.no, "undone").location
    assert "其实还没有办完，接着办" in client.get(answer.location).text
    assert not client.app.orders.by_slip(answer.no, slip)
    assert "13812345678" in team.get(answer.no).text


def test_a_closed_order_is_opened_again_with_a_reason_for_thirty_days(
    client: Client, desk: Desk, clock: Clock
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE, "closed")
    reopen = client.get(answer.location).form("/api/order", do="reopen")
    empty = client.post("/api/order", reopen)
    assert (empty.status, "哪里还没有办好" in empty.errors["note"]) == (422, True)
    assert client.post("/api/order", {**reopen, "note": "又坏了"}).no == answer.no
    page = client.get(answer.location).text
    assert "您说问题没有解决，社区重新办理" in page
    assert "又坏了" in page
    assert "又坏了" in desk.get(f"/desk/order/?no={answer.no}").text
    move(client.app, answer.no, *DONE, "closed")
    clock.forward(days=31)
    late = client.post("/api/order", {**reopen, "note": "还坏着"})
    assert (late.status, "三十天" in late.text) == (409, True)
    assert "办结已经超过三十天" in Desk(client, "刘").do(answer.no, "reopened", note="还坏着").text


def test_a_resident_who_rated_can_still_ask_for_more(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    client.post("/api/rating", {**client.get(answer.location).form("/api/rating"), **RATING})
    reopen = client.get(answer.location).form("/api/order", do="reopen")
    assert client.post("/api/order", {**reopen, "note": "又坏了"}).location
    assert found(client.app, answer.no).state == "submitted"


def test_a_second_tap_on_a_note_keeps_one(client: Client) -> None:
    answer = wish(client)
    note = client.get(answer.location).form("/api/order", do="note")
    for _ in range(2):
        assert client.post("/api/order", {**note, "note": "门口在修路"}).location
    assert client.get(answer.location).text.count("门口在修路") == 1
    assert len(client.app.store.events(answer.no)) == 2


def test_days_for_which_an_order_waited_when_it_was_called_off_are_not_lost(
    client: Client, desk: Desk, clock: Clock
) -> None:
    no = wish(client).no
    desk.do(no, "triaged", level="routine", service="haircut")
    promised = found(client.app, no).due
    desk.do(no, "paused", until="2026-12-07")
    clock.forward(days=7)
    Desk(client, "刘").do(no, "cancelled")
    clock.forward(days=7)
    assert Desk(client, "李").do(no, "restored").location
    later = date.fromisoformat(found(client.app, no).due) - date.fromisoformat(promised)
    assert later == timedelta(days=14)
