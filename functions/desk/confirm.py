"""Acts that cannot be undone, or that reach far, ask once: a page says what they will do."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.desk.session import DeskAction, Session, view
from functions.web.http import Request, Response

SURE = "sure"
"""The hidden field of the page that asks, with which the same post is taken."""
BACK = "back"
"""The button by which it is not taken, and what was typed is shown again."""
MANY = 10
"""More than so many at once reach far."""


class Question(NamedTuple):
    """``code`` names the words in ``words.desk.confirm``, which ``names`` fill in."""

    code: str
    names: Mapping[str, object]


Ask = Callable[[Request, App], Question | None]
"""What to ask before a post is taken; None where there is nothing to ask."""


def asking(ask: Ask, action: DeskAction, page: DeskAction) -> DeskAction:
    """The action, taken once somebody has read what it will do; whoever thinks better of it is back
    on the ``page`` with what was typed."""

    def asked(request: Request, app: App, session: Session) -> Response:
        if request.value(BACK):
            return page(request, app, session._replace(resumed="not_done"))
        question = None if request.value(SURE) else ask(request, app)
        if question is None:
            return action(request, app, session)
        words = app.bundle.words["desk"]["confirm"][question.code]
        said: dict[str, Any] = {name: fill(text, **question.names) for name, text in words.items()}
        fields = [(name, text) for name, texts in request.typed.items() for text in texts]
        hidden = [*fields, (SURE, "yes")]
        return view(app, session, "confirm.html", path=request.path, hidden=hidden, **said)

    return asked
