"""What an order leaves to choose from in the forms of its steps, and who does it."""

from collections.abc import Mapping
from typing import Any

from functions.app import App
from functions.forms.definition import Form
from functions.orders.lifecycle import Order
from functions.orders.privacy import Unreadable
from functions.storage.history import Event


def form(app: App, order: Order, kind: str) -> Form:
    """The form of a step, with the choices that this order leaves: teams, volunteers."""
    asked = app.bundle.actions[kind]
    if kind == "dispatched":
        return _choosing(asked, "team", _teams(app, order))
    if kind in ("accepted", "assigned"):
        return _choosing(asked, "volunteer", _volunteers(app, order))
    return asked


def _choosing(asked: Form, name: str, choices: list[dict[str, str]]) -> Form:
    fields = [
        {**field, "choices": [*choices, *field["choices"]]} if field["name"] == name else field
        for field in asked["fields"]
    ]
    return {**asked, "fields": fields}


def _teams(app: App, order: Order) -> list[dict[str, str]]:
    advice = app.ranking.suggest(order.service)
    return [{"value": team, "label": app.bundle.teams[team], "group": ""} for team, _ in advice]


def _volunteers(app: App, order: Order) -> list[dict[str, str]]:
    """The team's volunteers to choose from, but not the resident: nobody serves themselves."""
    phone = app.personal.contact(order.no).get("phone", "")
    return [
        {"value": person.head.no, "label": _name(app, person.said, "name"), "group": ""}
        for person in app.volunteers.of_team(order.team)
        if not phone or person.said.get("phone") != phone
    ]


def doer(
    app: App, order: Order, said: Mapping[int, Mapping[str, Any]], events: tuple[Event, ...]
) -> str:
    """The name of who does it: a volunteer's, or what was written when it was accepted."""
    if person := app.volunteers.find(order.volunteer) if order.volunteer else None:
        return _name(app, person.said, "name")
    for seq in range(len(events), 0, -1):
        if events[seq - 1].kind in ("accepted", "assigned"):
            return _name(app, said.get(seq, {}), "person") if order.volunteer else ""
    return ""


def _name(app: App, said: Mapping[str, Any], name: str) -> str:
    """What was typed as a name; that it cannot be read, where it cannot."""
    if isinstance(said, Unreadable):
        return str(app.bundle.words["unreadable"]["cell"])
    return str(said.get(name, ""))
