"""``/track/`` and ``/api/order``: a resident follows an order, takes it back, asks again."""

from collections.abc import Mapping
from typing import Any

from functions.app import App
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.definition import Answers, Form, without
from functions.forms.kinds import KINDS
from functions.forms.residents import FORMS
from functions.orders import corrections, lifecycle
from functions.orders.lifecycle import RESIDENT, Order
from functions.orders.notices import said
from functions.orders.privacy import Unreadable, contact
from functions.orders.repository import History
from functions.orders.steps import BLANK
from functions.storage.history import Event
from functions.web import pages, step_forms, submission
from functions.web.http import Request, Response, Routes, as_json, entry, see_other
from functions.web.step_forms import UNTRIED, Outcome

NAME = "order"


STEPS = {
    "note": "noted",
    "correct": "corrected",
    "reopen": "reopened",
    "cancel": "cancelled",
    "restore": "restored",
}
"""What a resident does on the page, and the event that it becomes."""
IDENTIFYING = ("name", "phone", "address", "personal")
"""The roles of questions whose answers the page does not show whole."""
ASK = "ask"
"""What the button sends that leads to the wish form, filled in as it was."""
ENDED = ("done", "rated", *lifecycle.FINAL)
"""The states in which the page says what else can be done, such as asking again."""
OWN = ("consent", "date")
"""The roles of questions that are answered anew each time."""


def show(request: Request, app: App) -> Response:
    """The progress, for somebody who has the key; else the form to find it."""
    return page(request, app) if request.query else see_other(FORMS[NAME])


def page(request: Request, app: App, outcome: Outcome = UNTRIED) -> Response:
    """The order as its resident sees it, with the forms for what may be done now."""
    order, events = _history(request, app)
    typed = app.personal.of(order.no)
    if request.wants_json:
        steps = [{"event": event.kind, "at": event.at} for event in events]
        return as_json(200, {"no": order.no, "state": order.state, "steps": steps})
    can, last = app.steps.moves(order, RESIDENT), app.orders.last(order)
    words = app.bundle.words["events"]
    body = pages.render(
        app.bundle,
        "order.html",
        order=order,
        events=[
            (event, sentence, _words(app, event, typed.get(seq, {})))
            for seq, event in enumerate(events, 1)
            if (sentence := told(words, event))
        ],
        wish=step_forms.wish(app, events, contact(typed), discreet=True),
        about=submission.about(app, order.service),
        doer=step_forms.doer(app, order, typed, events),
        other=_ahead(app, last) if last.no != order.no else None,
        due=app.deadlines.due(order),
        promised=app.deadlines.promised(order),
        key=request.value("key"),
        service=app.names.services.get(order.service, ""),
        team=app.names.teams.get(order.team, ""),
        can=can,
        ended=order.state in ENDED,
        forms={do: form(app, kind) for do, kind in STEPS.items() if kind in can},
        filled={"correct": _filled(app, step_forms.known(order, events, typed))}
        if "corrected" in can
        else {},
        form=without(app.bundle.forms["rating"], "no", "last4"),
        once=app.vault.fresh(),
        tried=outcome.tried,
        typed=request.typed if outcome.tried else {},
        errors=outcome.errors,
        notice=outcome.notice,
    )
    return Response(body, outcome.status)


def _ahead(app: App, order: Order) -> dict[str, Any] | None:
    """What the resident of a merged order is told of the one that it is done with: who comes, and
    by when, and nothing that its own resident typed."""
    found = app.orders.history(order.no)
    return found and {
        "order": order,
        "due": app.deadlines.due(order),
        "promised": app.deadlines.promised(order),
        "team": app.names.teams.get(order.team, ""),
        "doer": step_forms.doer(app, order, app.personal.of(order.no), found.events),
    }


def form(app: App, kind: str) -> Form:
    """What a resident is asked for a step. What she leaves empty in a correction, stays."""
    asked: Form = app.bundle.actions.get(f"{kind}_by_resident", BLANK)
    if kind != corrections.KIND:
        return asked
    kept = corrections.asked(asked)
    return {**kept, "fields": [{**field, "required": False} for field in kept["fields"]]}


def _filled(app: App, known: Mapping[str, Any]) -> dict[str, list[str]]:
    """A resident's answers to be corrected, without what would tell a stranger who she is."""
    form: Form = app.bundle.forms["wish"]
    open_ = [field for field in form["fields"] if field["role"] not in IDENTIFYING]
    return corrections.filled({**form, "fields": open_}, known)


