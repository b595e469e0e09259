"""Order numbers of ten digits, which people of any age say, type and dictate: ``234-567-8900``.

Nine random digits, the first of them neither 0, which tables drop, nor 1, with which every mobile
begins; then a check digit by Damm (*Total anti-symmetrische Quasigruppen*, Marburg 2004), which
notices every single wrong digit and any two neighbours that changed places. Never eleven long: that
is how long a phone is.

Orders from before have eight letters and digits and a check character; their numbers go on working.
"""

import re
from collections.abc import Callable
from itertools import count
from operator import mul

from functions.forms.normal import normal

BODY = 9
GROUPED = r"(?<![0-9])[0-9]{3}[\s-]*[0-9]{3}[\s-]*[0-9]{4}(?![0-9])"
"""A number that may stand beside others, such as a phone."""
FORMER = "23456789BCDFGHJKLMNPQRSTVWXYZ"
"""The alphabet of numbers from before: a prime number of characters, for their check."""

QUASIGROUP = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)


def draw(below: Callable[[int], int]) -> str:
    """A new number; ``below(n)`` returns a number below n, as :func:`secrets.randbelow` does."""
    body = str(2 * 10 ** (BODY - 1) + below(8 * 10 ** (BODY - 1)))
    return body + str(_damm(body))


def parse(text: str) -> str | None:
    """The number that somebody typed, or None if no order can have it.

    Whatever else stands there (words, spaces, dashes, full stops, what nobody sees, a phone) is
    passed over.
    """
    plain = normal(text).upper()
    for written in (plain, *re.findall(GROUPED, plain)):
        digits = re.sub(r"[^0-9]", "", written)
        if len(digits) == BODY + 1 and digits[0] > "1" and not _damm(digits):
            return digits
    former = re.sub(r"[^0-9A-Z]", "", plain)
    if len(former) == 8 and set(former) <= {*FORMER} and former[-1] == _former_check(former[:-1]):
        return former
    return None


def is_meant(text: str) -> bool:
    """Whether this looks like a number that somebody tried to write: with a digit too many, too few
    or wrong, or one from before with a wrong letter."""
    plain = re.sub(r"[^0-9A-Z]", "", normal(text).upper())
    if digits := re.sub(r"[^0-9]", "", plain):
        known = abs(len(digits) - BODY - 1) < 2 and digits[0] > "1"
        return known or (len(plain) == 8 != len(digits))
    return False


def spell(no: str) -> str:
    """The number as it is shown and read out: in groups."""
    groups = (no[:4], no[4:]) if len(no) == 8 else (no[:3], no[3:6], no[6:])
    return "-".join(groups)


def _damm(digits: str) -> int:
    """The digit that makes these whole; 0 for a number with its check digit."""
    check = 0
    for digit in digits:
        check = int(QUASIGROUP[check][int(digit)])
    return check


def _former_check(body: str) -> str:
    total = sum(map(mul, count(1), map(FORMER.index, body)))
    return FORMER[total % len(FORMER)]
