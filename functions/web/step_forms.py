"""The forms by which the station and the teams take an order's steps, and what was answered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.app import App
from functions.context import logs
from functions.errors import Conflict, Problem, Refused, Wrong
from functions.forms.answers import Shown, shown
from functions.forms.definition import Answers, Form, for_staff
from functions.forms.kinds import COMMA, Field
from functions.orders import corrections
from functions.orders.lifecycle import RESIDENT, Order
from functions.orders.privacy import Unreadable, contact, unreadable
from functions.storage.failures import unwritten
from functions.storage.history import Event
from functions.web import submission
from functions.web.http import RETRY, Request, Response, see_other

if TYPE_CHECKING:
    from functions.orders.ranking import Weighed


class Outcome(NamedTuple):
    """What an order's page says about a step that was not taken.

    ``tried`` is the kind of the step whose form is shown as it was filled in, with a sentence
    beside each field in ``errors``; ``notice`` is a code of ``words.desk.notices``. ``drawn`` is
    the version of the order that the form was drawn for, if others moved it on since.
    """

    status: int = 200
    notice: str = ""
    tried: str = ""
    errors: Mapping[str, str] = {}
    drawn: int | None = None

    def since(self, events: Sequence[Event]) -> Sequence[Event]:
        """What happened to the order since the form was drawn."""
        return () if self.drawn is None else events[self.drawn :]


CHANGED = "{} → {}"
"""An answer before and after it was corrected."""

UNTRIED = Outcome()
"""No step was tried."""


def take(
    request: Request,
    app: App,
    order: Order,
    by: str,
    page: Callable[[Outcome], Response],
    done: Callable[[Order], str],
    team: str = "",
    colleagues: Callable[[], Sequence[str]] = tuple,
    **more: str,
) -> Response:
    """Take the step that the request asks for, and lead on to the address that ``done`` gives; a
    form that is sent again leads there too. If the step cannot be taken, or the order is not the
    ``team``'s any more that asks, ``page`` shows the order as it is by then, with what was typed.
    For ``colleagues`` see :func:`forms`.

    Raises:
        Problem: ``unknown_step``.
    """
    kind, version = request.value("do"), request.value("version")
    if kind not in app.bundle.actions:
        raise Problem(400, "unknown_step")
    drawn = request.value(submission.WORDING)
    form = app.names.answerable(forms(app, order, [kind], colleagues)[kind], drawn)
    answers = submission.check(request, app, form)
    once = submission.drawn_once(request, app, f"{kind} {order.no}", answers.values)
    if once and app.store.filed(once):
        return see_other(done(order))
    if kind == corrections.KIND:
        answers = _corrections(request, app, order, form, answers)

    def taken() -> Response:
        if team and order.team != team:  # It was the team's, and is not any more.
            raise Conflict
        after = app.steps.take(order, kind, by, form, answers, more, version=version, once=once)
        return see_other(done(after))

    try:
        return written(request, taken, page, kind)
    except Wrong as wrong:
        errors = submission.sentences(app, form, answers.errors or {wrong.field: wrong})
        return page(Outcome(wrong.status, tried=kind, errors=errors))
    except (Conflict, Refused) as error:
        return page(
            Outcome(error.status, notice=error.code, tried=kind, drawn=drawn_version(request))
        )


def written(
    request: Request,
    act: Callable[[], Response],
    page: Callable[[Outcome], Response],
    tried: str = "",
) -> Response:
    """The answer to an act; where nothing can be written now, the page with what was typed."""
    try:
        return act()
    except (Wrong, Conflict, Refused):
        raise
    except Exception as error:
        code = unwritten(error)
        if not code:
            raise
        logs.failure(error, f"{request.method} {request.path}")
        response = page(Outcome(503, notice=code, tried=tried))
        return response._replace(headers={**response.headers, **RETRY})


def resumed(request: Request) -> Outcome:
    """What an order's page says to who signed in again after filling in a step's form."""
    return Outcome(tried=request.value("do"), drawn=drawn_version(request))


def drawn_version(request: Request) -> int | None:
    """The version of what a form was drawn for."""
    version = request.value("version")
    return int(version[:9]) if version.isdecimal() else None


def _corrections(request: Request, app: App, order: Order, form: Form, answers: Answers) -> Answers:
    events = map(app.names.of_event, app.store.events(order.no))
    before = known(order, events, app.personal.of(order.no))
    return corrections.changes(form, before, request.typed, answers)


def untaken(request: Request, app: App, kind: str, offered: Iterable[str]) -> list[Shown]:
    """What was typed for a step that cannot be taken any more, to be copied from the page."""
    if kind in offered or kind not in app.bundle.actions:
        return []
    return as_typed(app.bundle.actions[kind], request.typed)


def as_typed(form: Form, typed: Mapping[str, Sequence[str]]) -> list[Shown]:
    """What was typed in a form, as it was typed, and the labels of what was picked."""
    found = []
    for field in form["fields"]:
        labels = {choice["value"]: choice["label"] for choice in field["choices"]}
        texts = [labels.get(text, text) for text in typed.get(field["name"], ()) if text]
        if texts:
            found.append(Shown(field["name"], field["kind"], field["label"], COMMA.join(texts)))
    return found


def forms(
    app: App,
    order: Order,
    kinds: Iterable[str],
    colleagues: Callable[[], Sequence[str]] = tuple,
) -> dict[str, Form]:
    """The forms of steps, with the teams, volunteers or, at the desk, ``colleagues`` that this
    order can be given to."""
    found: dict[str, Form] = {kind: app.bundle.actions[kind] for kind in kinds}
    for kind in found:
        if kind == "dispatched":
            found[kind] = _choosing(found[kind], "team", _teams(app, order))
        elif kind in ("accepted", "assigned"):
            found[kind] = _choosing(found[kind], "volunteer", _volunteers(app, order))
        elif kind == "handled":
            known = [{"value": name, "label": name, "group": ""} for name in colleagues()]
            found[kind] = _choosing(found[kind], "handler", known)
        elif kind == corrections.KIND:
            found[kind] = corrections.asked(found[kind])
    return found


def _choosing(definition: Form, name: str, choices: list[dict[str, str]]) -> Form:
    """The form with these choices of a question before its others. What a choice of the form has
    besides, such as its former names, stays."""

    def chosen(field: Field) -> Field:
        rest = {choice["value"]: choice for choice in field["choices"]}
        first = [{**rest.pop(choice["value"], {}), **choice} for choice in choices]
        return {**field, "choices": [*first, *rest.values()]}

    fields = [chosen(f) if f["name"] == name else f for f in definition["fields"]]
    return {**definition, "fields": fields}


def _teams(app: App, order: Order) -> list[dict[str, str]]:
    words, choices = app.bundle.words["team_marks"], []
    for team, marks in marked(app, order, app.ranking.suggest(order.service), unlinked(app)):
        told = "，".join(words[mark] for mark in marks)
        label = app.bundle.teams[team] + (f"（{told}）" if told else "")
        choices.append({"value": team, "label": label, "group": ""})
    return choices


def unlinked(app: App) -> set[str]:
    """The teams that have no link by which they could answer."""
    links = {team: app.team_links.of(team) for team in app.bundle.teams}
    return {team for team, link in links.items() if not (link and app.team_links.lives(link))}


def marked(
    app: App, order: Order, teams: Iterable["Weighed"], unlinked: Set[str]
) -> Iterator[tuple[str, list[str]]]:
    """The teams, each with the names in ``words.team_marks`` of what speaks against it."""
    declined = _declined(app, order)
    for team, why in teams:
        against = {
            "full": not why["room"],
            "unlinked": team in unlinked,
            "declined": team in declined,
        }
        yield team, [name for name, is_so in against.items() if is_so]


def _declined(app: App, order: Order) -> set[str]:
    """The teams that did not take this order when it was sent to them, or gave it back."""
    found, team = set[str](), ""
    for event in map(app.names.of_event, app.store.events(order.no)):
        if event.kind == "dispatched":
            team = event.data["team"]
        if event.kind in ("declined", "escalated", "returned"):
            found.add(team)
    return found


def _volunteers(app: App, order: Order) -> list[dict[str, str]]:
    """The team's volunteers to choose from, but not the resident: nobody serves themselves."""
    phone = app.personal.contact(order.no).get("phone", "")
    return [
        {"value": person.head.no, "label": _name(app, person.typed, "name"), "group": ""}
        for person in app.volunteers.of_team(order.team)
        if not phone or person.typed.get("phone") != phone
    ]


