"""Counters that are kept up by differences are those that all histories add up to."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.orders import counters, ratings
from functions.orders.counters import NOW, Tally
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.transitions import apply, fold, moves
from functions.storage.history import Event, Head
from tests.support.depth import tried
from tests.support.lifecycle import FILED, by, ended, events, facts

BEGUN = datetime.fromisoformat("2026-11-30T22:00:00+08:00")
NUMBERS = ("A", "B", "C")
STAGES = st.sampled_from([FILED[:n] for n in range(len(FILED) + 1)])


class Desk(RuleBasedStateMachine):
    """Several orders, each moved at random, and the counters as the store keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.histories: dict[str, list[Event]] = {no: [] for no in NUMBERS}
        self.orders = {no: Order(no) for no in NUMBERS}
        self.kept: Tally = Counter()
        self.at = BEGUN

    def move(self, no: str, *added: Event) -> None:
        before = self.orders[no]
        order = before
        for event in added:
            order = apply(order, event)
        self.orders[no] = order
        self.histories[no] += added
        self.kept.update(counters.difference(counters.of_order(before), counters.of_order(order)))

    @initialize(stages=st.tuples(STAGES, STAGES, STAGES))
    def begin(self, stages: tuple[tuple[str, ...], ...]) -> None:
        for no, kinds in zip(NUMBERS, stages, strict=True):
            for kind in kinds:
                self.move(no, Event(kind, by(kind), self.at.isoformat(), facts(kind)))
                self.at += timedelta(minutes=40)

    @rule(no=st.sampled_from(NUMBERS), data=st.data(), hours=st.integers(1, 100))
    def something_happens(self, no: str, data: st.DataObject, hours: int) -> None:
        if ended(self.orders[no]):
            return
        self.at += timedelta(hours=hours)
        self.move(no, data.draw(events(self.orders[no], self.at.isoformat())))

    @rule(no=st.sampled_from(NUMBERS), data=st.data())
    def two_things_happen_at_once(self, no: str, data: st.DataObject) -> None:
        if ended(self.orders[no]):
            return
        self.at += timedelta(hours=1)
        first = data.draw(events(self.orders[no], self.at.isoformat()))
        after = apply(self.orders[no], first)
        second = [] if ended(after) else [data.draw(events(after, self.at.isoformat()))]
        self.move(no, first, *second)

    @rule(no=st.sampled_from(NUMBERS))
    def staff_take_back_a_rating_that_they_wrote_down(self, no: str) -> None:
        self.at += timedelta(hours=1)
        at, before = self.at.isoformat(), self.orders[no]
        if "unrated" in moves(before, "staff", at):
            said = ratings.taken_back(before, self.histories[no])
            self.move(no, Event("unrated", "staff", at, said))

    @rule(no=st.sampled_from(NUMBERS), on=st.sampled_from([(), FILED[1:2], FILED[1:3]]))
    def a_wrong_tap_is_taken_back(self, no: str, on: tuple[str, ...]) -> None:
        """A resident says by mistake that nothing was solved, and the order goes ``on`` a bit."""
        self.at += timedelta(hours=1)
        at, before = self.at.isoformat(), self.orders[no]
        if "rated" not in moves(before, "resident", at):
            return
        again = "unmerged" if before.state == "merged" else "reopened"
        self.move(no, Event("rated", "resident", at, {"solved": "unsolved"}))
        self.move(no, Event(again, "resident", at))
        for kind in on:
            self.move(no, Event(kind, by(kind), at, facts(kind)))
        said = ratings.taken_back(self.orders[no], self.histories[no])
        self.move(no, Event("unrated", "resident", at, said))
        after = self.orders[no]
        assert after.state == ("merged" if before.state == "merged" else "done")
        moved = {"version", "state", "since", "changed_at", "ended_at", "milestone_at", "unread"}
        kept = {*Order._fields} - moved
        assert {n: getattr(after, n) for n in kept} == {n: getattr(before, n) for n in kept}

    @rule(pair=st.permutations(NUMBERS), end=st.sampled_from(["", "cancelled", "rejected"]))
    def one_is_merged_into_another_that_may_be_called_off(
        self, pair: tuple[str, ...], end: str
    ) -> None:
        merged, into = pair[:2]
        self.at += timedelta(hours=1)
        at = self.at.isoformat()
        can = moves(self.orders[into], "clock", at), moves(self.orders[into], "staff", at)
        if "merged" not in moves(self.orders[merged], "staff", at) or "joined" not in can[0]:
            return
        self.move(merged, Event("merged", "staff", at, {"into": into}))
        self.move(into, Event("joined", "clock", at, {"from": merged}))
        for no in NUMBERS:
            if self.orders[no].merged_into == merged and self.orders[no].state == "merged":
                self.move(no, Event("rejoined", "clock", at, {"into": into}))
        if end in can[1]:
            self.move(into, Event(end, "staff", at))
            self.move(merged, Event("unmerged", "clock", at))
            assert self.orders[merged].state == "submitted"

    @invariant()
    def an_order_is_its_history_and_none_of_it_is_lost(self) -> None:
        for no, history in self.histories.items():
            assert fold(no, history) == self.orders[no]
            assert self.orders[no].version == len(history)

    @invariant()
    def no_counter_is_negative(self) -> None:
        assert min(self.kept.values(), default=0) >= 0

    @invariant()
    def counters_are_what_the_histories_add_up_to(self) -> None:
        total: Tally = Counter()
        for no, history in self.histories.items():
            total.update(counters.of_order(fold(no, history)))
        assert +self.kept == +total


