"""The five orders (五单) as a table: which event may follow which state, and by whom.

The table is data, so that code, tests, documentation and buttons all follow the same rules.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import (
    CLOCK,
    DOORS,
    FINAL,
    HELD,
    LEVELS,
    OPEN,
    RESIDENT,
    SOLVED,
    SOURCES,
    STAFF,
    STATES,
    TEAM,
)
from functions.storage.history import Event

REOPENS = timedelta(days=30)
"""How long after its end a closed order can be opened again."""


Guard = Callable[[Order, Event], str]
"""Says why an event may not follow although the state would allow it; empty where it may."""


def _needs(condition: Callable[[Order], object], reason: str) -> Guard:
    return lambda order, event: "" if condition(order) else reason


def _is_to_consult(order: Order) -> bool:
    return order.level == "difficult" and not order.consulted_at


_to_consult = _needs(_is_to_consult, "level")
_consulted = _needs(lambda order: not _is_to_consult(order), "consultation")
_complex = _needs(lambda order: order.level == "complex", "level")
_waiting = _needs(lambda order: order.waits_until, "going")
_not_waiting = _needs(lambda order: not order.waits_until, "waiting")
_not_erased = _needs(lambda order: not order.erased_at, "erased")
_published = _needs(lambda order: order.published, "unpublished")
# What a rated order was rated for is no part of another order.
_never_rated = _needs(lambda order: not order.rated_at, "served")


def _restorable(order: Order, event: Event) -> str:
    # Whoever fills the desk must not let her own wishes pass.
    return "held" if order.signs and event.by == RESIDENT else _not_erased(order, event)


def _ratable(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    if order.state == "closed" and order.rating_at:
        return "rated"
    if event.by == STAFF and order.done_by and event.data.get("who") == order.done_by:
        return "own"
    return ""


def _answerable(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    return "" if order.problem == "raised" else "problem"


def _reopenable(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    if order.state != "closed" or not order.ended_at:
        return ""
    ended = datetime.fromisoformat(order.ended_at)
    return "late" if datetime.fromisoformat(event.at) > ended + REOPENS else ""


def was_opened_by_rating(order: Order) -> bool:
    """Whether an order is to be done again because its last rating said that nothing was solved,
    or, where it was merged, is done apart because of that."""
    unsolved = order.solved == "unsolved" and order.state in _HANDLED
    return unsolved and order.rated_at >= order.reopened_at


def _unratable(order: Order, event: Event) -> str:
    if order.erased_at:
        return "erased"
    if (
        event.by == RESIDENT
    ):  # A wrong tap of her own; what the station wrote down is the station's.
        return "" if was_opened_by_rating(order) and not order.rated_by else "resident"
    ended = order.state in ("rated", "closed", "merged")
    return "" if order.rated_by and (order.rating_at or not ended) else "resident"


class Move(NamedTuple):
    """One row of the table: after which states, to which (empty: it stays), and by whom."""

    after: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    within: Mapping[str, tuple[str, ...]] = {}
    """For an actor who may add it in fewer states than others: in which."""
    stays: tuple[str, ...] = ()
    """The states in which it stays though there is one to move to."""
    leads: Mapping[str, str] = {}
    """Keys that the data may have, and the state that the order then moves to, wherever it is."""
    sets: Mapping[str, str] = {}
    """Keys that the event's data must have, and the field of the order that each sets."""
    keeps: Mapping[str, str] = {}
    """Keys that the data may have, and the field that each sets."""
    only: Mapping[str, tuple[str, ...]] = {}
    """The values that are allowed, by key."""
    stamps: tuple[str, ...] = ()
    """Fields that take the event's time."""
    copies: Mapping[str, str] = {}
    """Fields to copy, and the field that each is copied to."""
    adds: Mapping[str, str] = {}
    """Fields to copy, and the field of words to which each is added if it is not among them."""
    clears: tuple[str, ...] = ()
    guard: Guard | None = None


_HANDLED = ("submitted", "triaged", "dispatched", "accepted")
_WAITS = ("triaged", "accepted")
"""The states in which an order begins to wait for its resident, or goes on after it; it may be
dispatched meanwhile."""
_WAIT, _END = ("waits_until",), ("ended_at",)
_HANDLER, _SIGNS = ("handler",), ("signs",)
_PROMISED = {"due": "due"}
_DEADLINES = {**_PROMISED, "triage_by": "triage_by"}
"""The deadlines of one that was called off and is taken up again, where the event says them."""
_Ending = partial(Move, stamps=_END, keeps=_DEADLINES, clears=(*_WAIT, *_HANDLER))
_TEAM = ("team", "answer_by", "volunteer", "dispatched_at")
_ROUND = (
    *("due", "triage_by", *_TEAM, "consulted_at", "accepted_at", "done_at", "done_by", "rating_at"),
    *("merged_into", *_WAIT, *_END, *_SIGNS),
)
"""What an order that begins again has no more. It keeps its level, and its deadline if that was
promised already."""
_STARS = ("attitude", "skill", "timeliness")
RATING: Mapping[str, str] = {
    **{name: name for name in ("solved", *_STARS, "answer", "rated_team", "rated_volunteer")},
    **{name: name for name in ("rated_at", "rated_by")},
    "reported": "problem",
}
"""What a rating leaves in an order, by the key under which its withdrawal says what was before."""

