"""Residents' forms: draw one, check what was sent, begin a history with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from functions.app import App
from functions.context.sentences import fill
from functions.errors import Full, Problem, Wrong
from functions.forms import days, definition
from functions.forms.answers import Shown
from functions.forms.definition import Answers, Form, given
from functions.forms.kinds import KINDS
from functions.forms.kinds.kind import COMMA
from functions.forms.residents import FORMS
from functions.orders.lifecycle.order import Order, order_of
from functions.orders.lifecycle.states import RESIDENT
from functions.orders.repository import begin_once, name_of
from functions.storage.history import Change, Head
from functions.web import pages, signs
from functions.web.http import Action, Keeping, Request, Response, as_json, see_other

ONCE = "once"
"""The hidden field with the id of one drawn form, by which a second sending is recognised."""
WORDING = "wording"
"""The hidden field with the version of the form that was drawn."""
DO = "do"
"""What the pressed button asks for: ``check`` shows the answers before they are filed, ``edit`` the
form again. Programs press none, so theirs are filed at once."""
AGAIN = "again"
"""The hidden field that files the same answers on purpose."""
BY_LINK = ("service",)
"""The roles of questions that a link may answer. Consent, ratings and personal data are given by
the person, and are not for addresses."""
NOTHING: Mapping[str, str] = {}
NO_SIGNS: Mapping[str, int] = {}


def sent_form(request: Request, app: App, name: str) -> Form:
    """The form that a request answers, which may have been drawn before its last edit."""
    return app.names.answerable(app.bundle.forms[name], request.value(WORDING))


def fresh(name: str) -> Action:
    """The action that draws a form, with the answers that a link may give (:data:`BY_LINK`)."""

    def draw(request: Request, app: App) -> Response:
        answered = {key: [value] for key, value in request.query.items() if key in BY_LINK}
        response = page(app, app.bundle.forms[name], answered)
        # A service is one of the form's own choices, so the page repeats nothing that was typed.
        return response._replace(public=request.query.keys() <= {*BY_LINK})

    return draw


FirstChange = Callable[..., Change]
"""Makes the first change of the history of a number, which is held if there are ``signs``."""
Sent = Callable[[Request, App], tuple[Form, Mapping[str, str]]]
"""Tells the form that a request answers, and its hidden fields."""


def whole(name: str) -> Sent:
    """A form with all its questions and without hidden fields."""
    return lambda request, app: (sent_form(request, app, name), {})


Signs = Mapping[str, int]
"""Signs that no resident sent a form, with their weights (:mod:`functions.web.signs`)."""
File = Callable[[Request, App, Form, Answers, Signs], Response]
"""Begins a history with answers that are right."""
Opened = Callable[[Request, App, str], bool]
"""Whether the browser has opened the history of a number, by its key."""


def filing(name: str, kind: str, file: File, opened: Opened) -> Keeping:
    """The action of a form that begins a history of a kind: the answers are shown for a check, if
    that is asked for, then filed. What was filed with the same answers before is told only to a
    browser that has ``opened`` it, because anybody can type what they guess of somebody."""

    def submit(request: Request, app: App) -> Response:
        form = sent_form(request, app, name)
        act = request.value(DO)
        if act == "edit":
            edited = page(app, form, request.typed, once=request.value(ONCE))
            return edited._replace(revisited=True)
        answers = check(app, form, request.typed, is_own=True)
        if answers.errors:
            return again(request, app, form, answers.errors)
        recent = lately(app, kind, answers, app.clock.now)
        own = recent and [head for head in recent if opened(request, app, head.no)]
        known = begun_before(request, app, own, form, answers) if own else None
        if known is None and act != "check":
            sent = {"once": request.value(ONCE), "trap": request.value(signs.TRAP)}
            sent["sender"] = request.sender
            return file(request, app, form, answers, signs.noticed(app, sent, answers, len(recent)))
        if request.wants_json:
            return as_json(200, {"no": known.no if known else "", "known": known is not None})
        return _to_check(request, app, form, answers, known)

    return keeping(submit, whole(name))


def _to_check(
    request: Request, app: App, form: Form, answers: Answers, known: Head | None
) -> Response:
    """The answers, to be filed with one button or changed with another; and what is ``known`` with
    the same answers already."""
    from functions.forms.answers import shown

    names = [field["name"] for field in form["fields"]] + [ONCE, WORDING, signs.TRAP]
    # A day is passed on as it was understood: 明天 is another one after midnight.
    typed = {ONCE: [signs.form_id(app)], **request.typed}
    typed |= definition.settled(form, answers.values)
    hidden = [(name, text) for name in names for text in typed.get(name, ())]
    off = known if known and known.state in OFF else None
    body = pages.render(
        app.bundle,
        "check.html",
        form=form,
        answers=shown(form, answers.values),
        hidden=hidden + ([(AGAIN, "yes")] if known else []),
        known=known,
        off=off,
        restorable=off and "restored" in app.steps.moves(order_of(off), RESIDENT),
        about=about(app, answers.values.get("service", "")),
    )
    return Response(body, revisited=True)


OFF = ("cancelled", "rejected")
"""The states of an order in which the same thing is asked for anew."""


def lately(app: App, kind: str, answers: Answers, now: datetime) -> list[Head]:
    """What was begun with the same phone within a day before ``now``, the newest first."""
    phone = answers.personal.get("phone", "")
    since = (now - signs.DAY).isoformat()
    recent = []
    for head in app.store.find(kind, [app.personal.trace("phone", phone)]) if phone else ():
        if head.begun < since:
            break
        recent.append(head)
    return recent


def begun_before(
    request: Request, app: App, recent: Sequence[Head], form: Form, answers: Answers
) -> Head | None:
    """What somebody began with the same answers lately, in another form than this drawn one: by
    going back and pressing once more, say; unless that is meant. Who sends it may be anybody. One
    that is not called off comes first."""
    if request.value(AGAIN):
        return None
    found: list[Head] = []
    content = given(answers.public | answers.personal)
    for head in recent:
        first = app.store.events(head.no)[:1]
        if first and content == given({**first[0].data, **app.personal.contact(head.no)}):
            once = submission(request, app, form["slug"], answers)
            if request.value(ONCE) and app.store.filed(once) == head.no:
                return None
            found.append(head)
    return next((head for head in found if head.state not in OFF), next(iter(found), None))


def keeping(submit: Action, sent: Sent) -> Keeping:
    """The action of a form. While nothing can be written, the form comes back as it was sent."""

    def later(request: Request, app: App, code: str, no: str) -> Response:
        text = fill(app.bundle.words["form"]["later"][code], no=no)
        form, hidden = sent(request, app)
        # With the same id, because an earlier sending may have been taken and its answer lost.
        response = page(app, form, request.typed, {}, hidden, 503, text, request.value(ONCE))
        return response._replace(refusal={"error": text, "id": no})

    return Keeping(submit, later)


def check(
    app: App, form: Form, typed: Mapping[str, Sequence[str]], is_own: bool = False
) -> Answers:
    """What was typed, checked against the form and today's date. A wrong choice that was right when
    the form was drawn is called by its name. Whose own wish it is can wish for today only while
    there is somebody to come; staff know who is there."""
    now = app.clock.now
    answers = definition.check(form, typed, now.date())
    if is_own and answers.values.get("date") == now.date().isoformat():
        until = _end_of_day(app, answers.values.get("service", ""))
        if until and f"{now:%H:%M}" > until:
            answers.errors["date"] = Wrong("over", until=until)
    for field in form["fields"] if answers.errors else ():
        name, wrong = field["name"], answers.errors.get(field["name"])
        picked = typed[name] if wrong and wrong.code == "choice" else ()
        if ended := app.names.not_offered(field, picked):
            answers.errors[name] = Wrong("not_offered", name=ended)
    return answers


def _end_of_day(app: App, service: str) -> str:
    """Until when a service takes place if it does so on few days; else until when the station is
    open; empty if nobody says."""
    known = app.bundle.practical.get(service, {})
    return days.end(known["when"] if known.get("days") else app.bundle.site["hours"])


def separate_phones(request: Request, app: App, form: Form) -> Request:
    """The request of somebody at the desk with one number for each phone; see
    :func:`functions.forms.definition.separate_phones`."""
    errors = definition.check(form, request.typed, app.clock.now.date()).errors
    write = partial(fill, app.bundle.words["form"]["kept_beside"])
    return request._replace(typed=definition.separate_phones(form, request.typed, errors, write))


def again(
    request: Request,
    app: App,
    form: Form,
    errors: Mapping[str, Wrong],
    hidden: Mapping[str, str] = NOTHING,
) -> Response:
    """The form as it was filled in, with a sentence beside every field that is wrong (422). What is
    hidden may be a key."""
    texts = sentences(app, form, errors)
    response = page(app, form, request.typed, texts, hidden, 422, once=request.value(ONCE))
    return response._replace(revisited=not hidden, refusal={"errors": texts})


def page(
    app: App,
    form: Form,
    typed: Mapping[str, list[str]],
    errors: Mapping[str, str] = NOTHING,
    hidden: Mapping[str, str] = NOTHING,
    status: int = 200,
    notice: str = "",
    once: str = "",
) -> Response:
    """A form, with what was typed, what is wrong, and hidden fields."""
    typed, today = {**typed, **definition.renamed(form, typed)}, app.clock.now.date()
    fields = definition.suited(form, typed)
    fields = [{**field, **KINDS[field["kind"]].facts(field, today)} for field in fields]
    form = {**form, "fields": fields}
    data = {"form": form, "typed": typed, "errors": errors, "hidden": hidden, "notice": notice}
    data |= {"page": {"address": FORMS[form["slug"]]}, "once": once or signs.form_id(app)}
    data["about"] = about(app, next(iter(typed.get("service", ())), ""))
    return Response(pages.render(app.bundle, "form.html", **data), status)


def about(app: App, service: str) -> Mapping[str, Any]:
    """What whoever asks for a service has to know: its ``name``, its page's ``address``, ``when``
    and ``place`` it is, the days ``coming``, and what to ``bring``; empty where nothing of that is
    known."""
    known = app.bundle.practical.get(service, {})
    if not any(known.values()):
        return {}
    coming = days.coming(known, app.clock.now.date())
    named = {"name": app.bundle.services[service], "address": f"/menu/{service}/"}
    return {**named, **known, "coming": coming}


def sentences(app: App, form: Form, errors: Mapping[str, Wrong]) -> dict[str, str]:
    """What to say about each wrong answer, by the name of its field: the form's own sentence,
    except for what it cannot know, such as how much too long a text is."""
    words, found = app.bundle.words["form"], {}
    questions = {field["name"]: field for field in form["fields"]}
    for name, wrong in errors.items():
        own = questions[name]["error"] if wrong.code in words["answer"] else ""
        template = own or words["answer"].get(wrong.code) or words["always"][wrong.code]
        found[name] = fill(template, label=questions[name]["label"], **wrong.names)
    return found


def receipt(request: Request, no: str, track: str) -> Response:
    """Lead on to the page that follows it; programs get its number and address (201)."""
    return as_json(201, {"no": no, "track": track}) if request.wants_json else see_other(track)


def as_typed(form: Form, typed: Mapping[str, Sequence[str]]) -> list[Shown]:
    """What was typed in a form, as it was typed, and the labels of what was picked."""
    found = []
    for field in form["fields"]:
        labels = {choice["value"]: choice["label"] for choice in field["choices"]}
        texts = [labels.get(text, text) for text in typed.get(field["name"], ()) if text]
        if texts:
            found.append(Shown(field["name"], field["kind"], field["label"], COMMA.join(texts)))
    return found


@contextmanager
def handing_back(request: Request, form: Form) -> Iterator[None]:
    """Where a form's request cannot be answered, its page shows what was typed in it."""
    try:
        yield
    except Problem as problem:
        problem.typed = as_typed(form, request.typed)
        raise


