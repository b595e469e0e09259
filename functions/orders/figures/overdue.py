"""What is late and was never promised by a day."""

from collections import Counter
from datetime import date

from functions.orders import counters
from functions.orders.lifecycle.order import order_of
from functions.storage.port import Store

AT_ONCE = 200
"""How many orders are read at a time."""


def untriaged(store: Store, today: date) -> dict[str, Counter[str]]:
    """The wishes that nobody has taken up by their day, as counters of what is overdue, by month:
    they have no day by which they are to be done, and must not look better for it."""
    found: dict[str, Counter[str]] = {}
    after, until = "", today.isoformat()
    while heads := store.waiting("order", "submitted", after=after, until=until, limit=AT_ONCE):
        for order in map(order_of, heads):
            counted = found.setdefault(order.filed_at[:7], Counter())
            counted.update(counters.name(whose, counters.OVERDUE) for whose in counters.of(order))
        after = heads[-1].due_position
    return found
