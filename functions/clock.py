"""What time does by itself: deadlines that passed, messages to send, data to forget.

On Lambda a schedule calls ``handler``; on one machine the server calls :func:`tick`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from functions import actions, ledger, outbox
from functions.app import App, from_environment
from functions.lifecycle import FINAL, Order, Refused, moves
from functions.store import Conflict

AT_ONCE = 200
"""How many orders are read at a time."""


def tick(app: App) -> dict[str, int]:
    """Do what is due, and return how often each thing was done, and how many messages failed."""
    app.catch_up()
    done = {"escalated": 0, "resumed": 0, "closed": 0, "erased": 0}
    for kind, states in DUE.items():
        for order in _overdue(app, states):
            if SUITS[kind](order) and kind in moves(order, "clock"):
                try:
                    actions.by_clock(app, order, kind)
                except (Refused, Conflict):
                    continue  # Somebody was quicker, which is as good.
                done[kind] += 1
    return done | {"sent": outbox.send(app), "failed": len(app.store.messages("failed"))}


DUE = {
    "escalated": ("dispatched",),
    "resumed": ("triaged", "accepted"),
    "closed": ("done", "rated"),
    "erased": FINAL,
}
"""What happens to orders in these states when their day has passed."""

SUITS: dict[str, Callable[[Order], bool]] = {
    "escalated": lambda order: True,
    "resumed": lambda order: bool(order.waits_until),
    # A problem that nobody answered stays with the station.
    "closed": lambda order: order.problem != "raised",
    "erased": lambda order: True,
}


def _overdue(app: App, states: tuple[str, ...]) -> Iterator[Order]:
    today = app.now.date().isoformat()
    for state in states:
        after = UNDATED
        while heads := app.store.waiting(
            ledger.KIND, state, after=after, limit=AT_ONCE, until=today
        ):
            yield from (order for head in heads if (order := ledger.find(app, head.no)))
            after = heads[-1].turn


UNDATED = "0"
"""Comes after those without a day, for whom nothing is due."""


def handler(event: Any, context: object) -> dict[str, int]:
    """One round, for a schedule; an alarm watches for ``failed`` in its log."""
    done = tick(from_environment())
    sys.stdout.write(json.dumps(done) + "\n")
    return done
