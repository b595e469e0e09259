"""What the station and the teams do with an order: a checked form becomes events.

Which events may follow is the life cycle's matter; here stands what each needs besides what was
filled in: deadlines by the calendar, the words for the public, who did it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from functions import ledger, lifecycle, tally
from functions.app import App
from functions.form import Answers, Form, Wrong
from functions.ledger import Step
from functions.lifecycle import CLOCK, Event, Order
from functions.store import Full

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
        Refused, Conflict: as in :func:`functions.ledger.move`.
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
        return ledger.move(app, order, *steps, once=once, limits=limits)
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
    return ledger.move(app, order, *(Step(Event(kind, CLOCK, at, facts[kind])) for kind in kinds))


def _limits(app: App, kind: str, data: Values) -> dict[tuple[str, str], int]:
    team = data.get("team", "")
    capacity = app.bundle.capacity.get(team)
    if kind != "dispatched" or capacity is None:
        return {}
    return {(tally.NOW, tally.load(team)): capacity}


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
    other = ledger.find(app, values["into"])
    if other is None or other.no == order.no or other.state in ("merged", "cancelled", "rejected"):
        raise Wrong("into", field="into")
    return {"into": other.no}


def _published(app: App, order: Order, values: Values) -> dict[str, Any]:
    if tells_whose(values["text"], ledger.contact(app, order.no)):
        raise Wrong("personal", field="text")
    return {"text": values["text"]}


def _answered(app: App, order: Order, values: Values) -> dict[str, Any]:
    if values["how"] == "private":
        return {"problem": "answered"}
    if tells_whose(values["text"], ledger.contact(app, order.no)):
        raise Wrong("personal", field="text")
    return {"problem": "answered", "text": values["text"]}


LONG_NUMBER = re.compile(r"\d[\d\s\-]{5,}\d")
DOOR = re.compile(r"\d+\s*(?:栋|幢|号|单元|室|座)")


def tells_whose(text: str, contact: Values) -> bool:
    """Whether words for the public would give a resident away: phone, door, name or address."""
    named = [str(contact.get(name, "")) for name in ("name", "address")]
    return bool(
        LONG_NUMBER.search(text)
        or DOOR.search(text)
        or any(len(name) > 1 and name in text for name in named)
    )


FACTS: dict[str, Facts] = {
    "triaged": _due,
    "dispatched": _answer_by,
    "resumed": _due_later,
    "merged": _into,
    "released": _published,
    "answered": _answered,
}


def suggest(app: App, service: str) -> list[tuple[str, dict[str, Any]]]:
    """The teams for a service, the best first, each with what speaks for it.

    Teams that offer the service come before others, those with room before those without, then
    the better rated, then those with less on their hands. A team's rating counts from three on.
    """
    now = app.store.tally(tally.NOW)
    past = recent(app)
    weighed = []
    for team in app.bundle.teams:
        load = now.get(tally.load(team), 0)
        capacity = app.bundle.capacity.get(team)
        given = past.get(f"team:{team} attitude given", 0)
        stars = past.get(f"team:{team} attitude stars", 0) / given if given >= ENOUGH else None
        reasons = {
            "offers": team in app.bundle.offers.get(service, ()),
            "load": load,
            "capacity": capacity,
            "room": capacity is None or load < capacity,
            "stars": stars,
        }
        weighed.append((team, reasons))
    return sorted(
        weighed,
        key=lambda t: (not t[1]["offers"], not t[1]["room"], -(t[1]["stars"] or 4), t[1]["load"]),
    )


ENOUGH = 3
LATELY = 6
"""Months whose ratings speak for a team."""


def recent(app: App) -> dict[str, int]:
    """The counters of the last months together."""
    together: dict[str, int] = {}
    day = app.now.date()
    for _ in range(LATELY):
        for name, count in app.store.tally(day.isoformat()[:7]).items():
            together[name] = together.get(name, 0) + count
        day = day.replace(day=1) - timedelta(days=1)
    return together