Desk.TestCase.settings = settings(max_examples=tried(10, 40), stateful_step_count=25, deadline=None)
TestDesk = Desk.TestCase


def order(*kinds: str, **said: Any) -> Order:
    """The order to which these events lead, an hour apart."""
    return then(Order("N"), *kinds, **said)


def then(before: Order, *kinds: str, **said: Any) -> Order:
    """What these events, an hour apart, make of an order; each takes of ``said`` what it knows."""
    after = before
    for kind in kinds:
        at = (BEGUN + timedelta(hours=after.version)).isoformat()
        known = STARS if kind == "rated" else facts(kind)
        data = facts(kind) | {name: value for name, value in said.items() if name in known}
        after = apply(after, Event(kind, by(kind), at, data))
    return after


STARS = {"solved", "attitude", "skill", "timeliness", "problem"}


def month(counted: Order) -> dict[str, int]:
    """What an order counts for in months: that of its wish, and that of its rating."""
    return {name: n for (when, name), n in counters.of_order(counted).items() if when != NOW}


def now(counted: Order) -> dict[str, int]:
    return {name: n for (when, name), n in counters.of_order(counted).items() if when == NOW}


def test_nothing_counts_for_nothing() -> None:
    assert not counters.of_order(Order("N"))
    assert not counters.of_volunteer(None)


def test_an_order_counts_in_the_month_of_its_wish_and_what_is_said_in_the_month_of_that() -> None:
    rated = order(*FILED, attitude=4)
    assert rated.rated_at > "2026-12"
    counted = counters.of_order(rated)
    assert {when for when, _ in counted} == {NOW, "2026-11", "2026-12"}
    said = {name.partition(" ")[2] for when, name in counted if when == "2026-12"}
    assert said == {"rated", "asked", "solved", "attitude stars", "attitude given"}


def test_a_wish_counts_for_all_and_for_its_service_and_for_no_team_yet() -> None:
    nowhere = counters.scope(counters.GRID, counters.NO_GRID)
    assert month(order("submitted")) == {
        "all wishes": 1,
        "service:haircut wishes": 1,
        f"{nowhere} wishes": 1,
    }
    assert now(order("submitted")) == {"all submitted": 1}


def test_an_order_counts_for_its_grid_and_its_rating_too() -> None:
    counted = month(order(*FILED, attitude=4)._replace(grid="north"))
    assert (counted["grid:north wishes"], counted["grid:north done"]) == (1, 1)
    assert (counted["grid:north rated"], counted["grid:north attitude stars"]) == (1, 4)


def test_what_is_not_done_by_its_day_is_overdue_from_the_next_day_until_it_is_done() -> None:
    def overdue(counted: Order, today: str) -> int:
        return counters.as_of(today, month(counted))["service:haircut overdue"]

    for steps in (2, 3, 4):
        late = order(*FILED[:steps], due="2026-12-01")
        assert [overdue(late, f"2026-12-0{day}") for day in (1, 2)] == [0, 1]
    assert overdue(order(*FILED[:5], due="2026-12-01"), "2026-12-09") == 0
    assert overdue(then(late, "paused"), "2026-12-09") == 0, "it waits for its resident"
    assert not [name for name in counters.as_of("2026-12-09", month(late)) if "due:" in name]


def test_every_team_knows_how_many_orders_it_has_in_each_state() -> None:
    at = [now(order(*FILED[:n])) for n in (3, 4, 5)]
    for counted, state in zip(at, counters.HANDS, strict=True):
        assert counted[f"team:barbers {state}"] == 1


def test_a_team_has_on_its_hands_what_it_was_sent_until_it_is_done() -> None:
    loads = [now(order(*FILED[:n])).get(counters.load("barbers"), 0) for n in range(1, 7)]
    assert loads == [0, 0, 1, 1, 0, 0]


def test_a_merged_order_counts_as_merged_and_nothing_else() -> None:
    merged = order("submitted", "triaged", "merged")
    assert counters.of_order(merged) == {("2026-11", "all merged"): 1}


