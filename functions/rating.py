"""``/rate/``: the resident rates an order that was done; unsolved opens it again."""

from functions import filing, ledger
from functions.app import App
from functions.form import FORMS, Answers, Form, Wrong, without
from functions.http import Problem, Request, Response, Routes, entry
from functions.lifecycle import RESIDENT, Event, Order, Refused
from functions.store import Conflict

NAME = "rating"


def submit(request: Request, app: App) -> Response:
    """Rate with the key (the form on the order's page) or with number and phone (``/rate/``)."""
    no, key = request.said("no"), request.said("key")
    asked: Form = app.bundle.forms[NAME]
    order = None
    if key:
        asked = without(asked, "no", "last4")
        order = ledger.by_key(app, no, key)
        if order is None:
            raise Problem(404, "no_order")
    answers = filing.check(request, app, asked)
    if not key and not answers.errors.keys() & {"no", "last4"}:
        try:
            order = ledger.by_phone(app, answers.values["no"], answers.values["last4"])
        except Wrong as wrong:
            answers.errors["last4"] = wrong
    if order is None or answers.errors:
        hidden = {"no": no, "key": key} if key else {}
        return filing.again(request, app, asked, answers.errors, hidden)
    return rate(request, app, order, asked, answers)


def rate(request: Request, app: App, order: Order, asked: Form, answers: Answers) -> Response:
    """Add the rating to the order, once; what was unsolved waits for the station again."""
    track = ledger.address(app, order.no)
    once = filing.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        at = app.now.isoformat()
        data = answers.public(asked) | {"wording": asked["version"]}
        events = [Event("rated", RESIDENT, at, data)]
        if data.get("solved") == "unsolved":
            events.append(Event("reopened", RESIDENT, at))
        try:
            said = answers.personal(asked)
            ledger.move(app, order, *events, personal=said, once=once)
        except (Refused, Conflict):
            return filing.refuse(request, app, ledger.find(app, order.no) or order, "rated")
    return filing.filed(request, order.no, track)


ROUTES: Routes = {FORMS[NAME]: {"GET": filing.fresh(NAME)}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
