"""One definition of a form serves twice: templates draw it, and this module checks answers.

A definition is what ``content/forms/*.yaml`` holds, as it lies in the bundle: ``fields`` is a
list of mappings with ``name``, ``kind``, ``required``, ``max``, ``choices`` (each ``value`` and
``label``), ``error`` (the sentence shown when the answer is wrong), and ``role``: ``personal``
where what is picked tells of a person.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from functions.errors import Wrong
from functions.forms import order_number

FORMS = {"wish": "/wish/", "rating": "/rate/", "volunteer": "/join/", "order": "/track/"}
"""The forms that the functions answer, by the name of form and function, and where each is."""

THANKS = "/join/thanks/"
"""Where a volunteer who signed up is led."""

NEEDED = {
    "wish": {"service": "choice", "phone": "phone", "consent": "consent"},
    "rating": {"no": "order", "last4": "last4", "solved": "choice"},
    "volunteer": {"phone": "phone", "consent": "consent"},
    "order": {"no": "order", "last4": "last4"},
}
"""The questions that the functions cannot do without, and their kinds; they are required."""

OTHER = "other"
"""What is picked where nothing in the list fits."""

PERSONAL = "personal"
"""The role of a question that is answered by picking, and yet tells of a person."""

Form = Mapping[str, Any]
Field = Mapping[str, Any]


class Answers(NamedTuple):
    """``values`` by field, each in its one form; ``errors`` by field, as codes to be said."""

    values: dict[str, Any]
    errors: dict[str, Wrong]

    def public(self, form: Form) -> dict[str, Any]:
        """The answers that were picked from what the form offers: they may enter the history."""
        return self._of(form, lambda field: field["kind"] in PICKED and not is_personal(field))

    def personal(self, form: Form) -> dict[str, Any]:
        """The answers that were typed, which may hold personal data, and those picked that tell
        of a person: they are kept apart."""
        return self._of(form, is_personal)

    def _of(self, form: Form, kept: Callable[[Field], bool]) -> dict[str, Any]:
        names = [field["name"] for field in form["fields"] if kept(field)]
        return {name: self.values[name] for name in names if name in self.values}


def is_personal(field: Field) -> bool:
    """Whether the answer must not enter a history."""
    return field["kind"] in TYPED or (field["kind"] in PICKED and field.get("role") == PERSONAL)


def without(form: Form, *names: str) -> Form:
    """The form less some of its questions, where their answers are known already."""
    return {**form, "fields": [field for field in form["fields"] if field["name"] not in names]}


def check(form: Form, typed: Mapping[str, Sequence[str]], today: date) -> Answers:
    """Check what was typed, by field name, against the definition; never raises for input.

    Fields left empty have no value. Names that the form does not have are not looked at, so
    that a form drawn before the definition changed is still taken.
    """
    values: dict[str, Any] = {}
    errors: dict[str, Wrong] = {}
    for field in form["fields"]:
        name = field["name"]
        try:
            value = _answer(field, typed.get(name, ()), today)
        except Wrong as wrong:
            errors[name] = wrong
        else:
            if value is not None:
                values[name] = value
    return Answers(values, errors)


def _answer(field: Field, typed: Sequence[str], today: date) -> Any:
    texts = [text for text in map(_tidy, typed) if not _is_blank(text)]
    if not texts:
        if field["required"]:
            raise Wrong("required")
        return None
    if field["kind"] == "choices":
        return sorted({_choice(field, text, today) for text in texts})
    if len(texts) > 1:
        raise Wrong("repeated")
    return CHECKS[field["kind"]](field, texts[0], today)


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()


def _is_blank(text: str) -> bool:
    """Nothing that could be seen: no characters, or only spaces and marks without a shape."""
    return all(unicodedata.category(c) in ("Cf", "Zs", "Zl", "Zp") for c in text)


def _text(field: Field, text: str, today: date) -> str:
    return _line(text.replace("\n", " "), field["max"] or 200)


def _textarea(field: Field, text: str, today: date) -> str:
    for line in text.split("\n"):
        _line(line, len(line))
    return _limited(text, field["max"] or 1000)


def _name(field: Field, text: str, today: date) -> str:
    return _line(text.replace("\n", " "), 40)


UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters (general categories Cc, Zl and Zp), and the marks that turn the direction of
what follows, by which a text can look like another (Unicode Technical Report 36, section 2.4)."""


