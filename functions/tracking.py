"""``/track/`` and ``/api/order``: a resident follows an order, takes it back, asks again."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from functions.app import App
from functions.errors import Conflict, Often, Problem, Refused, Wrong
from functions.forms import order_number
from functions.forms.answers import Shown, shown
from functions.forms.definition import Answers, Form, sensitive, without
from functions.forms.kinds import KINDS
from functions.forms.residents import FORMS
from functions.orders import corrections
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import FINAL, RESIDENT
from functions.orders.notices import said
from functions.orders.privacy import Unreadable, contact
from functions.orders.repository import KIND, History
from functions.orders.steps import BLANK
from functions.storage.history import Event
from functions.web import own_data, pages, records, step_forms, submission
from functions.web.http import Request, Response, Routes, as_json, entry, see_other
from functions.web.links import HERE, KEY, ORDER, to_order, works_on
from functions.web.step_forms import UNTRIED, Outcome, drawn_version

NAME = "order"

STEPS = {
    "note": "noted",
    "correct": "corrected",
    "opt": "opted",
    "reopen": "reopened",
    "cancel": "cancelled",
    "restore": "restored",
    "unrate": "unrated",
}
"""What a resident does on the page, and the event that it becomes."""
CORRECTING = tuple(do for do, kind in STEPS.items() if kind in corrections.CHANGING)
"""Those whose forms are filled in with what was answered."""
IDENTIFYING = ("name", "phone", "address", "personal")
"""The roles of questions whose answers the page does not show whole."""
RELINK = "relink"
"""What the button sends that asks for a new link."""
CHANGEABLE = ("submitted", "triaged", "dispatched")
"""The states in which she may still change what she wishes for."""
MEANWHILE = "meanwhile"
"""What the page says where others corrected something since the page that she sent was drawn."""
ASK = "ask"
"""What the button sends that leads to the wish form, filled in as it was."""
ENDED = ("done", "rated", *FINAL)
"""The states in which the page says what else can be done, such as asking again."""
OWN = ("consent", "date")
"""The roles of questions that are answered anew each time."""


def show(request: Request, app: App) -> Response:
    """The progress, for a browser that opened the order's link; else the form to find it."""
    if not request.query:
        return see_other(FORMS[NAME])
    found = _found(request, app)
    if found is None and not request.query.get(KEY) and not request.wants_json:
        return closed(request, app)
    if found is None:
        raise Problem(404, "no_order")
    if request.query.get(KEY) and not request.wants_json:
        return ORDER.open(request, found.order.no, request.value(KEY))
    return page(request, app, found)


def closed(request: Request, app: App) -> Response:
    """The form by number and phone, where the browser has not opened the order, or keeps no
    cookies; it says nothing of whether there is such an order."""
    typed = {"no": [request.value("no")]}
    notice = app.bundle.words["form"]["closed"]
    form = app.bundle.forms[NAME]
    return submission.page(app, form, typed, {}, {HERE: "yes"}, 403, notice)


def page(request: Request, app: App, found: History, outcome: Outcome = UNTRIED) -> Response:
    """The order as its resident sees it, with the forms for what may be done now."""
    order, events = found
    if request.wants_json and outcome.errors:
        return as_json(outcome.status, {"errors": outcome.errors})
    typed = app.personal.of(order.no)
    if request.wants_json:
        steps = [{"event": event.kind, "at": event.at} for event in events]
        return as_json(200, {"no": order.no, "state": order.state, "steps": steps})
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
        filled=dict.fromkeys(CORRECTING, _filled(app, records.known(order, events, typed))),
        form=without(app.bundle.forms["rating"], "no", "last4"),
        once=app.vault.fresh(),
        tried=outcome.tried,
        typed=_retyped(request, app, found, typed) if outcome.tried else {},
        errors=outcome.errors,
        notice=outcome.notice,
    )
    return Response(body, outcome.status)


