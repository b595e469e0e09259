"""Orders as the store keeps them: read one, prove that it is yours, move it on."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import product
from typing import Any, NamedTuple

from functions.context import proofs
from functions.context.attempts import Attempts
from functions.context.bundle import Bundle
from functions.context.clock import Reference
from functions.errors import Conflict, Wrong
from functions.forms import order_number
from functions.orders import counters, notices
from functions.orders.deadlines import Deadlines
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import HELD, STAFF
from functions.orders.lifecycle.transitions import apply, fold
from functions.orders.names import Names
from functions.orders.privacy import CORRECTED, Personal, Typed, contact, trusted, withdrawn
from functions.storage.history import Change, Event, Head
from functions.storage.port import TOGETHER, Store
from functions.storage.vault import Vault, recognises

KIND = "order"
MOST_JOINED = TOGETHER - 1
"""How many orders can be merged into one: should it be called off, all are opened again with it."""
KEYED = ("submitted", "relinked")
"""The events that give an order its key."""
ACTED_ON = ("submitted", "triaged", "dispatched", "accepted", "rated")
MOST_OVERDUE = 100
"""How many overdue orders of a state are counted at most."""
DOER = "doer"
"""The mark of orders of which a volunteer did at least one round."""
HANDLER = "handler"
"""The mark of orders that a member of staff is at."""
MOST_ASSIGNED = 200
"""Of how many orders, the newest that a volunteer took, it is looked which are still to do."""
UNREADABLE = "unreadable"
"""The fact with the numbers of the histories that the schedule could not read in its last round."""
NO_LIMITS: Mapping[tuple[str, str], int] = {}


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

    def vacant(self, limit: int) -> list[Head]:
        """Orders of which a team has to say who goes, because whoever was to go left; the newest
        first."""
        return self.listed(self.store.find(KIND, ["vacant:yes"], limit=limit))

    def by_key(self, typed: str, key: str) -> History | None:
        """The order, for somebody who has its tracking key; nobody has one after erasing."""
        no = order_number.parse(typed)
        found = self.history(no) if no else None
        if found is None or found.order.erased_at:
            return None
        return found if recognises(found.order.key, key) else None

    def by_former_key(self, no: str, key: str) -> Order | None:
        """The order, for somebody who has the key that its present one took the place of."""
        found = self.history(no)
        if found is None or found.order.erased_at:
            return None
        keys = [event.data["key"] for event in found.events if event.kind in KEYED]
        return found.order if keys[1:] and recognises(keys[-2], key) else None

    def by_slip(self, typed: str, key: str) -> Order | None:
        """The order, for somebody who has the key of its slip, whichever line of the secret made
        it."""
        no = order_number.parse(typed)
        order = self.find(no) if no else None
        if order is None or order.erased_at:
            return None
        known = self.vault.is_key(key, order.issued, "rate", order.no, order.done_at)
        return order if known else None

    def by_phone(self, no: str, last4: str, sender: str = "", key: str = "") -> Order:
        """The order, for somebody who knows the last digits of its phone, or all of it, and asks
        from this address. Those of before a correction by the link alone go on opening it, because
        whoever was sent the link can make one; one that was made by a link that was replaced since
        opens nothing. ``key`` is the one that the browser keeps of the order, if any.

        Raises:
            Wrong: ``no_match``, whichever of the two is wrong; or what :func:`proofs.guess` says,
                before anything is compared, whether there is such an order or not.
        """
        opened = self.by_key(no, key) if key else None
        with proofs.guess(self.attempts(sender), no, last4, _held(opened)):
            found = self.history(no)
            if found is None:
                raise Wrong("no_match", "last4")
            typed = self.personal.of(no)
            phones = (_phone(trusted(found.events, typed)), _phone(_proven(found, typed)))
            if not any(proofs.is_of(phone, last4) for phone in phones):
                raise Wrong("no_match", "last4")
        return found.order

    def assigned(self, volunteer: str) -> list[Order]:
        """The orders that a volunteer is to do now."""
        heads = self.store.find(KIND, [f"volunteer:{volunteer}"], limit=MOST_ASSIGNED)
        orders = [order for head in heads if (order := self.find(head.no))]
        return [o for o in orders if o.state == "accepted" and o.volunteer == volunteer]

    def phone(self, found: History) -> str:
        """The phone to which the resident's link may be sent; empty without one."""
        return str(_phone(trusted(found.events, self.personal.of(found.order.no))) or "")

    def prove(self, found: History, last4: str, sender: str) -> None:
        """Make sure that whoever has the key of an order knows its phone as well: as it was filed
        or the station put it right, because whoever has the key can correct it.

        Raises:
            Wrong: as :meth:`by_phone` does.
        """
        no = found.order.no
        with proofs.guess(self.attempts(sender), no, last4, _held(found)):
            if not proofs.is_of(_phone(_proven(found, self.personal.of(no))), last4):
                raise Wrong("no_match", "last4")

    def attempts(self, sender: str) -> Attempts:
        """What was tried from an address."""
        return Attempts(self.store, self.vault, self.reference.clock, sender)

    def address(self, order: Order) -> str:
        """Where a resident follows the order. This address is enough to see its progress."""
        return f"{self.place(order)}&key={self.key(order)}"

    def place(self, order: Order) -> str:
        """The same for a browser that opened it already: without the key."""
        return f"/api/order?no={order.no}"

    def key(self, order: Order) -> str:
        """The order's tracking key."""
        return self.vault.tracking_key(order.no, order.issued, order.key)

    def address_of(self, no: str) -> str:
        """The same for whoever sends the wish of this number again: with its first key. Once that
        was replaced it is the place alone, because the wish may be sent by whoever saw it filed.
        Its events are read, because they say by which version, and its fingerprint by which line
        of the secret, the key was made."""
        first, *later = [event.data for event in self.store.events(no) if event.kind in KEYED]
        order = Order(no, key=first["key"], issued=first.get("issued", 0))
        return self.place(order) if later else self.address(order)

    def rating_key(self, order: Order) -> str:
        """The key on the slip: it opens the rating of this round of the order, and nothing else."""
        return self.vault.key(order.issued, "rate", order.no, order.done_at)

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
        events, sealed, traces, erase = [], dict[int, bytes](), [], False
        for seq, (event, typed) in enumerate(steps, start=before.version + 1):
            events.append(event)
            if CORRECTED in typed and (gone := withdrawn(self.bundle.forms["wish"], typed)):
                sealed, erase = self.personal.without(after.no, gone) | sealed, True
                traces += self.store.traces(after.no)
            if typed:
                sealed[seq] = self.vault.seal(after.no, dict(typed))
            if event.kind == "submitted":
                traces += self.personal.traces(typed)
            if event.kind == "corrected":
                typed = typed.get(CORRECTED, {})
                traces += self.personal.traces(typed)
            if is_fine_at_once(event):
                traces += self.personal.fine_traces(typed)
            erase |= event.kind == "erased"
        return Change(
            self.head(after),
            events,
            sealed,
            traces,
            tally=counters.difference(counters.of_order(before), counters.of_order(after)),
            messages=notices.due(self.bundle, self.names, before, after, events, self.all_joined),
            erase=erase,
        )

    def head(self, order: Order) -> Head:
        """The order as the store lists it; what is held stands in no list but its own."""
        marks = (
            ("service", order.service),
            ("team", order.team),
            ("grid", order.grid),
            ("month", order.filed_at[:7]),
            ("state", order.state),
            ("volunteer", order.volunteer),
            ("rated", order.rated_volunteer),
            ("published", "yes" if order.published else ""),
            ("answered", "public" if order.answer else ""),
            ("problem", "" if order.erased_at or order.problem != "raised" else "raised"),
            ("into", order.merged_into),
            ("unread", "yes" if order.unread and not order.erased_at else ""),
            ("level", order.level),
            ("vacant", "yes" if order.state == "accepted" and not order.volunteer else ""),
            (HANDLER, order.handler),
            *product([DOER], order.doers.split()),
        )
        if order.signs:
            marks = (("state", HELD),) if order.state == HELD else ()
        return Head(
            order.no,
            KIND,
            order.version,
            order.state,
            order.filed_at,
            order._asdict(),
            self.deadlines.due(order),
            order.team,
            tuple([f"{name}:{value}" for name, value in marks if value]),
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


def _proven(found: History, typed: Mapping[int, Typed]) -> dict[int, Typed]:
    """What was typed when the order was filed, or by the station since."""
    events = found.events
    return {seq: typed[seq] for seq in typed if seq == 1 or events[seq - 1].by == STAFF}


def _phone(typed: Mapping[int, Typed]) -> object:
    """The phone, as what was typed corrects it; None without one."""
    return contact(typed).get("phone")


def _held(found: History | None) -> str:
    """What names the key of an order among all that it had; empty for whoever shows none."""
    return f"key {found.order.issued}" if found else ""


def is_fine_at_once(event: Event) -> bool:
    """Whether what is typed with an event gets the traces of its parts with it. A resident who
    files a wish does not wait for them: the schedule adds hers."""
    at_once = event.kind in ("corrected", "applied")
    return at_once or (event.kind, event.by) == ("submitted", STAFF)


def name_of(store: Store, vault: Vault, *parts: Any) -> str:
    """The name of a submission of these parts. One from before the secret was changed keeps its
    name."""
    newest, *older = vault.stamps(*parts)
    for name in older:
        if store.filed(name):
            return name
    return newest


def begin_once(
    store: Store,
    below: Callable[[int], int],
    begin: Callable[[str], Change],
    once: str,
    limits: Mapping[tuple[str, str], int] = NO_LIMITS,
) -> tuple[str, bool]:
    """Begin a history under a number that nothing has yet; the number, and whether it is a new one.
    If the submission of this name was taken before, nothing is written, and the number is the one
    that it got then.

    Raises:
        Full: a counter would rise above its limit.
    """
    while True:
        try:
            number = order_number.draw(below)
            no = store.commit(begin(number)._replace(once=once, limits=limits))
            return no, no == number
        except Conflict:
            continue  # The number is taken.


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
