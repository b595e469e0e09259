"""``/track/`` and ``/api/order``: a resident follows an order, or takes it back in time."""

from collections.abc import Mapping
from typing import Any

from functions.app import App
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.definition import without
from functions.forms.residents import FORMS
from functions.orders import lifecycle
from functions.orders.lifecycle import RESIDENT
from functions.orders.privacy import Unreadable
from functions.orders.repository import History
from functions.storage.history import Event
from functions.web import pages, step_forms, submission
from functions.web.http import Request, Response, Routes, as_json, entry, see_other

NAME = "order"


def show(request: Request, app: App) -> Response:
    """The progress, for somebody who has the key; else the form to find it."""
    if not request.query:
        return see_other(FORMS[NAME])
    order, events = _history(request, app)
    typed = app.personal.of(order.no)
    if request.wants_json:
        steps = [{"event": event.kind, "at": event.at} for event in events]
        return as_json(200, {"no": order.no, "state": order.state, "steps": steps})
    can = lifecycle.moves(order, RESIDENT)
    body = pages.render(
        app.bundle,
        "order.html",
        order=order,
        events=[
            (event, _words(app, event, typed.get(seq, {}))) for seq, event in enumerate(events, 1)
        ],
        wish=step_forms.wish(app, events, typed.get(1, {}), discreet=True),
        other=app.orders.find(order.merged_into) if order.merged_into else None,
        due=app.deadlines.due(order),
        key=request.value("key"),
        service=app.names.services.get(order.service, ""),
        team=app.names.teams.get(order.team, ""),
        can_cancel="cancelled" in can,
        can_rate="rated" in can,
        form=without(app.bundle.forms["rating"], "no", "last4"),
        once=app.vault.fresh(),
    )
    return Response(body)


def _words(app: App, event: Event, typed: Mapping[str, Any]) -> str:
    """What the station wrote for the resident with a step, or nothing."""
    if event.kind == "answered":
        if isinstance(typed, Unreadable) and not event.data.get("text"):
            return str(app.bundle.words["unreadable"]["resident"])
        return str(event.data.get("text") or typed.get("text", ""))
    return str(typed.get("to_resident", ""))


def submit(request: Request, app: App) -> Response:
    """Take the order back, or find it by its number and the phone's last four digits."""
    if request.value("do") == "cancel":
        return cancel(request, app)
    form = app.bundle.forms[NAME]
    answers = submission.check(request, app, form)
    if not answers.errors:
        try:
            order = app.orders.by_phone(answers.values["no"], answers.values["last4"])
            return see_other(app.orders.address(order))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    return submission.again(request, app, form, answers.errors)


def cancel(request: Request, app: App) -> Response:
    """Take the order back; a second press gets the same answer as the first."""
    order, _ = _history(request, app)
    if order.state != "cancelled":
        try:
            app.steps.take(order, "cancelled", RESIDENT)
        except (Refused, Conflict):
            return submission.refuse(request, app, order, "cancelled")
    return see_other(app.orders.address(order))


def _history(request: Request, app: App) -> History:
    found = app.orders.by_key(request.value("no"), request.value("key"))
    if found is None:
        raise Problem(404, "no_order")
    return found


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"GET": show, "POST": submission.keeping(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
