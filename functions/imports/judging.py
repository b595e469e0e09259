"""What would become of a row that was brought in: new, known, or refused, and why."""

from collections.abc import Callable
from datetime import date
from typing import Any

from functions.app import App
from functions.forms.definition import Answers, given
from functions.index.letters import plain
from functions.orders import repository
from functions.orders.lifecycle.states import STAFF
from functions.orders.privacy import even
from functions.people.volunteers import Person

RowVerdict = str
"""``new``; ``known``, taken before; ``same``, as another row of the file; ``refused``; ``wrong``,
because an answer cannot be read."""
Judgement = tuple[str, str, RowVerdict, str]
"""What two rows of a file have in common that are the same, the name, the verdict, the reason."""
KEPT = ("name", "phone", "team", "consent", "received")
"""What the roster does not add to what somebody answered: who they are, and the team itself."""


def named(app: App, *parts: Any) -> str:
    """The name under which a row of these parts is taken once."""
    return repository.name_of(app.store, app.vault, *parts)


def outside(app: App, answers: Answers) -> Person | None:
    """Who signed up with this name and phone, and waits to be taken into a team, or left one."""
    name, found = answers.values["name"], app.volunteers.of_phone(answers.values["phone"])
    people = [app.volunteers.opened(h) for h in found if h.state in ("applied", "inactive")]
    return next((person for person in people if _is_called(person, name)), None)


def _is_called(person: Person, name: str) -> bool:
    """Whether a name is somebody's. Rosters have blanks in names of two letters, to align them with
    those of three, and may be written in traditional letters."""
    return plain(even(person.name)) == plain(even(name))


def added(person: Person, answers: Answers) -> Answers:
    """What a roster says of somebody that they did not answer themselves."""
    missing = answers.values.keys() - person.answers.keys() - {*KEPT}

    def lacked(part: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in part.items() if name in missing}

    return Answers(lacked(answers.values), {}, lacked(answers.public), lacked(answers.personal))


def _judge_wish(app: App, answers: Answers, who: str, day: date) -> Judgement:
    # The same wish in another month is another wish: many services are needed every month.
    month = str(answers.values.get("received", day.isoformat()))[:7]
    once = named(app, "row", "wish", month, answers.values)
    no = app.store.filed(once) or _filed_otherwise(app, answers, month)
    return once, once, "known" if no else "new", no or ""


def _filed_otherwise(app: App, answers: Answers, month: str) -> str:
    """The order that was filed with the same answers in a month, by a resident or at the desk."""
    phone, content = answers.personal.get("phone", ""), given(answers.public | answers.personal)
    heads = app.store.find(repository.KIND, [app.personal.trace("phone", phone)]) if phone else []
    for head in heads:
        first = app.store.events(head.no)[:1] if head.begun[:7] == month else ()
        if first and content == given({**first[0].data, **app.personal.contact(head.no)}):
            return head.no
    return ""


def _judge_volunteer(app: App, answers: Answers, who: str, day: date) -> Judgement:
    phone = answers.values["phone"]
    people = app.volunteers.of_phone(phone)
    return phone, "", "known" if people else "new", people[0].no if people else ""


def _judge_member(app: App, answers: Answers, who: str, day: date) -> Judgement:
    phone, name = answers.values["phone"], answers.values["name"]
    people = map(app.volunteers.opened, app.volunteers.of_phone(phone))
    if there := next((p for p in people if p.head.state == "active" and _is_called(p, name)), None):
        return phone, "", "known", there.head.no
    if person := outside(app, answers):
        return phone, "", "new", person.head.no
    return _judge_volunteer(app, answers, who, day)


def _judge_rating(app: App, answers: Answers, who: str, day: date) -> Judgement:
    no = answers.values["no"]
    found = app.orders.history(no)
    if found is None:
        return no, "", "refused", "unknown"
    # The same paper brought again is no word of a later round, unless somebody says so. Earlier
    # versions named a row by the round that it was about as well.
    once = named(app, "row", "rating", answers.values)
    rounds = [event.at for event in found.events if event.kind == "done"]
    names = [once, *(named(app, "row", "rating", answers.values, at) for at in rounds)]
    if any(map(app.store.filed, names)):
        return no, once, "known", no
    order, form = found.order, app.bundle.forms["rating"]
    refused = app.steps.objection(order, "rated", STAFF, form, answers, {"who": who})
    if refused is None:
        return no, once, "new", ""
    again = order.state == "merged" and refused.code == "rated"
    has_words = again or refused.code in ("own", "erased")
    return no, once, "refused", refused.code if has_words else order.state


JUDGES: dict[str, Callable[[App, Answers, str, date], Judgement]] = {
    "wishes": _judge_wish,
    "volunteers": _judge_volunteer,
    "members": _judge_member,
    "ratings": _judge_rating,
}
