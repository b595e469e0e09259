"""The duties of a kind of question, and what many kinds share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, get_args

Field = Mapping[str, Any]
"""One question of a form's definition; see :mod:`functions.forms.definition`."""

Cell = str | int | float | date | None

Kept = Literal["history", "sealed", "nowhere"]
"""Where answers go. ``history`` is open and stays for ever; ``sealed`` is encrypted and erased in
time; ``nowhere`` is for answers that only prove whose order it is."""


class Kind(ABC):
    """The duties of a kind. A ``value`` is an answer in the one form in which it is stored."""

    many = False
    """Whether a resident may give several answers to one question."""
    discreet = False
    """Whether a page that a neighbour may see shows only how the answer begins."""
    dated = False
    """Whether what was typed may mean something else on another day."""
    link = ""
    """What comes before a value in an address that opens it, such as ``tel:``."""

    def __init_subclass__(cls) -> None:
        """Refuse a kind that does not say where its answers are kept."""
        kept = vars(cls).get("kept")
        if isinstance(kept, str) and kept not in get_args(Kept):
            raise TypeError(f"{cls.__name__}.kept is {kept!r}, and none of {get_args(Kept)}")

    @property
    @abstractmethod
    def kept(self) -> Kept:
        """Where the answer is kept, unless the question's role says otherwise."""

    @property
    @abstractmethod
    def widget(self) -> str:
        """The macro of ``templates/macros/widget.html`` that draws the question."""

    def facts(self, field: Field, today: date) -> Mapping[str, Any]:
        """What the widget has to know beside the question: ``between``, the first and the last
        value that it takes on this day; ``coming``, the next ones, if it takes few."""
        return {}

    @abstractmethod
    def parse(self, field: Field, texts: Sequence[str], today: date) -> Any:
        """The value of what was typed: at least one text, and just one unless ``many``.

        Raises:
            Wrong: it is no answer to this question.
        """

    @abstractmethod
    def show(self, field: Field, value: Any) -> str:
        """The value as people read it on a page."""

    @abstractmethod
    def cell(self, field: Field, value: Any) -> Cell:
        """The value as a cell of a table."""

    @abstractmethod
    def typed(self, field: Field, text: str) -> list[str]:
        """What :meth:`parse` takes, from the text of a cell; the inverse of :meth:`cell`."""


COMMA = "、"
"""Separates several answers to one question."""


def plain(value: Any) -> str:
    """A value as text, whatever kind of question it answered."""
    return COMMA.join(map(str, value)) if isinstance(value, list) else str(value)


class PlainKind(Kind):
    """Kinds whose cells read as on a page, and are typed into forms as they are."""

    def cell(self, field: Field, value: Any) -> Cell:
        return self.show(field, value)

    def typed(self, field: Field, text: str) -> list[str]:
        return [text]


class TypedKind(PlainKind):
    """Kinds whose value is text that somebody typed, which may hold personal data."""

    kept: Kept = "sealed"

    def show(self, field: Field, value: Any) -> str:
        return plain(value)
