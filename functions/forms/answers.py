"""Answers as people read them: on pages, and as rows of tables.

The caller gives the definition under which they were given, and all that was stored with them.
Answers to questions that the definition does not have are shown too, under their names.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from functions.forms.definition import RECORDED, Form, personal
from functions.forms.kinds import KINDS
from functions.forms.kinds.kind import Cell, plain

Values = Mapping[str, Any]

MISMATCH = (AttributeError, LookupError, TypeError, ValueError)
"""What a kind raises for a value that was stored when the question was of another kind."""


class Shown(NamedTuple):
    """One answer. ``name`` is the question's role or name, and ``kind`` its kind, empty where there
    is no such question. ``link`` is an address to open from it, such as ``tel:…``, or empty."""

    name: str
    kind: str
    label: str
    text: str
    link: str = ""


def shown(form: Form, values: Values, discreet: bool = False) -> list[Shown]:
    """The answers in the order of the questions, and then those without a question. A required
    consent is left out: without it there would be no answers. ``discreet`` hides most of a phone,
    for pages that a neighbour may see: also its end, which proves whose an order is."""
    found: list[Shown] = []
    rest: dict[Any, Any] = dict(values)
    for field in form["fields"]:
        name, kind = field["name"], KINDS[field["kind"]]
        value = rest.pop(name, None) or rest.pop(field.get("written"), None)
        if value is None or (field["role"] == "consent" and field["required"]):
            continue
        try:
            text = kind.show(field, value)
        except MISMATCH:
            text = plain(value)
        link = kind.link and f"{kind.link}{value}"
        if discreet and (kind.discreet or field.get("sensitive")):
            text, link = f"{text[:3] if kind.discreet else ''}****", ""
        found.append(Shown(name, field["kind"], field["label"], text, link))
    for name, value in rest.items():
        if name not in RECORDED:
            text = _masked(plain(value)) if discreet else plain(value)
            found.append(Shown(name, "", name, text))
    return found


def _masked(text: str) -> str:
    return f"{text[: len(text) // 3]}****"


def row(form: Form, answered: Form, values: Values, unreadable: str = "") -> list[Cell]:
    """A cell for each question of the form, and one for the answers to all others, which were given
    under the definition ``answered``. ``unreadable`` fills the cells of answers that were sealed
    and cannot be opened."""
    cells: list[Cell] = []
    rest: dict[Any, Any] = dict(values)
    then = {field["name"]: field for field in answered["fields"]}
    sealed = personal(form) | personal(answered)
    for field in form["fields"]:
        value = rest.pop(field["name"], None) or rest.pop(field.get("written"), None)
        field = then.get(field["name"], field)
        cell: Cell = unreadable if unreadable and field["name"] in sealed else None
        if value is not None:
            try:
                cell = KINDS[field["kind"]].cell(field, value)
            except MISMATCH:
                cell = plain(value)
        cells.append(cell)
    others = (f"{each.label}：{each.text}" for each in shown(answered, rest))
    return [*cells, "；".join(others) or None]
