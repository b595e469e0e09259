"""The five orders (五单) as a table: which event may follow which state, and by whom.

An order is its history. :func:`apply` folds one event into an order, and nothing else changes
one; the table is data, so that code, tests, documentation and buttons all read the same rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from functions.errors import Refused
from functions.storage.history import Event

RESIDENT, STAFF, TEAM, CLOCK = "resident", "staff", "team", "clock"
ACTORS = (RESIDENT, STAFF, TEAM, CLOCK)
"""Who acts: the resident who asked, the station, a volunteer team, or time running out."""

LEVELS = ("routine", "difficult", "complex")
"""常规问题马上办 · 困难问题协商办 · 复杂问题盯着办."""

SOLVED = ("solved", "partly", "unsolved")

SOURCES = ("online", "onsite", "phone", "paper")
"""How a wish or a rating came: on the site, by the slip's code, told by phone, on paper."""

STATES = (
    *("submitted", "triaged", "dispatched", "accepted", "done", "rated"),
    *("closed", "rejected", "cancelled", "merged"),
)
FINAL = ("closed", "rejected", "cancelled", "merged")


class Order(NamedTuple):
    """What the history so far amounts to. ``version`` is the number of events in it.

    Names in ``_at`` are when a step was reached last; days are ISO 8601, as in ``due``.
    """

    no: str
    version: int = 0
    state: str = ""
    service: str = ""
    wording: str = ""
    """Version of the form's wording that the resident consented to."""
    key: str = ""
    """SHA-256 of the tracking key, in hexadecimal."""
    source: str = ""
    """How the wish reached the station: online, by phone, on paper."""
    wished: str = ""
    """The day that the resident wished for, if any."""
    level: str = ""
    grid: str = ""
    due: str = ""
    """The day by which the station promised it done."""
    team: str = ""
    answer_by: str = ""
    """The day by which the team is to accept or decline."""
    volunteer: str = ""
    paused_at: str = ""
    waits_until: str = ""
    """The day until which it waits for the resident; no deadline runs meanwhile."""
    published: str = ""
    """The station's own words for the public wish list."""
    solved: str = ""
    attitude: int = 0
    skill: int = 0
    timeliness: int = 0
    """Stars, 1 to 5; 0 where there are none."""
    problem: str = ""
    """``raised`` or ``answered``, where the resident told of a problem."""
    answer: str = ""
    """What the station answered in public to a problem."""
    rated_team: str = ""
    rated_volunteer: str = ""
    done_by: str = ""
    """The member of staff who reported it done, if one did."""
    merged_into: str = ""
    filed_at: str = ""
    consulted_at: str = ""
    milestone_at: str = ""
    dispatched_at: str = ""
    accepted_at: str = ""
    done_at: str = ""
    rated_at: str = ""
    rating_at: str = ""
    """The same of this round alone: empty again when the order was reopened."""
    ended_at: str = ""
    erased_at: str = ""
    changed_at: str = ""


Guard = Callable[[Order, Event], str]
"""Why an event may not follow though the state would let it; empty where it may."""


def _free(order: Order, event: Event) -> str:
    return ""


def _dispatchable(order: Order, event: Event) -> str:
    if order.level == "difficult" and not order.consulted_at:
        return "consultation"
    return _going(order, event)


def _difficult(order: Order, event: Event) -> str:
    return "" if order.level == "difficult" and not order.consulted_at else "level"


def _complex(order: Order, event: Event) -> str:
    return "" if order.level == "complex" else "level"


def _going(order: Order, event: Event) -> str:
    return "waiting" if order.waits_until else ""


def _waiting(order: Order, event: Event) -> str:
    return "" if order.waits_until else "going"


def _kept(order: Order, event: Event) -> str:
    return "erased" if order.erased_at else ""


