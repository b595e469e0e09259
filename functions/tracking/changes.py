"""What a resident does with her order: the steps of hers, a new link, the same wish again."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from functions.app import App
from functions.errors import Conflict, Often, Problem, Refused, Wrong
from functions.forms import order_number
from functions.forms.definition import Answers, Form
from functions.forms.kinds import KINDS
from functions.orders import corrections
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import RESIDENT
from functions.orders.repository import History
from functions.tracking import access, progress, resident_forms
from functions.tracking.resident_forms import CHANGEABLE
from functions.web import records, submission
from functions.web.http import Request, Response
from functions.web.links import KEY
from functions.web.step_forms import Outcome

MEANWHILE = "meanwhile"
"""What the page says where others corrected something since the page that she sent was drawn."""
OWN = ("consent", "date")
"""The roles of questions that are answered anew each time."""


def step(request: Request, app: App, kind: str) -> Response:
    """Take a step of the resident's; a second press gets the same answer as the first."""
    with handing_back(request, app, kind):
        found = access.require_own(request, app)
    order, events = found
    form = resident_forms.form(app, kind, order.state)
    answers = submission.check(app, form, request.typed, is_own=True)
    once = submission.submission(request, app, f"{kind} {order.no}", answers)
    notice = ""
    if kind in corrections.CHANGING:
        if not form["fields"]:
            raise Problem(400, "unknown_step")
        seen, before = resident_forms.seen(request, found, app.personal.of(order.no))
        if kept := _too_late(request, app, kind, form, seen, before):
            return kept
        answers = corrections.changes(form, seen, before, request.typed, answers)
        notice = MEANWHILE if corrections.meanwhile(form, seen, before, request.typed) else ""
    # What asks nothing leads to a state, and there is nothing to do where that is reached.
    once = once if form["fields"] else ""
    reached = (TABLE[kind].to, *TABLE[kind].leads.values())
    done = app.store.filed(once) if form["fields"] else order.state in reached
    may = done or kind in app.steps.moves(order, RESIDENT)
    if not may and (kept := _as_note(request, app, kind, form, answers)):
        return kept
    if done:
        return progress.lead(request, app, order, notice)
    try:
        order = app.steps.take(order, kind, RESIDENT, form, answers, once=once, events=events)
    except (Wrong, Often, Refused, Conflict) as error:
        return _not_taken(request, app, found, kind, form, answers, error)
    return progress.lead(request, app, order, notice)


def handing_back(request: Request, app: App, kind: str) -> AbstractContextManager[None]:
    """Where a step cannot be answered, its page shows what was typed for it."""
    return submission.handing_back(request, resident_forms.form(app, kind, CHANGEABLE[0]))


def _not_taken(
    request: Request,
    app: App,
    found: History,
    kind: str,
    form: Form,
    answers: Answers,
    error: Wrong | Often | Refused | Conflict,
) -> Response:
    """Why a step was not taken, with what was typed for it."""
    outcome = Outcome(error.status, tried=request.value("do"))
    if isinstance(error, Wrong):
        errors = submission.sentences(app, form, answers.errors or {error.field: error})
        return progress.page(request, app, found, outcome._replace(errors=errors))
    if isinstance(error, Often):
        if request.wants_json:
            raise error
        return progress.page(request, app, found, outcome._replace(notice=error.code))
    kept = _as_note(request, app, kind, form, answers)
    typed = submission.as_typed(form, request.typed)
    return kept or submission.refuse(app, found.order, kind, typed=typed)


def relink(request: Request, app: App) -> Response:
    """A new key in place of the one that opened this page. A second press comes with the old one,
    and is known by that and the page that it was drawn with, until the link is replaced again."""
    no, key = order_number.parse(request.value("no")) or "", request.value(KEY)
    once = submission.drawn_once(request, app, f"relinked {no}", {KEY: key})
    again = once and app.store.filed(once) == no
    done = app.orders.by_former_key(no, key) if again else None
    if done:
        return progress.lead(request, app, access.refuse_workers(request, app, done))
    order, events = access.require_own(request, app)
    try:
        after = app.steps.take(order, "relinked", RESIDENT, once=once, events=events)
        return progress.lead(request, app, after)
    except (Refused, Conflict):
        return submission.refuse(app, order, "relinked")


def _too_late(
    request: Request,
    app: App,
    kind: str,
    form: Form,
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Response | None:
    """The page with a note to be sent, if a form that was drawn earlier changes what is not asked
    any more since somebody is on the way."""
    whole = resident_forms.form(app, kind, CHANGEABLE[0])
    if whole == form:
        return None
    checked = submission.check(app, whole, request.typed)
    changed = corrections.changes(whole, seen, before, request.typed, checked)
    late = changed.values.keys() - {field["name"] for field in form["fields"]}
    return _as_note(request, app, kind, whole, changed) if late else None


def _as_note(
    request: Request, app: App, kind: str, form: Form, answers: Answers
) -> Response | None:
    """The page, with what was typed for a step that cannot be taken any more as a note to be sent;
    None where nothing was typed, or no note can be added."""
    names = {*answers.values, *answers.errors}
    fields = [field for field in form["fields"] if field["name"] in names]
    typed = submission.as_typed({**form, "fields": fields}, request.typed)
    return progress.keeping(request, app, access.require(request, app), kind, typed, ("note",))


def ask_again(request: Request, app: App) -> Response:
    """The wish form, filled in with what an order asked for, without what its page hides, such as
    the phone: who has only the page's address does not learn it here either."""
    order, events = access.require(request, app)
    form: Form = app.bundle.forms["wish"]
    again = [
        field
        for field in form["fields"]
        if field["role"] not in OWN
        and not KINDS[field["kind"]].discreet
        and not field.get("sensitive")
    ]
    known = records.known(order, events, app.personal.of(order.no))
    typed = corrections.filled({**form, "fields": again}, known)
    return submission.page(app, {**form, "intro": app.bundle.words["form"]["asked_again"]}, typed)
