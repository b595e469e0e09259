"""What programs are told, which read no page: a status that is true, and why."""

import json

import pytest

from functions.web.links import KEY
from tests.support.client import Client
from tests.support.orders import found, wish

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
