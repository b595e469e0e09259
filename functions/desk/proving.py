"""What takes personal data out, ends it, or lets others in asks for the password again.

A PC that somebody left, or a cookie that somebody copied, opens the desk; but not these acts, once
the password was typed longer ago than a few minutes.
"""

from collections.abc import Callable
from functools import partial

from functions.app import App
from functions.desk.entrance import signing_in, ticket
from functions.desk.session import DeskAction, Session, view
from functions.errors import Wrong
from functions.people.accounts import Accounts
from functions.web.http import Request, Response

FIELD = "proof"
"""The field of the password, which goes no further than this module."""


def always(request: Request) -> bool:
    """Whatever the request does needs it."""
    return True


def erasing(request: Request) -> bool:
    """The request erases somebody's personal data."""
    return request.value("do") == "erased"


def proving(
    action: DeskAction, back: str, is_needed: Callable[[Request], bool] = always
) -> DeskAction:
    """The action, taken by somebody who typed their password a short time ago, or types it now.
    ``back`` is where to go on without it."""

    def proved(request: Request, app: App, session: Session) -> Response:
        typed = {name: texts for name, texts in request.typed.items() if name != FIELD}
        password, request = request.value(FIELD), request._replace(typed=typed)
        if not is_needed(request) or session.ticket.is_proved(app.clock.now):
            return action(request, app, session)
        ask = partial(_ask, request, app, session, back)
        if not password:
            return ask()
        try:
            attempts = signing_in.attempts_of(request, app)
            Accounts(app.store, app.clock).sign_in(session.who, password, attempts)
        except Wrong as wrong:
            return ask(wrong.code, 422)
        except Exception as error:
            return ask(signing_in.uncounted(request, error), 503)
        now = app.clock.now
        shown = session.ticket._replace(used=now, proved=now)
        response = action(request, app, session._replace(ticket=shown))
        cookie = ticket.cookie_of(request, app, shown)
        return response._replace(cookies=(*response.cookies, cookie))

    return proved


def _ask(
    request: Request, app: App, session: Session, back: str, code: str = "", status: int = 403
) -> Response:
    words = app.bundle.words["desk"]
    said = {**words["sign_in"], "sign_in": words["proving"]["wrong"]}[code] if code else ""
    no = request.value("no")
    hidden = [(name, text) for name, texts in request.typed.items() for text in texts]
    return view(
        app,
        session,
        "proving.html",
        status,
        path=request.path,
        back=f"{back}?no={no}" if no else back,
        hidden=hidden,
        said=said,
        field=FIELD,
    )
