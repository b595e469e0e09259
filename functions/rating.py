"""``/rate/``: the resident rates an order that was done; an unsolved one is opened again."""

from functions.app import App
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.definition import Form, without
from functions.forms.residents import FORMS
from functions.orders.lifecycle import RESIDENT, Order
from functions.web import submission
from functions.web.http import Request, Response, Routes, entry

NAME = "rating"


def fresh(request: Request, app: App) -> Response:
    """The form: for just one order, if the address has the key of its slip. A key that was used
    already, or is of an earlier round, gets the form that asks for the number and the phone."""
    key = request.value("key")
    order = app.orders.by_slip(request.value("no"), key) if key else None
    if order is None or "rated" not in app.steps.moves(order, RESIDENT):
        return submission.fresh(NAME)(request, app)
    form = without(app.bundle.forms[NAME], "no", "last4")
    hidden = {"no": order.no, "key": key, "source": "onsite"}
    return submission.page(app, form, {}, hidden=hidden)


def submit(request: Request, app: App) -> Response:
    """Rate with a key (of the order's page, or of the slip) or with number and phone."""
    form, hidden = _sent(request, app)
    answers = submission.check(request, app, form)
    order = _by_key(request, app) if hidden else None
    if not hidden and not answers.errors.keys() & {"no", "last4"}:
        try:
            no, last4 = answers.values["no"], answers.values["last4"]
            order = app.orders.by_phone(no, last4, request.sender)
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    if order is None or answers.errors:
        return submission.again(request, app, form, answers.errors, hidden)
    once = submission.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        source = "onsite" if request.value("source") == "onsite" else "online"
        try:
            app.steps.take(order, "rated", RESIDENT, form, answers, {"source": source}, once=once)
        except (Refused, Conflict):
            return submission.refuse(request, app, order, "rated")
    return submission.receipt(request, order.no, app.orders.address(order))


def _by_key(request: Request, app: App) -> Order:
    """The order of the key that was sent; also one that was rated, so that this can be said."""
    no, key = request.value("no"), request.value("key")
    if found := app.orders.by_key(no, key):
        return found.order
    order = app.orders.by_slip(no, key)
    if order is None:
        raise Problem(404, "no_order")
    return order


def _sent(request: Request, app: App) -> tuple[Form, dict[str, str]]:
    """The form that was sent, and its hidden fields. With a key it does not ask for number and
    phone, and passes the key on."""
    form = submission.sent_form(request, app, NAME)
    if not request.value("key"):
        return form, {}
    hidden = {name: request.value(name) for name in ("no", "key", "source")}
    return without(form, "no", "last4"), hidden


ROUTES: Routes = {
    FORMS[NAME]: {"GET": fresh},
    f"/api/{NAME}": {"POST": submission.keeping(submit, _sent)},
}
handler = entry(ROUTES)
