"""``/track/`` and ``/api/order``: a resident follows an order, takes it back, asks again."""

from collections.abc import Mapping

from functions.app import App
from functions.errors import Problem, Wrong
from functions.forms.definition import Form
from functions.forms.residents import FORMS
from functions.tracking import access, changes, progress, resident_forms, rights
from functions.web import submission
from functions.web.http import Keeping, Request, Response, Routes, entry, see_other
from functions.web.links import CLOSE, HERE, KEY, ORDER, SLIP, by_digits, close

NAME = "order"
RELINK = "relink"
"""What the button sends that asks for a new link."""
ASK = "ask"
"""What the button sends that leads to the wish form, filled in as it was."""


def show(request: Request, app: App) -> Response:
    """The progress, for a browser that opened the order's link; else the form to find it."""
    if not request.query:
        return see_other(FORMS[NAME])
    found = access.find(request, app)
    if found is None and not request.query.get(KEY) and not request.wants_json:
        return closed(request, app)
    if found is None:
        raise Problem(404, "no_order")
    if request.query.get(KEY) and not request.wants_json:
        return ORDER.open(request, found.order.no, request.value(KEY))
    return progress.page(request, app, found)


def closed(request: Request, app: App) -> Response:
    """The form by number and phone, where the browser has not opened the order, or keeps no
    cookies; it says nothing of whether there is such an order."""
    typed = {"no": [request.value("no")]}
    notice = app.bundle.words["form"]["closed"]
    form = app.bundle.forms[NAME]
    return submission.page(app, form, typed, {}, {HERE: "yes"}, 403, notice)


def submit(request: Request, app: App) -> Response:
    """Take a step, ask again, or find the order by its number and the phone's last four digits."""
    if request.value("do") == CLOSE:
        return close(request, app, ORDER, SLIP)
    if request.value("do") == ASK:
        return changes.ask_again(request, app)
    if request.value("do") == RELINK:
        return changes.relink(request, app)
    if request.value("do") in rights.PROVED:
        return rights.proved(request, app)
    if kind := resident_forms.STEPS.get(request.value("do")):
        return changes.step(request, app, kind)
    form, hidden = _sent(request, app)
    answers = submission.check(app, form, request.typed)
    if not answers.errors:
        try:
            no, last4 = answers.values["no"], answers.values["last4"]
            key = ORDER.kept(request).get(no, "")
            order = app.orders.by_phone(no, last4, request.sender, key)
            order = access.refuse_workers(request, app, order)
            return progress.lead(request, app, order, by_digits=by_digits(app, order))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    return submission.again(request, app, form, answers.errors, hidden)


def _sent(request: Request, app: App) -> tuple[Form, Mapping[str, str]]:
    """The form that was sent, and its hidden fields."""
    hidden = {HERE: "yes"} if request.value(HERE) else {}
    return submission.sent_form(request, app, NAME), hidden


_FINDING = submission.keeping(submit, _sent)


def later(request: Request, app: App, code: str, no: str) -> Response:
    """What was typed for a step, or to find the order, where nothing can be written."""
    kind = resident_forms.STEPS.get(request.value("do"))
    if not kind:
        return _FINDING.later(request, app, code, no)
    with changes.handing_back(request, app, kind):
        raise Problem(503, code)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"GET": show, "POST": Keeping(submit, later)},
}
handler = entry(ROUTES)
