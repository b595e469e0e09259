"""Who is told of what: messages that are written in the same transaction as the event.

A message names an order by its number and its service, never a resident.
"""

from collections.abc import Sequence

from functions.context.app import App
from functions.forms import order_number
from functions.orders.lifecycle import Order
from functions.storage.history import Event, Message

STATION = "station"


def due(app: App, before: Order, after: Order, events: Sequence[Event]) -> list[Message]:
    """The messages about these events, for those who have a channel."""
    bundle = app.bundle
    words = bundle.words["messages"]
    reached = {channel["to"] for channel in bundle.site["notify"]}
    names = {
        "no": order_number.spell(after.no),
        "service": bundle.services.get(after.service, ""),
        "team": bundle.teams.get(after.team or before.team, ""),
        "due": after.answer_by or after.due,
        "station": bundle.site["station"],
    }
    messages = []
    for event in events:
        for told, text in words.get(event.kind, {}).items():
            to = (after.team or before.team) if told == "team" else STATION
            if to in reached:
                messages.append(
                    Message(
                        f"{after.no}:{after.version}:{event.kind}:{told}", to, text.format(**names)
                    )
                )
    return messages
