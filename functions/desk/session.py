"""Who is signed in: a signed cookie that ends, and a token in every form against forged posts."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.context import logs
from functions.context.app import App
from functions.forms.definition import Wrong
from functions.people import accounts
from functions.people.accounts import ADMINISTRATOR, Account
from functions.storage.failures import unwritten
from functions.web import pages
from functions.web.http import Action, Problem, Request, Response, see_other

COOKIE = "wudan_desk"
LASTS = timedelta(hours=10)
"""A working day."""
SLACK = timedelta(minutes=5)
"""How much clocks may differ, of several machines or of one that is put right a little."""

SIGN_IN = "/desk/sign-in/"


class Session(NamedTuple):
    """One sign-in; ``token`` stands in every form of it."""

    account: Account
    token: str

    @property
    def who(self) -> str:
        return self.account.name

    @property
    def is_administrator(self) -> bool:
        return self.account.role == ADMINISTRATOR


Desk = Callable[[Request, App, Session], Response]


def signed_in(action: Desk, role: str = "") -> Action:
    """The action, for who is signed in; others are led to the door, forged posts turned away."""

    def guarded(request: Request, app: App) -> Response:
        session = _read(request, app)
        if session is None:
            return see_other(SIGN_IN)
        if role and session.account.role != role:
            raise Problem(403, "role")
        sent = request.said("token").encode()
        if request.method == "POST" and not hmac.compare_digest(sent, session.token.encode()):
            raise Problem(403, "stale")
        return action(request, app, session)

    return guarded


def view(app: App, session: Session, template: str, status: int = 200, **data: Any) -> Response:
    """A page of the desk; what waits is in its navigation."""
    failed = len(app.store.messages("failed", limit=100))
    body = pages.render(app.bundle, f"desk/{template}", session=session, failed=failed, **data)
    return Response(body, status)


def door(request: Request, app: App) -> Response:
    """The form to sign in."""
    return Response(pages.render(app.bundle, "desk/sign-in.html", name="", error=""))


def enter(request: Request, app: App) -> Response:
    """Sign in; name and password are looked at together and too many tries wait."""
    name = request.said("name").strip()
    try:
        account = accounts.sign_in(app, name, request.said("password"))
    except Wrong as wrong:
        return _refused(app, name, wrong.code, 422)
    except Exception as error:
        # A try that cannot be counted is not allowed: else passwords could be guessed meanwhile.
        code = unwritten(error)
        if not code:
            raise
        logs.failure(error, f"{request.method} {request.path}")
        return _refused(app, name, code, 503)
    return see_other("/desk/", _cookie(_told(app, account), LASTS, request.secure))


def _refused(app: App, name: str, code: str, status: int) -> Response:
    error = app.bundle.words["desk"]["sign_in"][code]
    body = pages.render(app.bundle, "desk/sign-in.html", name=name, error=error)
    return Response(body, status)


def leave(request: Request, app: App, session: Session) -> Response:
    """Sign out."""
    return see_other(SIGN_IN, _cookie("", timedelta(0), request.secure))


def _told(app: App, account: Account) -> str:
    until = (app.now + LASTS).isoformat()
    told = json.dumps([account.name, account.version, until]).encode()
    text = base64.urlsafe_b64encode(told).decode()
    return f"{text}.{app.vault.stamp('session', text)}"


def _read(request: Request, app: App) -> Session | None:
    text, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not hmac.compare_digest(app.vault.stamp("session", text).encode(), signature.encode()):
        return None
    try:
        name, version, until = json.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        return None
    # One that would last longer was begun by a clock that was ahead.
    if not app.now < datetime.fromisoformat(until) <= app.now + LASTS + SLACK:
        return None
    account = accounts.current(app, name, version)
    return Session(account, app.vault.stamp("token", text)) if account else None


def _cookie(value: str, lasts: timedelta, secure: bool) -> str:
    age = int(lasts.total_seconds())
    flags = "; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
    return f"{COOKIE}={value}; Path=/desk/; Max-Age={age}{flags}"
