"""Which ratings of an order stand, and what it is again once the last one is taken back."""

from collections.abc import Collection, Sequence
from typing import Any

from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import RATING, ROUND, UNASKED, was_opened_by_rating
from functions.orders.lifecycle.states import ACTORS, RESIDENT
from functions.orders.lifecycle.transitions import fold
from functions.storage.history import Event


def standing(events: Sequence[Event], by: Collection[str] = ACTORS) -> list[int]:
    """The numbers of the ratings that none of ``by`` took back, the oldest first."""
    found = list[int]()
    for seq, event in enumerate(events, 1):
        if event.kind == "rated":
            found.append(seq)
        elif event.kind == "unrated" and event.by in by:
            found = found[:-1]
    return found


def taken_back(order: Order, events: Sequence[Event]) -> dict[str, Any]:
    """What it says that the last rating is taken back: the rating before it, if any; and where that
    one opened the order again, and nobody has taken it on yet, all that its reopening cleared.

    What was reported before may be answered by now. What a resident reports herself waits for its
    answer, also once she took back the rest.
    """
    last = max(standing(events), default=1)
    before = fold(order.no, events[: last - 1])
    if before.problem or (events[last - 1].by == RESIDENT and order.problem):
        before = before._replace(problem=order.problem, answer=order.answer)
    values = {name: getattr(before, field) for name, field in RATING.items()}
    facts = {name: value for name, value in values.items() if value}
    if not (was_opened_by_rating(order) and order.state in UNASKED):
        return facts
    if before.state != "merged":
        before = before._replace(ended_at="")  # It may be rated again before it ends.
    changed = [name for name in ROUND if getattr(before, name) != getattr(order, name)]
    return facts | {name: getattr(before, name) for name in changed}
