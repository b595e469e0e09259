"""The cookie of one sign-in: signed, not stored; it ends by time, by disuse and by signing out.

Nothing is written for a request. While it is used, the cookie is made anew every few minutes with
the time of its last use. A sign-out is noted in the store until the cookie would have ended anyway.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any, NamedTuple

from functions.app import App
from functions.people.accounts import Account
from functions.web import cookies
from functions.web.http import Request

COOKIE = "wudan_desk"
DOOR = "wudan_door"
"""The cookie, and the field, by which a form to sign in belongs to one browser."""
PATH = "/desk/"
POLICY = {"referrer-policy": "same-origin"}
"""The header of the desk's pages, so that browsers tell the origin of their posts."""
LASTS = timedelta(hours=10)
"""A working day."""
IDLE = timedelta(hours=1)
"""A call or a meeting is shorter; a desk that somebody left over lunch is not."""
REFRESHED = timedelta(minutes=5)
"""How old the time of the last use in a cookie may become."""
PROVED = timedelta(minutes=15)
"""How long somebody who typed their password is not asked for it again."""
SLACK = timedelta(minutes=5)
"""How much clocks may differ: of several machines, or of one that is corrected a little."""


class Ticket(NamedTuple):
    """A sign-in of ``who``, whose account was at ``version``, with or without a code of their
    authenticator: when it ``began``, when it was used last, and when the password was last
    ``proved``."""

    who: str
    version: int
    id: str
    with_code: bool
    began: datetime
    used: datetime
    proved: datetime

    def lives(self, now: datetime) -> bool:
        """Whether it still opens the desk. One from the future was made by a clock that was ahead,
        and would last longer than it may."""
        ahead = max(self.began, self.used, self.proved) > now + SLACK
        return not ahead and now < self.began + LASTS and now < self.used + IDLE

    def is_proved(self, now: datetime) -> bool:
        """Whether the password was typed a short time ago."""
        return now < self.proved + PROVED


def begin(app: App, account: Account, with_code: bool) -> Ticket:
    """A new sign-in of somebody who proved who they are."""
    now = app.clock.now
    return Ticket(account.name, account.version, app.vault.fresh(), with_code, now, now, now)


def text_of(app: App, ticket: Ticket) -> str:
    """The ticket as the value of its cookie."""
    times = [moment.isoformat() for moment in ticket[4:]]
    packed = json.dumps([*ticket[:4], *times], ensure_ascii=False).encode()
    text = base64.urlsafe_b64encode(packed).decode()
    return f"{text}.{app.vault.desk.stamp('session', text)}"


def cookie_of(request: Request, app: App, ticket: Ticket) -> str:
    """The header that sets its cookie."""
    return cookies.write(request, COOKIE, text_of(app, ticket), LASTS, PATH)


def read(request: Request, app: App) -> Ticket | None:
    """The ticket that came with a request; None where there is none, or it has ended."""
    text, _, signature = cookies.read(request, COOKIE).partition(".")
    if not compare_digest(app.vault.desk.stamp("session", text).encode(), signature.encode()):
        return None
    try:
        ticket = _unpacked(json.loads(base64.urlsafe_b64decode(text)))
    except (binascii.Error, ValueError, TypeError):
        return None  # Of an earlier version of the program.
    lives = ticket.lives(app.clock.now)
    return ticket if lives and not has_ended(app, mark(app, ticket), ticket.began) else None


def mark(app: App, ticket: Ticket) -> str:
    """What names a sign-in in the store; it opens nothing."""
    return f"ended {app.vault.stamp('ended', ticket.id)[:32]}"


def end(app: App, marked: str, began: datetime) -> None:
    """Let neither the cookie of a sign-in nor a copy of it open anything again."""
    app.store.count(marked, app.clock.now, began + LASTS + SLACK)


def has_ended(app: App, marked: str, began: datetime) -> bool:
    """Whether somebody signed out of it."""
    return app.store.tries(marked, app.clock.now, began + LASTS + SLACK) > 0


def refreshed(request: Request, app: App, ticket: Ticket) -> Sequence[str]:
    """The cookie with the time of this use, if that of the last has become old."""
    if app.clock.now < ticket.used + REFRESHED:
        return ()
    return (cookie_of(request, app, ticket._replace(used=app.clock.now)),)


def _unpacked(value: Any) -> Ticket:
    who, version, ident, with_code, *times = value
    began, used, proved = map(datetime.fromisoformat, times)
    return Ticket(who, version, ident, with_code, began, used, proved)
