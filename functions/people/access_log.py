"""Who looked at a resident's contact details: one entry of the audit a day for each person and
order, so that looking does not move the order on."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

from functions.people.audit import Audit
from functions.storage.history import Event, Head
from functions.storage.port import Store

LOOKED = "looked"
EARLIER = "looks"
"""The kind of the histories in which earlier versions kept the looks at each order."""
MOST = 500
"""The latest looks at one order that its page tells."""
JUST_BEFORE = timedelta(minutes=10)
"""Who looked at an order no longer ago than this may still be at it."""

_opening = Lock()
_open: WeakKeyDictionary[Store, dict[tuple[str, str], Event]] = WeakKeyDictionary()
"""The latest look of each person at each order in this process, the earliest first. The audit has
only the first of a day, and one write for every look would be too many."""


class AccessLog(NamedTuple):
    """The looks at orders."""

    audit: Audit

    def record(self, no: str, by: str, who: str, sender: str = "") -> bool:
        """Remember that somebody looked today, once a day; return whether it is written already."""
        self._remember(no, Event(LOOKED, by, self.audit.clock.now.isoformat(), {"who": who}))
        return self.audit.record(LOOKED, who, by, no=no, sender=sender, daily=True)

    def of(self, no: str) -> tuple[Event, ...]:
        """Who looked at an order, the first of all at the head."""
        entries = self.audit.find([f"no:{no}", f"what:{LOOKED}"], limit=MOST)
        earlier = self.audit.store.events(f"{EARLIER}:{no}")
        return (*earlier, *map(_as_event, reversed(entries)))

    def lately(self, no: str, views: Iterable[Event], but: str) -> list[Event]:
        """Of the ``views`` of an order and those in this process, the last minutes' by others than
        this person, one of each. Where there are many processes, those by others are known from
        their first look of the day."""
        with _opening:
            open_here = _open.get(self.audit.store, {})
            here = [view for (seen, _), view in open_here.items() if seen == no]
        last = {view.data["who"]: view for view in (*views, *here) if self._is_recent(view)}
        return [view for who, view in last.items() if who != but]

    def _remember(self, no: str, view: Event) -> None:
        with _opening:
            seen = _open.setdefault(self.audit.store, {})
            seen.pop((no, view.data["who"]), None)
            seen[no, view.data["who"]] = view
            for key in [key for key, each in seen.items() if not self._is_recent(each)]:
                del seen[key]

    def _is_recent(self, view: Event) -> bool:
        return datetime.fromisoformat(view.at) > self.audit.clock.now - JUST_BEFORE


def _as_event(entry: Head) -> Event:
    return Event(LOOKED, entry.data["by"], entry.begun, {"who": entry.data["who"]})
