"""Who is signed in: a signed cookie that ends, and two defences against forged posts.

Every form carries a token. Browsers also say where a post comes from: over HTTPS and to localhost
in ``Sec-Fetch-Site`` (Fetch Metadata), over plain HTTP in ``Origin``, unless the referrer policy of
our page is ``no-referrer``, under which they send ``Origin: null``. Old browsers send neither.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from functions.app import App
from functions.context import logs
from functions.context.attempts import Attempts
from functions.desk import kept
from functions.errors import Problem, Wrong
from functions.people.accounts import ADMINISTRATOR, Account, Accounts
from functions.storage.failures import unwritten
from functions.web import pages
from functions.web.http import Action, Request, Response, Routes, see_other

COOKIE = "wudan_desk"
LASTS = timedelta(hours=10)
"""A working day."""
DEVICE = "wudan_device"
STAYS = timedelta(days=180)
"""The cookie of a device on which somebody signed in, and for how long it lasts. It opens nothing:
wrong passwords that others sent do not hold up who has it (OWASP's device cookies)."""
SLACK = timedelta(minutes=5)
"""How much clocks may differ: of several machines, or of one that is corrected a little."""

SIGN_IN, SIGN_OUT, BOARD = "/desk/sign-in/", "/desk/sign-out/", "/desk/"
CHOOSE = "/desk/password/"
POLICY = {"referrer-policy": "same-origin"}
"""The header of the desk's pages, so that browsers tell the origin of their posts."""


class Session(NamedTuple):
    """One sign-in; every form of it holds ``token``. ``resumed`` says that a page is shown with
    what was typed before signing in."""

    who: str
    is_administrator: bool
    token: str
    resumed: bool = False
    first: bool = False
    """Whether the password was drawn by somebody else, so that another has to be chosen."""


DeskAction = Callable[[Request, App, Session], Response]


def signed_in(action: DeskAction, administrators_only: bool = False) -> Action:
    """The action, for somebody who is signed in. Others are shown the form to sign in, which keeps
    what they asked for or typed, and forged posts are refused."""

    def guarded(request: Request, app: App) -> Response:
        _refuse_foreign(request, app)
        session = _read(request, app)
        if session is None:
            return _ask(request, app)
        if administrators_only and not session.is_administrator:
            raise Problem(403, "role")
        sent = request.value("token").encode()
        if request.method == "POST" and not hmac.compare_digest(sent, session.token.encode()):
            if not kept.owner(app, request.value("token")):
                app.audit.record_stranger("forged", session.who)
                raise Problem(403, "stale")
            return _ask(request, app)
        if session.first and request.path not in (CHOOSE, SIGN_OUT):
            sealed = kept.seal_for(app, request, session.who if request.typed else "")
            return password_form(request, app, session, "first", 403, sealed)
        # What was typed comes with a GET only from :func:`_go_on`.
        resumed = request.method != "POST" and bool(request.typed)
        return action(request, app, session._replace(resumed=resumed))

    return guarded


def _ask(request: Request, app: App) -> Response:
    """The form to sign in, at the address of the page that was asked for."""
    sealed = kept.seal(app, request)
    known = kept.opened(app, sealed)
    code = "typed" if known and known.who else "first"
    return sign_in_form(request, app, code, 403, sealed, known.who if known else "")


def _refuse_foreign(request: Request, app: App) -> None:
    if request.method == "POST" and is_foreign(request.headers, app.bundle.site["url"]):
        app.audit.record_stranger("forged")
        raise Problem(403, "foreign")


def is_foreign(headers: Mapping[str, str], url: str) -> bool:
    """Whether the browser says that a page of another site caused this request.

    ``headers`` have names in lower case. ``url`` is the site's own, because proxies such as
    CloudFront put another name into ``Host``.
    """
    if site := headers.get("sec-fetch-site"):
        return site not in ("same-origin", "none")  # None: it was typed, or a bookmark.
    hosts = (headers.get("host"), urlsplit(url).netloc)
    return "origin" in headers and headers["origin"].partition("://")[2] not in hosts


def view(app: App, session: Session, template: str, status: int = 200, **data: Any) -> Response:
    """A page of the desk, whose navigation says how many messages have failed."""
    data = {"once": app.vault.fresh(), **data}
    data |= {"session": session, "failed": len(app.store.messages("failed", limit=100))}
    data |= {"services": app.names.services, "teams": app.names.teams}
    data |= {"today": app.clock.now.date().isoformat()}
    return Response(pages.render(app.bundle, f"desk/{template}", **data), status, POLICY)


def sign_in_form(
    request: Request, app: App, code: str = "", status: int = 200, sealed: str = "", name: str = ""
) -> Response:
    """The form to sign in, with the sentence of ``code``, what is ``sealed`` until then, and a name
    if it is known already."""
    said = app.bundle.words["desk"]["sign_in"][code] if code else ""
    data = {"name": name, "said": said, "wrong": status != 403, "kept": sealed}
    body = pages.render(app.bundle, "desk/sign-in.html", **data)
    return Response(body, status, POLICY)


def sign_in(routes: Routes) -> Action:
    """The action that signs in. Name and password are checked together, and too many tries have to
    wait. ``routes`` have the pages to go on with."""

    def enter(request: Request, app: App) -> Response:
        _refuse_foreign(request, app)
        name, password = request.value("name").strip(), request.value("password")
        again = partial(sign_in_form, request, app, sealed=request.value(kept.FIELD), name=name)
        attempts = _attempts(request, app)
        try:
            account = Accounts(app.store, app.clock).sign_in(name, password, attempts)
        except Wrong as wrong:
            return again(wrong.code, 422)
        except Exception as error:
            return again(_uncounted(request, error), 503)
        return _go_on(request, app, account, routes, _device_cookie(request, app, attempts))

    return enter


def _attempts(request: Request, app: App) -> Attempts:
    """What whoever asks has tried so far."""
    return Attempts(app.store, app.vault, app.clock, request.sender, _device(request, app))


def _uncounted(request: Request, error: Exception) -> str:
    """Why a try could not be counted, as the code of a sentence. It is not allowed then, or
    passwords could be guessed meanwhile. Other errors are raised."""
    code = unwritten(error)
    if not code:
        raise error
    logs.failure(error, f"{request.method} {request.path}")
    return code


def _device_cookie(request: Request, app: App, attempts: Attempts) -> str:
    device = attempts.device or app.vault.fresh()
    proof = f"{device}.{app.vault.stamp('device', device)}"
    return _cookie(DEVICE, proof, STAYS, request.secure)


def password_form(
    request: Request,
    app: App,
    session: Session,
    code: str = "",
    status: int = 200,
    sealed: str = "",
) -> Response:
    """The form to choose a password, with the sentence of ``code``, and what was asked for."""
    said = app.bundle.words["desk"]["password"][code] if code else ""
    data = {"said": said, "wrong": status != 403, "kept": sealed}
    return view(app, session, "password.html", status, **data)


def choose_password(routes: Routes) -> DeskAction:
    """The action by which somebody chooses their own password; then they go on, signed in, with
    what they asked for before."""

    def choose(request: Request, app: App, session: Session) -> Response:
        again = partial(password_form, request, app, session, sealed=request.value(kept.FIELD))
        old, new = request.value("old"), request.value("new")
        if new != request.value("again"):
            return again("differ", 422)
        attempts = _attempts(request, app)
        try:
            account = Accounts(app.store, app.clock).choose(session.who, old, new, attempts)
        except Wrong as wrong:
            return again(wrong.code, 422)
        except Exception as error:
            return again(_uncounted(request, error), 503)
        return _go_on(request, app, account, routes, _device_cookie(request, app, attempts))

    return choose


def _go_on(request: Request, app: App, account: Account, routes: Routes, cookie: str) -> Response:
    """Lead to the page that was asked for before; a form that this account filled in is shown with
    what was typed, to be sent once more. ``cookie`` is set beside that of the session."""
    value = _signed(app, account)
    cookies = (_cookie(COOKIE, value, LASTS, request.secure), cookie)
    asked = kept.opened(app, request.value(kept.FIELD))
    if asked is None or asked.who not in ("", account.name):
        return see_other(BOARD, *cookies)
    action = routes.get(asked.path, {}).get("GET")
    if action is None or not asked.who:
        return see_other(asked.address if action else BOARD, *cookies)
    try:
        response = action(asked.again(request, COOKIE, value), app)
    except Problem:
        return see_other(BOARD, *cookies)
    return response._replace(cookies=(*response.cookies, *cookies))


def sign_out(request: Request, app: App, session: Session) -> Response:
    """Sign out."""
    app.audit.record("signed_out", session.who, sender=request.sender)
    return see_other(SIGN_IN, _cookie(COOKIE, "", timedelta(0), request.secure))


def _device(request: Request, app: App) -> str:
    """The id of a device on which somebody signed in before; empty where nobody did."""
    device, _, signature = request.cookies.get(DEVICE, "").partition(".")
    made = app.vault.stamp("device", device)
    return device if hmac.compare_digest(made.encode(), signature.encode()) else ""


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
    if account is None:
        return None
    token = app.vault.stamp(*kept.token_of(name, version))
    administers = account.role == ADMINISTRATOR
    return Session(account.name, administers, token, first=account.first)


def _cookie(name: str, value: str, lasts: timedelta, secure: bool) -> str:
    flags = "HttpOnly; SameSite=Strict" + ("; Secure" if secure else "")
    return f"{name}={value}; Path=/desk/; Max-Age={int(lasts.total_seconds())}; {flags}"
