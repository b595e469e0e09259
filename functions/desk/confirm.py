"""Acts that cannot be undone, or that reach far, ask once: a page says what they will do.

What takes personal data out, ends it, or lets others in asks for the password again. A PC that
somebody left, or a cookie that somebody copied, opens the desk; but not these acts, once the
password was typed longer ago than a few minutes.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.desk.entrance import signing_in, ticket
from functions.desk.session import DeskAction, Session, view
from functions.errors import Wrong
from functions.people.accounts import Accounts
from functions.web.http import Request, Response

SURE = "sure"
"""The hidden field of the page that asks, with which the same post is taken."""
BACK = "back"
"""The button by which it is not taken, and what was typed is shown again."""
MANY = 10
"""More than so many at once reach far."""
PROOF = "proof"
"""The field of the password, which goes no further than this module."""


class Question(NamedTuple):
    """``code`` names the words in ``words.desk.confirm``, which ``names`` fill in."""

    code: str
    names: Mapping[str, object]


Ask = Callable[[Request, App], Question | None]
"""What to ask before a post is taken; None where there is nothing to ask."""


def asking(ask: Ask, action: DeskAction, page: DeskAction) -> DeskAction:
    """The action, taken once somebody has read what it will do; whoever thinks better of it is back
    on the ``page`` with what was typed."""

    def confirmed(request: Request, app: App, session: Session) -> Response:
        if request.value(BACK):
            return page(request, app, session._replace(resumed="not_done"))
        question = None if request.value(SURE) else ask(request, app)
        if question is None:
            return action(request, app, session)
        words = app.bundle.words["desk"]["confirm"][question.code]
        texts: dict[str, Any] = {name: fill(text, **question.names) for name, text in words.items()}
        hidden = [*_typed(request), (SURE, "yes")]
        return view(app, session, "confirm.html", path=request.path, hidden=hidden, **texts)

    return confirmed


def always(request: Request) -> bool:
    """Whatever the request does needs it."""
    return True


def handing_over(request: Request) -> bool:
    """The request erases somebody's personal data, or makes the link by which they do."""
    return request.value("do") in ("erased", "linked")


def proving(
    action: DeskAction, back: str, is_needed: Callable[[Request], bool] = always
) -> DeskAction:
    """The action, taken by somebody who typed their password a short time ago, or types it now.
    ``back`` is where to go on without it."""

    def proved(request: Request, app: App, session: Session) -> Response:
        typed = {name: texts for name, texts in request.typed.items() if name != PROOF}
        password, request = request.value(PROOF), request._replace(typed=typed)
        if not is_needed(request) or session.ticket.is_proved(app.clock.now):
            return action(request, app, session)
        ask = partial(_ask, request, app, session, back)
        if not password:
            return ask()
        try:
            attempts = signing_in.attempts_of(request, app, session.who)
            Accounts(app.store, app.clock).prove(session.who, password, attempts)
        except Wrong as wrong:
            return ask(wrong.code, 422)
        except Exception as error:
            return signing_in.later(ask(signing_in.uncounted(request, error), 503))
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
    sentence = {**words["sign_in"], "sign_in": words["proving"]["wrong"]}[code] if code else ""
    no = request.value("no")
    return view(
        app,
        session,
        "proving.html",
        status,
        path=request.path,
        back=f"{back}?no={no}" if no else back,
        hidden=_typed(request),
        said=sentence,
        field=PROOF,
    )


def _typed(request: Request) -> list[tuple[str, str]]:
    """All that was sent, to be sent once more."""
    return [(name, text) for name, texts in request.typed.items() for text in texts]
