"""``/rate/``: the resident rates an order that was done; an unsolved one is opened again."""

from typing import Any

from functions.app import App
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms import order_number
from functions.forms.answers import shown
from functions.forms.definition import Answers, Form, without
from functions.forms.residents import FORMS
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import DOORS, RESIDENT
from functions.tracking import progress
from functions.web import links, pages, submission
from functions.web.http import Request, Response, Routes, as_json, entry, see_other
from functions.web.links import KEY, SLIP

NAME = "rating"
BY_SLIP, BY_LINK, BY_DIGITS = DOORS
RATED = "rated"
"""What the address of the thanks says."""


def fresh(request: Request, app: App) -> Response:
    """The form: for just one order, where the browser opened its slip. Who has no key, one that
    was used already or is of an earlier round, is asked for the number and the phone."""
    if RATED in request.query:
        return Response(pages.render(app.bundle, "message.html", **_words(app)["thanks"]))
    no = order_number.parse(request.value("no"))
    key = SLIP.key(request, no) if no else ""
    order = app.orders.by_slip(request.value("no"), key) if key else None
    if order is None or "rated" not in app.steps.moves(order, RESIDENT):
        return _by_digits(request, app)
    if request.query.get(KEY):
        return SLIP.open(request, order.no, key)
    if links.works_on(request, app, order):
        return submission.refuse(app, order, "rated", _words(app)["worker"], own=False)
    form = without(app.bundle.forms[NAME], "no", "last4")
    return submission.page(app, form, {}, hidden={"no": order.no, KEY: key})


def _by_digits(request: Request, app: App) -> Response:
    if "no" not in request.query:
        return submission.fresh(NAME)(request, app)
    notice = app.bundle.words["form"]["no_slip"]
    return submission.page(app, app.bundle.forms[NAME], {}, notice=notice)


def submit(request: Request, app: App) -> Response:
    """Rate with a key (of the order's page, or of the slip) or with number and phone."""
    form, hidden = _sent(request, app)
    answers = submission.check(app, form, request.typed)
    with submission.handing_back(request, form):
        order, door = _by_key(request, app) if hidden else (None, BY_DIGITS)
    if not hidden and not answers.errors.keys() & {"no", "last4"}:
        try:
            no, last4 = answers.values["no"], answers.values["last4"]
            key = links.ORDER.kept(request).get(no, "")
            order = app.orders.by_phone(no, last4, request.sender, key)
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    if order is None or answers.errors:
        return submission.again(request, app, form, answers.errors, hidden)
    once = submission.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        if links.works_on(request, app, order):
            return _refuse(request, app, order, door, form, answers, "worker")
        try:
            more = {"source": door}
            order = app.steps.take(order, "rated", RESIDENT, form, answers, more, once=once)
        except (Refused, Conflict):
            return _refuse(request, app, order, door, form, answers)
    return _receipt(request, app, order, door)


def _receipt(request: Request, app: App, order: Order, door: str) -> Response:
    """Thanks, to whoever had a slip; a resident is led to her order's page."""
    if request.wants_json:
        track = {} if door == BY_SLIP else {"track": app.orders.address(order)}
        return as_json(201, {"no": order.no, **track})
    if door == BY_SLIP or request.value(links.HERE):
        return see_other(f"{FORMS[NAME]}?{RATED}=yes")
    digits = links.by_digits(app, order) if door == BY_DIGITS else ""
    return links.to_order(request, app, order, digits)


def _refuse(
    request: Request, app: App, order: Order, door: str, form: Form, answers: Answers, why: str = ""
) -> Response:
    """Why it cannot be rated. What was said goes into a form of the order's page that can be sent;
    who has no right to that page, or to any form there, may copy it."""
    values = {name: each for name, each in answers.values.items() if name not in ("no", "last4")}
    answers_shown, own = shown(form, values), door != BY_SLIP
    found = app.orders.history(order.no) if own and not why else None
    instead = ("reopen", "note") if answers.values["solved"] == "unsolved" else ("note",)
    kept = found and progress.keeping(request, app, found, "rated", answers_shown, instead)
    if kept:
        digits = links.by_digits(app, order) if door == BY_DIGITS else ""
        return kept._replace(cookies=links.opened(request, app, order, digits))
    text = _words(app)[why] if why else ""
    return submission.refuse(app, order, "rated", text, own, answers_shown)


def _words(app: App) -> Any:
    return app.bundle.words["refused"]["rated"]


def _by_key(request: Request, app: App) -> tuple[Order, str]:
    """The order of the key that was sent, and by which door it was opened; also one that was rated,
    so that this can be said."""
    no, key = request.value("no"), request.value(KEY)
    if found := app.orders.by_key(no, key):
        by_digits = links.shown_by_digits(request, app, found.order)
        return found.order, BY_DIGITS if by_digits else BY_LINK
    order = app.orders.by_slip(no, key)
    if order is None:
        raise Problem(404, "no_order")
    return order, BY_SLIP


def _sent(request: Request, app: App) -> tuple[Form, dict[str, str]]:
    """The form that was sent, and its hidden fields. With a key it does not ask for number and
    phone, and passes the key on."""
    form = submission.sent_form(request, app, NAME)
    if not request.value(KEY):
        return form, {}
    hidden = {name: text for name in ("no", KEY, links.HERE) if (text := request.value(name))}
    return without(form, "no", "last4"), hidden


ROUTES: Routes = {
    FORMS[NAME]: {"GET": fresh},
    f"/api/{NAME}": {"POST": submission.keeping(submit, _sent)},
}
handler = entry(ROUTES)
