"""Orders as the store keeps them: read one, prove that it is yours, move it on."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

from functions.context.attempts import Attempts, Limit
from functions.context.bundle import Bundle
from functions.context.clock import Reference
from functions.errors import Conflict, Refused, Wrong
from functions.forms import order_number
from functions.orders import counters, notices
from functions.orders.deadlines import Deadlines
from functions.orders.lifecycle import CLOCK, STAFF, Order, apply, fold, order_of
from functions.orders.names import Names
from functions.orders.privacy import CORRECTED, Personal, all_pieces
from functions.storage.history import LAYOUT, Change, Event, Head
from functions.storage.port import TOGETHER, Store
from functions.storage.vault import Vault, recognises

KIND = "order"
MOST_JOINED = TOGETHER - 1
"""How many orders can be merged into one: should it be called off, all are opened again with it."""
ACTED_ON = ("submitted", "triaged", "dispatched", "accepted", "rated")
MOST_OVERDUE = 100
"""How many overdue orders of a state are counted at most."""
DOER = "doer"
"""The mark of orders of which a volunteer did at least one round."""
HANDLER = "handler"
"""The mark of orders that a member of staff is at."""
TRACED = "traced"
"""The fact up to when orders have the traces of parts."""
OVERLAP = timedelta(hours=1)
"""How far back a round looks again, because clocks differ and somebody may be writing."""
MOST_TRACED = 500
"""How many orders of an earlier version get these traces in one round."""
COUNTED, COUNTING = "counted", "2"
"""The fact that says by which version of the rules a store's counters were made, and that version:
to be raised with :func:`functions.orders.counters.is_later`."""
AT_ONCE = 20
"""Counters, events or sealed parts in one change; engines limit the size of a transaction."""
PATIENCE = 10
"""Seconds for which counting anew and mending wait while others write."""
DOCTOR = "doctor"
"""The number and kind of the history that says when counters were corrected."""
UNREADABLE = "unreadable"
"""The fact with the numbers of the histories that the schedule could not read in its last round."""
GUESSES = Limit(5, timedelta(hours=1)), Limit(20, timedelta(hours=6))
"""How many wrong guesses of a phone's last four digits are allowed for one number: from one sender,
and from all of them, which is less than one chance in a hundred a day."""


class Step(NamedTuple):
    """An event, and what was typed with it, which will be sealed."""

    event: Event
    personal: Mapping[str, Any] = {}


class History(NamedTuple):
    """An order, and the events that it follows from."""

    order: Order
    events: tuple[Event, ...]


class Orders(NamedTuple):
    """The orders of a community."""

    store: Store
    vault: Vault
    bundle: Bundle
    names: Names
    reference: Reference
    deadlines: Deadlines
    personal: Personal

    def history(self, no: str) -> History | None:
        """The order of this number with its events, under the names of now; None where there is
        none, or a volunteer's sign-up."""
        events = tuple(map(self.names.of_event, self.store.events(no)))
        if not events or events[0].kind != "submitted":
            return None
        return History(fold(no, events), events)

    def find(self, no: str) -> Order | None:
        """The order of this number, or None."""
        found = self.history(no)
        return found.order if found else None

    def last(self, order: Order) -> Order:
        """The order with which this one is done: itself, or the end of what it was merged into.
        Two that were merged into each other by an earlier version lead to themselves."""
        passed, last = {order.no}, order
        while last.state == "merged":
            into = self.find(last.merged_into)
            if into is None or into.no in passed:
                return order
            passed.add(into.no)
            last = into
        return last

    def joined(self, no: str) -> list[Order]:
        """The orders that were merged right into the one of this number."""
        heads = self.store.find(KIND, [f"into:{no}"], limit=2 * MOST_JOINED)
        return [order for head in heads if (order := self.find(head.no))]

    def all_joined(self, no: str) -> list[Order]:
        """The orders that are done with the one of this number: those that were merged into it, and
        into them, up to a number; nearest first. Each stands there once, however they lead on."""
        found: dict[str, Order] = {}
        waiting = [no]
        while waiting and len(found) < 2 * MOST_JOINED:
            new = [o for o in self.joined(waiting.pop(0)) if o.no != no and o.no not in found]
            found |= {order.no: order for order in new}
            waiting += [order.no for order in new]
        return [*found.values()]

    def overdue(self, today: str) -> dict[str, int]:
        """How many orders are overdue in each state in which somebody has to act, up to a limit."""
        late = {
            state: len(self.store.waiting(KIND, state, until=today, limit=MOST_OVERDUE))
            for state in ACTED_ON
        }
        return {state: count for state, count in late.items() if count}

    def problems(self, limit: int) -> list[Head]:
        """Orders with a problem that nobody has answered, the newest first."""
        return self.listed(self.store.find(KIND, ["problem:raised"], limit=limit))

    def unread(self, limit: int) -> list[Head]:
        """Orders to which a resident added something that nobody has acted on since."""
        return self.listed(self.store.find(KIND, ["unread:yes"], limit=limit))

    def by_key(self, typed: str, key: str) -> History | None:
        """The order, for somebody who has its tracking key."""
        no = order_number.parse(typed)
        found = self.history(no) if no else None
        return found if found and recognises(found.order.key, key) else None

    def by_slip(self, typed: str, key: str) -> Order | None:
        """The order, for somebody who has the key of its slip, whichever line of the secret made
        it."""
        no = order_number.parse(typed)
        order = self.find(no) if no else None
        known = order and self.vault.is_key(key, "rate", order.no, order.done_at)
        return order if known else None

    def by_phone(self, no: str, last4: str, sender: str = "") -> Order:
        """The order, for somebody who knows the last digits of the phone that it was filed with,
        and asks from this address.

        Raises:
            Wrong: ``no_match``, whichever of the two is wrong; or ``too_often``, before anything
                is compared, whether there is such an order or not.
        """
        attempts = Attempts(self.store, self.vault, self.reference.clock, sender)
        if not attempts.may(f"guess {no}", *GUESSES):
            raise Wrong("too_often", "last4")
        order = self.find(no)
        if order is None or self.personal.contact(no).get("phone", "")[-4:] != last4:
            raise Wrong("no_match", "last4")
        attempts.was_right(f"guess {no}")
        return order

    def address(self, order: Order) -> str:
        """Where a resident follows the order. This address is enough to see its progress."""
        return f"/api/order?no={order.no}&key={self.vault.tracking_key(order.no, order.key)}"

    def address_of(self, no: str) -> str:
        """The same by the number alone. How it began is read, because the line of the secret under
        which it was filed made its key."""
        events = self.store.events(no)
        return self.address(Order(no, key=events[0].data["key"] if events else ""))

    def rating_key(self, order: Order) -> str:
        """The key on the slip: it opens the rating of this round of the order, and nothing else."""
        return self.vault.key("rate", order.no, order.done_at)

    def move(
        self,
        order: Order,
        *steps: Step,
        others: Iterable[tuple[Order, Step]] = (),
        once: str = "",
        limits: Mapping[tuple[str, str], int] | None = None,
    ) -> Order:
        """Add events to an order that the caller read, and one to each of the ``others``, in one
        transaction, and return what the order is now. None is dated earlier than what happened to
        its order before.

        Raises:
            Refused: an event may not follow here.
            Conflict: somebody else has moved one of them meanwhile.
            Full: a counter would rise above its limit.
        """
        after, change = self._moved(order, steps)
        more = [self._moved(other, [step])[1] for other, step in others]
        self.store.commit(change._replace(once=once, limits=limits or {}), *more)
        return after

    def _moved(self, order: Order, steps: Iterable[Step]) -> tuple[Order, Change]:
        """What an order is after these steps, and the change that takes it there."""
        after, taken = order, []
        for step in steps:
            event = self.reference.dated(step.event, after.changed_at)
            after = apply(after, event)
            taken.append(step._replace(event=event))
        return after, self.change(order, after, taken)

    def change(self, before: Order, after: Order, steps: Iterable[Step]) -> Change:
        """The transaction that takes an order from one state to the other by these steps."""
        events, sealed, traces = [], {}, []
        for seq, (event, typed) in enumerate(steps, start=before.version + 1):
            events.append(event)
            if typed:
                sealed[seq] = self.vault.seal(after.no, dict(typed))
            if event.kind == "submitted":
                traces += self.personal.traces(typed)
            if event.kind == "corrected":
                typed = typed.get(CORRECTED, {})
                traces += self.personal.traces(typed)
            if is_fine_at_once(event):
                traces += self.personal.fine_traces(typed)
        return Change(
            self.head(after),
            events,
            sealed,
            traces,
            tally=counters.difference(counters.of_order(before), counters.of_order(after)),
            messages=notices.due(self.bundle, self.names, before, after, events),
            erase="erased" in [event.kind for event in events],
        )

    def head(self, order: Order) -> Head:
        """The order as the store lists it."""
        marks = {
            "service": order.service,
            "team": order.team,
            "grid": order.grid,
            "month": order.filed_at[:7],
            "state": order.state,
            "volunteer": order.volunteer,
            "rated": order.rated_volunteer,
            "published": "yes" if order.published else "",
            "answered": "public" if order.answer else "",
            "problem": "" if order.erased_at or order.problem != "raised" else "raised",
            "into": order.merged_into,
            "unread": "yes" if order.unread and not order.erased_at else "",
            "level": order.level,
            HANDLER: order.handler,
        }
        return Head(
            order.no,
            KIND,
            order.version,
            order.state,
            order.filed_at,
            order._asdict(),
            self.deadlines.due(order),
            order.team,
            (
                *[f"{name}:{value}" for name, value in marks.items() if value],
                *[f"{DOER}:{volunteer}" for volunteer in order.doers.split()],
            ),
        )

    def listed(self, heads: Iterable[Head]) -> list[Head]:
        """Heads as lists show them: with all that an order has, and due by the calendar and the
        rules of now. A damaged one is shown as it is in the store."""
        listed = []
        for head in heads:
            order, due = order_of(head), head.due
            with suppress(ValueError):
                due = self.deadlines.due(order)
            listed.append(head._replace(data=order._asdict(), due=due))
        return listed

    def rederive(self) -> int:
        """Derive all heads anew (:func:`derive_anew`): their deadlines follow from the calendar
        and the station's rules, and their names from what was renamed."""

        def derive(no: str) -> Head | None:
            order = self.find(no)
            return self.head(order) if order else None

        calendar, desk = self.bundle.calendar, self.bundle.site["desk"]
        rules = [calendar, desk, self.names.renamed, Order._fields]
        return derive_anew(self.store, KIND, rules, derive)

    def trace(self) -> None:
        """Add the traces of parts to orders that came since the last round and have none yet; the
        first time to all. Where that is too much, the next round goes on."""
        since, now = self.store.fact(TRACED), self.reference.clock.now
        room = MOST_TRACED
        for head in self._newest(since):
            room -= self._traced(head)
            if not room:
                return
        self.store.set_fact(TRACED, (now - OVERLAP).isoformat(), since)

    def _newest(self, since: str) -> Iterator[Head]:
        """The orders that were filed since a time, the newest first."""
        before = ""
        while heads := self.store.find(KIND, before=before, limit=AT_ONCE):
            yield from (head for head in heads if head.begun >= since)
            before = heads[-1].position
            if heads[-1].begun < since:
                return

    def _traced(self, head: Head) -> bool:
        """Add to one order the traces that it lacks; whether there were any."""
        if order_of(head).erased_at:
            return False
        typed = self.personal.of(head.no)
        fine = [self.personal.trace(name, value) for name, value in sorted(all_pieces(typed))]
        there = {*self.store.traces(head.no)} if fine else set[str]()
        missing = {mark: mark for mark in fine if mark not in there}
        with suppress(Conflict):  # Somebody moves it on: the next round comes back to it.
            for part in parted(missing):
                self.store.commit(Change(head, [], traces=[*part]))
        return bool(missing)

    def recount(self, at: str) -> None:
        """Count what an earlier version of the program, which began the store, did not."""
        if self.store.fact(COUNTED) == COUNTING:
            return
        # Where an engine can, in one transaction: nobody moves an order on meanwhile.
        with self.store.batch(PATIENCE) as store:
            missing, inside = counters.Tally(), self._replace(store=store)
            for no in store.numbers(KIND):
                with suppress(Refused, LookupError, TypeError, ValueError):
                    if order := inside.find(no):
                        missing.update(_later(counters.of_order(order)))
            missing.subtract(_later(counters.Tally(store.tallies())))
            for tally in parted({each: count for each, count in missing.items() if count}):
                append(store, DOCTOR, DOCTOR, Event("counted", CLOCK, at), tally=tally)
            store.set_fact(COUNTED, COUNTING)