def told(words: Mapping[str, str], event: Event) -> str:
    """What a resident is told of an event, empty if nothing. What the station and the team note
    for themselves is not hers."""
    if event.kind == "noted" and event.by != RESIDENT:
        return ""
    return said(words, event, "")


def _words(app: App, event: Event, typed: Mapping[str, Any]) -> str:
    """What the station wrote for the resident with a step, or she for the station; or nothing."""
    if event.by == RESIDENT and event.kind in ("noted", "reopened"):
        return str(typed.get("note", ""))
    if event.kind == "answered":
        if isinstance(typed, Unreadable) and not event.data.get("text"):
            return str(app.bundle.words["unreadable"]["resident"])
        return str(event.data.get("text") or typed.get("text", ""))
    return str(typed.get("to_resident", ""))


def submit(request: Request, app: App) -> Response:
    """Take a step, ask again, or find the order by its number and the phone's last four digits."""
    if request.value("do") == ASK:
        return ask_again(request, app)
    if kind := STEPS.get(request.value("do")):
        return step(request, app, kind)
    form = app.bundle.forms[NAME]
    answers = submission.check(request, app, form)
    if not answers.errors:
        try:
            no, last4 = answers.values["no"], answers.values["last4"]
            order = app.orders.by_phone(no, last4, request.sender)
            return see_other(app.orders.address(order))
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    return submission.again(request, app, form, answers.errors)


def step(request: Request, app: App, kind: str) -> Response:
    """Take a step of the resident's; a second press gets the same answer as the first."""
    order, events = _history(request, app)
    asked = form(app, kind)
    answers = submission.check(request, app, asked)
    once = submission.submission(request, app, f"{kind} {order.no}", answers)
    if kind == corrections.KIND:
        before = step_forms.known(order, events, app.personal.of(order.no))
        answers = corrections.changes(asked, before, request.typed, answers, keep=True)
    # What asks nothing leads to a state, and there is nothing to do where that is reached.
    once = once if asked["fields"] else ""
    done = app.store.filed(once) if asked["fields"] else order.state == lifecycle.TABLE[kind].to
    may = done or kind in app.steps.moves(order, RESIDENT)
    if not may and (kept := _as_note(request, app, kind, asked, answers)):
        return kept
    if not done:
        try:
            app.steps.take(order, kind, RESIDENT, asked, answers, once=once)
        except Wrong as wrong:
            errors = submission.sentences(app, asked, answers.errors or {wrong.field: wrong})
            return page(
                request, app, Outcome(wrong.status, tried=request.value("do"), errors=errors)
            )
        except (Refused, Conflict):
            kept = _as_note(request, app, kind, asked, answers)
            return kept or submission.refuse(request, app, order, kind)
    return see_other(app.orders.address(order))


def _as_note(
    request: Request, app: App, kind: str, asked: Form, answers: Answers
) -> Response | None:
    """The page, with what was typed for a step that cannot be taken any more as a note to be sent;
    None where nothing was typed, or no note can be added."""
    order, _ = _history(request, app)
    names = {*answers.values, *answers.errors}
    fields = [field for field in asked["fields"] if field["name"] in names]
    typed = step_forms.as_typed({**asked, "fields": fields}, request.typed)
    if request.wants_json or not typed or "noted" not in app.steps.moves(order, RESIDENT):
        return None
    texts = [f"{each.label}：{each.text}" if len(typed) > 1 else each.text for each in typed]
    filled = request._replace(typed={**request.typed, "note": ["\n".join(texts)]})
    return page(filled, app, Outcome(409, tried="note", notice=kind))


def ask_again(request: Request, app: App) -> Response:
    """The wish form, filled in with what an order asked for, without what its page hides, such as
    the phone: who has only the page's address does not learn it here either."""
    order, events = _history(request, app)
    form: Form = app.bundle.forms["wish"]
    again = [
        field
        for field in form["fields"]
        if field["role"] not in OWN and not KINDS[field["kind"]].discreet
    ]
    known = step_forms.known(order, events, app.personal.of(order.no))
    typed = corrections.filled({**form, "fields": again}, known)
    return submission.page(app, {**form, "intro": app.bundle.words["form"]["asked_again"]}, typed)


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
