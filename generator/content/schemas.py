"""What staff may write in each kind of file, as JSON Schemas (draft 7), by which editors complete
and check while somebody types. They know the shape of a file: what a value refers to, and what goes
together, only ``check`` knows."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from generator.content.kinds import KINDS
from generator.content.reading.check import NUMBERS, fields, parts, shapes
from generator.content.reading.codec import Clock, Moment, Part
from generator.content.settings import Calendar, Settings

FOLDER = "schemas"
"""The folder below a site's root for the schemas."""
Schema = dict[str, Any]
Texts = Mapping[str, Mapping[str, Sequence[Any]]]
"""By the names of a class and of its field: what people call the field, what to write into it, and
perhaps what they call the words that may stand there."""

DAY = r"(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
PATTERNS = {date: f"^{DAY}$", Moment: f"^{DAY}([ T]{TIME})?$", Clock: f"^{TIME}$"}
LIMITS = {"ge": "minimum", "le": "maximum", "pattern": "pattern"}
LIMITS |= {"min_length": "minLength", "max_length": "maxLength"}
ITEMS = {"min_length": "minItems", "max_length": "maxItems"}
"""The names of limits in msgspec, and in JSON Schema; these are those of a list."""


def file(folder: str) -> str:
    """The name of the schema for the files of a folder."""
    return f"{folder}.schema.json"


def first_line(folder: str) -> str:
    """The first line of such a file, by which editors find the schema."""
    return f"# yaml-language-server: $schema=../../{FOLDER}/{file(folder)}\n"


def schemas(texts: Texts) -> dict[str, Schema]:
    """All schemas by the names of their files."""
    models = {folder: kind.model for folder, kind in KINDS.items()}
    found = {file(folder): _object(model, texts, {"slug"}) for folder, model in models.items()}
    found |= {file("site"): _object(Settings, texts), file("calendar"): _object(Calendar, texts)}
    head = {"$schema": "http://json-schema.org/draft-07/schema#"}
    return {name: head | schema for name, schema in found.items()}


def _object(model: Any, texts: Texts, given: Collection[str] = ()) -> Schema:
    known = {name: field for name, field in fields(model).items() if name not in given}
    properties = {}
    for name, field in known.items():
        title, text, *_ = texts_of(model, name, texts)
        schema = _value(field.type, texts)
        if field.required and "string" in schema.get("type", ()):
            schema.setdefault("minLength", 1)
        elif not field.required:  # A key without a value counts as missing.
            schema = _or_nothing(schema)
        properties[name] = {"title": title, "description": text, **schema}
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name, field in known.items() if field.required],
        "additionalProperties": False,
    }


def _or_nothing(schema: Schema) -> Schema:
    if "anyOf" in schema:
        return {"anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    types = schema["type"]
    return schema | {"type": [*([types] if isinstance(types, str) else types), "null"]}


def texts_of(model: Any, name: str, texts: Texts) -> Sequence[Any]:
    """The texts of a field, from the nearest class that has some; its name where a community's own
    texts are of an earlier version."""
    known = (texts.get(each.__name__, {}) for each in model.__mro__)
    return next((each[name] for each in known if name in each), (name, ""))


def _value(wanted: Any, texts: Texts) -> Schema:
    sides = [_side(each, texts) for each in shapes(wanted)]
    return sides[0] if len(sides) == 1 else {"anyOf": sides}


def _side(wanted: Any, texts: Texts) -> Schema:
    kind, origin, args, notes = parts(wanted)
    names = LIMITS | (ITEMS if origin is tuple else {})
    limits = {
        name: value
        for note in notes
        for limit, name in names.items()
        if (value := getattr(note, limit, None)) is not None
    }
    if origin is Literal:
        return {"enum": [*args]}
    if origin is tuple:
        return {"type": "array", "items": _value(args[0], texts)} | limits
    if kind in PATTERNS:
        return {"type": "string", "pattern": PATTERNS[kind]}
    if kind is bool:
        return {"type": "boolean"}
    if kind is int:
        limits = {"minimum": NUMBERS.start, "maximum": NUMBERS.stop - 1} | limits
        return {"type": "integer"} | limits
    if issubclass(kind, Part):
        return _object(kind, texts)
    return _like(limits.get("pattern", "")) | limits


def _like(pattern: str) -> Schema:
    """A text that this pattern allows. Editors may take it for something else than a text."""

    def takes(*typed: str) -> bool:
        return all(re.search(pattern, each) for each in typed)

    types = ["string", "boolean"] if takes("true") else ["string"]
    if takes("15", "-1", "1.5"):
        return {"type": [*types, "number"]}
    return {"type": [*types, "integer"], "minimum": 0} if takes("15") else {"type": types}