def is_fine_at_once(event: Event) -> bool:
    """Whether what is typed with an event gets the traces of its parts with it. A resident who
    files does not wait for them: the schedule adds hers."""
    return event.kind == "corrected" or (event.kind, event.by) == ("submitted", STAFF)


K = TypeVar("K")
T = TypeVar("T")


def parted(values: Mapping[K, T]) -> Iterator[dict[K, T]]:
    """Counters or sealed parts in groups, each of which fits into one change."""
    left = [*values.items()]
    for first in range(0, len(left), AT_ONCE):
        yield dict(left[first : first + AT_ONCE])


def name_of(store: Store, vault: Vault, *parts: Any) -> str:
    """The name of a submission of these parts. One from before the secret was changed keeps its
    name."""
    newest, *older = vault.stamps(*parts)
    for name in older:
        if store.filed(name):
            return name
    return newest


def begin_once(
    store: Store, below: Callable[[int], int], begin: Callable[[str], Change], once: str
) -> str:
    """Begin a history under a number that nothing has yet, and return the number. If the submission
    of this name was taken before, nothing is written, and the number is the one that it got then.
    """
    while True:
        try:
            return store.commit(begin(order_number.draw(below))._replace(once=once))
        except Conflict:
            continue  # The number is taken.


def _later(counted: counters.Tally) -> counters.Tally:
    later = {each: count for each, count in counted.items() if counters.is_later(*each)}
    return counters.Tally(later)


