"""``/rate/``: the resident rates an order that was done; unsolved opens it again."""

from functions.context.app import App
from functions.forms import order_number
from functions.forms.definition import FORMS, Answers, Form, Wrong, without
from functions.orders import lifecycle, repository, steps
from functions.orders.lifecycle import RESIDENT, Order, Refused
from functions.storage.port import Conflict
from functions.web import submission
from functions.web.http import Problem, Request, Response, Routes, entry

NAME = "rating"


def fresh(request: Request, app: App) -> Response:
    """The form: for just one order, if the address has the key of its slip; else for any.

    A key that has done its work, or is of an earlier round, leads to the form that asks for the
    number and the phone. Nothing changes here, however often previews and scanners look.
    """
    key = request.said("key")
    order = _of_slip(app, request.said("no"), key) if key else None
    if order is None:
        return submission.fresh(NAME)(request, app)
    asked = without(app.bundle.forms[NAME], "no", "last4")
    hidden = {"no": order.no, "key": key, "source": "onsite"}
    return Response(submission.drawn(app, asked, {}, None, hidden))


def submit(request: Request, app: App) -> Response:
    """Rate with a key (of the order's page, or of the slip) or with number and phone."""
    no, key = request.said("no"), request.said("key")
    asked, hidden = _drawn(request, app)
    order = None
    if key:
        order = repository.by_key(app, no, key) or _of_slip(app, no, key, rated=True)
        if order is None:
            raise Problem(404, "no_order")
    answers = submission.check(request, app, asked)
    if not key and not answers.errors.keys() & {"no", "last4"}:
        try:
            order = repository.by_phone(app, answers.values["no"], answers.values["last4"])
        except Wrong as wrong:
            answers.errors["last4"] = wrong
    if order is None or answers.errors:
        return submission.again(request, app, asked, answers.errors, hidden)
    return rate(request, app, order, asked, answers)


def rate(request: Request, app: App, order: Order, asked: Form, answers: Answers) -> Response:
    """Add the rating to the order, once; what was unsolved waits for the station again."""
    once = submission.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        source = "onsite" if request.said("source") == "onsite" else "online"
        try:
            rated = steps.rating(app, RESIDENT, asked, answers, source=source)
            repository.move(app, order, *rated, once=once)
        except (Refused, Conflict):
            return submission.refuse(request, app, repository.find(app, order.no) or order, "rated")
    return submission.filed(request, order.no, repository.address(app, order))


def _of_slip(app: App, typed: str, key: str, rated: bool = False) -> Order | None:
    """The order of a slip while it can be rated; or also after, to say that it was."""
    no = order_number.parse(typed)
    order = repository.find(app, no) if no else None
    if order is None or not repository.is_rating_key(app, order, key):
        return None
    return order if rated or "rated" in lifecycle.moves(order, RESIDENT) else None


def _drawn(request: Request, app: App) -> tuple[Form, dict[str, str]]:
    """The form that was sent: with a key it neither asks for number and phone nor forgets them."""
    asked: Form = app.bundle.forms[NAME]
    if not request.said("key"):
        return asked, {}
    hidden = {name: request.said(name) for name in ("no", "key", "source")}
    return without(asked, "no", "last4"), hidden


ROUTES: Routes = {
    FORMS[NAME]: {"GET": fresh},
    f"/api/{NAME}": {"POST": submission.kept(submit, _drawn)},
}
handler = entry(ROUTES)
