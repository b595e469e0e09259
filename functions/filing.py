"""What the functions that take forms have in common: draw, check, draw again, file."""

from collections.abc import Callable, Mapping
from typing import Any

from functions import form, ledger, number, page
from functions.app import App
from functions.form import Answers, Form
from functions.http import Action, Request, Response, as_json, see_other
from functions.lifecycle import Order
from functions.store import Change, Conflict

ONCE = "once"
"""The hidden field with the id of one drawn form, by which a second sending is recognised."""


def fresh(name: str) -> Action:
    """The action that draws a form; ``?service=haircut`` in the address is answered already."""

    def draw(request: Request, app: App) -> Response:
        answered = {key: [value] for key, value in request.query.items()}
        return Response(drawn(app, app.bundle.forms[name], answered))

    return draw


def check(request: Request, app: App, asked: Form) -> Answers:
    """What was answered, checked as of today."""
    return form.check(asked, request.typed, app.now.date())


def again(
    request: Request,
    app: App,
    asked: Form,
    errors: Mapping[str, form.Wrong],
    hidden: Mapping[str, str] | None = None,
) -> Response:
    """The form as it was filled in, with a sentence beside every field that is wrong (422)."""
    said = {field: sentence(app, asked, field, wrong) for field, wrong in errors.items()}
    if request.wants_json:
        return as_json(422, {"errors": said})
    return Response(drawn(app, asked, request.typed, said, hidden), 422)


def drawn(
    app: App,
    asked: Form,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
) -> str:
    """The form as a page, with what was typed, what is wrong, and what goes along unseen."""
    return page.render(
        app.bundle,
        "form.html",
        form=asked,
        typed=typed,
        errors=errors or {},
        hidden=hidden or {},
        once=app.vault.fresh(),
    )


def sentence(app: App, asked: Form, field: str, wrong: form.Wrong) -> str:
    """What to say of a wrong answer: the form's own words, but for what they cannot know."""
    definition = next(f for f in asked["fields"] if f["name"] == field)
    words = app.bundle.words["form"]
    own = definition["error"] if wrong.code in words["answer"] else ""
    template = own or words["answer"].get(wrong.code) or words["always"][wrong.code]
    return str(template.format(label=definition["label"], **wrong.names))


def filed(request: Request, no: str, track: str) -> Response:
    """Lead on to where it can be followed; programs get number and address (201)."""
    return as_json(201, {"no": no, "track": track}) if request.wants_json else see_other(track)


def refuse(request: Request, app: App, order: Order, kind: str) -> Response:
    """Say kindly that this cannot be done with an order any more, or not yet (409)."""
    words = app.bundle.words["refused"][kind]
    text = words["states"].get(order.state, words["text"])
    if request.wants_json:
        return as_json(409, {"error": text, "state": order.state})
    link = {"address": ledger.address(app, order), "text": words["link"]}
    body = page.render(app.bundle, "message.html", title=words["title"], text=text, link=link)
    return Response(body, 409)


def submission(request: Request, app: App, what: str, answers: Answers) -> str:
    """The name of this sending of ``what``, the same however often it arrives.

    It joins the id of the drawn form with what was answered, so that somebody who goes back
    and changes an answer files anew. A form without an id (a copy of the static page, a
    script) counts as the same for the rest of the day.
    """
    once = request.said(ONCE) or app.now.date().isoformat()
    return named(app, what, once, answers.values)


def named(app: App, *parts: Any) -> str:
    """The name of a submission of these parts: the one that it was taken under before the secret
    was changed, if it was."""
    newest, *older = app.vault.stamps(*parts)
    return next((name for name in older if app.store.filed(name)), newest)


def file(
    request: Request,
    app: App,
    asked: Form,
    answers: Answers,
    begin: Callable[[str], Change],
) -> str:
    """Begin a history with what was sent, and return its number; see :func:`begun`."""
    return begun(app, begin, submission(request, app, asked["slug"], answers))


def begun(app: App, begin: Callable[[str], Change], once: str) -> str:
    """Begin a history under a number that nobody has yet, and return the number.

    ``begin`` gives the first change of a number. A submission that came before gives the number
    that it got then.
    """
    while True:
        try:
            return app.store.commit(begin(number.draw(app.below))._replace(once=once))
        except Conflict:
            continue  # The number is taken: one in seventeen thousand million at the start.
