"""Order numbers that people can read out over the phone: ``7F3K-9QXW``.

Seven random characters and a check character. The alphabet has neither 0, O, 1 nor I, which people
confuse, and no vowels, so that no word appears by chance. It has 29 characters, a prime number, so
a sum weighted by position (as in ISBN-10, ISO 2108:1992) notices every single wrong character and
any two that changed places.
"""

import unicodedata
from collections.abc import Callable
from itertools import count
from operator import mul

ALPHABET = "23456789BCDFGHJKLMNPQRSTVWXYZ"
LENGTH = 8


def draw(below: Callable[[int], int]) -> str:
    """A new number; ``below(n)`` returns a number below n, as :func:`secrets.randbelow` does."""
    rest, body = below(len(ALPHABET) ** (LENGTH - 1)), ""
    while len(body) < LENGTH - 1:
        rest, index = divmod(rest, len(ALPHABET))
        body += ALPHABET[index]
    return body + _check(body)


def parse(text: str) -> str | None:
    """The number that somebody typed, or None if no order can have it.

    Lower-case and full-width letters, spaces and dashes of any kind are accepted.
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
    total = sum(map(mul, count(1), map(ALPHABET.index, body)))
    return ALPHABET[total % len(ALPHABET)]
