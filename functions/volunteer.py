"""``/join/``: somebody signs up as a volunteer; the station calls back. By the link that they get
they see what is kept about them, correct it, take it along, leave, and erase it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial

from functions.app import App
from functions.context import proofs
from functions.context.sentences import fill
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.answers import Shown, shown
from functions.forms.definition import Answers, Form
from functions.forms.residents import FORMS, THANKS
from functions.orders import corrections
from functions.orders.counters import TO_CALL
from functions.orders.lifecycle.states import HELD, RESIDENT, STAFF, TEAM
from functions.orders.notices import STATION
from functions.people import volunteers
from functions.people.volunteers import LINK, Person
from functions.storage.history import Event, Head, Message
from functions.web import own_data, pages, records, submission
from functions.web.http import Keeping, Request, Response, Routes, as_json, entry, see_other
from functions.web.links import CLOSE, KEY, VOLUNTEER, close, is_of_station
from functions.web.step_forms import UNTRIED, Outcome, drawn_version
from functions.web.submission import Signs

NAME = volunteers.KIND
CORRECTION = "volunteer_corrected_by_resident"
"""The form by which they put an answer right."""


def file(request: Request, app: App, form: Form, answers: Answers, signs: Signs) -> Response:
    """Keep the sign-up and lead on to their own page."""
    begin = app.volunteers.applied(form, answers, RESIDENT)
    no, is_new = submission.file(request, app, form, answers, begin, signs, TO_CALL)
    if not is_new and not request.value(submission.ONCE):
        return submission.receipt(request, no, app.volunteers.place(no))
    if request.wants_json:
        return as_json(201, {"no": no, "track": app.volunteers.address(no)})
    cookies = VOLUNTEER.cookies(request, no, app.volunteers.key(no))
    return see_other(app.volunteers.place(no), *cookies)


def opened(request: Request, app: App, no: str) -> bool:
    """Whether the browser has opened the volunteer's own page."""
    key = VOLUNTEER.kept(request).get(no, "")
    return bool(key) and app.volunteers.by_key(no, key) is not None


def show(request: Request, app: App) -> Response:
    """Their own page, for a browser that opened their link; else the thanks, which tell nothing."""
    if not request.query:
        return see_other(FORMS[NAME])
    no, shown_key = request.value("no"), request.query.get(KEY)
    person = app.volunteers.by_key(no, VOLUNTEER.key(request, no))
    if person is None and not shown_key and not request.wants_json:
        return see_other(THANKS)
    if person is None:
        raise Problem(404, "no_volunteer")
    if shown_key and not request.wants_json:
        return VOLUNTEER.open(request, no, shown_key)
    return outside(app, person)


def outside(app: App, person: Person, outcome: Outcome = UNTRIED) -> Response:
    """What the link alone shows, with the form that leads to the rest: what the station put right
    is none of it."""
    head, form = person.head, app.bundle.forms[NAME]
    put_right = _put_right(app, head)
    hidden = {*CONTACT}.union(*(event.data["questions"] for event in put_right))
    answers = {name: value for name, value in person.answers.items() if name not in hidden}
    body = pages.render(
        app.bundle,
        "own_volunteer.html",
        head=head,
        team=app.names.teams.get(head.owner, ""),
        answers=shown(records.labelled(app, form, answers), answers, discreet=True),
        corrected=[
            (event.at, [f["label"] for f in form["fields"] if f["name"] in event.data["questions"]])
            for event in put_right
        ],
        form=app.bundle.actions[own_data.PROOF],
        hidden=_hidden(app, head),
        link=app.volunteers.address(head.no, head.data.get(LINK, 0)),
        errors=outcome.errors,
        once=app.vault.fresh(),
        kept=None,
    )
    return Response(body, outcome.status, refusal=outcome.refusal())


def _put_right(app: App, head: Head) -> list[Event]:
    """The station's corrections of what they answered."""
    events = app.store.events(head.no)
    return [each for each in events if (each.kind, each.by) == (corrections.KIND, STAFF)]


CONTACT = ("name", "phone")
"""The roles of questions whose answers the link alone does not show."""


def proved(request: Request, app: App) -> Response:
    """What they do with all that is kept."""
    no = request.value("no")
    person = app.volunteers.by_key(no, request.value(KEY))
    if person is None:
        raise Problem(404, "no_volunteer")
    if is_of_station(request):
        raise Problem(409, "station")

    def prove(last4: str) -> None:
        key = f"key {person.head.data.get(LINK, 0)}"
        with proofs.guess(app.orders.attempts(request.sender), no, last4, key):
            if not proofs.is_of(person.typed.get("phone"), last4):
                raise Wrong("no_match", "last4")

    act = partial(PROVED[request.value("do")], request, app, person)
    return own_data.proved(request, app, prove, partial(outside, app, person), act)


def mine(request: Request, app: App, person: Person, outcome: Outcome = UNTRIED) -> Response:
    """All that is kept, and what can be done with it."""
    form, head = corrections.correctable(app.bundle.actions[CORRECTION]), person.head
    seen = app.volunteers.seen(person, drawn_version(request)).answers
    page = own_data.page(
        app,
        "own_volunteer.html",
        kept_about(app, person),
        request.path,
        _hidden(app, head) | {"last4": request.value("last4"), "version": str(head.version)},
        head=head,
        team=app.names.teams.get(head.owner, ""),
        form=form,
        typed=corrections.retyped(form, seen, person.answers, request.typed)
        if outcome.tried
        else corrections.filled(form, person.answers),
        errors=outcome.errors,
        can=volunteers.following(head.state),
        doing=app.orders.assigned(head.no),
        once=request.value(submission.ONCE) or app.vault.fresh(),
    )
    return page._replace(status=outcome.status, refusal=outcome.refusal())


