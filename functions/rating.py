"""``/rate/``: the resident rates an order that was done; unsolved opens it again."""

from functions import actions, filing, ledger, lifecycle, number
from functions.app import App
from functions.form import FORMS, Answers, Form, Wrong, without
from functions.http import Problem, Request, Response, Routes, entry
from functions.lifecycle import RESIDENT, Order, Refused
from functions.store import Conflict

NAME = "rating"


def fresh(request: Request, app: App) -> Response:
    """The form: for just one order, if the address has the key of its slip; else for any.

    A key that has done its work, or is of an earlier round, leads to the form that asks for the
    number and the phone. Nothing changes here, however often previews and scanners look.
    """
    key = request.said("key")
    order = _of_slip(app, request.said("no"), key) if key else None
    if order is None:
        return filing.fresh(NAME)(request, app)
    asked = without(app.bundle.forms[NAME], "no", "last4")
    hidden = {"no": order.no, "key": key, "source": "onsite"}
    return Response(filing.drawn(app, asked, {}, None, hidden))


def submit(request: Request, app: App) -> Response:
    """Rate with a key (of the order's page, or of the slip) or with number and phone."""
    no, key = request.said("no"), request.said("key")
    asked: Form = app.bundle.forms[NAME]
    order = None
    if key:
        asked = without(asked, "no", "last4")
        order = ledger.by_key(app, no, key) or _of_slip(app, no, key, rated=True)
        if order is None:
            raise Problem(404, "no_order")
    answers = filing.check(request, app, asked)
    if not key and not answers.errors.keys() & {"no", "last4"}:
        try:
            order = ledger.by_phone(app, answers.values["no"], answers.values["last4"])
        except Wrong as wrong:
            answers.errors["last4"] = wrong
    if order is None or answers.errors:
        hidden = {"no": no, "key": key, "source": request.said("source")} if key else {}
        return filing.again(request, app, asked, answers.errors, hidden)
    return rate(request, app, order, asked, answers)


def rate(request: Request, app: App, order: Order, asked: Form, answers: Answers) -> Response:
    """Add the rating to the order, once; what was unsolved waits for the station again."""
    once = filing.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        source = "onsite" if request.said("source") == "onsite" else "online"
        try:
            steps = actions.rating(app, RESIDENT, asked, answers, source=source)
            ledger.move(app, order, *steps, once=once)
        except (Refused, Conflict):
            return filing.refuse(request, app, ledger.find(app, order.no) or order, "rated")
    return filing.filed(request, order.no, ledger.address(app, order))


def _of_slip(app: App, typed: str, key: str, rated: bool = False) -> Order | None:
    """The order of a slip while it can be rated; or also after, to say that it was."""
    no = number.parse(typed)
    order = ledger.find(app, no) if no else None
    if order is None or not ledger.is_rating_key(app, order, key):
        return None
    return order if rated or "rated" in lifecycle.moves(order, RESIDENT) else None


ROUTES: Routes = {FORMS[NAME]: {"GET": fresh}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