ROUND = ("level", "reopened_at", *_ROUND)
"""What an order has of the round in which it is, and gets back with that of before."""
TAKEN_ON = (*_TEAM, "consulted_at", "accepted_at", *_WAIT, "due")
"""What an order has that a team took on."""
UNDONE = ("due", "waits_until", "volunteer")
"""What an order gets back that was not done after all."""
UNASKED = ("submitted", "triaged", "dispatched")
"""The states in which nobody has taken it on yet."""

TABLE: dict[str, Move] = {
    "submitted": Move(
        ("",),
        "submitted",
        (RESIDENT, STAFF),
        sets={"service": "service", "wording": "wording", "key": "key"},
        keeps={
            **{"source": "source", "received": "received", "date": "wished", "sms": "sms"},
            "issued": "issued",
        },
        only={"source": SOURCES},
        stamps=("filed_at",),
    ),
    # Staff look first: the wish waits apart, and its deadlines run from when they let it pass.
    "held": Move(("submitted",), HELD, (CLOCK,), sets={"signs": "signs"}),
    "cleared": Move((HELD,), "submitted", (STAFF,), clears=_SIGNS),
    "triaged": Move(
        ("submitted", "triaged"),
        "triaged",
        (STAFF,),
        sets={"level": "level", "due": "due"},
        keeps={"service": "service", "grid": "grid"},
        only={"level": LEVELS},
        # The first milestone of a complex order counts from here.
        stamps=("milestone_at",),
        clears=("triage_by", *_WAIT),
    ),
    "consulted": Move(("triaged",), "", (STAFF,), stamps=("consulted_at",), guard=_to_consult),
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
        guard=_consulted,
    ),
    "accepted": Move(
        ("dispatched",),
        "accepted",
        (TEAM, STAFF),
        sets={"volunteer": "volunteer"},
        stamps=("accepted_at",),
    ),
    "assigned": Move(("accepted",), "", (TEAM, STAFF), sets={"volunteer": "volunteer"}),
    # Whoever was to go is no volunteer any more, so somebody else has to be found.
    "vacated": Move(("accepted",), "", (STAFF, TEAM), clears=("volunteer",)),
    "declined": Move(("dispatched",), "triaged", (TEAM, STAFF), clears=_TEAM),
    "escalated": Move(("dispatched",), "triaged", (CLOCK,), clears=_TEAM),
    "recalled": Move(("dispatched",), "triaged", (STAFF,), clears=_TEAM),
    "returned": Move(("accepted",), "triaged", (TEAM, STAFF), clears=(*_TEAM, "accepted_at")),
    "paused": Move(
        _WAITS,
        "",
        (STAFF, TEAM),
        sets={"until": "waits_until"},
        stamps=("paused_at",),
        guard=_not_waiting,
    ),
    "resumed": Move(
        ("triaged", "dispatched", "accepted"),
        "",
        (STAFF, TEAM, CLOCK),
        within={TEAM: _WAITS, CLOCK: _WAITS},
        sets={"due": "due"},
        clears=_WAIT,
        guard=_waiting,
    ),
    "done": Move(
        ("accepted",),
        "done",
        (TEAM, STAFF),
        keeps={"who": "done_by", **_PROMISED},
        stamps=("done_at",),
        adds={"volunteer": "doers"},
        clears=_WAIT,
    ),
    "rated": Move(
        ("done", "closed", "merged"),
        "rated",
        (RESIDENT, STAFF),
        stays=("merged",),
        sets={"solved": "solved"},
        # Who served a merged order, stands in the order that it was merged into.
        keeps={name: name for name in (*_STARS, "problem")}
        | {"team": "rated_team", "volunteer": "rated_volunteer", "who": "rated_by"},
        only={"solved": SOLVED, "problem": ("raised",), "source": (*SOURCES, *DOORS)},
        stamps=("rated_at", "rating_at"),
        copies={"team": "rated_team", "volunteer": "rated_volunteer"},
        # A problem stays, whatever is rated later, until it is answered.
        clears=(*_STARS, "rated_by"),
        guard=_ratable,
    ),
    # The station had entered a rating at the wrong order, or a resident tapped "unsolved" by
    # mistake. It says the rating before that, if any, and of an order that was opened again by it
    # also the round that it ended (:mod:`functions.orders.ratings`).
    "unrated": Move(
        ("rated", "closed", "merged", "done", *_HANDLED),
        "done",
        (STAFF, RESIDENT),
        within={RESIDENT: UNASKED},
        stays=("merged", "done", *_HANDLED),
        leads={"done_at": "done", "merged_into": "merged"},
        keeps={**RATING, **{name: name for name in ROUND}},
        clears=(*RATING.values(), "rating_at"),
        guard=_unratable,
    ),
    "answered": Move(
        STATES,
        "",
        (STAFF,),
        sets={"problem": "problem"},
        keeps={"text": "answer"},
        only={"problem": ("answered",)},
        guard=_answerable,
    ),
    # The rating stays until there is a new one, and counts for the team that was rated.
    "reopened": Move(
        ("rated", "closed"),
        "submitted",
        (RESIDENT, STAFF),
        stamps=("reopened_at",),
        clears=("level", *_ROUND),
        guard=_reopenable,
    ),
    "undone": Move(
        ("done",),
        "accepted",
        (STAFF, TEAM),
        keeps={name: name for name in UNDONE},
        clears=("done_at", "done_by"),
    ),
    # By a resident with her data alone, which she wants gone.
    "closed": Move(
        ("done", "rated"), "closed", (RESIDENT, STAFF, CLOCK), stamps=_END, clears=_HANDLER
    ),
    "rejected": _Ending((HELD, "submitted", "triaged"), "rejected", (STAFF,)),
    # Nothing has happened for so long that the resident's data must be erased.
    "lapsed": _Ending((HELD, *_HANDLED), "rejected", (CLOCK,)),
    "retaken": Move(
        ("rejected",), "submitted", (STAFF,), keeps=_DEADLINES, clears=_ROUND, guard=_not_erased
    ),
    "merged": _Ending(
        ("submitted", "triaged"),
        "merged",
        (STAFF,),
        sets={"into": "merged_into"},
        guard=_never_rated,
    ),
    # Another order was merged into this one.
    "joined": Move(_HANDLED, "", (CLOCK,)),
    # The order that it was merged into was merged itself, and it is done with the same one.
    "rejoined": Move(("merged",), "", (CLOCK,), sets={"into": "merged_into"}),
    # And is not done with it any more: its resident took it back, or it is done apart.
    "parted": Move(_HANDLED, "", (CLOCK,)),
    # The resident of an order that is done with this one added something.
    "added": Move(STATES, "", (CLOCK,), guard=_not_erased),
    # By the resident whose wish the other order has not solved, and by the program where the other
    # order ended undone.
    "unmerged": Move(
        ("merged",),
        "submitted",
        (STAFF, RESIDENT, CLOCK),
        keeps=_DEADLINES,
        clears=_ROUND,
        guard=_not_erased,
    ),
    "cancelled": _Ending(
        (HELD, *_HANDLED, "merged"),
        "cancelled",
        (RESIDENT, STAFF),
        within={RESIDENT: (HELD, *UNASKED, "merged")},
        clears=(*_WAIT, *_HANDLER, "merged_into"),
        guard=_not_erased,
    ),
    # By staff also into the hands of the team that had taken it on.
    "restored": Move(
        ("cancelled",),
        "submitted",
        (RESIDENT, STAFF),
        leads={"accepted_at": "accepted"},
        keeps={**_DEADLINES, **{name: name for name in TAKEN_ON}},
        clears=_ROUND,
        guard=_restorable,
    ),
    # What was typed then is sealed with it, and counts from then on.
    "corrected": Move(
        STATES,
        "",
        (RESIDENT, STAFF),
        within={RESIDENT: (HELD, *OPEN)},
        keeps={"service": "service", "date": "wished", "sms": "sms", **_PROMISED},
        adds={"version": "corrected"},
        guard=_not_erased,
    ),
    # The resident agrees to be told by SMS, or does not any more.
    "opted": Move(STATES, "", (RESIDENT,), keeps={"sms": "sms"}, guard=_not_erased),
    # Given to a member of staff, or with no name to nobody in particular.
    "handled": Move(OPEN, "", (STAFF,), keeps={"handler": "handler"}, clears=_HANDLER),
    # A new key in place of one that others have; the order's slips get another key with it.
    "relinked": Move(
        STATES,
        "",
        (RESIDENT, STAFF),
        sets={"key": "key", "issued": "issued"},
        guard=_not_erased,
    ),
    "released": Move(OPEN, "", (STAFF,), sets={"text": "published"}),
    "withdrawn": Move(STATES, "", (STAFF,), clears=("published",), guard=_published),
    # Not after it was erased: what is typed then would never be erased.
    "noted": Move(STATES, "", (STAFF, TEAM, RESIDENT), guard=_not_erased),
    "erased": Move(FINAL, "", (RESIDENT, STAFF, CLOCK), stamps=("erased_at",), guard=_not_erased),
}
