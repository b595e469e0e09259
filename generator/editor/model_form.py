"""A form for a file of content, derived from its model: what is asked, what stands in it, and what
somebody typed as data for the file. Nothing here names a field."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal, NamedTuple

from functions.forms.normal import composed
from generator.content.library import PROSE
from generator.content.models import Item
from generator.content.reading.check import fields, parts, shapes
from generator.content.reading.codec import Clock, Moment, Part, Refers
from generator.content.reading.yaml_source import SEPARATORS, SOFT, Place
from generator.content.schemas import Texts, texts_of
from generator.editor.yaml_edit import Bare, Data
from generator.errors import Problem

Sent = Mapping[str, list[str]]
"""What a browser sent, by the names of controls."""
Options = Mapping[str, Mapping[str, str]]
"""By what a value refers to, such as ``teams``: what there is, and what people call it."""
LONG = 40
"""Characters of a text from which on it gets more than one line."""
NUMBER = re.compile("[0-9]{1,3}")
"""Of a row."""
TRUE, FALSE = "true", "false"
CHANGED = str.maketrans(dict.fromkeys(SEPARATORS, "\n") | dict.fromkeys(f"{SOFT}\ufeff"))
"""What the reader of files would change itself."""
BARE = {bool: "tick", int: "number", date: "day", Moment: "line", Clock: "line"}
"""The widgets of what is no text."""


SHARED = fields(Item).keys()


class Control(NamedTuple):
    """One question. ``widget`` says how it is drawn: ``line``, ``text``, ``prose``, ``number``,
    ``day``, ``tick``, ``choice``, ``choices``, ``picture``, ``lines`` (a text a line), ``group``
    (of the controls ``inside``), ``rows`` (one such group each), or ``fixed``, for what stands in
    the file and cannot be said here."""

    name: str
    label: str
    hint: str
    widget: str
    required: bool
    value: Any
    choices: Mapping[str, str]
    inside: tuple[tuple["Control", ...], ...]
    errors: tuple[Problem, ...]
    sends: bool
    """Whether files may be sent for new rows."""
    is_shared: bool
    """Whether it is about coming and going, which is the same for items of all kinds."""


class Shape(NamedTuple):
    """What a field takes: ``part`` is the class of its group or rows, ``literals`` are words that
    may be chosen, perhaps in place of rows, and ``refers`` is what other names may be."""

    widget: str
    part: Any
    literals: tuple[str, ...]
    refers: str
    is_bare: bool


@cache
def shape(name: str, wanted: Any) -> Shape:
    """The shape of a field of this name and type."""
    every = shapes(wanted)
    lists = [parts(each)[2][0] for each in every if parts(each)[1] is tuple]
    kind, _, _, notes = parts(lists[0] if lists else every[0])
    refers = next((note.to for note in notes if isinstance(note, Refers)), "")
    _, origin, args, _ = parts(every[0])
    literals = tuple(each for each in args if each) if origin is Literal else ()
    part = kind if isinstance(kind, type) and issubclass(kind, Part) else None
    if part:
        widget = "rows" if lists else "group"
    elif lists:
        widget = "choices" if refers == "teams" else "lines"
    elif refers == "picture":
        widget = "picture"
    elif literals or refers == "teams":
        widget = "choice"
    else:
        widget = BARE.get(kind, "prose" if name in PROSE else "line")
    return Shape(widget, part, literals, refers, kind in BARE)


def fits(shape_: Shape, value: Any) -> bool:
    """Whether what stands in a file can be shown in a form, right or wrong."""
    match shape_.widget:
        case "rows":
            is_rows = isinstance(value, list) and all(isinstance(each, dict) for each in value)
            return is_rows or value == "" or value in shape_.literals
        case "group":
            return isinstance(value, dict) or value == ""
        case "lines" | "choices":
            texts = value if isinstance(value, list) else [value]
            return all(isinstance(each, str) and "\n" not in each for each in texts)
    return isinstance(value, str)


class ModelForm(NamedTuple):
    """The form of a model, without the fields that are ``given`` by something else."""

    model: Any
    texts: Texts
    options: Options
    given: Collection[str] = ("slug",)

    def controls(self, data: Data, problems: Iterable[Problem] = ()) -> tuple[Control, ...]:
        """The questions, filled in with what a file says, each with what is wrong with it."""
        return self._controls(self.model, data, (), [*problems])

    def data(self, sent: Sent, old: Data) -> Data:
        """What was typed, as data; ``old`` is what the file says. What is empty is there, too, so
        that rows without content stay in their places until :func:`without_empty`."""
        return self._data(self.model, sent, old, ())

    def begun(self, today: date) -> Data:
        """What a new file begins with: the day, where one has to be written."""
        every = self._own_fields(self.model).items()
        days = [name for name, field in every if field.required and field.type is date]
        return {name: Bare(today.isoformat()) for name in days}

    def attach(self, data: Data, name: str, picture: str) -> None:
        """Put a picture where it was sent to: into a field, or into a new row of such rows. What
        names nothing does nothing."""
        model, holder, target = self.model, data, None
        *path, last = _steps(name)
        try:
            for step in path:
                if isinstance(step, str):
                    model = shape(step, fields(model)[step].type).part
                holder = holder[step]  # type: ignore[index]
            target = shape(str(last), fields(model)[str(last)].type)
            if target.widget == "picture":
                holder[str(last)] = picture
            elif target.widget == "rows":
                row = {_picture_of(target.part): picture}
                holder[str(last)] = [*(holder[str(last)] or []), row]
        except (LookupError, TypeError):
            pass

    def _own_fields(self, model: Any) -> dict[str, Any]:
        given = self.given if model is self.model else ()
        return {name: field for name, field in fields(model).items() if name not in given}

    def _controls(
        self, model: Any, data: Data, place: Place, problems: list[Problem]
    ) -> tuple[Control, ...]:
        return tuple(
            self._control(model, field, data.get(name, ""), (*place, name), problems)
            for name, field in self._own_fields(model).items()
        )

    def _control(
        self, model: Any, field: Any, value: Any, place: Place, problems: list[Problem]
    ) -> Control:
        label, hint, *more = texts_of(model, field.name, self.texts)
        kind = shape(field.name, field.type)
        widget, inside = (kind.widget if fits(kind, value) else "fixed"), []
        if widget == "group":
            inside = [self._controls(kind.part, value or {}, place, problems)]
        elif widget == "rows" and isinstance(value, list):
            rows = enumerate(value)
            inside = [self._controls(kind.part, row, (*place, n), problems) for n, row in rows]
        elif widget == "tick" and not value:
            value = TRUE if field.default is True else FALSE
        elif widget == "line" and ("\n" in value or len(value) > LONG):
            widget = "text"
        named = dict(*more) or self.options.get(kind.refers, {})
        choices = {each: named.get(each, each) for each in kind.literals}
        if widget in ("choice", "choices"):  # What is not there any more stays until it is changed.
            choices = choices or dict(named)
            if default := choices.get(str(field.default)):
                choices = {"": default} | choices
            stand = [value] if isinstance(value, str) else value
            choices |= {each: each for each in stand if each and each not in choices}
        inner = [each for each in problems if each.place[: len(place)] == place]
        own = [each for each in inner if not inside or each.place == place]
        sends = widget == "rows" and _picture_of(kind.part) is not None
        return Control(
            *(_name_of(place), label, hint, widget, field.required, value, choices),
            *((*inside,), (*own,), sends, model is self.model and field.name in SHARED),
        )

    def _data(self, model: Any, sent: Sent, old: Data, place: Place) -> Data:
        known = self._own_fields(model)
        found = {
            name: self._value(field, sent, old.get(name, ""), (*place, name))
            for name, field in known.items()
        }
        return found | {name: value for name, value in old.items() if name not in known}

    def _value(self, field: Any, sent: Sent, old: Any, place: Place) -> Any:
        kind = shape(field.name, field.type)
        texts = sent.get(_name_of(place), [])
        text = texts[0] if texts else ""
        if not fits(kind, old):
            return old
        match kind.widget:
            case "group":
                return self._data(kind.part, sent, old or {}, place)
            case "rows":
                rows = dict(enumerate(old)) if isinstance(old, list) else {}
                return text or [
                    self._data(kind.part, sent, rows.get(n, {}), (*place, n))
                    for n in _numbers(sent, _name_of(place))
                ]
            case "choices" | "lines":
                is_lines = kind.widget == "lines"
                return _several(_lines(text) if is_lines else texts, old, is_lines)
            case "tick":
                given = TRUE if texts else FALSE
                return (
                    old
                    if old == given or (not old and bool(texts) == field.default)
                    else Bare(given)
                )
        return _text(text, old, kind.is_bare)


@cache
def _picture_of(part: Any) -> str | None:
    """The field of a part that is a picture, if it has one."""
    every = fields(part).items()
    return next((n for n, each in every if shape(n, each.type).widget == "picture"), None)


def without_empty(data: Any) -> Any:
    """The same without what is empty."""
    if isinstance(data, dict):
        return {name: kept for name, value in data.items() if (kept := without_empty(value))}
    return (
        [kept for each in data if (kept := without_empty(each))] if isinstance(data, list) else data
    )


def arrange(data: Data, act: str, name: str) -> None:
    """Change rows in the data: ``add`` one, given the name of the rows; or ``remove`` one or move
    it ``up`` or ``down``, given its own. What names nothing does nothing."""
    *path, last = _steps(name)
    holder: Any = data
    try:
        for step in path:
            holder = holder[step]
        if act == "add" and isinstance(rows := holder[last] or [], list):
            holder[last] = [*rows, {}]
        elif act != "add" and isinstance(holder, list) and isinstance(last, int):
            row = holder.pop(last)
            if act != "remove":
                holder.insert(max(0, last - 1) if act == "up" else last + 1, row)
    except (LookupError, TypeError):
        pass


def _text(typed: str, old: str, is_bare: bool) -> str:
    """A text as it stands in a file; what stood there, where nothing is different."""
    text = composed(_clean(typed))
    if text.rstrip() == old.rstrip():
        return old
    text = f"{text.rstrip()}\n" if "\n" in text.strip() else text.strip()
    return Bare(text) if is_bare else text


def _several(typed: list[str], old: Any, in_order: bool) -> Any:
    """Several texts; those that are chosen from a list stay in the order in which they stood."""
    stood = old if isinstance(old, list) else [old]
    found = typed if in_order else [each for each in stood if each in typed]
    found += [each for each in typed if each not in found]
    return old if [old] == found else found


def _lines(typed: str) -> list[str]:
    return [line for each in _clean(typed).split("\n") if (line := composed(each.strip()))]


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(CHANGED)


def _steps(name: str) -> list[str | int]:
    return [int(step) if NUMBER.fullmatch(step) else step for step in name.split(".")]


def _name_of(place: Place) -> str:
    return ".".join(map(str, place))


def _numbers(sent: Sent, name: str) -> list[int]:
    """The numbers of the rows of this name, in order."""
    rest = (each.removeprefix(f"{name}.") for each in sent if each.startswith(f"{name}."))
    return sorted(
        {int(n) for n in (each.partition(".")[0] for each in rest) if NUMBER.fullmatch(n)}
    )
