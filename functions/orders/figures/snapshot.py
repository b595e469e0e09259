"""What a build is told of the orders: the file ``figures.json``."""

from datetime import date
from typing import Any

from functions.orders import names
from functions.orders.figures.disclosure import published
from functions.orders.lifecycle.order import order_of
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
    months, this = store.months(), today.isoformat()[:7]
    return {
        "made": today.isoformat(),
        "began": min(months, default=""),
        "months": {m: published(store.tally(m), today) for m in months if m < this},
        "wishes": [
            {"text": o.published, "service": o.service, "state": o.state, "date": o.filed_at[:10]}
            for o in orders
            if o.published
        ],
        "answers": [
            {"text": o.answer, "service": o.service, "month": o.filed_at[:7]}
            for o in answered
            if o.answer and o.filed_at[:7] < this
        ],
        "names": names.labels(store),
        "renamed": names.renamings(store),
    }
