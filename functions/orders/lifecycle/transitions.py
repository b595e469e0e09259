"""What an event makes of an order: :func:`apply` adds one, and nothing else changes an order."""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import accumulate
from typing import Any

from functions.errors import Refused
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import FINAL, ON_ITS_WAY, RESIDENT, STAFF, TEAM
from functions.storage.history import Event


def apply(order: Order, event: Event) -> Order:
    """The order after the event.

    Raises:
        Refused: the table does not let this event follow: ``unknown``, ``state``, ``actor``,
            ``data``, or what the guard found (``consultation``, ``level``, ``waiting``, ``going``,
            ``erased``, ``rated``, ``own``, ``problem``, ``unpublished``, ``served``, ``late``,
            ``held``).
    """
    if reason := _objection(order, event):
        after = order.state or "nothing"
        raise Refused(reason, event=event.kind, by=event.by, after=after)
    move, data = TABLE[event.kind], event.data
    state = move.to if move.to and order.state not in move.stays else order.state
    for name, to in move.leads.items():
        state = to if data.get(name) else state
    changed: dict[str, Any] = {"version": order.version + 1, "changed_at": event.at}
    changed |= {"state": state, "since": order.since if state == order.state else event.at}
    for name, target in move.copies.items():
        changed[target] = getattr(order, name)
    for name, target in move.adds.items():
        words = dict.fromkeys([*getattr(order, target).split(), str(getattr(order, name))])
        changed[target] = " ".join(filter(None, words))
    for name in move.clears:
        changed[name] = Order._field_defaults[name]
    for name, target in move.sets.items():
        changed[target] = data[name]
    for name, target in move.keeps.items():
        if name in data:
            changed[target] = data[name]
    for name in move.stamps:
        changed[name] = event.at
    return order._replace(**changed, unread=_unread(order, event))


def _unread(order: Order, event: Event) -> str:
    added = event.by == RESIDENT and event.kind in ("noted", "corrected")
    # What a team says once an order has ended would stand in no list.
    late = event.by == TEAM and event.kind == "noted" and order.state in FINAL
    if added or late or event.kind == "added":
        return order.unread or event.at
    return "" if event.by == STAFF else order.unread


def _objection(order: Order, event: Event) -> str:
    """Why the table does not let an event follow; empty where it does."""
    move, data = TABLE.get(event.kind), event.data
    if move is None:
        return "unknown"
    if order.state not in move.after:
        return "state"
    if event.by not in move.by or order.state not in move.within.get(event.by, move.after):
        return "actor"
    for name, allowed in move.only.items():
        if name in data and data[name] not in allowed:
            return "data"
    if not all(map(data.get, move.sets)):
        return "data"
    return move.guard(order, event) if move.guard else ""


def fold(no: str, events: Iterable[Event]) -> Order:
    """The order that a history amounts to.

    Raises:
        Refused: the history could not have happened.
    """
    return reduce(apply, events, Order(no))


def went_on(no: str, events: Sequence[Event], version: int) -> bool:
    """Whether nothing has taken an order back since the event of this version: it is in the state
    to which that led, or further on."""
    first, *later = [o.state for o in accumulate(events, apply, initial=Order(no))][version:]
    ahead = ON_ITS_WAY[ON_ITS_WAY.index(first) :] if first in ON_ITS_WAY else (first,)
    return all(state in ahead for state in later)


def moves(order: Order, by: str, at: str = "") -> list[str]:
    """The events that this actor may add at the time ``at``, or right after the last one. They are
    the buttons to offer."""
    return [
        kind
        for kind, move in TABLE.items()
        if by in move.by
        and order.state in move.within.get(by, move.after)
        and not (move.guard and move.guard(order, Event(kind, by, at or order.changed_at)))
    ]
