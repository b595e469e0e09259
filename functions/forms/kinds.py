"""The kinds of questions, one class each, with everything that the program does with an answer.

A new kind is a class and a line of :data:`KINDS` here, and a macro in
``templates/macros/widget.html``. Without all duties of :class:`Kind` this module is not imported.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, Literal, get_args

from functions.errors import Wrong
from functions.forms import days, order_number
from functions.forms.normal import meant, normal, visible

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
        """Refuse a kind that says no place where its answers can be kept."""
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


class _Plain(Kind):
    """Kinds whose cells read like pages, and whose cells are typed into forms as they are."""

    def cell(self, field: Field, value: Any) -> Cell:
        return self.show(field, value)

    def typed(self, field: Field, text: str) -> list[str]:
        return [text]


class _Typed(_Plain):
    """Kinds whose value is text that somebody typed, which may hold personal data."""

    kept: Kept = "sealed"

    def show(self, field: Field, value: Any) -> str:
        return plain(value)


LONG_RUN = re.compile(r"\d(?:[\s\-_.·－—]{0,2}\d){14,}(?:[\s\-]?[XxＸｘ])?")
"""As many digits, with gaps, as the number of an identity card or a bank card has at least."""


class Text(_Typed):
    """One line of any script, as typed: rare characters are not folded into their likes."""

    widget = "text"
    longest = 200
    lines = False

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        line, longest = texts[0].replace("\n", " "), field["max"] or self.longest
        if len(line) > longest:
            raise Wrong("too_long", max=longest, length=len(line))
        for run in LONG_RUN.findall(line):
            # Imported lazily, because few texts hold so long a number.
            from functions.forms import person_numbers

            if code := person_numbers.found(run):
                raise Wrong(code)
        return texts[0] if self.lines else line


class TextArea(Text):
    """Several lines."""

    widget = "textarea"
    longest = 1000
    lines = True


class Name(Text):
    """How somebody is called."""

    widget = "name"
    longest = 40


MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = r"0?((?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7})"
"""Numbers of the Chinese plan (工信部《电信网编号计划》, 2017): mobiles have eleven digits from
13 to 19; landlines an area code of two digits (10, 2x) or three, after the trunk prefix 0, and
seven or eight digits that do not begin with 0 or 1."""


CALLED = r"(?:我|的|家里|联系|电话|手机|座机|固定|固话|号|码|是|tel|[^\w+(])+"
AROUND = re.compile(f"^{CALLED}|{CALLED}$", re.I)
"""What people write before a phone, or behind it."""
BETWEEN = re.compile(r"[\s\-.()·,_~、。一]|[\u2010-\u2015\u2212]")
"""What they write between its digits; 一 is in the place of a dash."""
BESIDE = re.compile(r"(\+?[\d\s\-]*\d)\s*([^\d\s\-].*)")
"""A phone with words behind it, such as whose it is, or an extension."""
ALIKE = str.maketrans("OoIl", "0011")
"""Letters that look like digits."""


class Phone(_Typed):
    """A phone as people type it, stored in one form: ``+86`` and the number (E.164)."""

    widget = "phone"
    discreet = True
    link = "tel:"

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        plain = AROUND.sub("", visible(texts[0]))
        digits = BETWEEN.sub("", plain).translate(ALIKE)
        # Mobiles were dialled with a 0 from other places.
        digits = re.sub(r"^(\+|00)86|^86(?=1\d{10}$)|^0(?=1[3-9]\d{9}$)", "", digits)
        if not digits.isascii() or not digits.isdigit():
            raise self._wrong(field, plain, today)
        if MOBILE.fullmatch(digits):
            return f"+86{digits}"
        landline = re.fullmatch(LANDLINE, digits)
        # Without its area code a number could be anywhere; +86 stands in for the 0 before it.
        if landline and (digits.startswith("0") or plain.lstrip().startswith(("+", "00"))):
            return f"+86{landline[1]}"
        raise Wrong("phone")

    def _wrong(self, field: Field, plain: str, today: date) -> Wrong:
        """What is wrong with what is no number alone. What stands behind one is not left out
        unsaid: an extension is dialled, and whose phone it is matters."""
        if beside := BESIDE.fullmatch(plain):
            with suppress(Wrong):
                self.parse(field, [beside[1]], today)
                return Wrong("beside", number=beside[1].strip(), beside=beside[2].strip("() "))
        return Wrong("phone")

    def show(self, field: Field, value: str) -> str:
        """As it is dialled inside the country: landlines with the prefix 0."""
        digits = value.removeprefix("+86")
        return digits if not digits or MOBILE.fullmatch(digits) else f"0{digits}"

    def typed(self, field: Field, text: str) -> list[str]:
        """Excel takes a phone for a number, and drops the 0 at the beginning of a landline's."""
        lost = text.isascii() and text.isdigit() and not MOBILE.fullmatch(text)
        return [f"0{text}" if lost and re.fullmatch(LANDLINE, f"0{text}") else text]


VALUE = itemgetter("value")


def current(field: Field, value: str) -> str:
    """The value that a choice has now; forms that show one of its former values are taken, too."""
    for choice in field["choices"]:
        if value in choice.get("former", ()):
            return str(choice["value"])
    return value


