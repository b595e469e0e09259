"""What may happen to an order: by whom, what each event says, and any event that may follow."""

from typing import Any

from hypothesis import strategies as st

from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import ACTORS, LEVELS, SOLVED
from functions.orders.lifecycle.transitions import moves
from functions.storage.history import Event

FACTS: dict[str, Any] = {
    "service": "haircut",
    "wording": "0123456789ab",
    "key": "f" * 64,
    "issued": 1,
    "level": "routine",
    "due": "2026-12-01",
    "team": "barbers",
    "volunteer": "V",
    "until": "2026-11-30",
    "solved": "solved",
    "problem": "answered",
    "into": "23456789",
    "text": "A haircut at home",
    "signs": "undrawn phone",
}
BY = {
    "submitted": {"resident", "staff"},
    "held": {"clock"},
    "cleared": {"staff"},
    "triaged": {"staff"},
    "consulted": {"staff"},
    "progressed": {"staff", "team"},
    "dispatched": {"staff"},
    "accepted": {"staff", "team"},
    "assigned": {"staff", "team"},
    "vacated": {"staff", "team"},
    "declined": {"staff", "team"},
    "escalated": {"clock"},
    "recalled": {"staff"},
    "returned": {"staff", "team"},
    "paused": {"staff", "team"},
    "resumed": {"staff", "team", "clock"},
    "done": {"staff", "team"},
    "rated": {"resident", "staff"},
    "answered": {"staff"},
    "reopened": {"resident", "staff"},
    "closed": {"resident", "staff", "clock"},
    "rejected": {"staff"},
    "lapsed": {"clock"},
    "merged": {"staff"},
    "joined": {"clock"},
    "rejoined": {"clock"},
    "parted": {"clock"},
    "unrated": {"staff", "resident"},
    "added": {"clock"},
    "unmerged": {"staff", "resident", "clock"},
    "cancelled": {"resident", "staff"},
    "restored": {"resident", "staff"},
    "retaken": {"staff"},
    "undone": {"staff", "team"},
    "corrected": {"resident", "staff"},
    "opted": {"resident"},
    "relinked": {"resident", "staff"},
    "released": {"staff"},
    "handled": {"staff"},
    "withdrawn": {"staff"},
    "noted": {"staff", "team", "resident"},
    "erased": {"resident", "staff", "clock"},
}
OPEN = {"submitted", "triaged", "dispatched", "accepted", "done", "rated"}
WITHIN = {
    ("cancelled", "resident"): {"held", "submitted", "triaged", "dispatched", "merged"},
    ("corrected", "resident"): {"held", *OPEN},
    ("resumed", "team"): {"triaged", "accepted"},
    ("resumed", "clock"): {"triaged", "accepted"},
    ("unrated", "resident"): {"submitted", "triaged", "dispatched"},
}
"""After which states alone this actor may add it."""
FILED = ("submitted", "triaged", "dispatched", "accepted", "done", "rated")
CHOICES: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "triaged": {"level": st.sampled_from(LEVELS)},
    "dispatched": {"team": st.sampled_from(["barbers", "plumbers"])},
    "rated": {
        "solved": st.sampled_from(SOLVED),
        "attitude": st.integers(0, 5),
        "problem": st.just("raised"),
    },
    "handled": {"handler": st.sampled_from(["王芳", "李强", ""])},
    "corrected": {
        "service": st.sampled_from(["haircut", "repair"]),
        "date": st.sampled_from(["2026-12-09", ""]),
        "sms": st.sampled_from([True, ""]),
    },
    "opted": {"sms": st.sampled_from([True, ""])},
}
OPTIONAL = {"attitude", "problem", "handler", "service", "date", "sms"}


def facts(kind: str) -> dict[str, Any]:
    return {name: FACTS[name] for name in TABLE[kind].sets}


def by(kind: str) -> str:
    return min(BY[kind])


def said(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """What an event of this kind may say: always what it must, at times more."""
    choices = CHOICES.get(kind, {})
    return st.fixed_dictionaries(
        {name: st.just(value) for name, value in facts(kind).items()}
        | {name: values for name, values in choices.items() if name not in OPTIONAL},
        optional={name: values for name, values in choices.items() if name in OPTIONAL},
    )


def ended(order: Order) -> bool:
    """Whether nothing may follow any more."""
    return not any(moves(order, actor) for actor in ACTORS)


@st.composite
def events(draw: st.DrawFn, order: Order, at: str) -> Event:
    """Any event that may follow now, by anybody who may add it."""
    offered = [(kind, actor) for actor in ACTORS for kind in moves(order, actor)]
    kind, actor = draw(st.sampled_from(offered))
    return Event(kind, actor, at, draw(said(kind)))
