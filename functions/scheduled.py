"""What time does by itself: deadlines that passed, messages to send, data to forget.

On Lambda a schedule calls ``handler``; on one machine the server calls :func:`tick`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from functions.context import clock_reference, logs
from functions.context.app import App, from_environment
from functions.messages import outbox
from functions.orders import repository, steps
from functions.orders.lifecycle import CLOCK, FINAL, STATES, Order, Refused, moves
from functions.people import retention, volunteers
from functions.storage import opening
from functions.storage.history import Head
from functions.storage.port import Conflict

DUE = {
    "dispatched": "escalated",
    "triaged": "resumed",
    "accepted": "resumed",
    "done": "closed",
    "rated": "closed",
}
"""What happens to orders in these states when their day has passed."""

SUITS: dict[str, Callable[[Order], bool]] = {
    "escalated": lambda order: True,
    "resumed": lambda order: bool(order.waits_until),
    # A problem that nobody answered stays with the station.
    "closed": lambda order: order.problem != "raised",
}

CLOSING = ("done", "rated")
"""The states in which an order that nobody finishes was at least done; from others it lapses."""

DAMAGED = (ValueError, LookupError, TypeError)
"""How it shows that a history is not what was written."""

Erase = tuple[str, Callable[[], object]]
"""A history's number, and what erases it."""


class Round:
    """One round, part for part: whatever goes wrong in one holds up no other."""

    def __init__(self, app: App):
        self.app = app
        self.today = app.now.date().isoformat()
        self.done = dict.fromkeys(("escalated", "resumed", "closed", "erased", "sent", "failed"), 0)
        self.unreadable: list[str] = []
        self.broken: dict[str, str] = {}
        self.ending: list[Erase] = []
        self.room = 0
        """How many may still be erased."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """What is done inside; should it break off, this is kept with the reason."""
        try:
            yield
        except Exception as error:
            self.broken[name] = logs.kind(error)

    def deadlines(self, state: str) -> None:
        """Do what is due for orders in a state, and gather those whose time to be erased came."""
        for head in retention.overdue(self.app, repository.KIND, state, self.today):
            if state in FINAL and not self.room:
                return
            try:
                self._look_at(head)
            except DAMAGED:
                self.unreadable.append(head.no)

    def _look_at(self, head: Head) -> None:
        kind = DUE.get(head.state, "")
        if kind and SUITS[kind](repository.order_of(head)):
            order = self._read(repository.find, head)
            if order and kind in moves(order, CLOCK) and SUITS[kind](order):
                self.done[kind] += self._act(head.no, self._by_clock(order, kind))
        elif self.room and retention.goes(self.app, head) < self.today:
            order = self._read(repository.find, head)
            if order:
                self._ends(head.no, self._by_clock(order, *_end(head.state), "erased"))

    def volunteers(self) -> None:
        """Gather those whose time to be erased came."""
        for state in volunteers.OUTSIDE:
            for head in retention.overdue(self.app, volunteers.KIND, state, self.today):
                if not self.room:
                    return
                if self._read(_events, head):
                    self._ends(head.no, partial(volunteers.move, self.app, head, "erased", CLOCK))

    def erase(self) -> None:
        """Erase what was gathered."""
        if self.ending and retention.reserve(self.app, len(self.ending)):
            self.done["erased"] = sum(self._act(no, erase) for no, erase in self.ending)

    def tell_unreadable(self) -> None:
        """Let the desk know what was skipped, where that has changed."""
        numbers = " ".join(self.unreadable)
        if numbers != self.app.store.fact(repository.UNREADABLE):
            self.app.store.set_fact(repository.UNREADABLE, numbers)

    def _by_clock(self, order: Order, *kinds: str) -> Callable[[], object]:
        return partial(steps.by_clock, self.app, order, *kinds)

    def _ends(self, no: str, erase: Callable[[], object]) -> None:
        self.ending.append((no, erase))
        self.room -= 1

    def _read(self, read: Callable[[App, str], Any], head: Head) -> Any:
        """What ``read`` makes of a history; None where it cannot, and its number is kept."""
        try:
            return read(self.app, head.no)
        except Exception:
            self.unreadable.append(head.no)
            return None

    def _act(self, no: str, act: Callable[[], object]) -> bool:
        """Whether it was done; somebody who was quicker is as good."""
        try:
            act()
        except (Refused, volunteers.Refused, Conflict):
            return False
        except DAMAGED:
            self.unreadable.append(no)
            return False
        return True


def tick(app: App) -> dict[str, Any]:
    """Do what is due, each part for itself, and return how often each thing was done.

    ``failed`` counts messages, ``unreadable`` are the numbers of histories that were skipped, and
    ``broken`` says of each part that came to no end why. While the clock cannot be believed
    nothing is erased (``held``), and all else goes on.
    """
    app.catch_up()
    made = Round(app)
    believed, sent = False, _nothing_sent
    with made.part("messages"):
        sent = outbox.begin(app)
    with made.part("clock"):
        believed = clock_reference.observe(app)
    with made.part("erasing"):
        made.room = retention.left(app) if believed else 0
    with made.part("rules"):
        rederive(app)
    for state in STATES:
        with made.part(state):
            made.deadlines(state)
    with made.part("volunteers"):
        made.volunteers()
    with made.part("erasing"):
        made.erase()
    with made.part("messages"):
        made.done["sent"] = sent()
    with made.part("failed"):
        made.done["failed"] = len(app.store.messages("failed"))
    with made.part("unreadable"):
        made.tell_unreadable()
    with made.part("checkpoint"):
        app.store.checkpoint()
    return {
        **made.done,
        "held": not believed,
        "unreadable": made.unreadable,
        "broken": made.broken,
    }


def rederive(app: App) -> None:
    """Bring what is derived from histories to the rules, and to the version, of now."""
    repository.rederive(app)
    volunteers.rederive(app)


def _nothing_sent() -> int:
    return 0


def _events(app: App, no: str) -> Any:
    return app.store.events(no)


def _end(state: str) -> tuple[str, ...]:
    """How an order in this state ends before it is erased."""
    if state in FINAL:
        return ()
    return ("closed",) if state in CLOSING else ("lapsed",)


def handler(event: Any, context: object) -> dict[str, Any]:
    """One round, for a schedule; an alarm watches for ``failed`` in its log.

    Raises:
        RuntimeError: a part broke off, so that the function's alarm hears of it.
    """
    app = from_environment()
    opening.adopt(app.store, app.vault)
    done = tick(app)
    sys.stdout.write(json.dumps(done) + "\n")
    if done["broken"]:
        raise RuntimeError(f"a part of the round broke off: {', '.join(done['broken'])}")
    return done
