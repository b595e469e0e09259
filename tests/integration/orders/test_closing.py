"""A month that is over is closed: nothing said later changes what is published of what was said."""

from typing import Any

import pytest

from functions.app import App
from functions.ops import consistency
from functions.orders.figures.closed import opinions
from functions.orders.figures.snapshot import snapshot
from functions.scheduled import tick
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, Desk, found, move, wish

MONTH = "2026-11"


@pytest.fixture
def app(app_on_each_engine: App) -> App:
    """What is closed has to be kept in DynamoDB as well."""
    return app_on_each_engine


def rated(client: Client, count: int) -> list[str]:
    """The addresses of orders that were done and rated."""
    made = []
    for number in range(count):
        answer = wish(client, phone=f"1381234567{number}")
        move(client.app, answer.no, *DONE)
        give(client, answer.location)
        made.append(answer.location)
    return made


def give(client: Client, address: str, **more: str) -> None:
    drawn = client.get(address).form("/api/rating")
    assert client.post("/api/rating", {**drawn, **RATING, **more}).location


def published(app: App) -> dict[str, Any]:
    known = snapshot(app.store, app.clock.now.date())
    return dict(known["months"][MONTH])


def test_what_is_said_after_a_month_was_closed_counts_in_the_month_in_which_it_is_said(
    client: Client, clock: Clock
) -> None:
    first, *_ = rated(client, 6)
    late = wish(client, phone="13977312346")
    move(client.app, late.no, *DONE)
    clock.forward(days=10)
    assert not opinions(published(client.app)), "not before it is closed"
    tick(client.app)
    closed = published(client.app)
    assert (closed["all rated"], closed["all attitude stars"]) == (6, 30)
    give(client, late.location, attitude="1")
    reopen = client.get(first).form("/api/order", do="reopen")
    assert client.post("/api/order", {**reopen, "note": "又坏了"}).location
    no = first.partition("no=")[2].partition("&")[0]
    move(client.app, no, *DONE)
    give(client, first, attitude="1")
    tick(client.app)
    assert opinions(published(client.app)) == opinions(closed)
    assert client.app.store.tally(MONTH)["all rated"] == 5, "the desk follows"
    assert client.app.store.tally("2026-12")["all rated"] == 2
    assert consistency.examine(client.app).healthy


def test_what_nobody_took_up_by_its_day_is_overdue_like_what_is_not_done(
    client: Client, clock: Clock
) -> None:
    waiting = [wish(client, phone=f"1381234567{number}").no for number in range(5)]
    clock.forward(days=10)
    tick(client.app)
    assert published(client.app)["all overdue"] == 5
    desk = Desk(client)
    assert "按期" in desk.get(f"/desk/report/?month={MONTH}").text
    told = desk.get(f"/desk/report/?month={MONTH}").page.css_first("td[data-label=逾期没办完]")
    assert told is not None
    assert told.text().strip() == "5"
    desk.do(waiting[0], "triaged", level="routine", service="haircut")
    assert published(client.app)["all overdue"] == 4, "promised by a day to come"


@pytest.mark.parametrize(("count", "month"), [(6, MONTH), (2, "2026")])
def test_a_public_answer_stands_only_beside_opinions_that_are_published(
    client: Client, clock: Clock, count: int, month: str
) -> None:
    rated(client, count - 1)
    answer = wish(client, phone="13977312346")
    move(client.app, answer.no, *DONE)
    give(client, answer.location, problems="来晚了")
    desk = Desk(client)
    assert desk.do(answer.no, "answered", how="public", text="以后早些来。").location
    assert found(client.app, answer.no).answer
    clock.forward(days=10)
    tick(client.app)
    known = snapshot(client.app.store, client.app.clock.now.date())
    assert known["answers"] == [{"text": "以后早些来。", "service": "…", "month": month}], (
        "one service"
    )
