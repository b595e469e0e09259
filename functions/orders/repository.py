"""Orders as the store keeps them: read one, prove that it is yours, move it on."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from functions.context import clock_reference
from functions.context.app import App
from functions.forms import order_number
from functions.forms.definition import Wrong
from functions.orders import counters, notices
from functions.orders.lifecycle import FINAL, Order, Refused, apply, fold
from functions.storage.history import Change, Event, Head
from functions.storage.port import Conflict
from functions.storage.vault import recognises

KIND = "order"
RATING_KEY = 22
"""Characters of the key on a slip."""
UNREADABLE = "unreadable"
"""The fact with the numbers of the histories that the schedule could not read in its last round."""
GUESSES = 5
"""How often an hour the last four digits of a phone may be tried for one number. Only wrong
tries count, so there is one chance in two thousand an hour for somebody who guesses."""


class Step(NamedTuple):
    """An event, and what was typed with it, which is sealed."""

    event: Event
    personal: Mapping[str, Any] = {}


class Unreadable(dict[str, Any]):
    """Stands for what was typed where its sealed part does not open: nothing of it is known, and
    whoever shows it says so. It holds up nothing else."""


def unreadable(said: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """The numbers of the events whose sealed part does not open."""
    return {seq for seq, typed in said.items() if isinstance(typed, Unreadable)}


def address(app: App, order: Order) -> str:
    """Where a resident follows the order; who has this address has the order's progress."""
    return f"/api/order?no={order.no}&key={app.vault.tracking_key(order.no, order.key)}"


def rating_key(app: App, order: Order) -> str:
    """The key on the slip: it opens the rating of this round of the order, and nothing else."""
    return app.vault.stamp("rate", order.no, order.done_at)[:RATING_KEY]


def is_rating_key(app: App, order: Order, key: str) -> bool:
    """Whether this is the key of the slip, also of one from before the secret was changed."""
    keys = app.vault.stamps("rate", order.no, order.done_at)
    return any(hmac.compare_digest(each[:RATING_KEY].encode(), key.encode()) for each in keys)


def find(app: App, no: str) -> Order | None:
    """The order of this number, or None; a volunteer's sign-up is none."""
    events = app.store.events(no)
    return fold(no, events) if events and events[0].kind == "submitted" else None


def order_of(head: Head) -> Order:
    """The order as a list has it. A head that was written by an older or a newer version may lack
    some of what an order has now, or say more."""
    known = {name: value for name, value in head.data.items() if name in Order._fields}
    plain = {"no": head.no, "version": head.version, "state": head.state}
    return Order(**{**plain, "filed_at": head.begun, "changed_at": head.begun, **known})


def by_key(app: App, typed: str, key: str) -> Order | None:
    """The order, for who has its tracking key."""
    no = order_number.parse(typed)
    order = find(app, no) if no else None
    return order if order and recognises(order.key, key) else None


def by_phone(app: App, no: str, last4: str) -> Order:
    """The order, for who knows the last four digits of the phone that it was filed with.

    Raises:
        Wrong: ``no_match``, whichever of the two is wrong; or ``too_often``, before anything
            is compared, whether there is such an order or not.
    """
    counter = f"guess {no}"
    if app.store.count(counter, app.now, app.now + timedelta(hours=1)) > GUESSES:
        raise Wrong("too_often")
    order = find(app, no)
    if order is None or contact(app, no).get("phone", "")[-4:] != last4:
        raise Wrong("no_match")
    app.store.reset(counter)
    return order


def contact(app: App, no: str) -> dict[str, Any]:
    """What the resident typed when filing: name, phone, address, wish; empty once erased, and
    where it is :class:`Unreadable`."""
    return said(app, no).get(1, {})


def said(app: App, no: str) -> dict[int, dict[str, Any]]:
    """All that was typed with the events of a history, by the number of the event."""
    return {seq: _opened(app, no, sealed) for seq, sealed in app.store.personal(no).items()}


def _opened(app: App, no: str, sealed: bytes) -> dict[str, Any]:
    from cryptography.exceptions import InvalidTag

    try:
        return app.vault.open(no, sealed)
    except (InvalidTag, ValueError, TypeError):
        # Another secret, damage, or too little to be a nonce; or no bytes at all.
        return Unreadable()


def move(
    app: App,
    order: Order,
    *steps: Step,
    once: str = "",
    limits: Mapping[tuple[str, str], int] | None = None,
) -> Order:
    """Add events to an order that the caller read, and return what it is now.

    None of them is dated earlier than what happened to the order before.

    Raises:
        Refused: an event may not follow here.
        Conflict: the order was moved by somebody else meanwhile.
        Full: a counter would rise above its limit.
    """
    after, taken = order, []
    for step in steps:
        event = clock_reference.dated(app, step.event, after.changed_at)
        after = apply(after, event)
        taken.append(step._replace(event=event))
    app.store.commit(change(app, order, after, taken)._replace(once=once, limits=limits or {}))
    return after


