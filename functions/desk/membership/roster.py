"""Volunteers at the desk: sign-ups to answer, teams, and what each has done."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from functions.app import App
from functions.desk.confirm import MANY, Question
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem, Refused, Unfinished, Wrong
from functions.forms.answers import Shown, shown
from functions.forms.definition import Form
from functions.orders import corrections, counters, ratings, repository
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.states import STAFF
from functions.orders.lifecycle.transitions import apply
from functions.orders.repository import History
from functions.people import volunteers
from functions.people.volunteers import AT_ONCE, Person
from functions.storage.history import Event, Head
from functions.web import records, step_forms, submission
from functions.web.http import Request, Response, see_other
from functions.web.step_forms import UNTRIED, Outcome
from functions.web.submission import ONCE

PAGE = 30
STATES = ("applied", "active", "inactive")


def show(
    request: Request, app: App, session: Session, results: list[tuple[str, str]] | None = None
) -> Response:
    """Volunteers in a state, and of one team if a team is chosen; new sign-ups first of all."""
    now = counters.by_scope(app.store.tally(counters.NOW))
    counts = now.get(counters.VOLUNTEERS, {})
    state, team = request.value("state"), request.value("team")
    if state not in STATES:
        state = "applied" if counts.get("applied") else "active"
    marks = [f"{state} {team}" if team else f"state:{state}"]
    heads = app.store.find(volunteers.KIND, marks, request.value("before"), PAGE)
    people = [app.volunteers.opened(head) for head in heads]
    app.audit.record("looked_list", session.who, sender=request.sender, daily=True)
    return view(
        app,
        session,
        "people.html",
        state=state,
        team=team,
        people=[(person, _answers(app, person), _alike(app, person)) for person in people],
        before=heads[-1].position if len(heads) == PAGE else "",
        counts=counts,
        open_teams=app.bundle.teams,
        results=results or [],
        ticked=request.typed.get("no", []) if session.resumed else [],
        into=request.value("into"),
    )


def approve(request: Request, app: App, session: Session) -> Response:
    """Approve those who are ticked, each into the team chosen for all, or the one they asked for.
    Each is a transaction of its own, and the page says what became of each."""
    results: list[tuple[str, str]] = []
    for no in request.typed.get("no", []):
        person = app.volunteers.find(no)
        if person is None:
            continue
        team = request.value("into") or person.head.data.get("wants", "")
        code = "" if team in app.bundle.teams else "team"
        once = submission.drawn_once(request, app, f"approved {no}", {"team": team})
        try:
            if not code and not (once and app.store.filed(once)):
                app.volunteers.move(person.head, "approved", once=once, who=session.who, team=team)
        except (Refused, Conflict):
            code = "volunteer"
        except Exception as error:
            if any(not done for _, done in results):
                raise Unfinished from error
            raise
        results.append((person.name, code))
    return show(request, app, session, results)


def ask_approval(request: Request, app: App) -> Question | None:
    """Many at once."""
    count = len(request.typed.get("no", []))
    return Question("approve", {"count": count}) if count > MANY else None


def record(
    request: Request, app: App, session: Session, outcome: Outcome = UNTRIED, link: str = ""
) -> Response:
    """A volunteer's page: what they answered, what they did, how it was rated; and once their own
    ``link``, when it was made."""
    person = _person(request, app)
    if session.resumed:
        outcome = step_forms.resumed(request)
    events, form = app.store.events(person.head.no), _to_correct(app)
    history = _history(app, person.head.no, events)
    can = [k for k, (after, _) in volunteers.TABLE.items() if person.head.state in after]
    tried = outcome.tried == corrections.KIND
    untaken = form["slug"] if tried and corrections.KIND not in can else ""
    seen = {"no": person.head.no, "sender": request.sender}
    app.audit.record("looked_person", session.who, daily=True, **seen)
    return view(
        app,
        session,
        "person.html",
        outcome.status,
        person=person,
        answers=_answers(app, person),
        alike=_alike(app, person),
        history=history,
        form=form,
        filled=corrections.filled(form, person.answers),
        tried=tried,
        typed=_retyped(request, app, form, person) if tried else {},
        since=outcome.since(history),
        untaken=step_forms.untaken(request, app, untaken, ()),
        errors=outcome.errors,
        once=request.value(ONCE) or app.vault.fresh(),
        **_work(app, person),
        can=can,
        notice=outcome.notice,
        link=link,
        chosen=request.value("team") or person.head.data.get("wants", ""),
        open_teams=app.bundle.teams,
    )


def _work(app: App, person: Person) -> dict[str, Any]:
    """What a volunteer did and is doing, and how it was rated."""
    orders = _served(app, person.head.no)
    rounds = [
        each
        for order, events in orders
        for each in _rounds(order.no, events)
        if each.by == person.head.no
    ]
    stars = [value for each in rounds for value in each.stars]
    return {
        "rounds": rounds,
        "doing": _doing(person, orders),
        "rated": sum(each.rated for each in rounds),
        "stars": sum(stars) / len(stars) if stars else None,
    }


def act(request: Request, app: App, session: Session) -> Response:
    """Approve into a team, move to another, deactivate, make a link, correct, erase."""
    person, kind, team = _person(request, app), request.value("do"), request.value("team")
    page = partial(record, request, app, session)
    if kind not in volunteers.TABLE or kind == "held":
        raise Problem(400, "unknown_step")
    if kind in ("approved", "moved") and team not in app.bundle.teams:
        return page(Outcome(409, notice="team"))
    if kind == corrections.KIND:
        return _correct(request, app, session, person)
    data = {"team": team} if kind in ("approved", "moved") else {}
    once = submission.drawn_once(request, app, f"{kind} {person.head.no}", data)

    def moved() -> Response:
        if once and app.store.filed(once):
            return see_other(_address(person.head))
        if kind in ("deactivated", "erased"):
            app.steps.vacate(person.head.no, STAFF, who=session.who)
        if kind == "linked":
            link = app.volunteers.link(person.head, session.who, once)
            app.audit.record("linked", session.who, no=person.head.no, sender=request.sender)
            return page(link=link)
        app.volunteers.move(person.head, kind, once=once, who=session.who, **data)
        if kind == "erased":
            no = person.head.no
            app.audit.record("erased_person", session.who, no=no, sender=request.sender)
        return see_other(_address(person.head))

    try:
        return step_forms.written(request, moved, page)
    except (Refused, Conflict):
        return page(Outcome(409, notice="volunteer"))


def _correct(request: Request, app: App, session: Session, person: Person) -> Response:
    """Put answers right; a form that is sent again leads to the same page."""
    form = app.names.answerable(_to_correct(app), request.value(submission.WORDING))
    request = submission.separate_phones(request, app, form)
    answers = submission.check(app, form, request.typed)
    head, kind = person.head, corrections.KIND
    once = submission.drawn_once(request, app, f"{kind} {head.no}", answers.values)
    if once and app.store.filed(once):
        return see_other(_address(head))
    seen = app.volunteers.seen(person, step_forms.drawn_version(request)).answers
    changed = corrections.changes(form, seen, person.answers, request.typed, answers)
    page = partial(record, request, app, session)

    def corrected() -> Response:
        version = request.value("version")
        app.volunteers.correct(head, form, changed, session.who, version=version, once=once)
        return see_other(_address(head))

    try:
        return step_forms.written(request, corrected, page, kind)
    except Wrong as wrong:
        errors = submission.sentences(app, form, changed.errors or {wrong.field: wrong})
        return page(Outcome(wrong.status, tried=kind, errors=errors))
    except (Refused, Conflict):
        seen_version = step_forms.drawn_version(request)
        return page(Outcome(409, notice="volunteer", tried=kind, version=seen_version))


def _retyped(request: Request, app: App, form: Form, person: Person) -> Mapping[str, list[str]]:
    """What was typed for a correction, with what others corrected meanwhile."""
    seen = app.volunteers.seen(person, step_forms.drawn_version(request)).answers
    return corrections.retyped(form, seen, person.answers, request.typed)


def _to_correct(app: App) -> Form:
    """The questions that a volunteer answered. Which team a volunteer is in is none of them: that
    changes by approving and moving."""
    return corrections.correctable(app.bundle.actions["volunteer_corrected"])


def _history(app: App, no: str, events: Sequence[Event]) -> list[tuple[Event, list[Shown]]]:
    """All that happened to a volunteer, with what was corrected."""
    typed, form = app.personal.of(no), app.bundle.forms[volunteers.KIND]
    return [
        (
            event,
            records.corrected(app, form, events[:seq], typed)
            if event.kind == corrections.KIND
            else [],
        )
        for seq, event in enumerate(events, 1)
    ]


def _address(head: Head) -> str:
    return f"/desk/person/?no={head.no}"


def ask(request: Request, app: App) -> Question | None:
    """What was erased does not come back; who is deactivated may be on the way to somebody."""
    person, kind = _person(request, app), request.value("do")
    after, _ = volunteers.TABLE.get(kind, ((), ""))
    if kind not in ("erased", "deactivated") or person.head.state not in after:
        return None
    count = len(_doing(person, _served(app, person.head.no)))
    code = "busy" if kind == "deactivated" and count else kind
    return Question(code, {"whom": person.name, "count": count})


class Assignment(NamedTuple):
    """A time that somebody did an order, and what came of it."""

    no: str
    by: str
    at: str
    rated: bool = False
    stars: tuple[int, ...] = ()
    again: bool = False
    """Whether the order was reopened after it."""


def _rounds(no: str, events: Sequence[Event]) -> list[Assignment]:
    """The rounds of an order that were done, and not taken back, the first one first."""
    found, order, stand = list[Assignment](), Order(no), ratings.standing(events)
    for seq, event in enumerate(events, 1):
        before, order = order, apply(order, event)
        if event.kind == "done":
            found.append(Assignment(no, order.volunteer, event.at))
        elif found and seq in stand:
            stars = tuple(value for name in counters.STARS if (value := getattr(order, name)))
            found[-1] = found[-1]._replace(rated=True, stars=stars)
        elif found and event.kind == "reopened":
            found[-1] = found[-1]._replace(again=True)
        elif found and event.kind == "unrated" and order.state == "done":
            found[-1] = found[-1]._replace(again=False)
        elif found and (before.state, order.state) == ("done", "accepted"):
            found.pop()
    return found


def _served(app: App, no: str) -> list[History]:
    """All orders that a volunteer accepted or did, the newest first. The marks besides that of
    doers are of orders from before there was one, until the schedule has derived them anew."""
    heads: dict[str, Head] = {}
    for mark in (repository.DOER, "volunteer", "rated"):
        before = ""
        while page := app.store.find(repository.KIND, [f"{mark}:{no}"], before, AT_ONCE):
            heads |= {head.no: head for head in page}
            before = page[-1].position
    newest = sorted(heads.values(), key=lambda head: head.position, reverse=True)
    return [history for head in newest if (history := app.orders.history(head.no))]


def _doing(person: Person, orders: Sequence[History]) -> list[str]:
    """The numbers of those that a volunteer accepted and has not done."""
    mine = [order for order, _ in orders if order.volunteer == person.head.no]
    return [order.no for order in mine if order.state == "accepted"]


def _alike(app: App, person: Person) -> list[Person]:
    """Others who gave the same phone: to be looked at before a sign-up is approved."""
    phone = str(person.typed.get("phone", ""))
    if person.head.state != "applied" or not phone:
        return []
    others = [head for head in app.volunteers.of_phone(phone) if head.no != person.head.no]
    return [*map(app.volunteers.opened, others)]


def _answers(app: App, person: Person) -> list[Shown]:
    form = records.labelled(app, app.bundle.forms[volunteers.KIND], person.answers)
    return shown(records.to_staff(app, form), person.answers)


def _person(request: Request, app: App) -> Person:
    person = app.volunteers.find(request.value("no"))
    if person is None:
        raise Problem(404, "not_found")
    return person