def correct(request: Request, app: App, person: Person) -> Response:
    """Put an answer right; a form that is sent again leads to the same page."""
    form = corrections.correctable(app.bundle.actions[CORRECTION])
    answers = submission.check(app, form, request.typed)
    once = submission.submission(request, app, f"{corrections.KIND} {person.head.no}", answers)
    seen = app.volunteers.seen(person, drawn_version(request)).answers
    changed = corrections.changes(form, seen, person.answers, request.typed, answers)
    version = str(person.head.version)
    if not app.store.filed(once):
        try:
            app.volunteers.correct(person.head, form, changed, "", version=version, once=once)
        except Wrong as wrong:
            errors = submission.sentences(app, form, changed.errors or {wrong.field: wrong})
            return mine(request, app, person, Outcome(wrong.status, tried="correct", errors=errors))
    return see_other(app.volunteers.place(person.head.no))


def take_along(request: Request, app: App, person: Person) -> Response:
    """A copy of all that is kept."""
    return own_data.copy(request, app, kept_about(app, person))


def leave(request: Request, app: App, person: Person) -> Response:
    """Leave; the station and the team are told, and of each order that is still to do."""
    if "deactivated" in volunteers.following(person.head.state):
        app.steps.vacate(person.head.no, TEAM)
        app.volunteers.leave(person.head, _goodbye(app, person.head))
    return see_other(app.volunteers.place(person.head.no))


def erase(request: Request, app: App, person: Person) -> Response:
    """Erase what is kept, for good."""
    app.steps.vacate(person.head.no, TEAM)
    app.volunteers.move(person.head, "erased", RESIDENT)
    return own_data.gone(app, volunteers.KIND)


PROVED: Mapping[str, Callable[[Request, App, Person], Response]] = {
    "mine": mine,
    "correct": correct,
    "copy": take_along,
    "leave": leave,
    "erase": erase,
}
"""What needs the proof, by what its button sends."""


def kept_about(app: App, person: Person) -> own_data.OwnData:
    """What is kept about a volunteer: what they answered, and what became of it."""
    head, words = person.head, app.bundle.words["volunteer_acts"]
    words = {**words, **app.bundle.words["own_data"]["acts"]}
    events, typed = app.store.events(head.no), app.personal.of(head.no)
    form = records.labelled(app, app.bundle.forms[NAME], person.answers)
    parts = [own_data.Part(words["applied"], events[0].at, shown(form, person.answers))]
    for seq, event in enumerate(events[1:], 2):
        title, answers = words[event.kind], _team(app, event)
        if event.kind == corrections.KIND:
            title = app.bundle.words["own_data"]["corrected"][event.by]
            answers = records.corrected(app, app.bundle.forms[NAME], events[:seq], typed)
        parts.append(own_data.Part(title, event.at, answers))
    return own_data.OwnData(head.no, str(head.data.get("wording", "")), parts, head.due)


def _team(app: App, event: Event) -> Sequence[Shown]:
    if not (team := event.data.get("team")):
        return []
    label = app.bundle.words["own_data"]["team"]
    return [Shown("team", "", label, app.names.teams.get(team, team))]


def _goodbye(app: App, head: Head) -> list[Message]:
    """What the station and the team are told, if they have a channel; nothing of a sign-up that is
    held, of which they were not told either."""
    if head.state == HELD:
        return []
    words, team = app.bundle.words["own_data"], app.names.teams.get(head.owner, "")
    text = fill(words["left"], team=team or words["nobody"])
    reached = {channel["to"] for channel in app.bundle.site["notify"]}
    return [
        Message(f"{head.no}:{head.version + 1}:left:{to}", to, text)
        for to in (STATION, head.owner)
        if to in reached
    ]


def _hidden(app: App, head: Head) -> dict[str, str]:
    return {"no": head.no, KEY: app.volunteers.key(head.no, head.data.get(LINK, 0))}


_FILING = submission.filing(NAME, NAME, file, opened)


def submit(request: Request, app: App) -> Response:
    """File a sign-up, or do something with one's own data."""
    if request.value("do") == CLOSE:
        return close(request, app, VOLUNTEER)
    if request.value("do") not in PROVED:
        return _FILING(request, app)
    with _handing_back(request, app):
        try:
            return proved(request, app)
        except (Refused, Conflict) as error:
            raise Problem(error.status, "moved") from None


def _handing_back(request: Request, app: App) -> AbstractContextManager[None]:
    """Where their correction cannot be answered, its page shows what was typed."""
    return submission.handing_back(request, corrections.correctable(app.bundle.actions[CORRECTION]))


def later(request: Request, app: App, code: str, no: str) -> Response:
    """The sign-up as it was typed, where nothing can be written."""
    if request.value("do") not in PROVED:
        return _FILING.later(request, app, code, no)
    with _handing_back(request, app):
        raise Problem(503, code)


ROUTES: Routes = {
    FORMS[NAME]: {"GET": submission.fresh(NAME)},
    f"/api/{NAME}": {"GET": show, "POST": Keeping(submit, later)},
}
handler = entry(ROUTES)
