"""Who looked at a resident's contact details: one line a day for each person and order.

A look must be recorded, but a full disk must not keep anybody from a phone number that they need.
So each look is noted in memory first and written as soon as the store takes it: as a rule at
once, else with a later look or by the schedule. What is not written when the process ends is lost.
"""

from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from functions.context import logs
from functions.context.clock import Clock
from functions.errors import Conflict
from functions.storage.failures import of_store
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "looks"
PATIENCE = 1
"""Seconds for which a page waits to record a look."""
MOST_OWED = 10_000
"""The oldest looks beyond this number are given up."""


class Look(NamedTuple):
    """Somebody looked at an order; ``once`` is the same for all their looks on that day."""

    no: str
    event: Event
    once: str


_owing = Lock()
_owed: WeakKeyDictionary[Store, dict[str, Look]] = WeakKeyDictionary()
"""Looks that are not written yet, by their ``once``."""


class AccessLog(NamedTuple):
    """The looks at an order are a history of their own, so that looking does not move it on."""

    store: Store
    vault: Vault
    clock: Clock

    def record(self, no: str, by: str, who: str) -> bool:
        """Remember that somebody looked today, and return whether that is written already. A
        second look on the same day adds nothing."""
        now = self.clock.now
        once = self.vault.stamp("look", no, who, now.date().isoformat())
        if self.store.filed(once):
            return True
        with _owing:
            owed = _owed.setdefault(self.store, {})
            owed[once] = Look(no, Event("looked", by, now.isoformat(), {"who": who}), once)
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
        looks = list(owed.values())
        try:
            with self.store.batch(patience) as store:
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

    def of(self, no: str) -> tuple[Event, ...]:
        """Who looked at an order, the first of all at the head."""
        return self.store.events(f"{KIND}:{no}")


def _write(store: Store, look: Look) -> None:
    name = f"{KIND}:{look.no}"
    while True:
        head = store.head(name) or Head(name, KIND, 0, "", look.event.at, {})
        change = Change(head._replace(version=head.version + 1), [look.event], once=look.once)
        try:
            store.commit(change)
            return
        except Conflict:
            continue  # Two people at the same moment: both are to be remembered.