OTHER = "other"
"""What is picked where nothing in the list fits."""
ELSE = ("其他", "其它", "别的")
"""How people write it, whatever its label."""


def _meant(field: Field, text: str) -> str:
    """The value of the choice whose label a text means; empty if there is no such one."""
    labels = {str(each["label"]): str(each["value"]) for each in field["choices"]}
    if OTHER in labels.values():
        labels = dict.fromkeys(ELSE, OTHER) | labels
    return meant(text, labels)


class Choice(_Plain):
    """One of the choices, stored as its ``value`` and read as its ``label``."""

    kept: Kept = "history"
    widget = "choice"

    def parse(self, field: Field, texts: Sequence[str], today: date) -> Any:
        value = current(field, texts[0])
        if value not in map(VALUE, field["choices"]):
            raise Wrong("choice")
        return value

    def show(self, field: Field, value: Any) -> str:
        """Labels in the order of the form, then values that are not offered any more."""
        values = value if isinstance(value, list) else [value]
        offered = {choice["value"]: choice["label"] for choice in field["choices"]}
        labels = [label for value, label in offered.items() if value in values]
        return COMMA.join([*labels, *(str(value) for value in values if value not in offered)])

    def typed(self, field: Field, text: str) -> list[str]:
        return [_meant(field, text) or text]


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
        parts, found = SEPARATOR.split(text), []
        most = max(len(SEPARATOR.split(label)) for label in labels)
        while parts:
            sizes = range(min(len(parts), most), 0, -2)
            texts = ["".join(parts[:size]).strip() for size in sizes]
            index = next((i for i, each in enumerate(texts) if each in labels), len(texts) - 1)
            if texts[index]:
                found.append(_meant(field, texts[index]) or texts[index])
            parts = parts[sizes[index] + 1 :]
        return found


class Stars(_Plain):
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
        if not text.strip("★☆⭐"):
            return [str(len(text) - text.count("☆"))]
        if (said := re.sub("非常|十分", "很", text)) in self.spoken:
            return [str(self.spoken.index(said) + 1)]
        digit = re.sub("[颗个星分 ]", "", normal(text))
        spoken = digit and digit in "一二三四五"
        return [str("一二三四五".find(digit) + 1) if spoken else digit or text]


SEPARATOR = re.compile(r"([、，,；;/\n])")
"""What people put between several answers in one cell."""


class Date(_Plain):
    """A day to come, at most a year ahead, as ``YYYY-MM-DD``; by hand also 4月5日（周日）, 15号,
    20260405, 下周三 and 明天. Where the question has ``days``, only such a day."""

    kept: Kept = "history"
    widget = "date"
    dated = True

    def facts(self, field: Field, today: date) -> Mapping[str, Any]:
        between = (today.isoformat(), (today + days.AHEAD).isoformat())
        return {"between": between, "coming": days.coming(field.get("days", ()), today)}

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        day = days.meant(texts[0], today)
        if day is None or not today <= day <= today + days.AHEAD:
            raise Wrong("date")
        if (only := field.get("days")) and not days.falls(only, day):
            coming = COMMA.join(days.coming(only, today))
            raise Wrong("day", days=COMMA.join(only), coming=coming)
        return day.isoformat()

    def show(self, field: Field, value: str) -> str:
        return days.shown(date.fromisoformat(value))

    def cell(self, field: Field, value: str) -> Cell:
        return date.fromisoformat(value)

    def typed(self, field: Field, text: str) -> list[str]:
        return [days.from_serial(text) or text]


class Past(Date):
    """A day that has come, at most a quarter ago: when a paper was received."""

    longest = timedelta(days=92)

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        day = days.meant(texts[0], today, back=True)
        if day is None or not today - self.longest <= day <= today:
            raise Wrong("past")
        return day.isoformat()


class Consent(_Plain):
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


class Order(_Typed):
    """The number of an order, as part of the proof whose it is."""

    kept: Kept = "nowhere"
    widget = "order"

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        no = order_number.parse(texts[0])
        if no is None:
            raise Wrong("order")
        return no

    def show(self, field: Field, value: str) -> str:
        return order_number.spell(value)


class Last4(_Typed):
    """The last four digits of a phone, with or without what stands before them."""

    kept: Kept = "nowhere"
    widget = "last4"
    discreet = True

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        digits = re.sub(r"[^0-9]", "", normal(texts[0]))
        if len(digits) in (7, 8):  # A whole landline without its area code.
            digits = digits[-4:]
        elif len(digits) > 4:
            with suppress(Wrong):
                digits = KINDS["phone"].parse(field, texts, today)[-4:]
        if len(digits) != 4:
            raise Wrong("last4")
        return digits


KINDS: Mapping[str, Kind] = {
    "text": Text(),
    "textarea": TextArea(),
    "name": Name(),
    "phone": Phone(),
    "choice": Choice(),
    "choices": Choices(),
    "stars": Stars(),
    "date": Date(),
    "past": Past(),
    "consent": Consent(),
    "order": Order(),
    "last4": Last4(),
}
"""By the name that ``kind:`` has in a form's definition."""
CHOOSING = tuple(name for name, kind in KINDS.items() if isinstance(kind, Choice))
"""The kinds that have choices."""
