"""``/track/`` and ``/api/order``: a resident follows an order, or takes it back in time."""

from collections.abc import Mapping
from typing import Any

from functions.context.app import App
from functions.forms.definition import FORMS, Wrong, without
from functions.orders import lifecycle, repository
from functions.orders.lifecycle import RESIDENT, Order, Refused
from functions.orders.repository import Step
from functions.storage.history import Event
from functions.storage.port import Conflict
from functions.web import pages, submission
from functions.web.http import Problem, Request, Response, Routes, as_json, entry, see_other

NAME = "order"


def show(request: Request, app: App) -> Response:
    """The progress, for who has the key; else the way to it."""
    if not request.query:
        return see_other(FORMS[NAME])
    order = _keyed(request, app)
    events = app.store.events(order.no)
    said = repository.said(app, order.no)
    if request.wants_json:
        steps = [{"event": event.kind, "at": event.at} for event in events]
        return as_json(200, {"no": order.no, "state": order.state, "steps": steps})
    can = lifecycle.moves(order, RESIDENT)
    other = repository.find(app, order.merged_into) if order.merged_into else None
    body = pages.render(
        app.bundle,
        "order.html",
        order=order,
        # What the station wrote for the resident, beside the step that it belongs to.
        events=[
            (event, _told(app, event, said.get(seq, {}))) for seq, event in enumerate(events, 1)
        ],
        other=other,
        due=repository.deadline(app, order),
        key=request.said("key"),
        service=app.bundle.services.get(order.service, ""),
        team=app.bundle.teams.get(order.team, ""),
        can_cancel="cancelled" in can,
        can_rate="rated" in can,
        form=without(app.bundle.forms["rating"], "no", "last4"),
        once=app.vault.fresh(),
    )
    return Response(body)


def _told(app: App, event: Event, said: Mapping[str, Any]) -> str:
    """The station's words to the resident, of a step that has some."""
    if event.kind == "answered":
        if isinstance(said, repository.Unreadable) and not event.data.get("text"):
            return str(app.bundle.words["unreadable"]["resident"])
        return str(event.data.get("text") or said.get("text", ""))
    return str(said.get("to_resident", ""))


def submit(request: Request, app: App) -> Response:
    """Take the order back, or find it by its number and the phone's last four digits."""
    if request.said("do") == "cancel":
        return cancel(request, app)
    asked = app.bundle.forms[NAME]
    answers = submission.check(request, app, asked)
    if not answers.errors:
        try:
            order = repository.by_phone(app, answers.values["no"], answers.values["last4"])
            return see_other(repository.address(app, order))
        except Wrong as wrong:
            answers.errors["last4"] = wrong
    return submission.again(request, app, asked, answers.errors)


def cancel(request: Request, app: App) -> Response:
    """Take the order back; a second press says what the first one said."""
    order = _keyed(request, app)
    if order.state != "cancelled":
        try:
            repository.move(app, order, Step(Event("cancelled", RESIDENT, app.now.isoformat())))
        except (Refused, Conflict):
            return submission.refuse(
                request, app, repository.find(app, order.no) or order, "cancelled"
            )
    return see_other(repository.address(app, order))


def _keyed(request: Request, app: App) -> Order:
    order = repository.by_key(app, request.said("no"), request.said("key"))
    if order is None:
        raise Problem(404, "no_order")
    return order


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"GET": show, "POST": submission.kept(submit, submission.whole(NAME))},
}
handler = entry(ROUTES)
