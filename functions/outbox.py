"""Messages on their way: tried when it is day, again after a while, and shown when it fails."""

from datetime import timedelta

from functions import channels
from functions.app import App
from functions.channels import Undelivered
from functions.store import Message, to_utc

MORNING, EVENING = 8, 20
"""Nothing is sent before or after these hours, in China."""

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
"""How long to wait after each try; after the last one a message has failed."""


def send(app: App, limit: int = 50) -> int:
    """Try what is to be tried now, and return how many were taken.

    A message is marked as tried before it is, so that of two who send at once one leaves it to
    the other; should the program end between, it is tried again: rather twice than never.
    """
    if not MORNING <= app.now.hour < EVENING:
        return 0
    waiting = app.store.messages("waiting", to_utc(app.now), limit)
    return sum(_try(app, message) for message in waiting)


def again(app: App, no: str) -> None:
    """Try a message once more that has failed; staff asked for it."""
    for message in app.store.messages("failed", limit=1000):
        if message.id == no:
            app.store.settle(message._replace(state="waiting", tries=0, next_at=""), message.tries)


def _try(app: App, message: Message) -> bool:
    wait = AGAIN[min(message.tries, len(AGAIN) - 1)]
    trying = message._replace(tries=message.tries + 1, next_at=to_utc(app.now + wait))
    if not app.store.settle(trying, message.tries):
        return False
    try:
        channels.deliver(_channel(app, message.to), message.text, app.now)
    except Undelivered as undelivered:
        state = "failed" if trying.tries > len(AGAIN) else "waiting"
        app.store.settle(trying._replace(state=state, error=str(undelivered)), trying.tries)
        return False
    app.store.settle(trying._replace(state="sent", error=""), trying.tries)
    return True


def _channel(app: App, to: str) -> dict[str, str]:
    """Where messages to somebody go; nowhere, if the settings do not say so any more."""
    for channel in app.bundle.site["notify"]:
        if channel["to"] == to:
            return {**channel, "to": channel["address"]}
    return {"kind": "none"}
