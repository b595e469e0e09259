"""Numbers that nobody should write into a form: of identity cards and bank cards."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from itertools import chain

from functions.forms.normal import DIGIT

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""By the check character of identity numbers (GB 11643, ISO 7064 MOD 11-2)."""
CHECKS = "10X98765432"
IDENTITY = re.compile(r"[1-8]\d{5}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[\dX]")
"""A region, the day of birth, a serial number and the check character."""
CARD = re.compile(r"62\d{14,17}|[45]\d{15}")
"""Numbers of bank cards that are issued in China: UnionPay, Visa and Mastercard."""
SHORTEST, LONGEST = 16, 19
GROUP = re.compile(rf"[{DIGIT}XxＸｘ]+")
APART = re.compile(rf"[^{DIGIT}XxＸｘ\s\-_.·－—]")
"""What stands between two numbers, such as a flat's and a phone's. Digits pass the check of a card
by chance one time in ten, so a card is looked for only between two of these."""


def found(run: str) -> str:
    """What a run of digits with gaps holds: an ``identity`` number, a bank ``card``'s, or nothing.
    It counts only from gap to gap, so that no part of a longer number is taken for one."""
    if any(map(_is_identity, _numbers(run))):
        return "identity"
    numbers = chain.from_iterable(map(_numbers, APART.split(run)))
    return "card" if any(CARD.fullmatch(each) and _adds_up(each) for each in numbers) else ""


def _numbers(run: str) -> Iterator[str]:
    """What neighbouring groups of digits make together, in half-width characters, where that is as
    long as such a number."""
    groups = [_half_width(group) for group in GROUP.findall(run)]
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(number) > LONGEST:
                break
            if len(number) >= SHORTEST:
                yield number


def _half_width(group: str) -> str:
    return "".join(
        "X" if char in "XxＸｘ" else f"{unicodedata.numeric(char):.0f}" for char in group
    )


def _is_identity(number: str) -> bool:
    match = IDENTITY.fullmatch(number)
    if match is None:
        return False
    with suppress(ValueError):  # No calendar has that day.
        date(*map(int, match.groups()))
        total = sum(int(digit) * weight for digit, weight in zip(number, WEIGHTS, strict=False))
        return number[-1] == CHECKS[total % 11]
    return False


def _adds_up(number: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812, Luhn)."""
    doubled = (2 * int(digit) for digit in number[-2::-2])
    total = sum(map(int, number[-1::-2])) + sum(n - 9 if n > 9 else n for n in doubled)
    return total % 10 == 0
