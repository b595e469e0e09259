"""What the functions that take forms have in common: draw, check, draw again, file."""

from collections.abc import Callable, Mapping
from typing import Any

from functions.app import App
from functions.errors import Conflict, Wrong
from functions.forms import definition, order_number
from functions.forms.definition import Answers, Form
from functions.orders.lifecycle import Order
from functions.storage.history import Change
from functions.web import pages
from functions.web.http import Action, Keeping, Request, Response, as_json, see_other

ONCE = "once"
"""The hidden field with the id of one drawn form, by which a second sending is recognised."""
WORDING = "wording"
"""The hidden field with the version of the form that was drawn."""


def form(request: Request, app: App, name: str) -> Form:
    """The form that a request answers, which may have been drawn before its last edit."""
    return app.names.answerable(app.bundle.forms[name], request.value(WORDING))


def fresh(name: str) -> Action:
    """The action that draws a form; ``?service=haircut`` in the address is answered already."""

    def draw(request: Request, app: App) -> Response:
        answered = {key: [value] for key, value in request.query.items()}
        return Response(drawn(app, app.bundle.forms[name], answered))

    return draw


Drawn = Callable[[Request, App], tuple[Form, Mapping[str, str]]]
"""The form that a request answers, and what goes along with it unseen."""


def whole(name: str) -> Drawn:
    """A form with all its questions and nothing unseen."""
    return lambda request, app: (form(request, app, name), {})


def kept(submit: Action, drawn_from: Drawn) -> Keeping:
    """The action; while the store takes nothing, its form comes back as it was filled in."""

    def later(request: Request, app: App, code: str, no: str) -> Response:
        text = app.bundle.words["form"]["later"][code].format(no=no)
        if request.wants_json:
            return as_json(503, {"error": text, "id": no})
        asked, hidden = drawn_from(request, app)
        # With the id that it had: an earlier sending may have been taken and its answer lost.
        once = request.value(ONCE)
        return Response(drawn(app, asked, request.typed, None, hidden, text, once), 503)

    return Keeping(submit, later)


def check(request: Request, app: App, asked: Form) -> Answers:
    """What was answered, checked as of today."""
    return definition.check(asked, request.typed, app.clock.now.date())


def again(
    request: Request,
    app: App,
    asked: Form,
    errors: Mapping[str, Wrong],
    hidden: Mapping[str, str] | None = None,
) -> Response:
    """The form as it was filled in, with a sentence beside every field that is wrong (422)."""
    texts = sentences(app, asked, errors)
    if request.wants_json:
        return as_json(422, {"errors": texts})
    return Response(drawn(app, asked, request.typed, texts, hidden), 422)


def drawn(
    app: App,
    asked: Form,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
    notice: str = "",
    once: str = "",
) -> str:
    """The form as a page, with what was typed, what is wrong, and what goes along unseen."""
    return pages.render(
        app.bundle,
        "form.html",
        form=asked,
        typed={**typed, **definition.renamed(asked, typed)},
        errors=errors or {},
        hidden=hidden or {},
        notice=notice,
        once=once or app.vault.fresh(),
    )


def sentences(app: App, form: Form, errors: Mapping[str, Wrong]) -> dict[str, str]:
    """What to say about each wrong answer, by the name of its field."""
    return {name: sentence(app, form, name, wrong) for name, wrong in errors.items()}


def sentence(app: App, asked: Form, field: str, wrong: Wrong) -> str:
    """What to say of a wrong answer: the form's own words, but for what they cannot know."""
    question = next(f for f in asked["fields"] if f["name"] == field)
    words = app.bundle.words["form"]
    own = question["error"] if wrong.code in words["answer"] else ""
    template = own or words["answer"].get(wrong.code) or words["always"][wrong.code]
    return str(template.format(label=question["label"], **wrong.names))


def filed(request: Request, no: str, track: str) -> Response:
    """Lead on to where it can be followed; programs get number and address (201)."""
    return as_json(201, {"no": no, "track": track}) if request.wants_json else see_other(track)


def refuse(request: Request, app: App, order: Order, kind: str) -> Response:
    """Say kindly that this cannot be done with an order any more, or not yet (409)."""
    words = app.bundle.words["refused"][kind]
    text = words["states"].get(order.state, words["text"])
    if request.wants_json:
        return as_json(409, {"error": text, "state": order.state})
    link = {"address": app.orders.address(order), "text": words["link"]}
    body = pages.render(app.bundle, "message.html", title=words["title"], text=text, link=link)
    return Response(body, 409)


def submission(request: Request, app: App, what: str, answers: Answers) -> str:
    """The name of this sending of ``what``, the same however often it arrives.

    It joins the id of the drawn form with what was answered, so that somebody who goes back
    and changes an answer files anew. A form without an id (a copy of the static page, a
    script) counts as the same for the rest of the day.
    """
    once = request.value(ONCE) or app.clock.now.date().isoformat()
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
            return app.store.commit(begin(order_number.draw(app.below))._replace(once=once))
        except Conflict:
            continue  # The number is taken: one in seventeen thousand million at the start.
