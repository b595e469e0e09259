"""The table, exhaustively: what it allows moves as written, and all else is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.lifecycle import (
    ACTORS,
    LEVELS,
    STATES,
    TABLE,
    Event,
    Order,
    Refused,
    apply,
    fold,
    moves,
)

AT = "2026-11-23T10:00:00+08:00"
FACTS: dict[str, Any] = {
    "service": "haircut",
    "wording": "0123456789ab",
    "key": "f" * 64,
    "level": "routine",
    "due": "2026-12-01",
    "team": "barbers",
    "volunteer": "V",
    "solved": "solved",
    "into": "23456789",
}

# The cycle as the station and the teams know it, apart from the code's own table.
ALLOWED = {
    "": {"submitted"},
    "submitted": {"triaged", "rejected", "merged", "cancelled", "noted"},
    "triaged": {"triaged", "dispatched", "rejected", "merged", "cancelled", "noted"},
    "dispatched": {"accepted", "declined", "escalated", "cancelled", "noted"},
    "accepted": {"done", "returned", "noted"},
    "done": {"rated", "closed", "noted"},
    "rated": {"reopened", "closed", "noted"},
    "closed": set(),
    "rejected": set(),
    "cancelled": set(),
    "merged": set(),
}
LEADS_TO = {
    "submitted": "submitted",
    "triaged": "triaged",
    "dispatched": "dispatched",
    "accepted": "accepted",
    "declined": "triaged",
    "escalated": "triaged",
    "returned": "triaged",
    "done": "done",
    "rated": "rated",
    "reopened": "submitted",
    "closed": "closed",
    "rejected": "rejected",
    "merged": "merged",
    "cancelled": "cancelled",
}


def facts(kind: str) -> dict[str, Any]:
    return {name: FACTS[name] for name in TABLE[kind].sets}


@pytest.mark.parametrize("state", ["", *STATES])
@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("by", ACTORS)
def test_every_event_in_every_state_moves_as_written_or_is_refused(
    state: str, kind: str, by: str
) -> None:
    order = Order("N", version=3, state=state)
    event = Event(kind, by, AT, facts(kind))
    if kind in ALLOWED[state] and by in TABLE[kind].by:
        after = apply(order, event)
        assert (after.state, after.version) == (LEADS_TO.get(kind, state), 4)
    else:
        with pytest.raises(Refused) as refused:
            apply(order, event)
        assert refused.value.reason == ("actor" if kind in ALLOWED[state] else "state")


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        apply(Order("N", state="done"), Event("applauded", "staff", AT))
    assert refused.value.reason == "unknown"


@pytest.mark.parametrize("kind", [kind for kind, move in TABLE.items() if move.sets])
def test_an_event_that_does_not_say_what_it_must_is_refused(kind: str) -> None:
    order = Order("N", state=TABLE[kind].after[0])
    for name in TABLE[kind].sets:
        for wrong in ({}, {name: ""}):
            data = {k: v for k, v in facts(kind).items() if k != name} | wrong
            with pytest.raises(Refused) as refused:
                apply(order, Event(kind, TABLE[kind].by[0], AT, data))
            assert refused.value.reason == "data"


def test_a_level_is_one_of_the_three() -> None:
    for level in LEVELS:
        event = Event("triaged", "staff", AT, {"level": level, "due": "2026-12-01"})
        assert apply(Order("N", state="submitted"), event).level == level
    event = Event("triaged", "staff", AT, {"level": "urgent", "due": "2026-12-01"})
    with pytest.raises(Refused):
        apply(Order("N", state="submitted"), event)


def test_a_declined_order_keeps_its_promise_and_loses_its_team() -> None:
    history = [
        Event(kind, TABLE[kind].by[0], AT, facts(kind))
        for kind in ("submitted", "triaged", "dispatched", "declined")
    ]
    order = fold("N", history)
    assert (order.state, order.due, order.team, order.answer_by) == (
        "triaged",
        "2026-12-01",
        "",
        "",
    )


def test_a_reopened_order_begins_again_with_its_number_and_service() -> None:
    kinds = ("submitted", "triaged", "dispatched", "accepted", "done", "rated", "reopened")
    order = fold("N", [Event(kind, TABLE[kind].by[0], AT, facts(kind)) for kind in kinds])
    assert (order.state, order.service, order.version) == ("submitted", "haircut", 7)
    assert order.level == order.team == order.volunteer == order.solved == ""


@given(st.data())
def test_whatever_happens_an_order_is_its_history_and_ends_for_good(data: st.DataObject) -> None:
    order, history = Order("N"), []
    for _ in range(data.draw(st.integers(1, 25))):
        by = data.draw(st.sampled_from(ACTORS))
        kinds = moves(order.state, by)
        if not kinds:
            continue
        kind = data.draw(st.sampled_from(kinds))
        event = Event(kind, by, AT, facts(kind))
        order = apply(order, event)
        history.append(event)
    assert fold("N", history) == order
    assert order.version == len(history)
    assert order.state in ("", *STATES)
    if order.state in ("accepted", "done", "rated"):
        assert order.team
        assert order.volunteer
    if order.state in ("submitted", "triaged"):
        assert not order.team
        assert not order.volunteer


def test_the_buttons_offered_are_those_that_work() -> None:
    for state in ("", *STATES):
        for by in ACTORS:
            for kind in moves(state, by):
                apply(Order("N", state=state), Event(kind, by, AT, facts(kind)))