def change(app: App, before: Order, after: Order, steps: Iterable[Step]) -> Change:
    """The transaction that takes an order from one state to the other by these steps."""
    numbered = list(enumerate(steps, start=before.version + 1))
    events = [step.event for _, step in numbered]
    return Change(
        head(app, after),
        events,
        {
            seq: app.vault.seal(after.no, dict(step.personal))
            for seq, step in numbered
            if step.personal
        },
        traces=[
            trace
            for _, step in numbered
            if step.event.kind == "submitted"
            for trace in traces(app, step.personal)
        ],
        tally=counters.difference(counters.of_order(before), counters.of_order(after)),
        messages=notices.due(app, before, after, events),
        erase=any(event.kind == "erased" for event in events),
    )


def head(app: App, order: Order) -> Head:
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
    }
    return Head(
        order.no,
        KIND,
        order.version,
        order.state,
        order.filed_at,
        order._asdict(),
        deadline(app, order),
        order.team,
        tuple(f"{name}:{value}" for name, value in marks.items() if value),
    )


def traces(app: App, personal: Mapping[str, Any]) -> list[str]:
    """Marks of what identifies a resident, which tell nothing to who has not the secret."""
    return [trace(app, name, value) for name, value in identifying(personal).items()]


def identifying(personal: Mapping[str, Any]) -> dict[str, str]:
    """What of the answers identifies a resident, by the name of its trace."""
    phone = personal.get("phone", "")
    told = {"phone": phone, "last4": phone[-4:], "address": plain(personal.get("address", ""))}
    return {name: value for name, value in told.items() if value}


def trace(app: App, name: str, value: str) -> str:
    """One such mark: ``phone``, ``last4`` or ``address``."""
    return f"{name}:{app.vault.stamp('trace', name, value)[:32]}"


def plain(address: str) -> str:
    """An address without what people write differently each time."""
    return "".join(c for c in address if c.isalnum())


def deadline(app: App, order: Order) -> str:
    """The day by which something should happen next: for lists, and to see what is overdue."""
    rules = app.bundle.site["desk"]

    def after(at: str, rule: str) -> str:
        return app.calendar.after(date.fromisoformat(at[:10]), rules[rule]).isoformat()

    if order.state == "dispatched":
        return order.answer_by
    if order.state in ("triaged", "accepted"):
        if order.waits_until or order.level != "complex":
            return order.waits_until or order.due
        return min(order.due, after(order.milestone_at, "milestone"))
    if order.state in FINAL:
        return "" if order.erased_at else kept_until(app, order.ended_at or order.changed_at)
    if order.state == "done":
        return after(order.done_at or order.changed_at, "rate")
    if order.state == "rated":
        return after(order.rated_at or order.changed_at, "close")
    return after(order.changed_at, "triage")


def kept_until(app: App, at: str) -> str:
    """The last day of personal data of which nothing has been needed since a time."""
    keep = timedelta(days=app.bundle.site["desk"]["keep"])
    return (date.fromisoformat(at[:10]) + keep).isoformat()


def listed(app: App, heads: Iterable[Head]) -> list[Head]:
    """Heads as lists show them: due by the calendar and the rules of now, as on their pages, and
    with all that an order has. In the store they are due as derived by their last event, or by
    :func:`rederive`, and as its writer knew an order. A damaged one is shown as it is there."""
    return [_listed(app, head, order_of(head)) for head in heads]


def _listed(app: App, head: Head, order: Order) -> Head:
    try:
        due = deadline(app, order)
    except ValueError:
        due = head.due
    return head._replace(data=order._asdict(), due=due)


def rederive(app: App) -> int:
    """Derive the heads of all orders anew, see :func:`derive_anew`: deadlines follow from the
    calendar and the station's rules."""

    def derive(no: str) -> Head | None:
        order = find(app, no)
        return head(app, order) if order else None

    rules = [app.bundle.calendar, app.bundle.site["desk"], Order._fields]
    return derive_anew(app, KIND, rules, derive)


def derive_anew(app: App, kind: str, rules: object, derive: Callable[[str], Head | None]) -> int:
    """Bring all heads of a kind to what ``derive`` makes of their histories, where the rules for
    that have changed since it was done last, and return how many were others.

    For the schedule, before it looks for what is overdue; after an upgrade, too, because the
    rules name what a head holds.
    """
    digest = hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()
    name = f"derived_{kind}"
    if (seen := app.store.fact(name)) == digest:
        return 0
    changed, whole = 0, True
    for no in app.store.numbers(kind):
        try:
            now = derive(no)
            if now and now != app.store.head(no):
                app.store.commit(Change(now, []))
                changed += 1
        except Conflict:
            whole = False  # Somebody moved it on, perhaps by the old rules: look again next time.
        except (Refused, LookupError, TypeError, ValueError):
            continue  # One that cannot be read is nobody else's fault.
    if whole:
        app.store.set_fact(name, digest, seen)
    return changed
