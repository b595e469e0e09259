"""Checks a document against its model, and reports every mistake with its place."""

import difflib
import types
from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

from functions.forms.normal import seen
from generator.content.reading.codec import Clock, Mistake, Moment, Part, Refers, from_text
from generator.content.reading.messages import KNOWN, NEAREST, TEXT_NOT_MAPPING, TYPES
from generator.content.reading.yaml_source import Document, Place

Model = TypeVar("Model")
Refer = Callable[[str, str], tuple[str, str] | None]
"""The code and the mend of a wrong reference, by its kind and the name; else None."""
LONGEST = 24
"""Characters of a wrong value that a message quotes."""
NUMBERS = range(-(10**9), 10**9)
"""The numbers that are taken: whatever people count here is smaller, and caches hold no more
bits."""
YEARS = range(1900, 2200)
"""The years that a date can mean. Others are slips, or stand for an unknown day."""

UNIONS = (Union, types.UnionType)
NAMES: dict[Any, str] = {
    **{str: "text", int: "integer", bool: "boolean", tuple: "list", dict: "mapping"},
    **{msgspec.Struct: "mapping", list: "list", date: "date", Moment: "moment", Clock: "clock"},
}


def check(
    document: Document, model: type[Model], given: dict[str, str], refer: Refer
) -> Model | None:
    """The document as its model; or None, and the document has a note of every problem. ``given``
    are fields that do not come from the file; ``refer`` knows what values may name."""
    if document.data is None:
        return None
    _Walk(document, refer, given).struct(document.data, model, ())
    if document.problems:
        return None
    found: Model | None = _together(document, document.data | given, model, ())
    return found


def nearest(name: str, known: Iterable[str]) -> str:
    """How to mend a wrong name: the most similar known name, else all known names."""
    known = sorted(known)
    # As it looks on a keyboard: without full width, capitals and what nobody sees.
    close = difflib.get_close_matches(seen(name[:LONGEST]), known, n=1)
    return NEAREST.format(name=close[0]) if close else KNOWN.format(names="、".join(known) or "无")


@cache
def fields(model: Any) -> dict[str, msgspec.structs.FieldInfo]:
    """The fields of a model by their names."""
    return {field.name: field for field in msgspec.structs.fields(model)}


@cache
def parts(wanted: Any) -> tuple[Any, Any, tuple[Any, ...], tuple[Any, ...]]:
    """A type without its notes, the origin and the arguments of that, and the notes. Cached,
    because few types have ten thousand values."""
    kind = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
    return kind, get_origin(kind), get_args(kind), getattr(wanted, "__metadata__", ())


@cache
def shapes(wanted: Any) -> list[Any]:
    """What a file may have for a value of this type: of a union the first side, and the list if
    there is one. The others are what the program makes of it."""
    _, origin, args, _ = parts(wanted)
    sides = [side for side in args if side is not type(None)] if origin in UNIONS else [wanted]
    lists = [side for side in sides if get_origin(side) is tuple]
    return [*dict.fromkeys((sides[0], *lists[:1]))]


def _together(document: Document, value: Any, model: Any, place: Place) -> Any:
    """A mapping as its model, after each of its fields was found right; None, and a note, where
    they do not go together."""
    try:
        return _convert(value, model)
    except msgspec.ValidationError as error:
        if not isinstance(error.__cause__, Mistake):
            raise
        code, *key = error.__cause__.args
        document.problem(code, value=(*place, *key))


def _convert(value: Any, model: Any) -> Any:
    """Turn texts into numbers, dates and so on, as the model says."""
    return msgspec.convert(value, model, strict=False, dec_hook=from_text)


class _Walk(NamedTuple):
    document: Document
    refer: Refer
    given: Collection[str]

    def struct(self, value: dict[str, Any], model: Any, place: Place) -> None:
        before = len(self.document.problems)
        known = fields(model)
        if not place:  # Given fields are not written in the file.
            known = {name: known[name] for name in known if name not in self.given}
        for key, item in value.items():
            if key in known:
                self.value(item, known[key].type, (*place, key))
            else:
                mend = nearest(key, known)
                self.document.problem("unknown_key", key=(*place, key), name=key, mend=mend)
        for field in known.values():
            if field.required and field.name not in value:
                self.document.problem("missing", key=(*place, field.name), name=field.name)
        if place and len(self.document.problems) == before:
            _together(self.document, value, model, place)

    def value(self, value: Any, wanted: Any, place: Place) -> None:
        kind, origin, args, notes = parts(wanted)
        if origin in UNIONS:
            self.value(value, _meant(value, wanted), place)
        elif origin is tuple and isinstance(value, list):
            for index, item in enumerate(value):
                self.value(item, args[0], (*place, index))
            if notes and not _fits(value, Annotated[tuple[Any, ...], *notes]):
                self.wrong("wrong_value", value, place, mend=_mend(notes))
        elif isinstance(kind, type) and issubclass(kind, Part) and isinstance(value, dict):
            self.struct(value, kind, place)
        else:
            self.leaf(value, wanted, place)

    def leaf(self, value: Any, wanted: Any, place: Place) -> None:
        kind, _, _, notes = parts(wanted)
        if not isinstance(value, str) or not (kind is str or _fits(value, kind)):
            return self.misfit(value, kind, place)
        if notes and not _fits(value, wanted):
            self.wrong("wrong_value", value, place, mend=_mend(notes))
        if place in self.document.joined:
            self.document.problem("joined", value=place)
        for note in notes:
            if not isinstance(note, Refers):
                continue
            if note.to != "tag":  # A tag is no file.
                self.document.references.append((note.to, value))
            if problem := self.refer(note.to, value):
                code, mend = problem
                self.document.problem(code, value=place, name=value, mend=mend)

    def misfit(self, value: Any, kind: Any, place: Place) -> None:
        """Note that the value has another type than the model wants."""
        base = get_origin(kind) or (msgspec.Struct if issubclass(kind, Part) else kind)
        if base is Literal and isinstance(value, str):
            self.wrong("wrong_value", value, place, mend=nearest(value, get_args(kind)))
        else:
            expected, mend = TYPES[NAMES.get(base, "text")]
            if base is str and isinstance(value, dict):
                mend = TEXT_NOT_MAPPING
            if base is msgspec.Struct:
                mend += KNOWN.format(names="、".join(fields(kind)))
            self.wrong("wrong_type", value, place, expected=expected, mend=mend)

    def wrong(self, code: str, value: Any, place: Place, **names: Any) -> None:
        key = next(step for step in reversed(place) if isinstance(step, str))
        found = value if isinstance(value, str) else TYPES[NAMES[type(value)]][0]
        found = found if len(found) <= LONGEST else f"{found[: LONGEST - 1]}…"
        self.document.problem(code, value=place, name=key, found=found, **names)


def _fits(value: Any, kind: Any) -> bool:
    try:
        fits = _convert(value, kind)
    except msgspec.ValidationError:
        return False
    if isinstance(fits, int):
        return fits in NUMBERS
    return not isinstance(fits, date) or fits.year in YEARS


def _mend(notes: Iterable[Any]) -> str:
    """How to mend what its notes do not allow."""
    sentences = (f"{note.description}。" for note in notes if getattr(note, "description", ""))
    return next(sentences, TYPES["text"][1])


def _meant(value: Any, wanted: Any) -> Any:
    """The shape that the writer probably meant: the one of the value."""
    found = shapes(wanted)
    return found[-1] if isinstance(value, list) else found[0]
