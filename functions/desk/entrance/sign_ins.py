"""Where somebody is signed in, and the end of one of these sessions.

Nothing is stored for a session, so the audit's entries of signing in stand for them. Which of them
has ended by disuse only its own browser knows.
"""

from datetime import datetime
from typing import NamedTuple

from functions.app import App
from functions.desk.entrance import ticket
from functions.desk.entrance.ticket import Ticket
from functions.people.accounts import Account
from functions.storage.history import Head
from functions.web.http import Request

SIGNED_IN = "signed_in"
MOST = 20


class SignIn(NamedTuple):
    """A session that began ``at`` a time. ``mark`` names it, and ``place`` tells addresses of one
    day apart; ``here`` says that it is the one that asks."""

    mark: str
    at: str
    place: str
    here: bool


def record(request: Request, app: App, account: Account, begun: Ticket) -> None:
    """Remember that a session began."""
    name, mark, version = account.name, ticket.mark(app, begun), account.version
    app.audit.record(SIGNED_IN, name, sender=request.sender, session=mark, version=version)


def of(app: App, own: Ticket) -> list[SignIn]:
    """The sessions of an account that have not ended, the newest first."""
    first = (app.clock.now - ticket.LASTS).date()
    marks = [f"what:{SIGNED_IN}", f"who:{own.who}"]
    heads = app.audit.find(marks, first, limit=MOST)
    here = ticket.mark(app, own)
    return [
        SignIn(mark, head.begun, head.data.get("from", ""), mark == here)
        for head in heads
        if (mark := head.data.get("session", "")) and _lives(app, own, head)
    ]


def end(app: App, own: Ticket, mark: str) -> None:
    """End one of them; what is none of theirs ends nothing."""
    for each in of(app, own):
        if each.mark == mark:
            ticket.end(app, mark, datetime.fromisoformat(each.at))


def _lives(app: App, own: Ticket, head: Head) -> bool:
    began = datetime.fromisoformat(head.begun)
    ended = ticket.has_ended(app, head.data["session"], began)
    in_time = app.clock.now < began + ticket.LASTS
    return in_time and head.data.get("version") == own.version and not ended