def wish(
    app: App, events: Iterable[Event], typed: Mapping[str, Any], discreet: bool = False
) -> list[Shown]:
    """What was answered when an order was filed: the picked answers of its first event, and
    ``typed``, which is as much of the sealed ones as the reader may see. Residents are shown
    their own ``discreet``, all others in words for staff."""
    answers = {**corrections.picked(events), **typed}
    form = labelled(app, app.bundle.forms["wish"], answers)
    return shown(form if discreet else to_staff(app, form), answers, discreet)


def to_staff(app: App, form: Form) -> Form:
    """A resident's form as staff and teams read it."""
    return for_staff(form, app.bundle.words["desk"]["questions"])


def known(
    order: Order, events: Iterable[Event], typed: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """What is known of what was asked when an order was filed, to be corrected."""
    return corrections.known(events, typed) | {"service": order.service}


def history(
    app: App, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[tuple[Event, list[Shown]]]:
    """All events of an order with what was answered, for staff; what was answered first stands
    elsewhere on the page."""
    told = [(events[0], list[Shown]())]
    for seq, event in enumerate(events[1:], start=2):
        if event.kind in corrections.CHANGING:
            answers = corrected(app, app.bundle.forms["wish"], events[:seq], typed)
        else:
            answers = step(app, event, typed.get(seq, {}))
        told.append((event, answers))
    return told


def corrected(
    app: App, form: Form, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[Shown]:
    """The questions of a form that the last of the events corrected, each with its answer before
    and after; without answers once they were erased."""
    *before, event = events
    old = corrections.known(before, {seq: part for seq, part in typed.items() if seq < len(events)})
    new = corrections.known(
        events, {seq: part for seq, part in typed.items() if seq <= len(events)}
    )
    form = to_staff(app, labelled(app, labelled(app, form, old), new))
    names = event.data.get("questions", ())
    fields = [field for field in form["fields"] if field["name"] in names]
    texts = [
        {each.name: each.text for each in shown({**form, "fields": fields}, known)}
        for known in (old, new)
    ]
    return [
        Shown(
            name, field["kind"], field["label"], CHANGED.format(*[t.get(name, "—") for t in texts])
        )
        for field in fields
        for name in [field["name"]]
    ]


class Joined(NamedTuple):
    """An order that is done with another one: what its resident asked for, and ``added`` since.
    Both are empty once they are erased; ``read`` is false where they cannot be opened."""

    order: Order
    wish: list[Shown]
    added: list[str]
    read: bool


def joined(app: App, order: Order) -> list[Joined]:
    """The orders that are done with this one. Whoever shows them records the look."""
    found = []
    for other in app.orders.all_joined(order.no):
        events = tuple(map(app.names.of_event, app.store.events(other.no)))
        typed = app.personal.of(other.no)
        first = contact(typed)
        asked = wish(app, events, first) if first else []
        found.append(Joined(other, asked, added(app, events, typed), not unreadable(typed)))
    return found


def added(app: App, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]) -> list[str]:
    """What the resident added to the wish in her own words, the oldest first."""
    return notes(app, typed, [seq for seq, e in enumerate(events, 1) if is_added(e)])


def reported(
    app: App, order: Order, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[str]:
    """What residents reported in ratings that nobody has answered, the oldest first: one answer
    answers all of it."""
    if order.problem != "raised":
        return []
    rated, answered = list[int](), 0
    for seq, event in enumerate(events, 1):
        if event.kind == "rated":
            rated.append(seq)
        elif event.kind == "unrated":
            rated = rated[:-1]
        elif event.kind == "answered":
            answered = seq
    raised = [n for n in rated if n > answered and events[n - 1].data.get("problem") == "raised"]
    return notes(app, typed, raised, "problems")


def is_added(event: Event) -> bool:
    """Whether a resident wrote something more about an order that was filed."""
    return event.by == RESIDENT and event.kind in ("noted", "reopened")


def notes(
    app: App,
    typed: Mapping[int, Mapping[str, Any]],
    numbers: Iterable[int],
    question: str = "note",
) -> list[str]:
    """The notes that were written with events of these numbers; words that say so of one that
    cannot be read."""
    unread = str(app.bundle.words["unreadable"]["page"])
    parts = [typed.get(seq, {}) for seq in numbers]
    told = [unread if isinstance(n, Unreadable) else str(n.get(question, "")) for n in parts]
    return [text for text in told if text]


def step(app: App, event: Event, typed: Mapping[str, Any]) -> list[Shown]:
    """What was answered with a later event of an order, for staff; also to questions that were
    removed since."""
    definition: Form = app.bundle.actions.get(event.kind, {"fields": [], "version": ""})
    answers = {**event.data, **typed}
    return [
        each if each.kind else each._replace(label=_asked(app, event, each.name))
        for each in shown(labelled(app, definition, answers), answers)
    ]


def _asked(app: App, event: Event, name: str) -> str:
    """What a question of a step was called when it was last there; its name where nobody knows."""
    return app.names.label("step", f"{event.kind}.{name}") or name


def labelled(app: App, definition: Form, answers: Mapping[str, Any]) -> Form:
    """The definition under which the answers were given, with the labels of services, teams,
    volunteers and sources that are not among its choices."""
    definition = app.names.form(definition, answers.get("wording", ""))
    for field in definition["fields"]:
        name, value = field["name"], answers.get(field["name"])
        if name in LABELS and value and value not in [c["value"] for c in field["choices"]]:
            label = LABELS[name](app, value)
            definition = _choosing(definition, name, [{"value": value, "label": label}])
    return definition


def _volunteer(app: App, no: str) -> str:
    person = app.volunteers.find(no)
    return _name(app, person.typed, "name") if person else no


LABELS: dict[str, Callable[[App, str], str]] = {
    "service": lambda app, name: app.names.services.get(name, name),
    "team": lambda app, name: app.names.teams.get(name, name),
    "volunteer": _volunteer,
    "source": lambda app, name: app.bundle.words["sources"].get(name, name),
}
"""The label of a value that a question offered once, by the name of the question."""


def doer(
    app: App, order: Order, typed: Mapping[int, Mapping[str, Any]], events: tuple[Event, ...]
) -> str:
    """The name of who does it: a volunteer's, or what was written when it was accepted."""
    if not order.volunteer:
        return ""
    if person := app.volunteers.find(order.volunteer):
        return _name(app, person.typed, "name")
    assigned = [seq for seq, e in enumerate(events, 1) if e.kind in ("accepted", "assigned")]
    return _name(app, typed.get(assigned[-1], {}), "person") if assigned else ""


def _name(app: App, typed: Mapping[str, Any], name: str) -> str:
    """A name that somebody typed; words that say so if it cannot be read."""
    if isinstance(typed, Unreadable):
        return str(app.bundle.words["unreadable"]["cell"])
    return str(typed.get(name, ""))
