"""The audit: what was done at the desk that no order's history tells, by whom, when, from where.

Each entry is a small history, so that lists find it by person and by kind. It holds no personal
data of residents beyond the number of an order. A record must be made, but a full disk must not
keep anybody from their work: an entry is kept in memory and written as soon as the store takes it,
as a rule at once, else with a later one or by the schedule. What is not written when the process
ends is lost.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from functions.context import logs
from functions.context.clock import Clock
from functions.context.senders import network
from functions.errors import Conflict
from functions.storage.failures import of_store
from functions.storage.history import Change, Event, Head
from functions.storage.port import Store
from functions.storage.vault import Vault

KIND = "audit"
STAFF, STRANGER = "staff", "stranger"
KEPT = timedelta(days=365)
"""The law asks for six months at least (网络安全法 art. 21); a year also covers a yearly review."""
PATIENCE = 1
"""Seconds for which a page waits to record something."""
MOST_OWED = 10_000
"""The oldest entries beyond this number are given up."""
EXACTLY = 8
"""What strangers do is counted, one entry a day for each name: exactly so far, and from there on
each time that it has doubled, so that they can fill nothing."""
AT_ONCE = 200
"""How many entries are removed in one round of the schedule."""

_owing = Lock()
_owed: WeakKeyDictionary[Store, dict[str, tuple[Head, Event]]] = WeakKeyDictionary()
"""Entries that are not written yet, by their number."""


class Audit(NamedTuple):
    """The entries of a store."""

    store: Store
    vault: Vault
    clock: Clock

    def record(
        self,
        kind: str,
        who: str,
        by: str = STAFF,
        *,
        no: str = "",
        sender: str = "",
        daily: bool = False,
        **data: Any,
    ) -> bool:
        """Remember that somebody did something, perhaps to the order or volunteer ``no``, and the
        address that it came from, as a digest that changes each day. With ``daily`` it is
        remembered once a day. Returns whether it is written already."""
        now = self.clock.now
        moment = (now.date().isoformat(),) if daily else (now.isoformat(), data)
        number = f"{KIND}:{self.vault.stamp(KIND, kind, by, who, no, *moment)[:32]}"
        if daily and "times" not in data and self.store.head(number):
            return True
        facts = {"who": who} | ({"no": no} if no else {}) | data
        if sender:
            facts["from"] = self.vault.stamp("from", now.date().isoformat(), network(sender))[:6]
        marks = [f"what:{kind}", f"who:{who}"] + ([f"no:{no}"] if no else [])
        due = (now.date() + KEPT).isoformat()
        data = {"what": kind, "by": by, **facts}
        head = Head(number, KIND, 1, "", now.isoformat(), data, due, marks=tuple(marks))
        return self._owe(head, Event(kind, by, now.isoformat(), facts))

    def record_stranger(self, kind: str, who: str = "") -> None:
        """Remember once a day how often strangers did something, in the name of somebody if that
        name has an account."""
        now = self.clock.now
        name = f"{KIND} {self.vault.stamp(KIND, kind, who, now.date().isoformat())[:32]}"
        try:
            times = self.store.count(name, now, now + timedelta(days=1))
        except Exception as error:
            if not of_store(error):
                raise
            logs.failure(error, "counting for the audit")
            return
        if times <= EXACTLY or times & (times - 1) == 0:
            self.record(kind, who, STRANGER, daily=True, times=times)

    def settle(self, patience: float = 0) -> int:
        """Write the entries that are owed, if the store takes them within so many seconds. Returns
        how many are still owed."""
        owed = _owed.get(self.store, {})
        if not owed:
            return 0
        entries = dict(owed)
        try:
            with self.store.batch(patience) as store:
                for head, event in entries.values():
                    _write(store, head, event)
        except Exception as error:
            if not of_store(error):
                raise
            logs.failure(error, "recording what was done")
            return len(owed)
        with _owing:
            for number, entry in entries.items():
                if owed.get(number) is entry:
                    del owed[number]
        return len(owed)

    def find(
        self,
        marks: Sequence[str] = (),
        first: date | None = None,
        last: date | None = None,
        before: str = "",
        limit: int = 20,
    ) -> list[Head]:
        """The entries with all these marks from the first day to the last, the newest first, after
        the position ``before``."""
        end = before or ((last + timedelta(days=1)).isoformat() if last else "")
        heads = self.store.find(KIND, marks, end, limit)
        return [head for head in heads if not first or head.begun >= first.isoformat()]

    def clean(self) -> None:
        """Remove entries whose time is over, the oldest first."""
        today = self.clock.now.date().isoformat()
        for head in self.store.waiting(KIND, "", until=today, limit=AT_ONCE):
            self.store.remove(head.no)

    def _owe(self, head: Head, event: Event) -> bool:
        with _owing:
            owed = _owed.setdefault(self.store, {})
            owed[head.no] = head, event
            if len(owed) > MOST_OWED:
                del owed[next(iter(owed))]
        # The first waits a moment for others who write; nobody else does while they still write.
        self.settle(PATIENCE if len(owed) == 1 else 0)
        return head.no not in owed


def _write(store: Store, head: Head, event: Event) -> None:
    """Begin an entry, or bring one that counts up to date; one that is there already stays."""
    old = store.head(head.no)
    if old and "times" not in head.data:
        return
    after = old.followed(data=old.data | head.data) if old else head
    with suppress(Conflict):  # Somebody else counted at the same time, and the next does again.
        store.commit(Change(after, [event]))
