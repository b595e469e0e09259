"""What the station and the teams do with an order: a checked form becomes events.

Which events may follow is the life cycle's matter; here stands what each needs besides what was
filled in: deadlines by the calendar, the words for the public, who did it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from functions.context.app import App
from functions.forms.definition import Answers, Form, Wrong
from functions.orders import counters, lifecycle, repository
from functions.orders.lifecycle import CLOCK, Order
from functions.orders.privacy import tells_whose
from functions.orders.repository import Step
from functions.storage.history import Event
from functions.storage.port import Full

Values = Mapping[str, Any]
Facts = Callable[[App, Order, Values], dict[str, Any]]

ENDS_WAITING = ("dispatched", "done", "returned")
"""What cannot be done while an order waits for its resident, so that doing it ends the wait."""


def offered(app: App, order: Order, by: str) -> list[str]:
    """The events that have a form here and may follow, in the order of the forms."""
    can = {*lifecycle.moves(order, by)}
    can |= {*lifecycle.moves(order._replace(waits_until=""), by)} & {*ENDS_WAITING}
    return [kind for kind in app.bundle.actions if kind in can]


def perform(
    app: App,
    order: Order,
    kind: str,
    by: str,
    asked: Form,
    answers: Answers,
    who: str = "",
    once: str = "",
) -> Order:
    """Do it, and return what the order is now.

    Raises:
        Wrong: an answer cannot be taken, for a reason that only the order shows; its ``names``
            have the field under ``field``.
        Refused, Conflict: as in :func:`functions.orders.repository.move`.
    """
    at, mine = app.now.isoformat(), {"who": who} if who else {}
    steps = []
    if order.waits_until and kind in ENDS_WAITING:
        steps.append(Step(Event("resumed", by, at, {**_due_later(app, order, {}), **mine})))
    if kind == "rated":
        steps += rating(app, by, asked, answers, **mine)
    else:
        facts = FACTS.get(kind, _nothing)(app, order, answers.values)
        typed = {k: v for k, v in answers.personal(asked).items() if k not in facts}
        event = Event(kind, by, at, answers.public(asked) | facts | mine)
        steps.append(Step(event, typed))
    try:
        limits = _limits(app, kind, steps[-1].event.data)
        return repository.move(app, order, *steps, once=once, limits=limits)
    except Full:
        team = app.bundle.teams[steps[-1].event.data["team"]]
        raise Wrong("full", field="team", team=team) from None


def rating(app: App, by: str, asked: Form, answers: Answers, **more: str) -> list[Step]:
    """A rating as events: what was not solved is opened again in the same transaction."""
    at, typed = app.now.isoformat(), answers.personal(asked)
    data = answers.public(asked) | {"wording": asked["version"], **more}
    if typed.get("problems"):
        data["problem"] = "raised"
    steps = [Step(Event("rated", by, at, data), typed)]
    if data["solved"] == "unsolved":
        steps.append(Step(Event("reopened", by, at, more)))
    return steps


def by_clock(app: App, order: Order, *kinds: str) -> Order:
    """What time itself does to an order, in one transaction."""
    at = app.now.isoformat()
    facts = {kind: FACTS.get(kind, _nothing)(app, order, {}) for kind in kinds}
    return repository.move(
        app, order, *(Step(Event(kind, CLOCK, at, facts[kind])) for kind in kinds)
    )


def _limits(app: App, kind: str, data: Values) -> dict[tuple[str, str], int]:
    team = data.get("team", "")
    capacity = app.bundle.capacity.get(team)
    if kind != "dispatched" or capacity is None:
        return {}
    return {(counters.NOW, counters.load(team)): capacity}


def _nothing(app: App, order: Order, values: Values) -> dict[str, Any]:
    return {}


def _due(app: App, order: Order, values: Values) -> dict[str, Any]:
    days = app.bundle.site["desk"]["days"][values["level"]]
    return {"due": app.calendar.after(app.now.date(), days).isoformat()}


def _answer_by(app: App, order: Order, values: Values) -> dict[str, Any]:
    days = app.bundle.site["desk"]["answer"]
    return {"due": app.calendar.after(app.now.date(), days).isoformat()}


def _due_later(app: App, order: Order, values: Values) -> dict[str, Any]:
    """The deadline, moved by the working days that the order waited for its resident."""
    waited = app.calendar.between(date.fromisoformat(order.paused_at[:10]), app.now.date())
    return {"due": app.calendar.after(date.fromisoformat(order.due), waited).isoformat()}


def _into(app: App, order: Order, values: Values) -> dict[str, Any]:
    other = repository.find(app, values["into"])
    if other is None or other.no == order.no or other.state in ("merged", "cancelled", "rejected"):
        raise Wrong("into", field="into")
    return {"into": other.no}


def _published(app: App, order: Order, values: Values) -> dict[str, Any]:
    if tells_whose(values["text"], repository.contact(app, order.no)):
        raise Wrong("personal", field="text")
    return {"text": values["text"]}


def _answered(app: App, order: Order, values: Values) -> dict[str, Any]:
    if values["how"] == "private":
        return {"problem": "answered"}
    if tells_whose(values["text"], repository.contact(app, order.no)):
        raise Wrong("personal", field="text")
    return {"problem": "answered", "text": values["text"]}


FACTS: dict[str, Facts] = {
    "triaged": _due,
    "dispatched": _answer_by,
    "resumed": _due_later,
    "merged": _into,
    "released": _published,
    "answered": _answered,
}
