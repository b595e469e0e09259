"""What a build knows of the orders: the published counters of months that are over, which stay as
they were when their month was closed, and what the station wrote for the public."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from functions.orders import counters, lifecycle
from functions.orders.figures import OTHERS, Counted, published

if TYPE_CHECKING:
    from datetime import date

    from functions.storage.port import Store

AT_ONCE = 200
WISHES = 200
STATES = lifecycle.STATES
"""The states in which a published wish may be."""
SAID = {*counters.HEARD, *counters.STARRED} - {counters.ANSWERED}
"""What stays as it was when its month was closed: what was said then. What is answered later is
not said by residents."""
CLOSED = "closed"
"""The number and kind of the history with what residents said in months that are closed."""


def untriaged(store: "Store", today: "date") -> dict[str, Counter[str]]:
    """The wishes that nobody has taken up by their day, as counters of what is overdue, by month:
    they have no day by which they are to be done, and must not look better for it."""
    found: dict[str, Counter[str]] = {}
    after, until = "", today.isoformat()
    while heads := store.waiting("order", "submitted", after=after, until=until, limit=AT_ONCE):
        for order in map(lifecycle.order_of, heads):
            counted = found.setdefault(order.filed_at[:7], Counter())
            counted.update(counters.name(whose, counters.OVERDUE) for whose in counters.of(order))
        after = heads[-1].due_position
    return found


def closed(store: "Store") -> dict[str, dict[str, int]]:
    """What was published of what residents said, of each month that was closed."""
    events = reversed(store.events(CLOSED))  # Of two who closed a month the first one counts.
    return {event.data["month"]: event.data["said"] for event in events}


def said(counted: Counted) -> dict[str, int]:
    """What residents said, of published counters."""
    return {each: count for each, count in counted.items() if each.partition(" ")[2] in SAID}


def as_closed(counted: Counted, heard: Counted) -> dict[str, int]:
    """Published counters with what was said as it was when the month was closed: somebody who keeps
    all versions of a page must not see one by one what is said, or taken back, later. Until it is
    closed, nothing of it is told."""
    kept = {each: count for each, count in counted.items() if each not in said(counted)}
    answered = counters.name(counters.ALL, counters.ANSWERED)
    if counters.name(counters.ALL, counters.RATED) not in heard:
        kept.pop(answered, None)
    whose = counters.by_scope(kept)
    return kept | {each: n for each, n in heard.items() if each.partition(" ")[0] in whose}


def _renamed(counted: Counted, new_names: Mapping[str, Mapping[str, str]]) -> Counter[str]:
    """Counters under the names of today."""
    parts = ({counters.renamed(each, new_names): count} for each, count in counted.items())
    return counters.together(parts)


def _heard(order: lifecycle.Order) -> str:
    """The month in which the resident said what was answered."""
    return (order.rated_at or order.filed_at)[:7]


def _told_with(order: lifecycle.Order, months: Mapping[str, Counted]) -> dict[str, str]:
    """Where a public answer stands: beside opinions that are published, those of its service or of
    all. Otherwise it would say that one of few complained, so only its year is told."""
    month = _heard(order)
    said = months.get(month, {})
    whose = (counters.scope(counters.SERVICE, order.service), counters.ALL)
    of_service, of_all = (counters.name(each, counters.RATED) in said for each in whose)
    return {
        "service": order.service if of_service else OTHERS,
        "month": month if of_all else month[:4],
    }


def snapshot(store: "Store", today: "date") -> dict[str, Any]:
    """What a build needs to know of the orders, and nothing that pages do not tell: the counters of
    months that are over, what the station wrote for the public (the newest first), what services
    and teams are, or were, called, and which of their file names became others. ``began`` is the
    month of the first order."""
    from functions.orders import names  # Builds import this module, and should not depend on it.

    orders, answered = (
        [lifecycle.order_of(head) for head in store.find("order", [mark], limit=WISHES)]
        for mark in ("published:yes", "answered:public")
    )
    this, new_names, heard = today.isoformat()[:7], names.renamings(store), closed(store)
    late = untriaged(store, today)
    began = store.months()
    months = {
        month: as_closed(
            published(counters.together([store.tally(month), late.get(month, {})]), today),
            _renamed(heard.get(month, {}), new_names),
        )
        for month in began
        if month < this
    }
    return {
        "made": today.isoformat(),
        "began": min(began, default=""),
        "months": months,
        "wishes": [
            {"text": o.published, "service": o.service, "state": o.state, "date": o.filed_at[:10]}
            for o in orders
            if o.published
        ],
        "answers": [
            {"text": o.answer, **_told_with(o, months)}
            for o in answered
            if o.answer and _heard(o) < this
        ],
        "names": names.labels(store),
        "renamed": new_names,
    }


def brought_up_to_date(
    snapshot: Mapping[str, Any],
    new_names: Mapping[str, Mapping[str, str]],
    labels: Mapping[str, Mapping[str, str]],
) -> Mapping[str, Any]:
    """A snapshot of an earlier day, with services and teams under their names of today (new ones
    for old, by kind), and the ``labels`` of today among its own."""
    if not snapshot:
        return snapshot
    from datetime import date

    known = snapshot.get("names", {})
    called = {kind: {**known.get(kind, {}), **labels[kind]} for kind in new_names}
    services, made = new_names["service"], date.fromisoformat(snapshot["made"])

    def under_new_name(text: Mapping[str, str]) -> dict[str, str]:
        return {**text, "service": services.get(text["service"], text["service"])}

    return {
        **snapshot,
        # Earlier versions published more.
        "months": {
            month: published(_renamed(counted, new_names), made)
            for month, counted in snapshot["months"].items()
            if month < snapshot["made"][:7]
        },
        "names": called,
        "wishes": [*map(under_new_name, snapshot["wishes"])],
        "answers": [*map(under_new_name, snapshot["answers"])],
    }
