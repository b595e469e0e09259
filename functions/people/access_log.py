"""Who looked at a resident's contact details: one event a day for each person and order.

A look must be recorded, but a full disk must not keep anybody from a phone number that they need.
So each look is kept in memory and written as soon as the store takes it: as a rule at once, else
with a later look or by the schedule. What is not written when the process ends is lost.
"""

from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from functions.context import logs
from functions.context.clock import Clock
from functions.orders.repository import append
from functions.storage.failures import of_store
from functions.storage.history import Event
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "looks"
PATIENCE = 1
"""Seconds for which a page waits to record a look."""
MOST_OWED = 10_000
"""The oldest looks beyond this number are given up."""


LATELY = timedelta(minutes=10)
"""Who looked at an order no longer ago than this may still be at it."""

_owing = Lock()
_owed: WeakKeyDictionary[Store, dict[str, tuple[str, Event]]] = WeakKeyDictionary()
"""Looks that are not written yet (the order's number, and the event), by a key that is the same for
all looks of one person at one order on one day."""
_open: WeakKeyDictionary[Store, dict[tuple[str, str], Event]] = WeakKeyDictionary()
"""The latest look of each person at each order in this process, the earliest first. The history has
only the first of a day, and one write for every look would be too many."""


class AccessLog(NamedTuple):
    """The looks at an order are a history of their own, so that looking does not move it on."""

    store: Store
    vault: Vault
    clock: Clock

    def record(self, no: str, by: str, who: str) -> bool:
        """Remember that somebody looked today, once a day; return whether it is written already."""
        now = self.clock.now
        once = self.vault.stamp("look", no, who, now.date().isoformat())
        look = Event("looked", by, now.isoformat(), {"who": who})
        self._remember(no, look)
        if self.store.filed(once):
            return True
        with _owing:
            owed = _owed.setdefault(self.store, {})
            owed[once] = no, look
            if len(owed) > MOST_OWED:
                del owed[next(iter(owed))]
        # The first waits a moment for others who write; nobody else does while they still write.
        self.settle(PATIENCE if len(owed) == 1 else 0)
        return once not in owed

    def settle(self, patience: float = 0) -> int:
        """Write the looks that are owed, if the store takes them within so many seconds. Returns
        how many are still owed."""
        owed = _owed.get(self.store, {})
        if not owed:
            return 0
        looks = dict(owed)
        try:
            with self.store.batch(patience) as store:
                for once, (no, event) in looks.items():
                    append(store, f"{KIND}:{no}", KIND, event, once=once)
        except Exception as error:
            if not of_store(error):
                raise
            logs.failure(error, "recording who looked at an order")
            return len(owed)
        for once in looks:
            owed.pop(once, None)
        return len(owed)

    def of(self, no: str) -> tuple[Event, ...]:
        """Who looked at an order, the first of all at the head."""
        return self.store.events(f"{KIND}:{no}")

    def lately(self, no: str, but: str) -> list[Event]:
        """The looks of the last minutes at an order by others than this person, one of each. Where
        there are many processes, those by others are known from their first look of the day."""
        with _owing:
            here = [look for (seen, _), look in _open.get(self.store, {}).items() if seen == no]
        looks = {look.data["who"]: look for look in (*self.of(no), *here) if self._is_recent(look)}
        return [look for who, look in looks.items() if who != but]

    def _remember(self, no: str, look: Event) -> None:
        with _owing:
            seen = _open.setdefault(self.store, {})
            seen.pop((no, look.data["who"]), None)
            seen[no, look.data["who"]] = look
            for key in [key for key, each in seen.items() if not self._is_recent(each)]:
                del seen[key]

    def _is_recent(self, look: Event) -> bool:
        return datetime.fromisoformat(look.at) > self.clock.now - LATELY
