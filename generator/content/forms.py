"""Form definitions as templates and functions read them: nothing left to look up."""

import hashlib
from typing import Any, NamedTuple

import msgspec

from functions.forms.definition import OTHER
from generator.content.models import Field, Form, Service, Team, by_category


class Offers(NamedTuple):
    """What the choices of a question may be taken from."""

    menu: tuple[Service, ...]
    teams: tuple[Team, ...]


def resolve(form: Form, site: Offers) -> dict[str, Any]:
    """The form with every choice spelled out (``value``, ``label``, ``group``).

    ``version`` names the wording: it changes with any word that a resident is shown, and it is
    stored with what they file, so that it can be known later what they agreed to.
    """
    plain: dict[str, Any] = msgspec.to_builtins(form)
    shown = plain | {"fields": [_shown(field) for field in plain["fields"]]}
    version = hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:12]
    fields = [
        msgspec.to_builtins(field) | {"choices": _choices(field, site)} for field in form.fields
    ]
    return plain | {"version": version, "intro": form.intro, "fields": fields}


EMPTY = ("other", "hint", "error", "purpose", "role")
"""What a question of the desk need not say."""


def actions(
    definitions: dict[str, dict[str, Any]], forms: dict[str, dict[str, Any]], site: Offers
) -> dict[str, dict[str, Any]]:
    """The forms of the desk and the teams, in the shape of the residents' forms.

    One that ``includes`` a resident's form has its questions after its own, less those that it
    goes ``without``.
    """
    return {kind: _action(kind, written, forms, site) for kind, written in definitions.items()}


def _action(
    kind: str, written: dict[str, Any], forms: dict[str, dict[str, Any]], site: Offers
) -> dict[str, Any]:
    plain = {"required": False, "max": None, **dict.fromkeys(EMPTY, "")}
    fields = [plain | field for field in written.get("fields", [])]
    fields = [
        field | {"choices": _offered(field.get("choices", []), field["other"], site)}
        for field in fields
    ]
    included = forms.get(written.get("includes", ""), {"fields": [], "version": ""})
    fields += [f for f in included["fields"] if f["name"] not in written.get("without", [])]
    head = {"title": "", "submit": "", "intro": "", "slug": kind, "notice": None} | written
    return head | {"version": included["version"], "fields": fields}


def _shown(field: dict[str, Any]) -> dict[str, Any]:
    """A question less what nobody is shown of it."""
    return {name: value for name, value in field.items() if name != "role"}


def _choices(field: Field, site: Offers) -> list[dict[str, str]]:
    choices = field.choices
    plain = choices if isinstance(choices, str) else msgspec.to_builtins(choices)
    return _offered(plain, field.other, site)


def _offered(choices: str | list[dict[str, str]], other: str, site: Offers) -> list[dict[str, str]]:
    """The choices spelled out; a name stands for the menu, the teams, or their grids."""
    if choices == "menu":
        offered = [
            {"value": service.slug, "label": service.name, "group": category}
            for category, services in by_category(site.menu)
            for service in services
        ]
    elif choices == "teams":
        offered = [{"value": t.slug, "label": t.name, "group": ""} for t in site.teams]
    elif choices == "grids":
        offered = [{"value": grid, "label": grid, "group": ""} for grid in grids(site)]
    else:
        offered = [{**choice, "group": ""} for choice in choices]  # type: ignore[dict-item]
    if other:
        offered.append({"value": OTHER, "label": other, "group": ""})
    return offered


def grids(site: Offers) -> list[str]:
    """All grids (网格) that teams look after."""
    return sorted({grid for team in site.teams for grid in team.grids})
