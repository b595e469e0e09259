"""Who is told about an event, in messages that are written in the same transaction.

A message names an order by its number and its service, never a resident. One to the resident is
written only where she agreed, and without her phone and her link (:mod:`functions.messages.sms`).
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from functions.context.bundle import Bundle
from functions.context.sentences import fill
from functions.forms import order_number
from functions.orders.counters import STARS
from functions.orders.lifecycle.order import Order
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
    bundle: Bundle, names: Names, before: Order, after: Order, events: Sequence[Event]
) -> list[Message]:
    """The messages about these events, to those who have a channel; none about what is held."""
    if after.signs:
        return []
    words = bundle.words["messages"]
    reached = {channel["to"] for channel in bundle.site["notify"]}
    team = after.team or before.team
    had = before.team if before.state in HANDED and after.state not in HANDED else ""
    receivers = {"team": team, "former": had, "resident": RESIDENT if after.sms else ""}
    receivers["given"] = after.team
    notices = [
        (f"{after.no}:{after.version}:{event.kind}:{role}", to, text)
        for event in events
        if event.kind != "rated" or complains(event)
        if event.kind != "triaged" or before.state == "submitted"
        for role, text in words_for(words, event, {}).items()
        if (to := receivers.get(role, STATION)) in reached
    ]
    if not notices:  # As with most events, and then no names have to be looked up.
        return []
    values = {
        "no": order_number.spell(after.no),
        "service": names.services.get(after.service, ""),
        "team": names.teams.get(team, ""),
        "due": after.answer_by or after.due,
        "station": bundle.site["station"],
        "community": bundle.site["name"],
        "link": "{link}",
    }
    return [Message(name, to, fill(text, **values)) for name, to, text in notices]