def reason(app: App, order: Order, kind: str) -> str:
    """Why this cannot be done with an order any more, or not yet."""
    words = app.bundle.words["refused"][kind]
    if kind == "rated" and order.rating_at and order.rated_by:
        return str(words["staff"])
    state = "rated" if app.steps.untimely(order, kind) == "rated" else order.state
    return str(words["states"].get(state, words["text"]))


def refuse(
    app: App,
    order: Order,
    kind: str,
    text: str = "",
    own: bool = True,
    typed: Sequence[Shown] = (),
) -> Response:
    """Say that this cannot be done with an order any more, or not yet (409), and what was ``typed``
    for it. Only to somebody whose ``own`` order it is, its page is offered."""
    order = app.orders.find(order.no) or order
    words = app.bundle.words["refused"][kind]
    text = text or reason(app, order, kind)
    link = {"link": {"address": app.orders.place(order), "text": words["link"]}} if own else {}
    texts = {"title": words["title"], "text": text, "typed": typed}
    body = pages.render(app.bundle, "message.html", **texts, **link)
    return Response(body, 409, refusal={"error": text, "state": order.state})


def submission(request: Request, app: App, what: str, answers: Answers) -> str:
    """The name of this submission of ``what``, the same however often it arrives. It is made of the
    id of the drawn form and the answers, so changed answers are another submission. A form without
    an id (a copy of the static page, a script) counts once a day of one address."""
    once = request.value(ONCE) or f"{app.clock.now.date()} {request.sender}"
    return name_of(app.store, app.vault, what, once, answers.values)