def _happened(
    app: App, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[tuple[Event, str, str]]:
    """What a resident is told of each event, with what was written for her or by her."""
    words = app.bundle.words["events"]
    return [
        (event, sentence, _words(app, event, typed.get(seq, {})))
        for seq, event in enumerate(events, 1)
        if (sentence := told(words, event))
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


def form(app: App, kind: str, state: str) -> Form:
    """What a resident is asked for a step. In a correction a question whose answer is not shown, or
    has to be given, ``stays`` when it is left empty; and once somebody is on the way, she corrects
    only who and where she is."""
    asked: Form = app.bundle.actions.get(f"{kind}_by_resident", BLANK)
    if kind not in corrections.CHANGING:
        return asked
    kept, hidden = corrections.asked(asked), _hidden(app)
    late = kind == corrections.KIND and state not in CHANGEABLE
    fields = [
        {**each, "required": False, "stays": each["required"] or each["name"] in hidden}
        for each in kept["fields"]
        if not late or each["role"] in IDENTIFYING
    ]
    return {**kept, "fields": fields}


def _filled(app: App, known: Mapping[str, Any]) -> dict[str, list[str]]:
    """A resident's answers to be corrected, without what would tell a stranger who she is."""
    form: Form = app.bundle.forms["wish"]
    return corrections.filled(without(form, *_hidden(app)), known)


def _retyped(
    request: Request, app: App, found: History, typed: Mapping[int, Mapping[str, Any]]
) -> Mapping[str, list[str]]:
    """What she typed for a step. A correction takes over what others corrected meanwhile, except
    for what the page hides."""
    if request.value("do") not in CORRECTING:
        return request.typed
    asked = form(app, STEPS[request.value("do")], found.order.state)
    shown_whole = without(asked, *_hidden(app))
    return corrections.retyped(shown_whole, *_seen(request, found, typed), request.typed)


def _seen(
    request: Request, found: History, typed: Mapping[int, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Her answers as the page that she sends was drawn with them, and as they are now."""
    seen = records.seen(*found, typed, drawn_version(request))
    return seen, records.known(*found, typed)


def _hidden(app: App) -> set[str]:
    """The questions whose answers are not shown to whoever has the link."""
    form: Form = app.bundle.forms["wish"]
    private = sensitive(form)
    return {
        field["name"]
        for field in form["fields"]
        if field["role"] in IDENTIFYING or (field["name"] in private and field["kind"] != "consent")
    }


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
    if request.value("do") == RELINK:
        return relink(request, app)
    if request.value("do") in PROVED:
        return proved(request, app)
    if kind := STEPS.get(request.value("do")):
        return step(request, app, kind)
    form, hidden = _sent(request, app)
    answers = submission.check(request, app, form)
    if not answers.errors:
        try:
            no, last4 = answers.values["no"], answers.values["last4"]
            key = ORDER.kept(request).get(no, "")
            order = app.orders.by_phone(no, last4, request.sender, key)
            return lead(request, app, _not_at_work(request, app, order), by_digits=True)
        except Wrong as wrong:
            answers.errors[wrong.field] = wrong
    return submission.again(request, app, form, answers.errors, hidden)


def lead(
    request: Request, app: App, order: Order, notice: str = "", by_digits: bool = False
) -> Response:
    """Lead on to the order's page; a browser without cookies is answered here, and so is one that
    gets a ``notice``."""
    here = request.value(HERE)
    if not here and (request.wants_json or not notice):
        return to_order(request, app, order, by_digits)
    events = tuple(map(app.names.of_event, app.store.events(order.no)))
    fresh = request._replace(typed={HERE: [here]} if here else {})
    return page(fresh, app, History(order, events), Outcome(notice=notice))


def step(request: Request, app: App, kind: str) -> Response:
    """Take a step of the resident's; a second press gets the same answer as the first."""
    found = _own(request, app)
    order = found.order
    asked = form(app, kind, order.state)
    answers = submission.check(request, app, asked)
    once = submission.submission(request, app, f"{kind} {order.no}", answers)
    notice = ""
    if kind in corrections.CHANGING:
        if not asked["fields"]:
            raise Problem(400, "unknown_step")
        seen, before = _seen(request, found, app.personal.of(order.no))
        if kept := _too_late(request, app, kind, asked, seen, before):
            return kept
        answers = corrections.changes(asked, seen, before, request.typed, answers)
        notice = MEANWHILE if corrections.meanwhile(asked, seen, before, request.typed) else ""
    # What asks nothing leads to a state, and there is nothing to do where that is reached.
    once = once if asked["fields"] else ""
    reached = (TABLE[kind].to, *TABLE[kind].leads.values())
    done = app.store.filed(once) if asked["fields"] else order.state in reached
    may = done or kind in app.steps.moves(order, RESIDENT)
    if not may and (kept := _as_note(request, app, kind, asked, answers)):
        return kept
    if not done:
        try:
            order = app.steps.take(order, kind, RESIDENT, asked, answers, once=once)
        except Wrong as wrong:
            errors = submission.sentences(app, asked, answers.errors or {wrong.field: wrong})
            outcome = Outcome(wrong.status, tried=request.value("do"), errors=errors)
            return page(request, app, found, outcome)
        except Often as often:
            if request.wants_json:
                raise
            return page(request, app, found, Outcome(often.status, often.code, request.value("do")))
        except (Refused, Conflict):
            kept = _as_note(request, app, kind, asked, answers)
            return kept or submission.refuse(request, app, order, kind)
    return lead(request, app, order, notice)


def relink(request: Request, app: App) -> Response:
    """A new key in place of the one that opened this page. A second press comes with the old one,
    and is known by that and the page that it was drawn with, until the link is replaced again."""
    no, key = order_number.parse(request.value("no")) or "", request.value(KEY)
    once = submission.drawn_once(request, app, f"relinked {no}", {KEY: key})
    again = once and app.store.filed(once) == no
    done = app.orders.by_former_key(no, key) if again else None
    if done:
        return lead(request, app, _not_at_work(request, app, done))
    order = _own(request, app).order
    try:
        return lead(request, app, app.steps.take(order, "relinked", RESIDENT, once=once))
    except (Refused, Conflict):
        return submission.refuse(request, app, order, "relinked")


def proved(request: Request, app: App) -> Response:
    """What a resident does with all that is kept about her: the link alone is not enough for it,
    because links are forwarded."""
    found = _own(request, app)
    prove = partial(app.orders.prove, found, sender=request.sender)
    if outcome := own_data.unproved(request, app, prove):
        return page(request, app, found, outcome)
    return PROVED[request.value("do")](request, app, found)


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
        return submission.refuse(request, app, found.order, "erased")
    return own_data.gone(app, KIND)


PROVED: Mapping[str, Callable[[Request, App, History], Response]] = {
    "mine": mine,
    "copy": take_along,
    "erase": erase,
}
"""What needs the proof, by what its button sends."""


def kept_about(app: App, found: History) -> own_data.Kept:
    """What is kept about a resident: what she said, and what the station told her."""
    order, events = found
    typed, words = app.personal.of(order.no), app.bundle.words["events"]
    first = {**corrections.known(events, typed), "service": order.service}
    form = records.labelled(app, app.bundle.forms["wish"], first)
    parts = [own_data.Part(told(words, events[0]), events[0].at, shown(form, first))]
    for seq, event in enumerate(events[1:], 2):
        answers = _answers(app, events[:seq], typed) if event.by == RESIDENT else []
        if event.kind in corrections.CHANGING:
            answers = records.corrected(app, app.bundle.forms["wish"], events[:seq], typed)
        elif text := _words(app, event, typed.get(seq, {})):
            answers = [Shown("text", "", app.bundle.words["own_data"]["text"], text)]
        parts.append(own_data.Part(told(words, event), event.at, answers))
    until = app.deadlines.kept_until(order.ended_at) if order.ended_at else ""
    return own_data.Kept(order.no, order.wording, [part for part in parts if part.title], until)


def _answers(app: App, events: Sequence[Event], typed: Mapping[int, Any]) -> list[Shown]:
    """What she answered with the last of the events."""
    return records.step(app, events[-1], typed.get(len(events), {}))


def _too_late(
    request: Request,
    app: App,
    kind: str,
    asked: Form,
    seen: Mapping[str, Any],
    before: Mapping[str, Any],
) -> Response | None:
    """The page with a note to be sent, if a form that was drawn earlier changes what is not asked
    any more since somebody is on the way."""
    whole = form(app, kind, CHANGEABLE[0])
    if whole == asked:
        return None
    checked = submission.check(request, app, whole)
    changed = corrections.changes(whole, seen, before, request.typed, checked)
    late = changed.values.keys() - {field["name"] for field in asked["fields"]}
    return _as_note(request, app, kind, whole, changed) if late else None


def _as_note(
    request: Request, app: App, kind: str, asked: Form, answers: Answers
) -> Response | None:
    """The page, with what was typed for a step that cannot be taken any more as a note to be sent;
    None where nothing was typed, or no note can be added."""
    found = _history(request, app)
    order = found.order
    names = {*answers.values, *answers.errors}
    fields = [field for field in asked["fields"] if field["name"] in names]
    typed = step_forms.as_typed({**asked, "fields": fields}, request.typed)
    if request.wants_json or not typed or "noted" not in app.steps.moves(order, RESIDENT):
        return None
    texts = [f"{each.label}：{each.text}" if len(typed) > 1 else each.text for each in typed]
    filled = request._replace(typed={**request.typed, "note": ["\n".join(texts)]})
    return page(filled, app, found, Outcome(409, tried="note", notice=kind))


def ask_again(request: Request, app: App) -> Response:
    """The wish form, filled in with what an order asked for, without what its page hides, such as
    the phone: who has only the page's address does not learn it here either."""
    order, events = _history(request, app)
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


def _history(request: Request, app: App) -> History:
    found = _found(request, app)
    if found is None:
        raise Problem(404, "no_order")
    return found


def _own(request: Request, app: App) -> History:
    """The same for a step of the resident's own."""
    found = _history(request, app)
    _not_at_work(request, app, found.order)
    return found


def _not_at_work(request: Request, app: App, order: Order) -> Order:
    """The order, unless this is the browser of those who do it: they know the phone, and what they
    do in its resident's place would stand under her name."""
    if works_on(request, app, order):
        raise Problem(409, "worker")
    return order


def _found(request: Request, app: App) -> History | None:
    """The order of the key that was sent, or kept from when its link was opened."""
    no = order_number.parse(request.value("no"))
    return app.orders.by_key(no, ORDER.key(request, no)) if no else None


def _sent(request: Request, app: App) -> tuple[Form, Mapping[str, str]]:
    """The form that was sent, and its hidden fields."""
    hidden = {HERE: "yes"} if request.value(HERE) else {}
    return submission.sent_form(request, app, NAME), hidden


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"GET": show, "POST": submission.keeping(submit, _sent)},
}
handler = entry(ROUTES)
