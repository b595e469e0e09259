"""The page on which a resident follows her order."""

from collections.abc import Mapping, Sequence
from typing import Any

from functions.app import App
from functions.forms.answers import Shown
from functions.forms.definition import without
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import FINAL, RESIDENT
from functions.orders.notices import words_for
from functions.orders.privacy import Unreadable, contact
from functions.orders.repository import History
from functions.storage.history import Event
from functions.tracking.resident_forms import CORRECTING, STEPS, filled, form, retyped
from functions.web import own_data, pages, records, submission
from functions.web.http import Request, Response, as_json
from functions.web.links import HERE, KEY, to_order, works_on
from functions.web.step_forms import UNTRIED, Outcome

ENDED = ("done", "rated", *FINAL)
"""The states in which the page says what else can be done, such as asking again."""


def page(request: Request, app: App, found: History, outcome: Outcome = UNTRIED) -> Response:
    """The order as its resident sees it, with the forms for what may be done now."""
    if request.wants_json and outcome.status == UNTRIED.status:
        return _data(found)
    order, events = found
    typed = app.personal.of(order.no)
    can, last = app.steps.moves(order, RESIDENT), app.orders.last(order)
    can = set() if (works := works_on(request, app, order)) else can
    body = pages.render(
        app.bundle,
        "order.html",
        order=order,
        events=_happened(app, events, typed),
        wish=records.wish(app, events, contact(typed), discreet=True),
        about=submission.about(app, order.service),
        doer=records.doer(app, order, typed, events),
        other=_ahead(app, last) if last.no != order.no else None,
        due=app.deadlines.due(order),
        promised=app.deadlines.promised(order),
        today=app.clock.now.date().isoformat(),
        own={name: value for name in (HERE,) if (value := request.value(name))}
        | {"no": order.no, KEY: app.orders.key(order)},
        service=app.names.services.get(order.service, ""),
        team=app.names.teams.get(order.team, ""),
        can=can,
        ended=order.state in ENDED,
        forms={do: form(app, kind, order.state) for do, kind in STEPS.items() if kind in can}
        | ({} if order.erased_at or works else {"mine": app.bundle.actions[own_data.PROOF]}),
        filled=dict.fromkeys(CORRECTING, filled(app, records.known(order, events, typed))),
        form=without(app.bundle.forms["rating"], "no", "last4"),
        once=app.vault.fresh(),
        tried=outcome.tried,
        typed=retyped(request, app, found, typed) if outcome.tried else {},
        errors=outcome.errors,
        notice=outcome.notice,
        refused=submission.reason(app, order, outcome.notice) if outcome.status == 409 else "",
    )
    return Response(body, outcome.status, refusal=outcome.refusal())


def keeping(
    request: Request,
    app: App,
    found: History,
    kind: str,
    typed: Sequence[Shown],
    instead: Sequence[str],
) -> Response | None:
    """The page, with what was typed for a step that cannot be taken (any more) in the form of
    the first that can be taken ``instead``; None where nothing was typed, or none of them can."""
    moves = app.steps.moves(found.order, RESIDENT)
    do = next((each for each in instead if STEPS[each] in moves), "")
    if request.wants_json or not typed or not do:
        return None
    texts = [f"{each.label}：{each.text}" if len(typed) > 1 else each.text for each in typed]
    again = request._replace(typed={**request.typed, "note": ["\n".join(texts)]})
    return page(again, app, found, Outcome(409, tried=do, notice=kind))


def _data(found: History) -> Response:
    """The same for programs."""
    steps = [{"event": event.kind, "at": event.at} for event in found.events]
    return as_json(200, {"no": found.order.no, "state": found.order.state, "steps": steps})


def _happened(
    app: App, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[tuple[Event, str, str]]:
    """What a resident is told of each event, with what was written for her or by her."""
    words = app.bundle.words["events"]
    return [
        (event, sentence, written(app, event, typed.get(seq, {})))
        for seq, event in enumerate(events, 1)
        if (sentence := sentence_of(words, event))
    ]


def _ahead(app: App, order: Order) -> dict[str, Any] | None:
    """What the resident of a merged order is told of the one that it is done with: who comes, and
    by when, and nothing that its own resident typed."""
    found = app.orders.history(order.no)
    return found and {
        "order": order,
        "due": app.deadlines.due(order),
        "promised": app.deadlines.promised(order),
        "team": app.names.teams.get(order.team, ""),
        "doer": records.doer(app, order, app.personal.of(order.no), found.events),
    }


def sentence_of(words: Mapping[str, str], event: Event) -> str:
    """What a resident is told of an event, empty if nothing. What the station and the team note
    for themselves is not hers."""
    if event.kind == "noted" and event.by != RESIDENT:
        return ""
    return words_for(words, event, "")


def written(app: App, event: Event, typed: Mapping[str, Any]) -> str:
    """What the station wrote for the resident with a step, or she for the station; or nothing."""
    if event.by == RESIDENT and event.kind in ("noted", "reopened"):
        return str(typed.get("note", ""))
    if event.kind == "answered":
        if isinstance(typed, Unreadable) and not event.data.get("text"):
            return str(app.bundle.words["unreadable"]["resident"])
        return str(event.data.get("text") or typed.get("text", ""))
    return str(typed.get("to_resident", ""))


def lead(
    request: Request, app: App, order: Order, notice: str = "", by_digits: str = ""
) -> Response:
    """Lead on to the order's page; a browser without cookies is answered here, and so is one that
    gets a ``notice``."""
    here = request.value(HERE) and (by_digits or request.value(HERE))
    if not here and (request.wants_json or not notice):
        return to_order(request, app, order, by_digits)
    events = tuple(map(app.names.of_event, app.store.events(order.no)))
    fresh = request._replace(typed={HERE: [here]} if here else {})
    return page(fresh, app, History(order, events), Outcome(notice=notice))