def drawn_once(request: Request, app: App, what: str, values: Mapping[str, object]) -> str:
    """The name of the submission of a form that was drawn for staff or a team, the same however
    often it is sent; empty without a form's id, as programs send it: then each one counts."""
    once = request.value(ONCE)
    return name_of(app.store, app.vault, what, once, values) if once else ""


def file(
    request: Request,
    app: App,
    form: Form,
    answers: Answers,
    begin: FirstChange,
    noticed: Signs = NO_SIGNS,
    pile: tuple[str, str] | None = None,
) -> tuple[str, bool]:
    """Begin a history with what was sent; its number, and whether it is new, as
    :func:`begin_once` tells. One that is not, and was sent without an id, may be anybody's who
    shares the address, so its key is not for whoever sends it. It is held where there are too many
    signs for how many wait already, which the counter ``pile`` says."""
    once = submission(request, app, form["slug"], answers)
    if pile is None:
        return begin_once(app.store, app.below, begin, once)
    if (weight := sum(noticed.values())) < len(signs.ROOM):
        try:
            limits = {pile: signs.ROOM[weight]}
            return begin_once(app.store, app.below, begin, once, limits)
        except Full:
            noticed = {**noticed, "full": 1}
    return begin_once(app.store, app.below, partial(begin, signs=" ".join(noticed)), once)