def append(store: Store, no: str, kind: str, event: Event, **more: Any) -> None:
    """Add an event to a history that has only events, or begin it, whoever else adds to it, with
    ``more`` of a change."""
    while True:
        head = store.head(no) or Head(no, kind, 0, "", event.at, {})
        try:
            store.commit(Change(head.followed(), [event], **more))
            return
        except Conflict:
            continue  # Somebody else was first: add it after theirs.


def derive_anew(
    store: Store, kind: str, rules: object, derive: Callable[[str], Head | None]
) -> int:
    """Bring all heads of a kind to what ``derive`` makes of their histories, if the rules for that
    (also what a head holds) have changed since it was last done; return how many differed."""
    digest = hashlib.sha256(json.dumps([rules, LAYOUT], sort_keys=True).encode()).hexdigest()
    name = f"derived_{kind}"
    if (seen := store.fact(name)) == digest:
        return 0
    changed, whole = 0, True
    for no in store.numbers(kind):
        try:
            now = derive(no)
            if now and now != store.head(no):
                store.commit(Change(now, []))
                changed += 1
        except Conflict:
            whole = False  # Somebody moved it on, perhaps by the old rules: try again next time.
        except (Refused, LookupError, TypeError, ValueError):
            continue  # One that cannot be read must not hold up the others.
    if whole:
        store.set_fact(name, digest, seen)
    return changed
