"""Sentences that staff may write, filled in: a name in braces becomes a value, all else is text."""

import re
from functools import partial

_PLACE = re.compile(r"\{(\w+)\}")


def fill(sentence: str, /, **values: object) -> str:
    """The sentence with each ``{name}`` that has a value replaced by it.

    It is no ``str.format``, which reads attributes, obeys formats and raises for any other brace:
    one ``{`` in a sentence of a form would break every wrong answer to it.
    """
    return _PLACE.sub(partial(_value, values), sentence)


def _value(values: dict[str, object], place: re.Match[str]) -> str:
    return str(values.get(place[1], place[0]))
