"""Months that are over are closed: what residents said is written down as it is published."""

from functions.orders import public_figures, upkeep
from functions.orders.figures import published
from functions.orders.lifecycle import CLOCK
from functions.orders.public_figures import CLOSED
from functions.orders.repository import Orders, append
from functions.storage.history import Event


def close(orders: Orders) -> None:
    """Close the months that are over. It is done once, and nothing that comes later changes what is
    published of what residents said in them (:func:`functions.orders.public_figures.as_closed`)."""
    now, store = orders.reference.clock.now, orders.store
    upkeep.recount(orders, now.isoformat())
    known = public_figures.closed(store)
    for month in store.months():
        if month < now.isoformat()[:7] and month not in known:
            said = public_figures.said(published(store.tally(month), now.date()))
            event = Event(CLOSED, CLOCK, now.isoformat(), {"month": month, "said": said})
            append(store, CLOSED, CLOSED, event)
