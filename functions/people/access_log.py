"""Who looked at a resident's contact details: one line a day for each person and order.

A look must be recorded, but who needs a phone number must not be kept from it by a full disk. So
each look is owed first, in memory, and written as soon as the store takes it: at once as a rule,
else with a later look or by the schedule. What is still owed when the process ends is lost.
"""

from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from functions.context import logs
from functions.context.app import App
from functions.storage.failures import of_store
from functions.storage.history import Change, Event, Head
from functions.storage.port import Conflict, Store

KIND = "looks"
PATIENCE = 1
"""Seconds for which a page waits to record a look."""
MOST_OWED = 10_000
"""Beyond that the oldest are given up."""


class Look(NamedTuple):
    """Somebody looked at an order; ``once`` is the same for all looks of theirs on that day."""

    no: str
    event: Event
    once: str


_owing = Lock()
_owed: WeakKeyDictionary[Store, dict[str, Look]] = WeakKeyDictionary()


def record(app: App, no: str, by: str, who: str) -> bool:
    """Remember that somebody looked today; a second look on the same day adds nothing.

    The looks are a history of their own, so that looking moves no order on. Returns whether it
    is written already.
    """
    once = app.vault.stamp("look", no, who, app.now.date().isoformat())
    if app.store.filed(once):
        return True
    with _owing:
        owed = _owed.setdefault(app.store, {})
        owed[once] = Look(no, Event("looked", by, app.now.isoformat(), {"who": who}), once)
        if len(owed) > MOST_OWED:
            del owed[next(iter(owed))]
    # Who looks first waits a moment for others who write; nobody does while they still do.
    settle(app, PATIENCE if len(owed) == 1 else 0)
    return once not in owed


def settle(app: App, patience: float = 0) -> int:
    """Write the looks that are owed, if the store takes them within so many seconds; returns how
    many still are."""
    owed = _owed.get(app.store, {})
    if not owed:
        return 0
    looks = list(owed.values())
    try:
        with app.store.together(patience) as store:
            for look in looks:
                _write(store, look)
    except Exception as error:
        if not of_store(error):
            raise
        logs.failure(error, "recording who looked at an order")
        return len(owed)
    for look in looks:
        owed.pop(look.once, None)
    return len(owed)


def of(app: App, no: str) -> tuple[Event, ...]:
    """Who looked, the first of all at the head."""
    return app.store.events(f"{KIND}:{no}")


def _write(store: Store, look: Look) -> None:
    while not store.filed(look.once):
        name = f"{KIND}:{look.no}"
        head = store.head(name) or Head(name, KIND, 0, "", look.event.at, {})
        try:
            store.commit(
                Change(head._replace(version=head.version + 1), [look.event], once=look.once)
            )
        except Conflict:
            continue  # Two people at the same moment: both are to be remembered.
