"""What the schedule brings up to date in a store: heads, when the rules for them have changed, the
traces that nobody waits for, counters that earlier versions did not have, and months that are over,
which are closed: what residents said in them is written down as it is published."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from typing import TypeVar

from functions.errors import Conflict, Refused
from functions.orders import counters
from functions.orders.figures.closed import CLOSED, closed, opinions
from functions.orders.figures.disclosure import published
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import CLOCK
from functions.orders.privacy import all_pieces
from functions.orders.repository import KIND, Orders, append
from functions.storage.history import LAYOUT, Change, Event, Head
from functions.storage.port import Store

TRACED = "traced 3"
"""The fact up to when histories have the traces of parts; another name has all of them looked at
again, as it must be when others are kept (:data:`functions.orders.privacy.PIECES`)."""
OVERLAP = timedelta(hours=1)
"""How far back a round looks again, because clocks differ and somebody may be writing."""
MOST_TRACED = 500
"""How many histories of an earlier version get these traces in one round."""
FOLDING = 1
"""To be raised when the life cycle makes something else of the same history than before."""
COUNTED, COUNTING = "counted", "3"
"""The fact that says by which version of the rules a store's counters were made, and that version:
to be raised with :func:`functions.orders.counters.is_later`."""
AT_ONCE = 20
"""Counters, events or sealed parts in one change; engines limit the size of a transaction."""
PATIENCE = 10
"""Seconds for which counting anew and mending wait while others write."""
DOCTOR = "doctor"
"""The number and kind of the history that says when counters were corrected."""


def rederive(orders: Orders) -> int:
    """Derive all heads anew (:func:`derive_anew`): their deadlines follow from the calendar
    and the station's rules, and their names from what was renamed."""

    def derive(no: str) -> Head | None:
        order = orders.find(no)
        return orders.head(order) if order else None

    calendar, desk = orders.bundle.calendar, orders.bundle.site["desk"]
    rules = [calendar, desk, orders.names.renamed, Order._fields, FOLDING]
    return derive_anew(orders.store, KIND, rules, derive)


def trace(orders: Orders, kinds: Iterable[str]) -> None:
    """Add the traces of parts to histories of these kinds that came since the last round and lack
    some; the first time to all. Where that is too much, the next round goes on."""
    since, now = orders.store.fact(TRACED), orders.reference.clock.now
    room = MOST_TRACED
    for head in chain.from_iterable(_newest(orders, kind, since) for kind in kinds):
        room -= _traced(orders, head)
        if not room:
            return
    orders.store.set_fact(TRACED, (now - OVERLAP).isoformat(), since)


def _newest(orders: Orders, kind: str, since: str) -> Iterator[Head]:
    """The histories of a kind that began since a time, the newest first."""
    before = ""
    while heads := orders.store.find(kind, before=before, limit=AT_ONCE):
        yield from (head for head in heads if head.begun >= since)
        before = heads[-1].position
        if heads[-1].begun < since:
            return


def _traced(orders: Orders, head: Head) -> bool:
    """Add to one history the traces that it lacks; whether there were any."""
    typed = orders.personal.of(head.no)
    fine = [orders.personal.trace(name, value) for name, value in sorted(all_pieces(typed))]
    there = {*orders.store.traces(head.no)} if fine else set[str]()
    missing = {mark: mark for mark in fine if mark not in there}
    with suppress(Conflict):  # Somebody moves it on: the next round comes back to it.
        for part in parted(missing):
            orders.store.commit(Change(head, [], traces=[*part]))
    return bool(missing)


def recount(orders: Orders, at: str) -> None:
    """Count what an earlier version of the program, which began the store, did not."""
    if orders.store.fact(COUNTED) == COUNTING:
        return
    # Where an engine can, in one transaction: nobody moves an order on meanwhile.
    with orders.store.batch(PATIENCE) as store:
        missing, inside = counters.Tally(), orders._replace(store=store)
        for no in store.numbers(KIND):
            with suppress(Refused, LookupError, TypeError, ValueError):
                if order := inside.find(no):
                    missing.update(_later(counters.of_order(order)))
        missing.subtract(_later(counters.Tally(store.tallies())))
        for tally in parted({each: count for each, count in missing.items() if count}):
            append(store, DOCTOR, DOCTOR, Event("counted", CLOCK, at), tally=tally)
        store.set_fact(COUNTED, COUNTING)


def _later(counted: counters.Tally) -> counters.Tally:
    later = {each: count for each, count in counted.items() if counters.is_later(*each)}
    return counters.Tally(later)


def derive_anew(
    store: Store, kind: str, rules: object, derive: Callable[[str], Head | None]
) -> int:
    """Bring all heads of a kind to what ``derive`` makes of their histories, if the rules for that
    (also what a head holds) have changed since it was last done; return how many differed."""
    digest = hashlib.sha256(json.dumps([rules, LAYOUT], sort_keys=True).encode()).hexdigest()
    name = f"derived_{kind}"
    if (seen := store.fact(name)) == digest:
        return 0
    changed, whole = 0, True
    for no in store.numbers(kind):
        try:
            now = derive(no)
            if now and now != store.head(no):
                store.commit(Change(now, []))
                changed += 1
        except Conflict:
            whole = False  # Somebody moved it on, perhaps by the old rules: try again next time.
        except (Refused, LookupError, TypeError, ValueError):
            continue  # One that cannot be read must not hold up the others.
    if whole:
        store.set_fact(name, digest, seen)
    return changed


K = TypeVar("K")
T = TypeVar("T")


def parted(values: Mapping[K, T]) -> Iterator[dict[K, T]]:
    """Counters or sealed parts in groups, each of which fits into one change."""
    left = [*values.items()]
    for first in range(0, len(left), AT_ONCE):
        yield dict(left[first : first + AT_ONCE])


def close_months(orders: Orders) -> None:
    """Close the months that are over. It is done once, and nothing that comes later changes what is
    published of what residents said in them (:func:`functions.orders.figures.closed.as_closed`)."""
    now, store = orders.reference.clock.now, orders.store
    recount(orders, now.isoformat())
    known = closed(store)
    for month in store.months():
        if month < now.isoformat()[:7] and month not in known:
            heard = opinions(published(store.tally(month), now.date()))
            event = Event(CLOSED, CLOCK, now.isoformat(), {"month": month, "said": heard})
            append(store, CLOSED, CLOSED, event)
