"""``/rate/``: the resident rates an order that was done; unsolved opens it again."""

from functions import filing, ledger
from functions.app import App
from functions.form import FORMS, Answers, Form, Wrong, check, without
from functions.http import Problem, Request, Response, as_json, entry, see_other
from functions.lifecycle import RESIDENT, Event, Order, Refused
from functions.store import Conflict

NAME = "rating"


def draw(request: Request, app: App) -> Response:
    return filing.draw(request, app, NAME)


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
    answers = check(asked, request.typed, app.now.date())
    if not key and not answers.errors.keys() & {"no", "last4"}:
        try:
            order = ledger.by_phone(app, answers.values["no"], answers.values["last4"])
        except Wrong as wrong:
            answers.errors["last4"] = wrong
    if order is None or answers.errors:
        hidden = {"no": no, "key": key} if key else {}
        return filing.again(request, app, NAME, asked, answers.errors, hidden=hidden)
    return rate(request, app, order, asked, answers)


def rate(request: Request, app: App, order: Order, asked: Form, answers: Answers) -> Response:
    track = ledger.address(app, order.no)
    once = filing.submission(request, app, f"{NAME} {order.no}", answers)
    if not app.store.filed(once):
        at = app.now.isoformat()
        data = answers.public(asked) | {"wording": asked["version"]}
        events = [Event("rated", RESIDENT, at, data)]
        if data.get("solved") == "unsolved":
            events.append(Event("reopened", RESIDENT, at))
        try:
            said = answers.personal(without(asked, "no", "last4"))
            ledger.move(app, order, *events, personal=said, once=once)
        except (Refused, Conflict):
            return filing.refuse(request, app, ledger.find(app, order.no) or order, "rated")
    return (
        as_json(201, {"no": order.no, "track": track}) if request.wants_json else see_other(track)
    )


ROUTES = {FORMS[NAME]: {"GET": draw}, f"/api/{NAME}": {"POST": submit}}
handler = entry(ROUTES)
