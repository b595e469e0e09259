"""What a resident may do with all that is kept about her."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from functions.app import App
from functions.errors import Conflict, Refused
from functions.forms.answers import Shown, shown
from functions.orders import corrections
from functions.orders.lifecycle.states import RESIDENT
from functions.orders.repository import KIND, History
from functions.storage.history import Event
from functions.tracking import access, progress
from functions.web import own_data, records, submission
from functions.web.http import Request, Response
from functions.web.links import HERE, KEY


def proved(request: Request, app: App) -> Response:
    """What a resident does with all that is kept about her."""
    found = access.require_own(request, app)
    prove = partial(app.orders.prove, found, sender=request.sender)
    page = partial(progress.page, request, app, found)
    act = partial(PROVED[request.value("do")], request, app, found)
    return own_data.proved(request, app, prove, page, act)


def mine(request: Request, app: App, found: History) -> Response:
    """All that is kept, and what can be done with it."""
    order, can = found.order, app.steps.moves(found.order, RESIDENT)
    kept = kept_about(app, found)
    hidden = {"no": order.no, KEY: app.orders.key(order), "last4": request.value("last4")}
    here = {name: value for name in (HERE,) if (value := request.value(name))}
    return own_data.page(
        app, "own_order.html", kept, request.path, hidden | here, order=order, can=can
    )


def take_along(request: Request, app: App, found: History) -> Response:
    """A copy of all that is kept."""
    return own_data.copy(request, app, kept_about(app, found))


def erase(request: Request, app: App, found: History) -> Response:
    """Erase what is kept, for good. The link opens nothing after it."""
    try:
        app.steps.erase(found.order)
    except (Refused, Conflict):
        return submission.refuse(app, found.order, "erased")
    return own_data.gone(app, KIND)


PROVED: Mapping[str, Callable[[Request, App, History], Response]] = {
    "mine": mine,
    "copy": take_along,
    "erase": erase,
}
"""What needs the proof, by what its button sends."""


def kept_about(app: App, found: History) -> own_data.OwnData:
    """What is kept about a resident: what she said, and what the station told her."""
    order, events = found
    typed, words = app.personal.of(order.no), app.bundle.words["events"]
    first = {**corrections.known(events, typed), "service": order.service}
    form = records.labelled(app, app.bundle.forms["wish"], first)
    begun = progress.sentence_of(words, events[0])
    parts = [own_data.Part(begun, events[0].at, shown(form, first))]
    for seq, event in enumerate(events[1:], 2):
        answers = _answers(app, events[:seq], typed) if event.by == RESIDENT else []
        if event.kind in corrections.CHANGING:
            answers = records.corrected(app, app.bundle.forms["wish"], events[:seq], typed)
        elif text := progress.written(app, event, typed.get(seq, {})):
            answers = [Shown("text", "", app.bundle.words["own_data"]["text"], text)]
        parts.append(own_data.Part(progress.sentence_of(words, event), event.at, answers))
    until = app.deadlines.kept_until(order.ended_at) if order.ended_at else ""
    return own_data.OwnData(order.no, order.wording, [part for part in parts if part.title], until)


def _answers(app: App, events: Sequence[Event], typed: Mapping[int, Any]) -> list[Shown]:
    """What she answered with the last of the events."""
    return records.step(app, events[-1], typed.get(len(events), {}))
