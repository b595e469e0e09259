"""Months that are over are closed: what residents said is written down as it is published."""

from functions.orders import upkeep
from functions.orders.figures.closed import CLOSED, closed, said
from functions.orders.figures.disclosure import published
from functions.orders.lifecycle.states import CLOCK
from functions.orders.repository import Orders, append
from functions.storage.history import Event


def close(orders: Orders) -> None:
    """Close the months that are over. It is done once, and nothing that comes later changes what is
    published of what residents said in them (:func:`functions.orders.figures.closed.as_closed`)."""
    now, store = orders.reference.clock.now, orders.store
    upkeep.recount(orders, now.isoformat())
    known = closed(store)
    for month in store.months():
        if month < now.isoformat()[:7] and month not in known:
            heard = said(published(store.tally(month), now.date()))
            event = Event(CLOSED, CLOCK, now.isoformat(), {"month": month, "said": heard})
            append(store, CLOSED, CLOSED, event)
