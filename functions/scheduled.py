"""What time itself does: deadlines that passed, messages to send, personal data to erase.

On Lambda a schedule calls ``handler``; on one machine the server calls :func:`tick`.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from functions.app import App, from_environment
from functions.context import logs
from functions.context.sentences import fill
from functions.errors import Conflict, Refused
from functions.imports import staging
from functions.messages import outbox
from functions.orders import counters, repository, upkeep
from functions.orders.counters import ALL, VOLUNTEERS
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import CLOCK, FINAL, HELD, STATES
from functions.orders.lifecycle.transitions import moves
from functions.orders.notices import STATION
from functions.orders.steps.facts import ENDED_UNDONE
from functions.people import volunteers
from functions.storage import opening
from functions.storage.history import Change, Event, Head, Message

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

DIGEST = "digest"
"""The history with the mornings on which the station was told what is overdue, or held."""

UNTANGLED = "untangled"
"""The fact that says that no chain of merges of an earlier version is left."""

DAMAGED = (ValueError, LookupError, TypeError)
"""What is raised for a history that is not what was written."""


class Round:
    """One round in parts; an error in one part does not stop the others."""

    def __init__(self, app: App):
        self.app = app
        self.today = app.clock.now.date().isoformat()
        self.done = dict.fromkeys(("escalated", "resumed", "closed", "erased", "sent", "failed"), 0)
        self.unreadable: list[str] = []
        self.broken: dict[str, str] = {}
        self.ending: list[tuple[str, Callable[[], object]]] = []
        """The numbers of histories to erase, and what erases each."""
        self.room = 0
        """How many may still be erased."""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Do what is inside; if it breaks off, keep the reason."""
        try:
            yield
        except Exception as error:
            self.broken[name] = logs.kind(error)

    def due(self) -> None:
        """Do what is due, and erase what is kept for no longer."""
        for state in STATES:
            with self.part(state):
                self.deadlines(state)
        with self.part("volunteers"):
            self.volunteers()
        with self.part("erasing"):
            self.erase()

    def deadlines(self, state: str) -> None:
        """Do what is due for orders in a state, and gather those that are to be erased."""
        for head in self.app.retention.overdue(repository.KIND, state, self.today):
            if state in FINAL and not self.room:
                return
            try:
                self._look_at(head)
            except DAMAGED:
                self.unreadable.append(head.no)

    def _look_at(self, head: Head) -> None:
        kind, by_clock = DUE.get(head.state, ""), self.app.steps.by_clock
        if kind and SUITS[kind](order_of(head)):
            order = self._read(self.app.orders.find, head)
            if order and kind in moves(order, CLOCK) and SUITS[kind](order):
                self.done[kind] += self._act(head.no, partial(by_clock, order, kind))
        elif self.room and self.app.retention.goes(head) < self.today:
            order = self._read(self.app.orders.find, head)
            if order:
                self._ends(head.no, partial(by_clock, order, *_end(head.state), "erased"))

    def volunteers(self) -> None:
        """Gather the volunteers that are to be erased."""
        for state in volunteers.OUTSIDE:
            for head in self.app.retention.overdue(volunteers.KIND, state, self.today):
                if not self.room:
                    return
                if self._read(self.app.store.events, head):
                    self._ends(head.no, partial(self.app.volunteers.move, head, "erased", CLOCK))

    def erase(self) -> None:
        """Erase what was gathered."""
        if self.ending and self.app.retention.reserve(len(self.ending)):
            self.done["erased"] = sum(self._act(no, erase) for no, erase in self.ending)

    def digest(self) -> None:
        """On the morning of each working day, tell the station once what is overdue."""
        app, now = self.app, self.app.clock.now
        once = f"{DIGEST} {self.today}"
        works = app.deadlines.calendar.works(now.date()) and now.hour >= outbox.MORNING
        if not works or app.store.filed(once):
            return
        texts = app.bundle.words[DIGEST]
        late = [
            fill(texts["of"], what=app.bundle.words["waits"][state], count=count)
            for state, count in app.orders.overdue(self.today).items()
        ]
        if problems := len(app.orders.problems(repository.MOST_OVERDUE)):
            late.append(fill(texts["problems"], count=problems))
        self._tell(once, fill(texts["text"], late="，".join(late)) if late else "")

    def held(self) -> None:
        """Once a day while something is held, tell the station how much: one message, however much
        it is. Nothing is told at night."""
        app, once = self.app, f"held {self.today}"
        if app.clock.now.hour < outbox.MORNING or app.store.filed(once):
            return
        now, texts = counters.by_scope(app.store.tally(counters.NOW)), app.bundle.words["held"]
        counts = {
            kind: now.get(scope, {}).get(HELD, 0)
            for kind, scope in ((repository.KIND, ALL), (volunteers.KIND, VOLUNTEERS))
        }
        if any(counts.values()):
            what = [fill(texts[kind], count=count) for kind, count in counts.items() if count]
            self._tell(once, fill(texts["text"], what="、".join(what)))

    def _tell(self, once: str, text: str) -> None:
        """Tell the station something, if there is anything to tell; and note that it was told."""
        app, at = self.app, self.app.clock.now.isoformat()
        after = (app.store.head(DIGEST) or Head(DIGEST, DIGEST, 0, "", at, {})).followed()
        message = Message(f"{DIGEST}:{after.version}:told:{STATION}", STATION, text)
        reached = STATION in [channel["to"] for channel in app.bundle.site["notify"]]
        outgoing = [message] if text and reached else []
        app.store.commit(Change(after, [Event("told", CLOCK, at)], messages=outgoing, once=once))

    def tell_unreadable(self) -> None:
        """Let the desk know which histories were skipped, if these have changed."""
        numbers = " ".join(self.unreadable)
        if numbers != self.app.store.fact(repository.UNREADABLE):
            self.app.store.set_fact(repository.UNREADABLE, numbers)

    def _ends(self, no: str, erase: Callable[[], object]) -> None:
        self.ending.append((no, erase))
        self.room -= 1

    def _read(self, read: Callable[[str], Any], head: Head) -> Any:
        """What ``read`` makes of a history. Where it cannot, None, and the number is kept."""
        try:
            return read(head.no)
        except Exception:
            self.unreadable.append(head.no)
            return None

    def _act(self, no: str, act: Callable[[], object]) -> bool:
        """Whether it was done; it need not be where somebody else was quicker."""
        try:
            act()
        except (Refused, Conflict):
            return False
        except DAMAGED:
            self.unreadable.append(no)
            return False
        return True


