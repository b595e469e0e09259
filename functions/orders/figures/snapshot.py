"""What a build is told of the orders: the file ``figures.json``."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from functions.orders import counters, names
from functions.orders.counters import ALL, SERVICE
from functions.orders.figures.closed import as_closed, closed
from functions.orders.figures.disclosure import published
from functions.orders.figures.overdue import untriaged
from functions.orders.figures.summary import OTHERS, Counts
from functions.orders.lifecycle.order import Order, order_of
from functions.storage.port import Store

WISHES = 200
"""How many published wishes, and as many answers, the site tells."""


def snapshot(store: Store, today: date) -> dict[str, Any]:
    """What a build needs to know of the orders, and nothing that pages do not tell: the counters of
    months that are over, what the station wrote for the public (the newest first), what services
    and teams are, or were, called, and which of their file names became others. ``began`` is the
    month of the first order."""
    orders, answered = (
        [order_of(head) for head in store.find("order", [mark], limit=WISHES)]
        for mark in ("published:yes", "answered:public")
    )
    this, new_names, heard = today.isoformat()[:7], names.renamings(store), closed(store)
    late, began = untriaged(store, today), store.months()
    months = {
        month: as_closed(
            published(counters.together([store.tally(month), late.get(month, {})]), today),
            counters.under(new_names, heard.get(month, {})),
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


def _heard(order: Order) -> str:
    """The month in which the resident said what was answered."""
    return (order.rated_at or order.filed_at)[:7]


def _told_with(order: Order, months: Mapping[str, Counts]) -> dict[str, str]:
    """Where a public answer stands: beside opinions that are published, those of its service or of
    all. Otherwise it would say that one of few complained, so only its year is told."""
    month = _heard(order)
    published = months.get(month, {})
    whose = (counters.scope(SERVICE, order.service), ALL)
    of_service, of_all = (counters.name(each, counters.RATED) in published for each in whose)
    return {
        "service": order.service if of_service else OTHERS,
        "month": month if of_all else month[:4],
    }
