"""Volunteers at the desk: sign-ups to answer, teams, and what each has done."""

from collections.abc import Iterable
from typing import NamedTuple

from functions.app import App
from functions.desk.confirm import Question
from functions.desk.session import Session, view
from functions.errors import Conflict, Problem, Refused, Unfinished
from functions.forms.answers import Shown, shown
from functions.orders import counters, repository
from functions.orders.lifecycle import Order, apply
from functions.orders.repository import History
from functions.people import volunteers
from functions.people.volunteers import AT_ONCE, Person
from functions.storage.history import Event, Head
from functions.web import step_forms, submission
from functions.web.http import Request, Response, see_other

PAGE = 30
MANY = 10
"""So many are approved at once without asking."""
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
    return view(
        app,
        session,
        "people.html",
        state=state,
        team=team,
        people=[(person, _answers(app, person)) for person in people],
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
    return Question("approve", "/desk/people/", {"count": count}) if count > MANY else None


def record(request: Request, app: App, session: Session, notice: str = "") -> Response:
    """A volunteer's page: what they answered, what they did, how it was rated."""
    person = _person(request, app)
    orders = _served(app, person.head.no)
    rounds = [
        each
        for order, events in orders
        for each in _rounds(order.no, events)
        if each.by == person.head.no
    ]
    stars = [value for each in rounds for value in each.stars]
    return view(
        app,
        session,
        "person.html",
        409 if notice else 200,
        person=person,
        answers=_answers(app, person),
        history=app.store.events(person.head.no),
        rounds=rounds,
        doing=[o.no for o, _ in orders if o.state == "accepted" and o.volunteer == person.head.no],
        rated=sum(each.rated for each in rounds),
        stars=sum(stars) / len(stars) if stars else None,
        can=[k for k, (after, _) in volunteers.TABLE.items() if person.head.state in after],
        notice=notice,
        chosen=request.value("team") or person.head.data.get("wants", ""),
        open_teams=app.bundle.teams,
    )


def act(request: Request, app: App, session: Session) -> Response:
    """Approve into a team, move to another, deactivate, erase."""
    person, kind, team = _person(request, app), request.value("do"), request.value("team")
    if kind not in volunteers.TABLE or kind == "held":
        raise Problem(400, "unknown_step")
    if kind in ("approved", "moved") and team not in app.bundle.teams:
        return record(request, app, session, "team")
    data = {"team": team} if kind in ("approved", "moved") else {}
    once = submission.drawn_once(request, app, f"{kind} {person.head.no}", data)
    try:
        if not (once and app.store.filed(once)):
            app.volunteers.move(person.head, kind, once=once, who=session.who, **data)
    except (Refused, Conflict):
        return record(request, app, session, "volunteer")
    return see_other(f"/desk/person/?no={person.head.no}")


def ask(request: Request, app: App) -> Question | None:
    """What was erased does not come back."""
    person = _person(request, app)
    after, _ = volunteers.TABLE["erased"]
    if request.value("do") != "erased" or person.head.state not in after:
        return None
    return Question("erase", f"/desk/person/?no={person.head.no}", {"whom": person.name})


class Round(NamedTuple):
    """A time that somebody did an order, and what came of it."""

    no: str
    by: str
    at: str
    rated: bool = False
    stars: tuple[int, ...] = ()
    again: bool = False
    """Whether the order was reopened after it."""


def _rounds(no: str, events: Iterable[Event]) -> list[Round]:
    """The rounds of an order that were done, and not taken back, the first one first."""
    found, order = list[Round](), Order(no)
    for event in events:
        before, order = order, apply(order, event)
        if event.kind == "done":
            found.append(Round(no, order.volunteer, event.at))
        elif found and event.kind == "rated":
            stars = tuple(value for name in counters.STARS if (value := getattr(order, name)))
            found[-1] = found[-1]._replace(rated=True, stars=stars)
        elif found and event.kind == "reopened":
            found[-1] = found[-1]._replace(again=True)
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


def _answers(app: App, person: Person) -> list[Shown]:
    form = step_forms.labelled(app, app.bundle.forms[volunteers.KIND], person.answers)
    return shown(step_forms.to_staff(app, form), person.answers)


def _person(request: Request, app: App) -> Person:
    person = app.volunteers.find(request.value("no"))
    if person is None:
        raise Problem(404, "not_found")
    return person