def _line(text: str, longest: int) -> str:
    """Text of any script, as typed: rare characters are not folded into their likes."""
    if UNSEEN.search(text):
        raise Wrong("control")
    return _limited(text, longest)


def _limited(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Wrong("too_long", max=longest, length=len(text))
    return text


MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0?((?:10|2\d)[2-9]\d{7}|[3-9]\d{2}[2-9]\d{6,7})")
"""Numbers of the Chinese plan (工信部《电信网编号计划》, 2017): mobiles have eleven digits from
13 to 19; landlines an area code of two digits (10, 2x) or three, after the trunk prefix 0, and
seven or eight digits that do not begin with 0 or 1."""


def _phone(field: Field, text: str, today: date) -> str:
    """A phone as people type it, in the one form that is stored: ``+86`` and the number (E.164)."""
    plain = unicodedata.normalize("NFKC", text)
    digits = re.sub(r"[\s\-.()·]|[\u2010-\u2015\u2212]", "", plain)
    digits = re.sub(r"^(\+|00)86|^86(?=1\d{10}$)", "", digits)
    if not digits.isascii() or not digits.isdigit():
        raise Wrong("phone")
    if MOBILE.fullmatch(digits):
        return f"+86{digits}"
    landline = LANDLINE.fullmatch(digits)
    # Without its area code a number could be anywhere; +86 stands in for the 0 before it.
    if landline and (digits.startswith("0") or plain.lstrip().startswith(("+", "00"))):
        return f"+86{landline[1]}"
    raise Wrong("phone")


def dialled(phone: str) -> str:
    """A stored phone as it is dialled inside the country: landlines with the prefix 0."""
    plain = phone.removeprefix("+86")
    return plain if not plain or MOBILE.fullmatch(plain) else f"0{plain}"


def _last4(field: Field, text: str, today: date) -> str:
    digits = unicodedata.normalize("NFKC", text).replace(" ", "")
    if not re.fullmatch(r"[0-9]{4}", digits):
        raise Wrong("last4")
    return digits


def _order(field: Field, text: str, today: date) -> str:
    no = order_number.parse(text)
    if no is None:
        raise Wrong("order")
    return no


def _choice(field: Field, text: str, today: date) -> str:
    if text not in {choice["value"] for choice in field["choices"]}:
        raise Wrong("choice")
    return text


def _stars(field: Field, text: str, today: date) -> int:
    if text not in {"1", "2", "3", "4", "5"}:
        raise Wrong("choice")
    return int(text)


def _consent(field: Field, text: str, today: date) -> bool:
    if text != "yes":
        raise Wrong("required")
    return True


def _date(field: Field, text: str, today: date) -> str:
    """A day to come, at most a year ahead, as ``YYYY-MM-DD``; by hand also 2026年4月5日."""
    parts = re.fullmatch(
        r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?",
        unicodedata.normalize("NFKC", text),
    )
    try:
        day = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        day = None
    if day is None or not today <= day <= today + timedelta(days=366):
        raise Wrong("date")
    return day.isoformat()


CHECKS: dict[str, Callable[[Field, str, date], Any]] = {
    "text": _text,
    "textarea": _textarea,
    "name": _name,
    "phone": _phone,
    "choice": _choice,
    "choices": _choice,
    "stars": _stars,
    "date": _date,
    "consent": _consent,
    "order": _order,
    "last4": _last4,
}
KINDS = tuple(CHECKS)
CHOOSING = ("choice", "choices")
PICKED = ("choice", "choices", "stars", "date", "consent")
TYPED = ("text", "textarea", "name", "phone")
"""The kinds left over, ``order`` and ``last4``, prove whose order it is and are not kept."""
