"""When personal data goes: whose is due, how many a day, and what the desk is told before.

Data of an order is kept for ``keep`` days (``desk:`` in ``site.yaml``) after its end, or after the
last step of one that nobody finishes; a volunteer's after leaving, or after a sign-up that led
into no team.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from functions.context.app import App
from functions.orders import repository
from functions.orders.lifecycle import FINAL, STATES
from functions.people import volunteers
from functions.storage.history import Head

AT_ONCE = 200
"""How many heads are read at a time."""
UNDATED = "0"
"""Comes after those without a day in :meth:`Store.waiting`."""
ERASED = "erased"
"""The fact that says how many were erased on the last day on which any were: ``2026-11-23 57``."""

AHEAD = timedelta(days=7)
"""How long before it the desk is told."""
COUNTED = 100
"""How many of each state the desk counts at most."""


def overdue(app: App, kind: str, state: str, until: str) -> Iterator[Head]:
    """Those in a state whose day comes before this one, the longest due first."""
    after = UNDATED
    while heads := app.store.waiting(kind, state, after=after, limit=AT_ONCE, until=until):
        yield from heads
        after = heads[-1].turn


def goes(app: App, head: Head) -> str:
    """The last day on which what a history keeps apart is kept.

    Raises:
        ValueError: the head is damaged.
    """
    if head.kind == volunteers.KIND or head.state in FINAL:
        return head.due
    return repository.kept_until(app, repository.order_of(head).changed_at)


def coming(app: App) -> int:
    """How many will be erased within the coming week, up to a limit for each state."""
    soon = (app.now.date() + AHEAD).isoformat()
    lists = [(volunteers.KIND, state, soon) for state in volunteers.OUTSIDE]
    # An order that nobody finishes has been overdue for long.
    today = app.now.date().isoformat()
    lists += [(repository.KIND, state, soon if state in FINAL else today) for state in STATES]
    return sum(
        _goes_before(app, head, soon)
        for kind, state, until in lists
        for head in islice(overdue(app, kind, state, until), COUNTED)
    )


def _goes_before(app: App, head: Head, day: str) -> bool:
    try:
        return goes(app, head) < day
    except ValueError:
        return False  # The schedule names it.


def left(app: App) -> int:
    """How many may still be erased today."""
    most: int = app.bundle.site["desk"]["erase_at_most"]
    return max(0, most - _erased(app)[0])


def reserve(app: App, count: int) -> bool:
    """Have so many more counted for today before they are erased, so that there are never more
    than allowed, whoever else erases and wherever this breaks off. Says whether that was done."""
    erased, seen = _erased(app)
    today = app.now.date().isoformat()
    return app.store.set_fact(ERASED, f"{today} {erased + count}", seen=seen)


def _erased(app: App) -> tuple[int, str]:
    seen = app.store.fact(ERASED)
    day, _, count = seen.partition(" ")
    return (int(count) if day == app.now.date().isoformat() else 0), seen