def test_an_order_that_ended_counts_for_its_month_and_no_longer_for_now() -> None:
    for end in ("rejected", "cancelled"):
        ended = order("submitted", "triaged", end)
        assert now(ended) == {}
        assert month(ended)["all wishes"] == month(ended)[f"all {end}"] == 1


def test_a_reopened_order_counts_once() -> None:
    again = order(*FILED, "reopened", *FILED[1:5])
    counted = month(again)
    for name in ("wishes", "dispatched", "accepted", "done", "rated"):
        for scope in ("all", "service:haircut", "team:barbers"):
            assert counted[f"{scope} {name}"] == 1
    assert sum(n for name, n in counted.items() if name.startswith("all hours:done:")) == 1


def test_a_reopened_order_is_not_done_until_it_is_done_again() -> None:
    counted = month(order(*FILED, "reopened"))
    assert "all done" not in counted
    assert "all in_time" not in counted
    assert counted["all rated"] == 1


def test_done_on_its_last_day_is_in_time_and_a_day_later_is_late() -> None:
    for due, in_time in (("2026-12-01", 1), ("2026-11-30", 0)):
        done = order(*FILED[:5], due=due)
        assert done.done_at.startswith("2026-12-01")
        for scope in ("all", "service:haircut", "team:barbers"):
            assert month(done)[f"{scope} done"] == 1
            assert month(done).get(f"{scope} in_time", 0) == in_time


def test_stars_count_only_where_they_were_given() -> None:
    counted = month(order(*FILED, attitude=4, skill=0))
    assert (counted["all attitude stars"], counted["all attitude given"]) == (4, 1)
    assert not [name for name in counted if "skill" in name or "timeliness" in name]


def test_a_problem_counts_and_then_that_it_was_answered() -> None:
    raised = order(*FILED, problem="raised")
    assert month(raised)["all problems"] == 1
    assert "all answered" not in month(raised)
    answered = then(raised, "answered")
    assert month(answered)["all problems"] == month(answered)["all answered"] == 1


def test_a_rating_stays_with_the_team_that_it_was_given_to_until_there_is_a_new_one() -> None:
    rated = order(*FILED, solved="unsolved", attitude=2)
    again = then(rated, "reopened", *FILED[1:5], team="plumbers")
    counted = month(again)
    assert counted["team:barbers rated"] == counted["team:barbers unsolved"] == 1
    assert counted["team:barbers attitude stars"] == 2
    assert counted["team:plumbers done"] == 1
    assert not {"team:plumbers rated", "team:barbers done", "team:barbers wishes"} & {*counted}
    counted = month(then(again, "rated", attitude=5))
    assert counted["team:plumbers rated"] == counted["team:plumbers solved"] == 1
    assert counted["team:plumbers attitude stars"] == counted["all attitude stars"] == 5
    assert not [name for name in counted if name.startswith("team:barbers")]


def test_hours_are_whole_ones_since_it_was_filed() -> None:
    hours = {name for name in month(order(*FILED)) if name.startswith("all hours:")}
    assert hours == {
        "all hours:dispatched:2",
        "all hours:accepted:3",
        "all hours:done:4",
        "all hours:rated:5",
    }


def test_a_history_whose_times_go_back_has_no_negative_hours() -> None:
    filed = then(Order("N"), *FILED[:4])
    early = (BEGUN - timedelta(days=2)).isoformat()
    done = apply(filed, Event("done", by("done"), early))
    assert month(done)["all hours:done:0"] == 1


def test_a_volunteer_counts_as_signed_up_for_good_and_as_a_member_while_active() -> None:
    signed_up = ("2026-11", "volunteers applied")
    for state, member in (("applied", 0), ("active", 1), ("left", 0)):
        head = Head("V", "volunteer", 1, state, BEGUN.isoformat(), {"team": "barbers"})
        counted = counters.of_volunteer(head)
        assert counted[signed_up] == counted[NOW, f"volunteers {state}"] == 1
        assert counted[NOW, "team:barbers members"] == member


def test_a_difference_says_what_to_add_and_nothing_that_stays() -> None:
    before = Counter({("", "gone"): 1, ("", "stays"): 2, ("", "grows"): 1})
    after = Counter({("", "stays"): 2, ("", "grows"): 3, ("", "new"): 1})
    assert counters.difference(before, after) == {
        ("", "gone"): -1,
        ("", "grows"): 2,
        ("", "new"): 1,
    }


def test_a_reopened_order_was_asked_once_and_never_answers_more_than_all() -> None:
    rated = then(Order("N"), *FILED[:5], "rated", solved="unsolved")
    for order in (rated, then(rated, "reopened")):
        counted = counters.of_order(order)
        when = rated.rated_at[:7]
        assert (counted[when, "all asked"], counted[when, "all rated"]) == (1, 1)
    assert counted[order.filed_at[:7], "all dispatched"] == 0
