"""The table, exhaustively: what it allows moves as written, and all else is refused."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.errors import Refused
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import ACTORS, LEVELS, SOLVED, SOURCES, STATES
from functions.orders.lifecycle.transitions import apply, fold, moves
from functions.storage.history import Event
from tests.support.depth import tried
from tests.support.lifecycle import BY, FACTS, FILED, WITHIN, by, ended, events, facts

BEGUN = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
AT = BEGUN.isoformat()
# The cycle as the station and the teams know it, apart from the code's own table.
ALWAYS = {"noted", "corrected", "opted", "answered", "relinked", "added"}
FREE = {*ALWAYS, "released", "withdrawn", "handled"}
ENDED = {*ALWAYS, "withdrawn", "erased"}
ALLOWED = {
    "": {"submitted"},
    "held": {"cleared", "rejected", "lapsed", "cancelled", "withdrawn", *ALWAYS},
    "submitted": {
        "held",
        "triaged",
        "rejected",
        "lapsed",
        "merged",
        "joined",
        "parted",
        "cancelled",
        *FREE,
    },
    "triaged": {
        *("triaged", "consulted", "progressed", "dispatched", "paused", "resumed"),
        *("rejected", "lapsed", "merged", "joined", "parted", "cancelled", *FREE),
    },
    "dispatched": {
        *("progressed", "accepted", "declined", "escalated", "recalled", "cancelled"),
        *("resumed", "lapsed", "joined", "parted", *FREE),
    },
    "accepted": {
        *(
            "progressed",
            "assigned",
            "vacated",
            "paused",
            "resumed",
            "done",
            "returned",
            "cancelled",
        ),
        *("lapsed", "joined", "parted", *FREE),
    },
    "done": {"rated", "unrated", "closed", "undone", *FREE},
    "rated": {"unrated", "reopened", "closed", *FREE},
    "closed": {"rated", "unrated", "reopened", *ENDED},
    "rejected": {"retaken", *ENDED},
    "cancelled": {"restored", *ENDED},
    "merged": {"rejoined", "unmerged", "rated", "unrated", "cancelled", *ENDED},
}
for _state in ("submitted", "triaged", "dispatched", "accepted"):
    ALLOWED[_state].add("unrated")
LEADS_TO = {
    "submitted": "submitted",
    "held": "held",
    "cleared": "submitted",
    "triaged": "triaged",
    "dispatched": "dispatched",
    "accepted": "accepted",
    "declined": "triaged",
    "escalated": "triaged",
    "recalled": "triaged",
    "returned": "triaged",
    "done": "done",
    "rated": "rated",
    "reopened": "submitted",
    "closed": "closed",
    "rejected": "rejected",
    "lapsed": "rejected",
    "merged": "merged",
    "unmerged": "submitted",
    "cancelled": "cancelled",
    "restored": "submitted",
    "retaken": "submitted",
    "undone": "accepted",
    "unrated": "done",
}
READY: dict[str, dict[str, Any]] = {
    "consulted": {"level": "difficult"},
    "progressed": {"level": "complex"},
    "resumed": {"waits_until": "2026-11-30"},
    "answered": {"problem": "raised"},
    "unrated": {"rated_by": "mei", "rating_at": AT},
    "withdrawn": {"published": "A haircut at home"},
}
"""What an order must be besides its state, so that no guard stops the event."""
MISTAKEN = {"solved": "unsolved", "rated_at": AT, "reopened_at": AT}
"""The same for a resident who takes back what she tapped."""


def after(*kinds: str, **said: Any) -> Order:
    """The order to which these events lead, a minute apart."""
    return fold(
        "N",
        [
            Event(
                kind, max(BY[kind]), minute(n), {k: said.get(k, v) for k, v in facts(kind).items()}
            )
            for n, kind in enumerate(kinds)
        ],
    )


def then(order: Order, kind: str, by_whom: str = "", **said: Any) -> Order:
    at = minute(order.version)
    return apply(order, Event(kind, by_whom or by(kind), at, facts(kind) | said))


def refusal(order: Order, kind: str, by_whom: str = "", **said: Any) -> str:
    with pytest.raises(Refused) as refused:
        then(order, kind, by_whom, **said)
    return refused.value.code


def minute(n: int) -> str:
    return (BEGUN + timedelta(minutes=n)).isoformat()


@pytest.mark.parametrize("kind", BY)
def test_every_event_in_every_state_moves_as_written_or_is_refused(kind: str) -> None:
    for state, actor in product(["", *STATES], ACTORS):
        check_move(state, kind, actor)


def check_move(state: str, kind: str, actor: str) -> None:
    ready = MISTAKEN if (kind, actor) == ("unrated", "resident") else READY.get(kind, {})
    order = Order("N", version=3, state=state, **ready)
    event = Event(kind, actor, AT, facts(kind))
    within = WITHIN.get((kind, actor), ALLOWED)
    if kind in ALLOWED[state] and actor in BY[kind] and state in within:
        moved = apply(order, event)
        stays = (state, kind) == ("merged", "rated") or kind == "unrated"
        stays = stays and (kind, state) not in (("unrated", "rated"), ("unrated", "closed"))
        to = state if stays else LEADS_TO.get(kind, state)
        assert (moved.state, moved.version) == (to, 4)
        assert moved.changed_at == AT
    else:
        with pytest.raises(Refused) as refused:
            apply(order, event)
        assert refused.value.code == ("actor" if kind in ALLOWED[state] else "state")


def test_the_table_has_no_event_besides_these() -> None:
    assert set(TABLE) == set(BY)


def test_an_unknown_event_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        apply(Order("N", state="done"), Event("applauded", "staff", AT))
    assert refused.value.code == "unknown"


@pytest.mark.parametrize("kind", [kind for kind, move in TABLE.items() if move.sets])
def test_an_event_that_does_not_say_what_it_must_is_refused(kind: str) -> None:
    order = Order("N", state=TABLE[kind].after[0], **READY.get(kind, {}))
    for name in TABLE[kind].sets:
        for wrong in ({}, {name: ""}):
            data = {k: v for k, v in facts(kind).items() if k != name} | wrong
            with pytest.raises(Refused) as refused:
                apply(order, Event(kind, by(kind), AT, data))
            assert refused.value.code == "data"


@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("submitted", "source", SOURCES),
        ("triaged", "level", LEVELS),
        ("rated", "solved", SOLVED),
        ("rated", "source", SOURCES),
        ("rated", "problem", ("raised",)),
        ("answered", "problem", ("answered",)),
    ],
)
def test_what_has_a_list_of_values_takes_no_other(
    kind: str, name: str, values: tuple[str, ...]
) -> None:
    order = Order("N", state=TABLE[kind].after[0], **READY.get(kind, {}))
    for value in values:
        then(order, kind, **{name: value})
    assert refusal(order, kind, **{name: "urgent"}) == "data"


def test_a_difficult_order_is_dispatched_only_once_it_was_consulted_on() -> None:
    order = after("submitted", "triaged", level="difficult")
    assert refusal(order, "dispatched") == "consultation"
    assert then(then(order, "consulted"), "dispatched").state == "dispatched"


def test_a_consultation_is_for_difficult_orders_and_held_once() -> None:
    for level in ("routine", "complex"):
        assert refusal(after("submitted", "triaged", level=level), "consulted") == "level"
    order = after("submitted", "triaged", "consulted", level="difficult")
    assert refusal(order, "consulted") == "level"


@pytest.mark.parametrize("way", [("triaged",), ("triaged", "dispatched", "accepted")])
def test_progress_is_told_of_complex_orders_alone(way: tuple[str, ...]) -> None:
    order = after("submitted", *way, level="complex")
    told = then(order, "progressed")
    assert told.milestone_at == told.changed_at > order.milestone_at
    assert refusal(after("submitted", *way), "progressed") == "level"


def test_an_order_that_waits_for_its_resident_goes_on_waiting_until_it_is_done() -> None:
    order = after("submitted", "triaged", "paused")
    assert refusal(order, "paused") == "waiting"
    for kind in ("dispatched", "accepted", "returned", "dispatched", "declined"):
        order = then(order, kind)
        assert order.waits_until == FACTS["until"]
    assert (
        after("submitted", "triaged", "dispatched", "accepted", "paused", "done").waits_until == ""
    )


def test_only_an_order_that_waits_is_resumed_and_gets_a_new_day() -> None:
    order = after("submitted", "triaged")
    assert refusal(order, "resumed") == "going"
    order = then(then(order, "paused"), "resumed", due="2026-12-04")
    assert (order.waits_until, order.due) == ("", "2026-12-04")


@pytest.mark.parametrize("end", ["rejected", "merged", "cancelled"])
def test_an_order_that_ends_waits_for_nobody(end: str) -> None:
    assert after("submitted", "triaged", "paused", end).waits_until == ""


def test_a_problem_is_answered_once_and_only_where_there_is_one() -> None:
    order = after(*FILED)
    assert refusal(order, "answered") == "problem"
    order = then(after(*FILED[:-1]), "rated", problem="raised")
    for raised in (order, then(order, "closed"), then(order, "reopened")):
        answered = then(raised, "answered", text="We are sorry")
        assert (answered.problem, answered.answer) == ("answered", "We are sorry")
        assert answered.state == raised.state
        assert refusal(answered, "answered") == "problem"


def test_who_reported_it_done_does_not_enter_its_rating() -> None:
    order = then(after(*FILED[:4]), "done", "staff", who="mei")
    assert order.done_by == "mei"
    for done in (order, then(order, "closed")):
        assert refusal(done, "rated", "staff", who="mei") == "own"
        assert then(done, "rated", "staff", who="lan").state == "rated"
        assert then(done, "rated", "resident").state == "rated"


def test_who_reported_another_round_done_may_enter_the_rating() -> None:
    order = then(after(*FILED[:4]), "done", "staff", who="mei")
    for kind in ("rated", "reopened", "triaged", "dispatched", "accepted"):
        order = then(order, kind, "staff")
    order = then(order, "done", "staff", who="lan")
    assert then(order, "rated", "staff", who="mei").state == "rated"


def test_a_rating_may_come_after_it_was_closed_but_once() -> None:
    closed = after(*FILED[:5], "closed")
    rated = then(closed, "rated", solved="partly")
    assert (rated.state, rated.solved) == ("rated", "partly")
    assert refusal(then(rated, "closed"), "rated") == "rated"
    assert refusal(after(*FILED, "closed"), "rated") == "rated"


def test_a_late_rating_of_a_second_round_is_not_taken_for_that_of_the_first() -> None:
    order = after(*FILED, "reopened", *FILED[1:5], "closed", solved="unsolved")
    assert order.solved == "unsolved"
    assert then(order, "rated").solved == "solved"


def test_a_rating_dated_before_its_order_was_done_counts_as_one_of_that_order() -> None:
    closed = after(*FILED[:5], "closed")
    early = apply(closed, Event("rated", "resident", AT, facts("rated")))
    assert early.rated_at < early.done_at
    again = apply(early, Event("closed", "staff", AT))
    assert refusal(again, "rated") == "rated"


def test_a_second_round_at_the_very_times_of_the_first_can_be_rated_late() -> None:
    kinds = (*FILED, "reopened", *FILED[1:5], "closed")
    order = fold("N", [Event(kind, by(kind), AT, facts(kind)) for kind in kinds])
    assert order.rated_at == order.done_at
    assert apply(order, Event("rated", "resident", AT, facts("rated"))).state == "rated"


def test_what_happens_to_an_order_later_does_not_move_its_end() -> None:
    raised = then(after(*FILED[:5]), "rated", problem="raised")
    ended = then(raised, "closed")
    assert ended.ended_at == ended.changed_at
    answered = then(ended, "answered")
    assert answered.changed_at > answered.ended_at == ended.ended_at


def test_nothing_is_written_to_the_resident_of_an_erased_order() -> None:
    closed = then(then(after(*FILED[:5]), "rated", problem="raised"), "closed")
    assert refusal(then(closed, "erased"), "answered") == "erased"


def test_an_erased_order_cannot_be_rated() -> None:
    assert refusal(after(*FILED[:5], "closed", "erased"), "rated") == "erased"


@pytest.mark.parametrize("kind", ["declined", "escalated", "recalled"])
def test_an_order_that_was_not_taken_keeps_its_promise_and_loses_its_team(kind: str) -> None:
    order = after("submitted", "triaged", "dispatched", kind)
    assert (order.state, order.due) == ("triaged", FACTS["due"])
    assert order.team == order.answer_by == order.volunteer == ""


def test_an_order_that_is_returned_is_no_longer_accepted() -> None:
    order = after(*FILED[:4], "returned")
    assert (order.state, order.due) == ("triaged", FACTS["due"])
    assert order.team == order.volunteer == order.accepted_at == order.dispatched_at == ""


def test_another_volunteer_may_be_assigned() -> None:
    order = then(after(*FILED[:4]), "assigned", volunteer="W")
    assert (order.state, order.volunteer) == ("accepted", "W")


def test_a_reopened_order_begins_again_with_its_number_service_and_rating() -> None:
    stars: dict[str, Any] = {"attitude": 4, "skill": 3, "timeliness": 5}
    rated = then(after(*FILED[:5]), "rated", solved="unsolved", problem="raised", **stars)
    order = then(rated, "reopened")
    assert (order.state, order.service, order.version) == ("submitted", "haircut", 7)
    for name in ("level", "due", "team", "answer_by", "volunteer", "consulted_at"):
        assert getattr(order, name) == ""
    assert order.accepted_at == order.done_at == order.done_by == ""
    for name in ("solved", "problem", *stars, "rated_at", "rated_team", "rated_volunteer"):
        assert getattr(order, name) == getattr(rated, name) != ""


def test_a_reopened_difficult_order_is_consulted_on_again() -> None:
    way = ("submitted", "triaged", "consulted", *FILED[2:], "reopened", "triaged")
    assert refusal(after(*way, level="difficult"), "dispatched") == "consultation"


def test_a_new_rating_takes_the_place_of_the_old_one_but_a_problem_stays() -> None:
    order = then(after(*FILED[:5]), "rated", attitude=2, skill=1, problem="raised")
    order = then(then(order, "answered", text="We are sorry"), "reopened")
    for kind in FILED[1:5]:
        order = then(order, kind, **({"team": "plumbers"} if kind == "dispatched" else {}))
    assert (order.attitude, order.answer, order.rated_team) == (2, "We are sorry", "barbers")
    order = then(order, "rated", attitude=5)
    assert (order.attitude, order.skill, order.rated_team) == (5, 0, "plumbers")
    assert (order.problem, order.answer) == ("answered", "We are sorry")


def test_a_problem_waits_for_its_answer_whatever_is_rated_later() -> None:
    order = then(after(*FILED[:5]), "rated", solved="unsolved", problem="raised")
    for kind in ("reopened", *FILED[1:5], "rated", "closed"):
        order = then(order, kind)
    assert (order.solved, order.problem) == ("solved", "raised")
    assert then(order, "answered").problem == "answered"


def test_an_order_that_was_merged_by_mistake_begins_again() -> None:
    merged = after("submitted", "triaged", "consulted", "merged", level="difficult")
    assert merged.merged_into == FACTS["into"]
    order = then(merged, "unmerged")
    assert (order.state, order.service) == ("submitted", "haircut")
    assert order.merged_into == order.due == order.consulted_at == ""


WAYS_BACK = {
    "retaken": ("submitted", "triaged", "rejected"),
    "restored": (*FILED[:4], "cancelled"),
    "reopened": (*FILED, "closed"),
    "unmerged": ("submitted", "triaged", "merged"),
}


@pytest.mark.parametrize("kind", WAYS_BACK)
def test_whatever_ended_begins_again_as_new_and_without_traces_of_its_end(kind: str) -> None:
    ended = after(*WAYS_BACK[kind])
    assert ended.ended_at
    order = then(ended, kind)
    assert order.state == "submitted"
    # What was promised stays, if the event says by when; another round is another promise.
    assert order.level == ("" if kind == "reopened" else ended.level)
    if kind != "reopened":
        assert then(ended, kind, due=ended.due).due == ended.due
    left = ("due", "team", "volunteer", "accepted_at", "dispatched_at", "done_at")
    for name in (*left, "ended_at", "merged_into", "waits_until", "rating_at"):
        assert getattr(order, name) == ""
    assert order.rated_at == ended.rated_at
    if kind != "reopened":
        assert then(order, "rejected").state == "rejected"


@pytest.mark.parametrize("kind", [*WAYS_BACK, "corrected", "noted"])
def test_nothing_begins_again_or_is_typed_once_it_was_erased(kind: str) -> None:
    erased = after(*WAYS_BACK.get(kind, (*FILED, "closed")), "erased")
    assert refusal(erased, kind, "staff") == "erased"


@pytest.mark.parametrize(("days", "late"), [(30, False), (31, True)])
def test_a_closed_order_is_opened_again_for_thirty_days(days: int, late: bool) -> None:
    closed = after(*FILED[:5], "closed")
    at = datetime.fromisoformat(closed.ended_at) + timedelta(days=days)
    event = Event("reopened", "resident", at.isoformat())
    assert ("reopened" in moves(closed, "resident", event.at)) != late
    if late:
        with pytest.raises(Refused, match="late"):
            apply(closed, event)
    else:
        assert apply(closed, event).state == "submitted"


def test_what_was_reported_done_by_mistake_is_still_to_be_done_by_the_same_team() -> None:
    order = then(then(after(*FILED[:4]), "done", "staff", who="mei"), "undone", "team")
    assert (order.state, order.team, order.done_at, order.done_by) == (
        "accepted",
        "barbers",
        "",
        "",
    )
    assert then(order, "done", "team").done_by == ""


def test_a_rating_of_a_merged_order_is_of_who_served_the_other_one() -> None:
    merged = after("submitted", "merged")
    rated = then(merged, "rated", team="barbers", volunteer="V")
    assert (rated.state, rated.rated_team, rated.rated_volunteer) == ("merged", "barbers", "V")
    assert (rated.ended_at, rated.team) == (merged.ended_at, "")
    assert then(rated, "rated", solved="partly").solved == "partly", "once in each round"


def test_what_was_merged_goes_along_where_its_order_is_merged() -> None:
    along = then(after("submitted", "merged"), "rejoined", "clock", into="M")
    assert (along.state, along.merged_into) == ("merged", "M")


def test_a_merged_wish_can_be_taken_back_alone() -> None:
    order = then(after("submitted", "merged"), "cancelled", "resident")
    assert (order.state, order.merged_into) == ("cancelled", "")


def test_a_correction_changes_what_is_asked_for_and_nothing_else() -> None:
    order = after(*FILED[:3])
    changed = then(order, "corrected", "resident", service="repair", date="2026-12-09")
    assert (changed.service, changed.wished, changed.state) == (
        "repair",
        "2026-12-09",
        "dispatched",
    )
    assert then(changed, "corrected", "staff", date="").wished == ""


def test_an_order_that_was_rated_is_nobodys_duplicate() -> None:
    order = after(*FILED, "reopened")
    assert refusal(order, "merged") == refusal(then(order, "triaged"), "merged") == "served"


def test_only_what_was_published_can_be_withdrawn() -> None:
    assert refusal(after("submitted"), "withdrawn") == "unpublished"


def test_what_was_published_can_be_withdrawn_whatever_became_of_the_order() -> None:
    released = after("submitted", "released")
    assert released.published == FACTS["text"]
    for order in (released, then(released, "rejected"), then(released, "merged")):
        assert then(order, "withdrawn").published == ""


# Walks that begin late come where few would come from the start.
BEGINNINGS = ((), FILED[:2], FILED[:4], FILED[:5], FILED, (*FILED, "reopened", *FILED[1:3]))


def check_possible(order: Order) -> None:
    assert order.state in STATES
    if order.state in ("accepted", "done", "rated"):
        assert order.team
    if order.state in ("submitted", "triaged"):
        assert order.team == order.volunteer == order.answer_by == ""
    if order.state == "dispatched":
        assert order.team
        assert order.answer_by
    assert bool(order.merged_into) == (order.state == "merged")
    if order.waits_until:
        assert order.state in ("triaged", "dispatched", "accepted")


@settings(max_examples=tried(50, 150), deadline=None)
@given(st.data(), st.sampled_from(BEGINNINGS))
def test_whatever_happens_an_order_is_its_history_and_never_impossible(
    data: st.DataObject, beginning: tuple[str, ...]
) -> None:
    history = [Event(kind, by(kind), minute(n), facts(kind)) for n, kind in enumerate(beginning)]
    order = fold("N", history)
    for n in range(len(history), len(history) + data.draw(st.integers(1, 20))):
        if ended(order):
            break
        event = data.draw(events(order, minute(n)))
        order = apply(order, event)
        history.append(event)
        check_possible(order)
    assert fold("N", history) == order
    assert order.version == len(history)


@given(
    st.builds(
        Order,
        no=st.just("N"),
        state=st.sampled_from(["", *STATES]),
        level=st.sampled_from(["", *LEVELS]),
        waits_until=st.sampled_from(["", "2026-11-30"]),
        problem=st.sampled_from(["", "raised", "answered"]),
        consulted_at=st.sampled_from(["", AT]),
        ended_at=st.sampled_from(["", AT]),
        changed_at=st.just(AT),
        erased_at=st.sampled_from(["", AT]),
        done_at=st.just(minute(1)),
        rated_at=st.sampled_from(["", AT, minute(2)]),
        published=st.sampled_from(["", "A haircut at home"]),
    )
)
def test_the_buttons_offered_are_those_that_work(order: Order) -> None:
    for actor in ACTORS:
        working = set()
        for kind in TABLE:
            try:
                apply(order, Event(kind, actor, AT, facts(kind)))
            except Refused:
                continue
            working.add(kind)
        assert set(moves(order, actor)) == working
