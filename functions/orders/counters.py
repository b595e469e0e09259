"""What one order or volunteer adds to the community's figures.

The rule is a function of what a history amounts to now, so counters are right whatever happened
on the way: a change adds what the order counts for after it and takes off what it counted for
before. The sum over all histories gives the same figures, which a test holds it to.

An order counts in the month (Asia/Shanghai) in which it was filed, once: a duplicate that was
merged counts as merged and nothing else; one that was reopened has the dates of its last round
and keeps its rating until there is a new one, which may come late.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from functions.orders.lifecycle import FINAL, Order

NOW = ""
"""The month of counters that stand for what is, rather than for what was filed in a month."""

STARS = ("attitude", "skill", "timeliness")
STEPS = ("dispatched", "accepted", "done", "rated")

Tally = Counter[tuple[str, str]]
"""Counts by month and name. A name is a scope and what is counted: ``service:haircut done``."""


def of_order(order: Order) -> Tally:
    """What an order counts for."""
    counted: Tally = Counter()
    if not order.state:
        return counted
    if order.state not in FINAL:
        counted[NOW, f"all {order.state}"] = 1
    if order.state in ("dispatched", "accepted"):
        counted[NOW, load(order.team)] = 1
    month = order.filed_at[:7]
    if order.state == "merged":
        counted[month, "all merged"] = 1
        return counted
    progress, rating = [(name, 1) for name in _progress(order)], [*_rating(order)]
    for scope, counts in (
        ("all", progress + rating),
        (f"service:{order.service}", progress + rating),
        (f"team:{order.team}", progress if order.team else []),
        (f"team:{order.rated_team}", rating if order.rated_team else []),
    ):
        for name, more in counts:
            counted[month, f"{scope} {name}"] += more
    for step, hours in _hours(order):
        counted[month, f"all hours:{step}:{hours}"] = 1
    return counted


def of_volunteer(state: str, applied_at: str, team: str) -> Tally:
    """What a volunteer counts for."""
    counted: Tally = Counter()
    if state:
        counted[applied_at[:7], "volunteers applied"] = 1
        counted[NOW, f"volunteers {state}"] = 1
    if state == "active":
        counted[NOW, f"team:{team} members"] = 1
    return counted


def difference(before: Tally, after: Tally) -> dict[tuple[str, str], int]:
    """What to add to the counters when one thing changed."""
    changed = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    return {name: more for name, more in changed.items() if more}


def renamed(name: str, new_names: Mapping[str, Mapping[str, str]]) -> str:
    """The counter's name after services and teams were renamed; ``new_names`` by kind and name."""
    scope, _, counted = name.partition(" ")
    kind, _, slug = scope.partition(":")
    return f"{kind}:{new_names[kind][slug]} {counted}" if slug in new_names.get(kind, ()) else name


def load(team: str) -> str:
    """The counter of the orders that a team has on its hands."""
    return f"team:{team} load"


def _progress(order: Order) -> Iterator[str]:
    yield "wishes"
    yield from (step for step in STEPS[:3] if getattr(order, f"{step}_at"))
    if order.done_at and order.done_at[:10] <= order.due:
        yield "in_time"
    if order.done_at and not order.rated_at:
        yield "asked"
    if order.state in ("rejected", "cancelled"):
        yield order.state


def _rating(order: Order) -> Iterator[tuple[str, int]]:
    if order.rated_at:
        # Done at least once, even if it was opened again since: the other side of the response.
        yield "asked", 1
        yield "rated", 1
        yield order.solved, 1
        for name in STARS:
            if stars := getattr(order, name):
                yield f"{name} stars", stars
                yield f"{name} given", 1
    if order.problem:
        yield "problems", 1
    if order.problem == "answered":
        yield "answered", 1


def _hours(order: Order) -> Iterator[tuple[str, int]]:
    """How many hours after it was filed each step was reached; histories of before times never
    went back in them may say that it was earlier, which is none."""
    filed = datetime.fromisoformat(order.filed_at)
    for step in STEPS:
        if at := getattr(order, f"{step}_at"):
            hours = (datetime.fromisoformat(at) - filed).total_seconds() // 3600
            yield step, max(0, int(hours))
