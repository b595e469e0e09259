"""All that is kept about somebody: to be seen and taken along (个人信息保护法, article 45)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from functions.app import App
from functions.errors import Wrong
from functions.forms.answers import Shown
from functions.web import pages, submission
from functions.web.http import Request, Response, as_json
from functions.web.step_forms import Outcome

PROOF = "own_data"
"""The form by which somebody proves who they are: whoever has the link may not be the person."""


class Part(NamedTuple):
    """What was said at a time."""

    title: str
    at: str
    answers: Sequence[Shown]


class OwnData(NamedTuple):
    """What is kept under a number. ``wording`` is the version of the form that was agreed to, and
    ``until`` the day up to which it is kept, empty while nobody knows."""

    no: str
    wording: str
    parts: Sequence[Part]
    until: str


def proved(
    request: Request,
    app: App,
    prove: Callable[[str], object],
    page: Callable[[Outcome], Response],
    act: Callable[[], Response],
) -> Response:
    """What somebody does with all that is kept about them: the link alone is not enough for it,
    because links are forwarded. ``prove`` is given the last four digits of their phone, and raises
    ``Wrong`` where they are not; then ``page`` says so."""
    form = app.bundle.actions[PROOF]
    answers = submission.check(app, form, request.typed)
    try:
        if answers.errors:
            raise next(iter(answers.errors.values()))
        prove(answers.values["last4"])
    except Wrong as wrong:
        errors = submission.sentences(app, form, answers.errors or {wrong.field: wrong})
        return page(Outcome(wrong.status, tried="mine", errors=errors))
    return act()


def gone(app: App, kind: str) -> Response:
    """What somebody is told whose data was erased just now."""
    words = app.bundle.words["own_data"]["gone"][kind]
    return Response(pages.render(app.bundle, "message.html", **words))


def page(
    app: App, template: str, kept: OwnData, action: str, hidden: Mapping[str, str], **more: Any
) -> Response:
    """All of it on a page, with the forms for what may be done with it, which send ``hidden`` to
    ``action``."""
    body = pages.render(app.bundle, template, kept=kept, action=action, hidden=hidden, **more)
    return Response(body)


def copy(request: Request, app: App, kept: OwnData) -> Response:
    """All of it as a file that every browser opens; for programs as JSON."""
    if request.wants_json:
        parts = [
            {
                "title": part.title,
                "at": part.at,
                "answers": [{"question": each.label, "answer": each.text} for each in part.answers],
            }
            for part in kept.parts
        ]
        return as_json(200, {"no": kept.no, "wording": kept.wording, "parts": parts})
    body = pages.render(app.bundle, "own_copy.html", kept=kept, at=app.clock.now.isoformat())
    name = f'attachment; filename="wudan-{kept.no}.html"'
    return Response(body, headers={"content-disposition": name})
