"""What is on record of orders and people, as pages show it: answers with the wording under which
they were given, what happened since, and who does it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from functions.app import App
from functions.context.sentences import fill
from functions.forms import days
from functions.forms.answers import Shown, shown
from functions.forms.definition import RECORDED, Form, for_staff
from functions.forms.kinds.kind import Field
from functions.orders import corrections, ratings
from functions.orders.lifecycle.order import Order
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import RESIDENT, STAFF
from functions.orders.lifecycle.transitions import fold
from functions.orders.privacy import Unreadable, contact, unreadable
from functions.storage.history import Event

CHANGED = "{} → {}"
"""An answer before and after it was corrected."""


def wish(
    app: App, events: Iterable[Event], typed: Mapping[str, Any], discreet: bool = False
) -> list[Shown]:
    """What was answered when an order was filed: the picked answers of its first event, and
    ``typed``, which is as much of the sealed ones as the reader may see. Residents are shown
    their own ``discreet``, all others in words for staff."""
    answers = {**corrections.picked(events), **typed}
    form = labelled(app, app.bundle.forms["wish"], answers)
    listed = shown(form if discreet else to_staff(app, form), answers, discreet)
    day = answers.get("date", "")
    if not day or not (change := _changed_since(app, events, day)):
        return listed
    return [e._replace(text=e.text + change) if e.name == "date" else e for e in listed]


def _changed_since(app: App, events: Iterable[Event], day: str) -> str:
    """What was decided of the service day that somebody wished for; empty if it is held."""
    services = [event.data["service"] for event in events if event.data.get("service")]
    schedule = app.bundle.practical.get(services[-1] if services else "", {})
    change = schedule.get("exceptions", {}).get(day)
    if not change:
        return ""
    words = app.bundle.words["service_day"]
    to = change["to"] and days.shown(date.fromisoformat(change["to"]))
    return fill(words["moved" if to else "cancelled"], to=to, reason=change["reason"])


def to_staff(app: App, form: Form) -> Form:
    """A resident's form as staff and teams read it."""
    return for_staff(form, app.bundle.words["desk"]["questions"])


