"""Who is signed in: a signed cookie that ends, and a token in every form against forged posts."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from functions import accounts
from functions.accounts import Account
from functions.app import App
from functions.http import Action, Problem, Request, Response, see_other

COOKIE = "wudan_desk"
LASTS = timedelta(hours=10)
"""A working day."""

SIGN_IN = "/desk/sign-in/"


class Session(NamedTuple):
    """One sign-in; ``token`` stands in every form of it."""

    account: Account
    token: str


Desk = Callable[[Request, App, Session], Response]


def begin(app: App, account: Account, secure: bool) -> str:
    """The cookie that signs somebody in until the working day is over."""
    until = (app.now + LASTS).isoformat()
    told = json.dumps([account.name, account.version, until]).encode()
    text = base64.urlsafe_b64encode(told).decode()
    return _cookie(f"{text}.{app.vault.stamp('session', text)}", LASTS, secure)


def end(secure: bool) -> str:
    """The cookie that signs out."""
    return _cookie("", timedelta(0), secure)


def read(request: Request, app: App) -> Session | None:
    """The session that the request's cookie proves, if it does."""
    text, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not hmac.compare_digest(app.vault.stamp("session", text).encode(), signature.encode()):
        return None
    try:
        name, version, until = json.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        return None
    if datetime.fromisoformat(until) <= app.now:
        return None
    account = accounts.current(app, name, version)
    return Session(account, app.vault.stamp("token", text)) if account else None


def signed_in(action: Desk) -> Action:
    """The action, for who is signed in; others are led to the door, forged posts turned away."""

    def guarded(request: Request, app: App) -> Response:
        session = read(request, app)
        if session is None:
            return see_other(SIGN_IN)
        sent = request.said("token").encode()
        if request.method == "POST" and not hmac.compare_digest(sent, session.token.encode()):
            raise Problem(403, "stale")
        return action(request, app, session)

    return guarded


def _cookie(value: str, lasts: timedelta, secure: bool) -> str:
    age = int(lasts.total_seconds())
    flags = "; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
    return f"{COOKIE}={value}; Path=/desk/; Max-Age={age}{flags}"
