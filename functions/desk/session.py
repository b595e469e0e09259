"""Who is signed in, and two defences against forged posts.

Every form carries a token. Browsers also say where a post comes from: over HTTPS and to localhost
in ``Sec-Fetch-Site`` (Fetch Metadata), over plain HTTP in ``Origin``, unless the referrer policy of
our page is ``no-referrer``, under which they send ``Origin: null``. Old browsers send neither.
"""

import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from functions.app import App
from functions.context import logs
from functions.desk.entrance import kept, sign_ins, signing_in, ticket
from functions.desk.entrance.signing_in import SIGN_IN
from functions.desk.entrance.ticket import POLICY, Ticket
from functions.errors import Problem, Wrong
from functions.people.accounts import ADMINISTRATOR, Accounts
from functions.storage.failures import of_store
from functions.web import cookies, pages
from functions.web.http import Action, Request, Response, Routes, see_other

SIGN_OUT, CHOOSE = "/desk/sign-out/", "/desk/password/"
EVERYWHERE = "everywhere"
"""What the form to sign out sends to end all sessions of the account."""
ONE = "session"
"""The field that names the one session that is to be ended."""


class Session(NamedTuple):
    """One sign-in; every form of it holds ``token``. ``resumed`` says why a page is shown
    with what was typed before (a code of ``words.desk.resumed``), empty where it is not."""

    ticket: Ticket
    is_administrator: bool
    token: str
    resumed: str = ""
    first: bool = False
    """Whether the password was drawn by somebody else, so that another has to be chosen."""

    @property
    def who(self) -> str:
        """The name of the person who is signed in."""
        return self.ticket.who


DeskAction = Callable[[Request, App, Session], Response]


def signed_in(action: DeskAction, administrators_only: bool = False) -> Action:
    """The action, for somebody who is signed in. Others are shown the form to sign in, which keeps
    what they asked for or typed, and forged posts are refused."""

    def guarded(request: Request, app: App) -> Response:
        signing_in.refuse_foreign(request, app)
        session = _read(request, app)
        if session is None:
            return signing_in.ask(request, app)
        if administrators_only and not session.is_administrator:
            raise Problem(403, "role")
        sent = request.value("token").encode()
        if request.method == "POST" and not hmac.compare_digest(sent, session.token.encode()):
            if not kept.owner(app, request.value("token")):
                app.audit.record_stranger("forged", session.who)
                raise Problem(403, "stale")
            return signing_in.ask(request, app)
        if session.first and request.path not in (CHOOSE, SIGN_OUT):
            sealed = kept.seal_for(app, request, session.who if request.typed else "")
            return password_form(request, app, session, "first", 403, sealed)
        # What was typed comes with a GET only from signing in.
        resumed = request.method != "POST" and request.typed
        session = session._replace(resumed="signed_in" if resumed else "")
        try:
            response = action(request, app, session)
        except Problem as problem:
            response = _problem_page(request, app, session, problem)
        # Before the action's own, so that a browser keeps what that says of the same cookie.
        used = ticket.refreshed(request, app, session.ticket)
        return response._replace(cookies=(*used, *response.cookies))

    return guarded


def view(app: App, session: Session, template: str, status: int = 200, **data: Any) -> Response:
    """A page of the desk, whose navigation says how many messages have failed."""
    data = {"once": app.vault.fresh(), **data}
    data |= {"session": session, "failed": len(app.store.messages("failed", limit=100))}
    data |= {"services": app.names.services, "teams": app.names.teams}
    data |= {"today": app.clock.now.date().isoformat(), "content": app.drafts}
    return Response(pages.render(app.bundle, f"desk/{template}", **data), status, POLICY)


def _problem_page(request: Request, app: App, session: Session, problem: Problem) -> Response:
    """What cannot be answered, as staff are told it: they stay at the desk."""
    if request.wants_json:
        raise problem
    own = app.bundle.words["desk"]["problems"]
    words = own.get(problem.code) or app.bundle.words["http"][problem.code]
    response = view(app, session, "problem.html", problem.status, **words)
    return response._replace(headers={**response.headers, **problem.headers})


def password_form(
    request: Request,
    app: App,
    session: Session,
    code: str = "",
    status: int = 200,
    sealed: str = "",
) -> Response:
    """The form to choose a password, with the sentence of ``code``, and what was asked for."""
    sentence = app.bundle.words["desk"]["password"][code] if code else ""
    data = {"said": sentence, "wrong": status != 403, "kept": sealed}
    return view(app, session, "password.html", status, **data)


def choose_password(routes: Routes) -> DeskAction:
    """The action by which somebody chooses their own password; then they go on, signed in, with
    what they asked for before."""

    def choose(request: Request, app: App, session: Session) -> Response:
        again = partial(password_form, request, app, session, sealed=request.value(kept.FIELD))
        old, new = request.value("old"), request.value("new")
        if new != request.value("again"):
            return again("differ", 422)
        attempts = signing_in.attempts_of(request, app, session.who)
        try:
            account = Accounts(app.store, app.clock).choose(session.who, old, new, attempts)
        except Wrong as wrong:
            return again(wrong.code, 422)
        except Exception as error:
            return signing_in.later(again(signing_in.uncounted(request, error), 503))
        return signing_in.go_on(request, app, account, routes)

    return choose


def leaving(request: Request, app: App, session: Session) -> Response:
    """The page on which somebody signs out here, everywhere, or of one session."""
    return view(app, session, "sign-out.html", sign_ins=sign_ins.of(app, session.ticket))


def sign_out(request: Request, app: App, session: Session) -> Response:
    """End this session, or all of the account. Where nothing can be written, at least this browser
    forgets its cookie."""
    everywhere, one = request.value("do") == EVERYWHERE, request.value(ONE)
    if one:
        sign_ins.end(app, session.ticket, one)
        app.audit.record("signed_out", session.who, sender=request.sender)
        return see_other(SIGN_OUT)
    try:
        if everywhere:
            Accounts(app.store, app.clock).end_sessions(session.who)
        else:
            ticket.end(app, ticket.mark(app, session.ticket), session.ticket.began)
    except Exception as error:
        if everywhere or not of_store(error):
            raise
        logs.failure(error, f"{request.method} {request.path}")
    kind = "signed_out_everywhere" if everywhere else "signed_out"
    app.audit.record(kind, session.who, sender=request.sender)
    forgotten = cookies.write(request, ticket.COOKIE, "", timedelta(0), ticket.PATH)
    return see_other(SIGN_IN, forgotten)


def _read(request: Request, app: App) -> Session | None:
    shown = ticket.read(request, app)
    account = shown and Accounts(app.store, app.clock).current(*shown[:2], shown.began)
    if shown is None or account is None:
        return None
    token = app.vault.desk.stamp(*kept.token_of(account.name, account.version))
    administers = account.role == ADMINISTRATOR
    return Session(shown, administers, token, first=account.first)
