"""What programs are told, which read no page: a status that is true, and why."""

import json

import pytest

from functions.web.links import KEY
from tests.support.client import Client
from tests.support.orders import JOIN, Desk, Team, found, wish

LONG = "长" * 600


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"do": "note", "note": ""}, "note"),
        ({"do": "note", "note": LONG}, "note"),
        ({"do": "note", "note": "450302199003077737"}, "note"),
        ({"do": "correct", "phone": "abc"}, "phone"),
        ({"do": "copy", "last4": "0000"}, "last4"),
        ({"do": "erase", "last4": "0000"}, "last4"),
        ({"do": "erase", "last4": ""}, "last4"),
    ],
)
def test_a_step_that_was_not_taken_is_told_as_such(
    client: Client, typed: dict[str, str], field: str
) -> None:
    filed = wish(client)
    order = found(client.app, filed.no)
    sent = {"no": filed.no, KEY: client.app.orders.key(order), **typed}
    told = client.post("/api/order", sent, accept="application/json")
    assert told.status == 422
    assert [*json.loads(told.body)["errors"]] == [field]
    assert found(client.app, filed.no) == order


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"name": ""}, 422),
        ({"do": "mine", "last4": "0000"}, 422),
        ({"do": "erase", "last4": ""}, 422),
        ({"do": "correct", "last4": "2345", "phone": "abc"}, 422),
        ({"do": "mine", "key": "ended"}, 404),
    ],
)
def test_a_volunteers_refusal_is_told_as_such(
    client: Client, typed: dict[str, str], status: int
) -> None:
    no = client.post("/api/volunteer", JOIN).no
    sent = {**JOIN, "no": no, KEY: client.app.volunteers.key(no), **typed}
    told = client.post("/api/volunteer", sent, accept="application/json")
    assert told.status == status
    value = json.loads(told.body)
    assert value.get("errors") or value["error"]


def test_a_team_is_told_of_a_step_that_was_not_taken(client: Client) -> None:
    no, team = wish(client).no, Team(client)
    Desk(client).dispatched(no)
    sent = {**team.hidden, "no": no, "version": str(found(client.app, no).version)}
    for typed, status in (({"do": "declined"}, 422), ({"do": "done"}, 409)):
        told = team.client.post("/team/", {**sent, **typed}, accept="application/json")
        assert told.status == status
        value = json.loads(told.body)
        assert value.get("errors") or value["error"]


def test_one_that_was_tried_too_often_is_told_as_such(client: Client) -> None:
    filed = wish(client)
    sent = {"no": filed.no, KEY: client.app.orders.key(found(client.app, filed.no))}
    told = [
        client.post(
            "/api/order", {**sent, "do": "erase", "last4": "0000"}, accept="application/json"
        )
        for _ in range(6)
    ]
    assert {answer.status for answer in told} == {422}
    assert told[0].body != told[-1].body
