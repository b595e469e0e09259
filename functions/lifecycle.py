"""The five orders (五单) as a table: which event may follow which state, and by whom.

An order is its history. :func:`apply` folds one event into an order, and nothing else changes
one; the table is data, so that code, tests, documentation and buttons all read the same rules.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

RESIDENT, STAFF, TEAM, CLOCK = "resident", "staff", "team", "clock"
ACTORS = (RESIDENT, STAFF, TEAM, CLOCK)
"""Who acts: the resident who asked, the station, a volunteer team, or time running out."""

LEVELS = ("routine", "difficult", "complex")
"""常规问题马上办 · 困难问题协商办 · 复杂问题盯着办."""

SOLVED = ("solved", "partly", "unsolved")

STATES = (
    *("submitted", "triaged", "dispatched", "accepted", "done", "rated"),
    *("closed", "rejected", "cancelled", "merged"),
)
FINAL = ("closed", "rejected", "cancelled", "merged")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, once and for all. ``data`` never holds personal data."""

    kind: str
    by: str
    at: str
    """ISO 8601 with its offset from UTC, to the second."""
    data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Order:
    """What the history so far amounts to. ``version`` is the number of events in it."""

    no: str
    version: int = 0
    state: str = ""
    service: str = ""
    wording: str = ""
    """Version of the form's wording that the resident consented to."""
    key: str = ""
    """SHA-256 of the tracking key, in hexadecimal."""
    level: str = ""
    due: str = ""
    """The day by which the station promised it done, ISO 8601."""
    team: str = ""
    answer_by: str = ""
    """The day by which the team is to accept or decline."""
    volunteer: str = ""
    solved: str = ""
    merged_into: str = ""
    filed_at: str = ""
    changed_at: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. ``to`` empty means that the state stays as it is."""

    after: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    sets: Mapping[str, str] = field(default_factory=dict)
    """What the event must say, and the order's field that it sets."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that some of these may have."""
    clears: tuple[str, ...] = ()


_OPEN = tuple(state for state in STATES if state not in FINAL)

TABLE: dict[str, Move] = {
    "submitted": Move(
        ("",),
        "submitted",
        (RESIDENT, STAFF),
        sets={"service": "service", "wording": "wording", "key": "key"},
    ),
    "triaged": Move(
        ("submitted", "triaged"),
        "triaged",
        (STAFF,),
        sets={"level": "level", "due": "due"},
        only={"level": LEVELS},
    ),
    "dispatched": Move(
        ("triaged",), "dispatched", (STAFF,), sets={"team": "team", "due": "answer_by"}
    ),
    "accepted": Move(("dispatched",), "accepted", (TEAM,), sets={"volunteer": "volunteer"}),
    "declined": Move(("dispatched",), "triaged", (TEAM,), clears=("team", "answer_by")),
    "escalated": Move(("dispatched",), "triaged", (CLOCK,), clears=("team", "answer_by")),
    "returned": Move(
        ("accepted",), "triaged", (TEAM, STAFF), clears=("team", "answer_by", "volunteer")
    ),
    "done": Move(("accepted",), "done", (TEAM, STAFF)),
    "rated": Move(
        ("done",), "rated", (RESIDENT, STAFF), sets={"solved": "solved"}, only={"solved": SOLVED}
    ),
    "reopened": Move(
        ("rated",),
        "submitted",
        (RESIDENT, STAFF),
        clears=("level", "due", "team", "answer_by", "volunteer", "solved"),
    ),
    "closed": Move(("done", "rated"), "closed", (STAFF, CLOCK)),
    "rejected": Move(("submitted", "triaged"), "rejected", (STAFF,)),
    "merged": Move(("submitted", "triaged"), "merged", (STAFF,), sets={"into": "merged_into"}),
    "cancelled": Move(("submitted", "triaged", "dispatched"), "cancelled", (RESIDENT, STAFF)),
    "noted": Move(_OPEN, "", (STAFF, TEAM)),
}


class Refused(Exception):
    """The event may not follow. ``reason`` is ``state``, ``actor``, ``data`` or ``unknown``."""

    def __init__(self, reason: str, order: Order, event: Event):
        super().__init__(f"{event.kind} by {event.by} after {order.state or 'nothing'}: {reason}")
        self.reason = reason
        self.order = order
        self.event = event


def apply(order: Order, event: Event) -> Order:
    """The order after the event.

    Raises:
        Refused: where the table does not let this event follow.
    """
    move = TABLE.get(event.kind)
    if move is None:
        raise Refused("unknown", order, event)
    if order.state not in move.after:
        raise Refused("state", order, event)
    if event.by not in move.by:
        raise Refused("actor", order, event)
    if any(not event.data.get(name) for name in move.sets):
        raise Refused("data", order, event)
    if any(event.data[name] not in values for name, values in move.only.items()):
        raise Refused("data", order, event)
    return replace(
        order,
        version=order.version + 1,
        state=move.to or order.state,
        filed_at=order.filed_at or event.at,
        changed_at=event.at,
        **dict.fromkeys(move.clears, ""),
        **{target: event.data[name] for name, target in move.sets.items()},
    )


def fold(no: str, events: Iterable[Event]) -> Order:
    """The order that a history amounts to.

    Raises:
        Refused: where the history could not have happened.
    """
    order = Order(no)
    for event in events:
        order = apply(order, event)
    return order


def moves(state: str, by: str) -> tuple[str, ...]:
    """The events that this actor may add in this state: the buttons to offer."""
    return tuple(kind for kind, move in TABLE.items() if state in move.after and by in move.by)
