"""When personal data is erased: whose, how many histories a day, and what the desk knows before.

It is kept for ``keep`` days (``desk:`` in ``site.yaml``): an order's after its end, or after the
last step of one that nobody finishes; a volunteer's after leaving, or after a sign-up without team.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import NamedTuple

from functions.context.clock import Clock
from functions.orders import repository
from functions.orders.deadlines import Deadlines
from functions.orders.lifecycle.order import order_of
from functions.orders.lifecycle.states import FINAL, STATES
from functions.people import volunteers
from functions.storage.history import Head
from functions.storage.port import Store

AT_ONCE = 200
"""How many heads are read at a time."""
UNDATED = "0"
"""Where :meth:`Store.waiting` goes on after the heads that are not due on any day."""
ERASED = "erased"
"""The fact that says how many were erased on the last day on which any were: ``2026-11-23 57``."""
AHEAD = timedelta(days=7)
"""How long before it the desk is told."""
COUNTED = 100
"""How many of each state the desk counts at most."""


class Retention(NamedTuple):
    """The rules by which personal data is kept and erased."""

    store: Store
    deadlines: Deadlines
    clock: Clock

    def overdue(self, kind: str, state: str, until: str) -> Iterator[Head]:
        """The heads in a state that are due before this day, the longest due first."""
        after = UNDATED
        while heads := self.store.waiting(kind, state, after=after, limit=AT_ONCE, until=until):
            yield from heads
            after = heads[-1].due_position

    def goes(self, head: Head) -> str:
        """The last day on which a history's personal data is kept; ``ValueError`` if its head is
        damaged."""
        if head.kind == volunteers.KIND or head.state in FINAL:
            return head.due
        return self.deadlines.kept_until(order_of(head).changed_at)

    def coming(self) -> int:
        """How many will be erased within the coming week, up to a limit for each state."""
        today = self.clock.now.date()
        soon = (today + AHEAD).isoformat()
        lists = [(volunteers.KIND, state, soon) for state in volunteers.OUTSIDE]
        # An order that nobody finishes has been overdue for long.
        lists += [
            (repository.KIND, state, soon if state in FINAL else today.isoformat())
            for state in STATES
        ]
        return sum(
            self._goes_before(head, soon)
            for kind, state, until in lists
            for head in islice(self.overdue(kind, state, until), COUNTED)
        )

    def left(self) -> int:
        """How many may still be erased today."""
        most: int = self.deadlines.rules["erase_at_most"]
        return max(0, most - self._erased()[0])

    def reserve(self, count: int) -> bool:
        """Count so many more for today before they are erased, so that there are never more than
        allowed, whoever else erases. Return whether it was done."""
        erased, seen = self._erased()
        today = self.clock.now.date().isoformat()
        return self.store.set_fact(ERASED, f"{today} {erased + count}", seen=seen)

    def _goes_before(self, head: Head, day: str) -> bool:
        try:
            return self.goes(head) < day
        except ValueError:
            return False  # The schedule names it.

    def _erased(self) -> tuple[int, str]:
        seen = self.store.fact(ERASED)
        day, _, count = seen.partition(" ")
        return (int(count) if day == self.clock.now.date().isoformat() else 0), seen
