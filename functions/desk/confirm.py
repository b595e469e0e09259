"""Acts that cannot be undone, or that reach far, ask once: a page says what they will do."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.desk.session import DeskAction, Session, view
from functions.web.http import Request, Response

SURE = "sure"
"""The hidden field of the page that asks, with which the same post is taken."""


class Question(NamedTuple):
    """``code`` names the words in ``words.desk.confirm``, which ``names`` fill in; ``back`` is
    where to go on without doing it."""

    code: str
    back: str
    names: Mapping[str, object]


Ask = Callable[[Request, App], Question | None]
"""What to ask before a post is taken; None where there is nothing to ask."""


def asking(ask: Ask, action: DeskAction) -> DeskAction:
    """The action, taken once somebody has read what it will do."""

    def asked(request: Request, app: App, session: Session) -> Response:
        question = None if request.value(SURE) else ask(request, app)
        if question is None:
            return action(request, app, session)
        words = app.bundle.words["desk"]["confirm"][question.code]
        said: dict[str, Any] = {name: fill(text, **question.names) for name, text in words.items()}
        fields = [(name, text) for name, texts in request.typed.items() for text in texts]
        hidden = [*fields, (SURE, "yes")]
        page: dict[str, Any] = {"path": request.path, "back": question.back, "hidden": hidden}
        return view(app, session, "confirm.html", **page, **said)

    return asked
