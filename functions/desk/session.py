"""Who is signed in: a signed cookie that ends, and a token in every form against forged posts."""

import base64
import binascii
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from functions.app import App
from functions.context import logs
from functions.errors import Problem, Wrong
from functions.people.accounts import ADMINISTRATOR, Account, Accounts
from functions.storage.failures import unwritten
from functions.web import pages
from functions.web.http import Action, Request, Response, see_other
from functions.web.origin import POLICY, is_foreign

COOKIE = "wudan_desk"
LASTS = timedelta(hours=10)
"""A working day."""
SLACK = timedelta(minutes=5)
"""How much clocks may differ: of several machines, or of one that is corrected a little."""

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
    """The action, for somebody who is signed in. Others are led to the door, and forged posts are
    refused."""

    def guarded(request: Request, app: App) -> Response:
        _refuse_foreign(request, app)
        session = _read(request, app)
        if session is None:
            return see_other(SIGN_IN)
        if role and session.account.role != role:
            raise Problem(403, "role")
        sent = request.value("token").encode()
        if request.method == "POST" and not hmac.compare_digest(sent, session.token.encode()):
            raise Problem(403, "stale")
        return action(request, app, session)

    return guarded


def _refuse_foreign(request: Request, app: App) -> None:
    if request.method == "POST" and is_foreign(request.headers, app.bundle.site["url"]):
        raise Problem(403, "foreign")


def view(app: App, session: Session, template: str, status: int = 200, **data: Any) -> Response:
    """A page of the desk, whose navigation says how many messages have failed."""
    data |= {"session": session, "failed": len(app.store.messages("failed", limit=100))}
    data |= {"services": app.names.services, "teams": app.names.teams}
    return Response(pages.render(app.bundle, f"desk/{template}", **data), status, POLICY)


def door(request: Request, app: App) -> Response:
    """The form to sign in."""
    return Response(pages.render(app.bundle, "desk/sign-in.html", name="", error=""), 200, POLICY)


def enter(request: Request, app: App) -> Response:
    """Sign in. Name and password are checked together, and too many tries have to wait."""
    _refuse_foreign(request, app)
    name = request.value("name").strip()
    try:
        account = Accounts(app.store, app.clock).sign_in(name, request.value("password"))
    except Wrong as wrong:
        return _refused(app, name, wrong.code, 422)
    except Exception as error:
        # A try that cannot be counted is not allowed, or passwords could be guessed meanwhile.
        code = unwritten(error)
        if not code:
            raise
        logs.failure(error, f"{request.method} {request.path}")
        return _refused(app, name, code, 503)
    return see_other("/desk/", _cookie(_signed(app, account), LASTS, request.secure))


def _refused(app: App, name: str, code: str, status: int) -> Response:
    error = app.bundle.words["desk"]["sign_in"][code]
    body = pages.render(app.bundle, "desk/sign-in.html", name=name, error=error)
    return Response(body, status, POLICY)


def leave(request: Request, app: App, session: Session) -> Response:
    """Sign out."""
    return see_other(SIGN_IN, _cookie("", timedelta(0), request.secure))


def _signed(app: App, account: Account) -> str:
    until = (app.clock.now + LASTS).isoformat()
    session = json.dumps([account.name, account.version, until]).encode()
    text = base64.urlsafe_b64encode(session).decode()
    return f"{text}.{app.vault.stamp('session', text)}"


def _read(request: Request, app: App) -> Session | None:
    text, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not hmac.compare_digest(app.vault.stamp("session", text).encode(), signature.encode()):
        return None
    try:
        name, version, until = json.loads(base64.urlsafe_b64decode(text))
    except (binascii.Error, ValueError):
        return None
    # A session that would last longer was begun by a clock that was ahead.
    if not app.clock.now < datetime.fromisoformat(until) <= app.clock.now + LASTS + SLACK:
        return None
    account = Accounts(app.store, app.clock).current(name, version)
    return Session(account, app.vault.stamp("token", text)) if account else None


def _cookie(value: str, lasts: timedelta, secure: bool) -> str:
    age = int(lasts.total_seconds())
    flags = "; HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
    return f"{COOKIE}={value}; Path=/desk/; Max-Age={age}{flags}"