def _ratable(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    if order.state == "closed" and order.rating_at:
        return "rated"
    if event.by == STAFF and order.done_by and event.data.get("who") == order.done_by:
        return "own"
    return ""


def _complained(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    return "" if order.problem == "raised" else "problem"


def _published(order: Order, event: Event) -> str:
    return "" if order.published else "unpublished"


def _unrated(order: Order, event: Event) -> str:
    """One that was done and rated is nobody's duplicate; its rating would be lost."""
    return "served" if order.rated_at else ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table. ``to`` empty means that the state stays as it is."""

    after: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    sets: Mapping[str, str] = field(default_factory=dict)
    """What the event must say, and the order's field that it sets."""
    keeps: Mapping[str, str] = field(default_factory=dict)
    """What the event may say, and the order's field that it sets."""
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values that some of these may have."""
    stamps: tuple[str, ...] = ()
    """The fields that take the event's time."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Fields that are to be remembered, and as what."""
    clears: tuple[str, ...] = ()
    guard: Guard = _free


_OPEN = tuple(state for state in STATES if state not in FINAL)
_TEAM = ("team", "answer_by", "volunteer", "dispatched_at")

TABLE: dict[str, Move] = {
    "submitted": Move(
        ("",),
        "submitted",
        (RESIDENT, STAFF),
        sets={"service": "service", "wording": "wording", "key": "key"},
        keeps={"source": "source", "date": "wished"},
        only={"source": SOURCES},
        stamps=("filed_at",),
    ),
    "triaged": Move(
        ("submitted", "triaged"),
        "triaged",
        (STAFF,),
        sets={"level": "level", "due": "due"},
        keeps={"service": "service", "grid": "grid"},
        only={"level": LEVELS},
        # The first stretch of a complex order runs from here.
        stamps=("milestone_at",),
        clears=("waits_until",),
    ),
    "consulted": Move(("triaged",), "", (STAFF,), stamps=("consulted_at",), guard=_difficult),
    "progressed": Move(
        ("triaged", "dispatched", "accepted"),
        "",
        (STAFF, TEAM),
        stamps=("milestone_at",),
        guard=_complex,
    ),
    "dispatched": Move(
        ("triaged",),
        "dispatched",
        (STAFF,),
        sets={"team": "team", "due": "answer_by"},
        stamps=("dispatched_at",),
        guard=_dispatchable,
    ),
    "accepted": Move(
        ("dispatched",),
        "accepted",
        (TEAM, STAFF),
        sets={"volunteer": "volunteer"},
        stamps=("accepted_at",),
    ),
    "assigned": Move(("accepted",), "", (TEAM, STAFF), sets={"volunteer": "volunteer"}),
    "declined": Move(("dispatched",), "triaged", (TEAM, STAFF), clears=_TEAM),
    "escalated": Move(("dispatched",), "triaged", (CLOCK,), clears=_TEAM),
    "recalled": Move(("dispatched",), "triaged", (STAFF,), clears=_TEAM),
    "returned": Move(
        ("accepted",), "triaged", (TEAM, STAFF), clears=(*_TEAM, "accepted_at"), guard=_going
    ),
    "paused": Move(
        ("triaged", "accepted"),
        "",
        (STAFF, TEAM),
        sets={"until": "waits_until"},
        stamps=("paused_at",),
        guard=_going,
    ),
    "resumed": Move(
        ("triaged", "accepted"),
        "",
        (STAFF, TEAM, CLOCK),
        sets={"due": "due"},
        clears=("waits_until",),
        guard=_waiting,
    ),
    "done": Move(
        ("accepted",),
        "done",
        (TEAM, STAFF),
        keeps={"who": "done_by"},
        stamps=("done_at",),
        guard=_going,
    ),
    "rated": Move(
        ("done", "closed"),
        "rated",
        (RESIDENT, STAFF),
        sets={"solved": "solved"},
        keeps={
            "attitude": "attitude",
            "skill": "skill",
            "timeliness": "timeliness",
            "problem": "problem",
        },
        only={"solved": SOLVED, "problem": ("raised",), "source": SOURCES},
        stamps=("rated_at", "rating_at"),
        copies={"team": "rated_team", "volunteer": "rated_volunteer"},
        clears=("attitude", "skill", "timeliness", "problem", "answer"),
        guard=_ratable,
    ),
    "answered": Move(
        tuple(state for state in STATES if state != "merged"),
        "",
        (STAFF,),
        sets={"problem": "problem"},
        keeps={"text": "answer"},
        only={"problem": ("answered",)},
        guard=_complained,
    ),
    # The rating stays until there is a new one, and counts for the team that it was given to.
    "reopened": Move(
        ("rated",),
        "submitted",
        (RESIDENT, STAFF),
        clears=(
            *("level", "due", *_TEAM, "consulted_at", "accepted_at", "done_at", "done_by"),
            "rating_at",
        ),
    ),
    "closed": Move(("done", "rated"), "closed", (STAFF, CLOCK), stamps=("ended_at",)),
    "rejected": Move(
        ("submitted", "triaged"),
        "rejected",
        (STAFF,),
        stamps=("ended_at",),
        clears=("waits_until",),
    ),
    # Nobody has done anything for so long that what the resident told must go.
    "lapsed": Move(
        ("submitted", "triaged", "dispatched", "accepted"),
        "rejected",
        (CLOCK,),
        stamps=("ended_at",),
        clears=("waits_until",),
    ),
    "merged": Move(
        ("submitted", "triaged"),
        "merged",
        (STAFF,),
        sets={"into": "merged_into"},
        stamps=("ended_at",),
        clears=("waits_until",),
        guard=_unrated,
    ),
    "unmerged": Move(
        ("merged",),
        "submitted",
        (STAFF,),
        clears=("merged_into", "level", "due", "consulted_at"),
        guard=_kept,
    ),
    "cancelled": Move(
        ("submitted", "triaged", "dispatched"),
        "cancelled",
        (RESIDENT, STAFF),
        stamps=("ended_at",),
        clears=("waits_until",),
    ),
    "released": Move(_OPEN, "", (STAFF,), sets={"text": "published"}),
    "withdrawn": Move(STATES, "", (STAFF,), clears=("published",), guard=_published),
    "noted": Move(_OPEN, "", (STAFF, TEAM)),
    "erased": Move(FINAL, "", (STAFF, CLOCK), stamps=("erased_at",), guard=_kept),
}
_NUMBERS = ("attitude", "skill", "timeliness")


def apply(order: Order, event: Event) -> Order:
    """The order after the event.

    Raises:
        Refused: the table does not let this event follow: ``unknown``, ``state``, ``actor``,
            ``data``, or what the guard found (``consultation``, ``level``, ``waiting``, ``going``,
            ``erased``, ``rated``, ``own``, ``problem``, ``unpublished``, ``served``).
    """
    move = TABLE.get(event.kind)
    if move is None:
        raise _refused("unknown", order, event)
    if order.state not in move.after:
        raise _refused("state", order, event)
    if event.by not in move.by:
        raise _refused("actor", order, event)
    said = event.data
    if any(not said.get(name) for name in move.sets):
        raise _refused("data", order, event)
    if any(name in said and said[name] not in values for name, values in move.only.items()):
        raise _refused("data", order, event)
    if reason := move.guard(order, event):
        raise _refused(reason, order, event)
    changed: dict[str, Any] = {target: getattr(order, name) for name, target in move.copies.items()}
    changed |= {name: 0 if name in _NUMBERS else "" for name in move.clears}
    changed |= {target: said[name] for name, target in move.sets.items()}
    changed |= {target: said[name] for name, target in move.keeps.items() if name in said}
    changed |= dict.fromkeys(move.stamps, event.at)
    state = move.to or order.state
    return order._replace(version=order.version + 1, state=state, changed_at=event.at, **changed)


def _refused(reason: str, order: Order, event: Event) -> Refused:
    return Refused(reason, event=event.kind, by=event.by, after=order.state or "nothing")


def fold(no: str, events: Iterable[Event]) -> Order:
    """The order that a history amounts to.

    Raises:
        Refused: where the history could not have happened.
    """
    order = Order(no)
    for event in events:
        order = apply(order, event)
    return order


def moves(order: Order, by: str) -> tuple[str, ...]:
    """The events that this actor may add now: the buttons to offer."""
    return tuple(
        kind
        for kind, move in TABLE.items()
        if order.state in move.after
        and by in move.by
        and not move.guard(order, Event(kind, by, order.changed_at))
    )
