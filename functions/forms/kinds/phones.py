"""Phones, and the last digits of one."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from functions.errors import Wrong
from functions.forms.kinds.kind import Field, Kept, TypedKind
from functions.forms.normal import normal, visible

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
WHOLE = re.compile(
    r"(?<!\d)(?:(?:\+|00)86[\s\-]?|86(?=1))?"
    r"(?:1[3-9]\d(?:[\s\-]?\d){8}|\(?0\d{2,3}\)?[\s\-]?\d{7,8})(?!\d)"
)
"""A phone among other things, such as whose it is, an extension, or a second one."""
AROUND_NUMBER = re.compile(r"^[^\w]+|[^\w]+$")
ALIKE = str.maketrans("OoIl", "0011")
"""Letters that look like digits."""
DIGITS = 4
"""How many of a phone's last digits show whose it is."""


def is_mobile(phone: str) -> bool:
    """Whether a stored phone is a mobile, which alone gets SMS."""
    return bool(MOBILE.fullmatch(phone.removeprefix("+86")))


class Phone(TypedKind):
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
            raise self._wrong(field, visible(texts[0]), today)
        if MOBILE.fullmatch(digits):
            return f"+86{digits}"
        landline = re.fullmatch(LANDLINE, digits)
        # Without its area code a number could be anywhere; +86 stands in for the 0 before it.
        if landline and (digits.startswith("0") or plain.lstrip().startswith(("+", "00"))):
            return f"+86{landline[1]}"
        raise self._wrong(field, visible(texts[0]), today)

    def _wrong(self, field: Field, text: str, today: date) -> Wrong:
        """What is wrong with a text that is more than a number. What stands beside the number is
        not dropped in silence: an extension has to be dialled, and whose phone it is matters."""
        found = WHOLE.search(text)
        if found and found[0] != text:
            with suppress(Wrong):
                self.parse(field, [found[0]], today)
                beside = AROUND_NUMBER.sub("", f"{text[: found.start()]} {text[found.end() :]}")
                return Wrong("beside", number=found[0].strip(), beside=beside)
        return Wrong("phone")

    def show(self, field: Field, value: str) -> str:
        """As it is dialled inside the country: landlines with the prefix 0."""
        digits = value.removeprefix("+86")
        return digits if not digits or is_mobile(value) else f"0{digits}"

    def typed(self, field: Field, text: str) -> list[str]:
        """Excel takes a phone for a number, and drops the 0 at the beginning of a landline's."""
        lost = text.isascii() and text.isdigit() and not MOBILE.fullmatch(text)
        return [f"0{text}" if lost and re.fullmatch(LANDLINE, f"0{text}") else text]


class Last4(TypedKind):
    """The last four digits of a phone, with or without what stands before them. A mobile is taken
    whole, because that is harder to guess (:mod:`functions.context.proofs`)."""

    kept: Kept = "nowhere"
    widget = "last4"
    discreet = True

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        digits = re.sub(r"[^0-9]", "", normal(texts[0]))
        if len(digits) in (7, 8):  # A whole landline without its area code.
            digits = digits[-DIGITS:]
        elif len(digits) > DIGITS:
            with suppress(Wrong):
                phone = str(Phone().parse(field, texts, today)).removeprefix("+86")
                return phone if MOBILE.fullmatch(phone) else phone[-DIGITS:]
        if len(digits) != DIGITS:
            raise Wrong("last4")
        return digits