def tick(app: App) -> dict[str, Any]:
    """Do what is due, and return how often each thing was done. ``failed`` counts messages,
    ``unreadable`` are the numbers of histories that were skipped, ``broken`` has the reason for
    each part that broke off. Nothing is erased while the clock is not believed (``held``).
    """
    app = app.current()
    made = Round(app)
    believed, deliveries = False, list[Callable[[], int]]()
    with made.part("messages"):
        deliveries.append(app.outbox.begin())
    with made.part("clock"):
        believed = app.reference.observe()
    with made.part("erasing"):
        made.room = app.retention.left() if believed else 0
    with made.part("rules"):
        rederive(app)
    with made.part("traces"):
        upkeep.trace(app.orders, (repository.KIND, volunteers.KIND))
    made.due()
    with made.part("audit"):
        app.audit.settle()
        if believed:
            app.audit.clean()
    with made.part("messages"):
        made.done["sent"] = sum(wait() for wait in deliveries)
    with made.part("imports"):
        staging.tick(app)
    with made.part("failed"):
        made.done["failed"] = len(app.store.messages("failed"))
    with made.part("unreadable"):
        made.tell_unreadable()
    with made.part(DIGEST), suppress(Conflict):
        made.digest()
        made.held()
    with made.part("checkpoint"):
        app.store.checkpoint()
    held, unreadable = not believed, made.unreadable
    return {**made.done, "held": held, "unreadable": unreadable, "broken": made.broken}


def rederive(app: App) -> None:
    """Bring what is derived from histories up to the present names, rules and version."""
    with suppress(Conflict):  # Somebody else keeps the names.
        app.names.keep(app.clock.now.isoformat())
    untangle(app)
    upkeep.close_months(app.orders)
    upkeep.rederive(app.orders)
    app.volunteers.rederive()


def untangle(app: App) -> None:
    """Lead those that an earlier version left merged into merged orders to the end of that chain,
    and open those again that it led in a circle, or to one that was called off. Once."""
    if app.store.fact(UNTANGLED):
        return
    for no in app.store.numbers(repository.KIND):
        with suppress(Conflict, *DAMAGED):
            head = app.store.head(no)
            order = app.orders.find(no) if head and head.state == "merged" else None
            if order is None or order.erased_at:
                continue
            last = app.orders.last(order)
            if last.no == no or last.state in ENDED_UNDONE:
                app.steps.by_clock(order, "unmerged")
            elif last.no != order.merged_into:
                app.steps.by_clock(order, "rejoined")
    app.store.set_fact(UNTANGLED, "yes")


def _end(state: str) -> tuple[str, ...]:
    """How an order in this state ends before it is erased; it lapses if it was never done."""
    if state in FINAL:
        return ()
    return ("closed",) if state in ("done", "rated") else ("lapsed",)


def handler(event: Any, context: object) -> dict[str, Any]:
    """One round, for a schedule. An alarm watches for ``failed`` in its log.

    Raises:
        RuntimeError: a part broke off; it sets off the alarm of the function.
    """
    app = from_environment()
    if not app.store.fact(opening.FACT):
        opening.adopt(app.store, app.vault)
    done = tick(app)
    sys.stdout.write(json.dumps(done) + "\n")
    if done["broken"]:
        raise RuntimeError(f"a part of the round broke off: {', '.join(done['broken'])}")
    return done