def known(
    order: Order, events: Iterable[Event], typed: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """What is known of what was asked when an order was filed, to be corrected."""
    return corrections.known(events, typed) | {"service": order.service}


def seen(
    order: Order,
    events: Sequence[Event],
    typed: Mapping[int, Mapping[str, Any]],
    version: int | None,
) -> dict[str, Any]:
    """The same as it was in the version with which a form was filled in; as it is now, where no
    such version is told."""
    if version is None or version not in range(1, len(events)):
        return known(order, events, typed)
    earlier, parts = events[:version], {seq: typed[seq] for seq in typed if seq <= version}
    return known(fold(order.no, earlier), earlier, parts)


def history(
    app: App, events: Sequence[Event], typed: Mapping[int, Mapping[str, Any]]
) -> list[tuple[Event, list[Shown]]]:
    """All events of an order with what was answered, for staff; what was answered first stands
    elsewhere on the page."""
    steps = [(events[0], list[Shown]())]
    for seq, event in enumerate(events[1:], start=2):
        if event.kind in corrections.CHANGING:
            answers = corrected(app, app.bundle.forms["wish"], events[:seq], typed)
        else:
            answers = step(app, event, typed.get(seq, {}))
        steps.append((event, answers))
    return steps


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
    withdrawn = app.bundle.words["own_data"]["withdrawn"]
    return [
        Shown(
            name,
            field["kind"],
            field["label"],
            withdrawn
            if field.get("sensitive") and name not in texts[1]
            else CHANGED.format(*[t.get(name, "—") for t in texts]),
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
        if other.erased_at:
            continue
        events = tuple(map(app.names.of_event, app.store.events(other.no)))
        typed = app.personal.of(other.no)
        first = contact(typed)
        answers = wish(app, events, first) if first else []
        found.append(Joined(other, answers, added(app, events, typed), not unreadable(typed)))
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
    answered = max((seq for seq, e in enumerate(events, 1) if e.kind == "answered"), default=0)
    rated = [seq for seq in ratings.standing(events, [STAFF]) if seq > answered]
    raised = [seq for seq in rated if events[seq - 1].data.get("problem") == "raised"]
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
    texts = [unread if isinstance(n, Unreadable) else str(n.get(question, "")) for n in parts]
    return [text for text in texts if text]


def step(app: App, event: Event, typed: Mapping[str, Any]) -> list[Shown]:
    """What was answered with a later event of an order, for staff; also to questions that were
    removed since."""
    definition: Form = app.bundle.actions.get(event.kind, {"fields": [], "version": ""})
    form = labelled(app, definition, {**event.data, **typed})
    answers = {**answered(app, event, form), **typed}
    answers_shown = [
        each if each.kind else each._replace(label=_last_label(app, event, each.name))
        for each in shown(form, answers)
    ]
    added = {
        name: value for name in event.data.keys() - answers.keys() if (value := event.data[name])
    }
    labels = app.bundle.words["desk"]["recorded"]
    return answers_shown + [
        Shown(name, "", label, LABELS[name](app, added[name]))
        for name, label in labels.items()
        if name in added
    ]


def answered(app: App, event: Event, form: Form) -> dict[str, Any]:
    """What was answered with an event, without what the program itself wrote into it."""
    move, questions = TABLE[event.kind], {field["name"] for field in form["fields"]}
    written = ({*move.sets, *move.keeps} & event.data.keys()) - questions - {*RECORDED}
    own = {name for name in written if not app.names.label("step", f"{event.kind}.{name}")}
    return {name: value for name, value in event.data.items() if name not in own}


def _last_label(app: App, event: Event, name: str) -> str:
    """What a question of a step was called when it was last there; its name where nobody knows."""
    return app.names.label("step", f"{event.kind}.{name}") or name


def choosing(definition: Form, name: str, choices: list[dict[str, str]]) -> Form:
    """The form with these choices of a question before its others. What a choice of the form has
    besides, such as its former names, stays."""

    def chosen(field: Field) -> Field:
        rest = {choice["value"]: choice for choice in field["choices"]}
        first = [{**rest.pop(choice["value"], {}), **choice} for choice in choices]
        return {**field, "choices": [*first, *rest.values()]}

    fields = [chosen(f) if f["name"] == name else f for f in definition["fields"]]
    return {**definition, "fields": fields}


def labelled(app: App, definition: Form, answers: Mapping[str, Any]) -> Form:
    """The definition under which the answers were given, with the labels of services, teams,
    volunteers and sources that are not among its choices."""
    definition = app.names.form(definition, answers.get("wording", ""))
    for field in definition["fields"]:
        name, value = field["name"], answers.get(field["name"])
        if name in LABELS and value and value not in [c["value"] for c in field["choices"]]:
            label = LABELS[name](app, value)
            definition = choosing(definition, name, [{"value": value, "label": label}])
    return definition


def _volunteer(app: App, no: str) -> str:
    person = app.volunteers.find(no)
    return typed_name(app, person.typed, "name") if person else no


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
    """The name of who does it: a volunteer's, or what was written when it was accepted. Whoever is
    no volunteer any more goes nowhere."""
    if not order.volunteer:
        return ""
    if person := app.volunteers.find(order.volunteer):
        goes = order.state != "accepted" or person.head.state == "active"
        return typed_name(app, person.typed, "name") if goes else ""
    assigned = [seq for seq, e in enumerate(events, 1) if e.kind in ("accepted", "assigned")]
    return typed_name(app, typed.get(assigned[-1], {}), "person") if assigned else ""


def typed_name(app: App, typed: Mapping[str, Any], name: str) -> str:
    """A name that somebody typed; words that say so if it cannot be read."""
    if isinstance(typed, Unreadable):
        return str(app.bundle.words["unreadable"]["cell"])
    return str(typed.get(name, ""))
