"""Who is told about an event, in messages that are written in the same transaction.

A message names an order by its number and its service, never a resident. One to the resident is
written only where she agreed, and without her phone and her link (:mod:`functions.messages.sms`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from functions.context.bundle import Bundle
from functions.context.sentences import fill
from functions.forms import order_number
from functions.orders.counters import STARS
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import FINAL
from functions.orders.names import Names
from functions.storage.history import Event, Message

STATION, RESIDENT = "station", "resident"
HANDED = ("dispatched", "accepted")
"""The states in which an order is in the hands of a team, which is ``former`` once it is not."""
LOW = 2
"""As many stars, or fewer, are a complaint."""


T = TypeVar("T")


def words_for(words: Mapping[str, T], event: Event, otherwise: T) -> T:
    """The words for an event, by ``kind.actor`` where there are some, else by its kind."""
    return words.get(f"{event.kind}.{event.by}", words.get(event.kind, otherwise))


def complains(event: Event) -> bool:
    """Whether a rating has few stars or a problem. One that says that nothing was solved opens the
    order again, of which there is a message of its own."""
    stars = (event.data.get(name) or LOW + 1 for name in STARS)
    return event.data.get("problem") == "raised" or min(stars) <= LOW


def discontent(order: Order) -> bool:
    """Whether the rating of an order has few stars, or says that not all was solved."""
    return order.solved != "solved" or min(getattr(order, s) or LOW + 1 for s in STARS) <= LOW


def due(
    bundle: Bundle,
    names: Names,
    before: Order,
    after: Order,
    events: Sequence[Event],
    joined: Callable[[str], Sequence[Order]],
) -> list[Message]:
    """The messages about these events, to those who have a channel; none about what is held. What
    a resident is told, those whose orders were ``joined`` to hers are told as well, each of her own
    order, unless that is called off."""
    if after.signs:
        return []
    words = bundle.words["messages"]
    reached = {channel["to"] for channel in bundle.site["notify"]}
    team = after.team or before.team
    had = before.team if before.state in HANDED and after.state not in HANDED else ""
    receivers = {"team": team, "former": had, "resident": RESIDENT, "given": after.team}
    notices = [
        (event.kind, role, to, text)
        for event in events
        if event.kind != "rated" or complains(event)
        if event.kind != "triaged" or before.state == "submitted"
        for role, text in words_for(words, event, {}).items()
        if (to := receivers.get(role, STATION)) in reached
    ]
    if not notices:  # As with most events, and then no names have to be looked up.
        return []
    values = {
        "team": names.teams.get(team, ""),
        "due": after.answer_by or after.due,
        "station": bundle.site["station"],
        "community": bundle.site["name"],
        "link": "{link}",
    }
    return [
        Message(f"{name}:{kind}:{role}", to, fill(text, **values, **_own(order, names)))
        for kind, role, to, text in notices
        for order, name in (_residents(after, joined) if to == RESIDENT else [_named(after)])
    ]


def _named(order: Order) -> tuple[Order, str]:
    """An order, and the name of what happened to it."""
    return order, f"{order.no}:{order.version}"


def _residents(
    order: Order, joined: Callable[[str], Sequence[Order]]
) -> Iterator[tuple[Order, str]]:
    """The orders whose residents are told, those who agreed to it, each with the name of what
    happened."""
    if order.sms:
        yield _named(order)
    for other in joined(order.no) if order.state not in FINAL else ():
        if other.sms and not other.erased_at:
            yield other, f"{other.no}:{order.no}.{order.version}"


def _own(order: Order, names: Names) -> dict[str, str]:
    return {
        "no": order_number.spell(order.no),
        "service": names.services.get(order.service, ""),
    }
