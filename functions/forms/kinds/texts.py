"""Kinds that are typed as text."""

import re
from collections.abc import Sequence
from datetime import date

from functions.errors import Wrong
from functions.forms import order_number
from functions.forms.kinds.kind import Field, Kept, TypedKind
from functions.forms.normal import DIGIT, SHAPELESS

LONG_RUN = re.compile(rf"[{DIGIT}](?:[\W_]{{0,2}}[{DIGIT}]){{14,}}(?:[\W_]{{0,2}}[XxＸｘ])?")
"""As many digits, with gaps, as the number of an identity card or a bank card has at least."""


class Text(TypedKind):
    """One line of any script, as typed: rare characters are not folded into their likes."""

    widget = "text"
    longest = 200
    lines = False

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        line, longest = texts[0].replace("\n", " "), field["max"] or self.longest
        if len(line) > longest:
            raise Wrong("too_long", max=longest, length=len(line))
        for run in LONG_RUN.findall(SHAPELESS.sub("", line)):
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


class OrderNumber(TypedKind):
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
