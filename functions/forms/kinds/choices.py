"""Kinds that are answered by picking: from choices, of stars, by ticking a box."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from functions.errors import Wrong
from functions.forms.kinds.kind import COMMA, Cell, Field, Kept, PlainKind
from functions.forms.normal import meant, normal, visible

SEPARATOR = r"([、，,；;/\n])"
"""What people put between several answers in one cell."""


def chosen(field: Field, value: str) -> Mapping[str, Any]:
    """The choice of this value; forms that show one of its former values are taken, too. Empty if
    there is no such choice."""
    for choice in field["choices"]:
        if choice["value"] == value:
            return choice  # type: ignore[no-any-return]
    for choice in field["choices"]:
        if value in choice.get("former", ()):
            return choice  # type: ignore[no-any-return]
    return {}


OTHER = "other"
"""What is picked where nothing in the list fits."""
ELSE = ("其他", "其它", "别的")
"""How people write it, whatever its label."""
NAMED = ("service", "team")
"""The roles of questions whose choices are names."""


def _meant(field: Field, text: str) -> str:
    """The value of the choice whose label a text means; empty if there is no such one."""
    labels = {str(each["label"]): str(each["value"]) for each in field["choices"]}
    if OTHER in labels.values():
        labels = dict.fromkeys(ELSE, OTHER) | labels
    return meant(text, labels, names=field.get("role") in NAMED)


class Choice(PlainKind):
    """One of the choices, stored as its ``value`` and read as its ``label``. In tables it may
    have ``synonyms``, as 是 answers whether something was solved."""

    kept: Kept = "history"
    widget = "choice"

    def parse(self, field: Field, texts: Sequence[str], today: date) -> Any:
        if not (choice := chosen(field, texts[0])):
            raise Wrong("choice")
        return choice["value"]

    def show(self, field: Field, value: Any) -> str:
        """Labels in the order of the form, then values that are not offered any more."""
        values = value if isinstance(value, list) else [value]
        offered = {choice["value"]: choice["label"] for choice in field["choices"]}
        labels = [label for value, label in offered.items() if value in values]
        return COMMA.join([*labels, *(str(value) for value in values if value not in offered)])

    def typed(self, field: Field, text: str) -> list[str]:
        known = field.get("synonyms", {}).get(text.rstrip("。.！!"), "")
        return [(chosen(field, known) and known) or _meant(field, text) or text]


class Choices(Choice):
    """Any number of the choices, stored as their sorted values."""

    widget = "choices"
    many = True

    def parse(self, field: Field, texts: Sequence[str], today: date) -> list[str]:
        return sorted({super(Choices, self).parse(field, [text], today) for text in texts})

    def typed(self, field: Field, text: str) -> list[str]:
        """The fewest labels that make up the text, because a label may have a comma itself."""
        labels = {choice["label"] for choice in field["choices"]}
        # A label is every second part, and a separator stands between two of them.
        parts, found = re.split(SEPARATOR, text), []
        most = max(len(re.split(SEPARATOR, label)) for label in labels)
        while parts:
            sizes = range(min(len(parts), most), 0, -2)
            texts = ["".join(parts[:size]).strip() for size in sizes]
            index = next((i for i, each in enumerate(texts) if each in labels), len(texts) - 1)
            if texts[index]:
                found.append(_meant(field, texts[index]) or texts[index])
            parts = parts[sizes[index] + 1 :]
        return found


SPOKEN, UNIT = "一二三四五", re.compile("[颗个星分 ]")
"""How a number of stars is spelled, and what may stand behind it."""


class Stars(PlainKind):
    """One to five stars, stored as a number."""

    kept: Kept = "history"
    widget = "stars"
    spoken = ("很不满意", "不满意", "一般", "满意", "很满意")
    """What one to five stars are called beside the stars, and so on paper."""

    def parse(self, field: Field, texts: Sequence[str], today: date) -> int:
        if texts[0] not in {"1", "2", "3", "4", "5"}:
            raise Wrong("choice")
        return int(texts[0])

    def show(self, field: Field, value: int) -> str:
        return "★" * value + "☆" * (5 - value)

    def cell(self, field: Field, value: int) -> Cell:
        return value

    def typed(self, field: Field, text: str) -> list[str]:
        """Also 5星, 五颗星, 5 分, ★★★★★, ★★★★☆ and 很满意."""
        stars = "".join(visible(text).split())
        if stars and not stars.strip("★☆⭐"):
            return [str(len(stars) - stars.count("☆"))]
        if (phrase := text.replace("非常", "很").replace("十分", "很")) in self.spoken:
            return [str(self.spoken.index(phrase) + 1)]
        digit = UNIT.sub("", normal(text))
        spoken = digit and digit in SPOKEN
        return [str(SPOKEN.find(digit) + 1) if spoken else digit or text]


class Consent(PlainKind):
    """A box to tick, stored as true; one that is not ticked has no value."""

    kept: Kept = "history"
    widget = "consent"
    agreed = ("是", "同意", "已同意", "本人同意", "yes", "y", "true", "√", "✓", "✔", "☑")
    """How consent is written in a table, and what a ticked cell holds; the first is how we write
    it."""

    def parse(self, field: Field, texts: Sequence[str], today: date) -> bool:
        if texts[0] != "yes":
            raise Wrong("required")
        return True

    def show(self, field: Field, value: bool) -> str:
        return self.agreed[0]

    def typed(self, field: Field, text: str) -> list[str]:
        return ["yes"] if normal(text).casefold() in self.agreed else []
