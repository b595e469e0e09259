"""Orders as the store keeps them: read one, prove that it is yours, move it on."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from functions import number
from functions.app import App
from functions.form import Wrong
from functions.lifecycle import Event, Order, apply, fold
from functions.store import Head
from functions.vault import recognises

KIND = "order"
GUESSES = 5
"""How often an hour the last four digits of a phone may be tried for one number. Only wrong
tries count, so there is one chance in two thousand an hour for somebody who guesses."""


def head(order: Order) -> Head:
    """The order as the store lists it."""
    return Head(order.no, KIND, order.version, order.state, order.changed_at, asdict(order))


def address(app: App, no: str) -> str:
    """Where a resident follows the order; who has this address has the order's progress."""
    return f"/api/order?no={no}&key={app.vault.tracking_key(no)}"


def find(app: App, no: str) -> Order | None:
    """The order of this number, or None; a volunteer's sign-up is none."""
    events = app.store.events(no)
    return fold(no, events) if events and events[0].kind == "submitted" else None


def by_key(app: App, typed: str, key: str) -> Order | None:
    """The order, for who has its tracking key."""
    no = number.parse(typed)
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
    """What the resident typed when filing: name, phone, address, wish; empty once erased."""
    sealed = app.store.personal(no).get(1)
    return app.vault.open(no, sealed) if sealed else {}


def move(
    app: App,
    order: Order,
    *events: Event,
    personal: Mapping[str, Any] | None = None,
    once: str = "",
) -> Order:
    """Add events to an order that the caller read, and return what it is now.

    Raises:
        Refused: an event may not follow here.
        Conflict: the order was moved by somebody else meanwhile.
    """
    after = order
    for event in events:
        after = apply(after, event)
    sealed = app.vault.seal(order.no, dict(personal)) if personal else None
    app.store.commit(head(after), events, sealed, once)
    return after
