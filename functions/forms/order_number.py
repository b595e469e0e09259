"""Order numbers that people can read out over the phone: ``7F3K-9QXW``.

Seven random characters and a check character. The alphabet has neither 0, O, 1 nor I, which
are taken for each other, and no vowels, so that no word appears by chance. Its 29 characters
are a prime number, hence a sum weighted by position (as in ISBN-10, ISO 2108:1992) notices
every single wrong character and every two that changed places.
"""

import unicodedata
from collections.abc import Callable

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
LENGTH = 8


def draw(below: Callable[[int], int]) -> str:
    """A new number; ``below`` picks one of so many, as :func:`secrets.randbelow` does."""
    left, body = below(len(ALPHABET) ** (LENGTH - 1)), ""
    while len(body) < LENGTH - 1:
        left, place = divmod(left, len(ALPHABET))
        body += ALPHABET[place]
    return body + _check(body)


def parse(text: str) -> str | None:
    """The number meant by what somebody typed, or None if there can be no such number.

    Small and full-width letters, spaces and dashes of any kind are as good as the plain form.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    no = "".join([c for c in plain if not c.isspace() and unicodedata.category(c) != "Pd"])
    if len(no) != LENGTH or not set(no) <= set(ALPHABET) or no[-1] != _check(no[:-1]):
        return None
    return no


def spell(no: str) -> str:
    """The number as it is shown: two groups of four."""
    return f"{no[:4]}-{no[4:]}"


def _check(body: str) -> str:
    total = sum([weight * ALPHABET.index(c) for weight, c in enumerate(body, start=1)])
    return ALPHABET[total % len(ALPHABET)]
