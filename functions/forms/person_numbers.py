"""Numbers that nobody should write into a form: of identity cards and bank cards."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""By the check character of identity numbers (GB 11643, ISO 7064 MOD 11-2)."""
CHECKS = "10X98765432"
IDENTITY = re.compile(r"[1-8]\d{5}((?:19|20)\d{2})(\d{2})(\d{2})\d{3}[\dX]")
"""A region, the day of birth, a serial number and the check character."""
CARD = re.compile(r"62\d{14,17}|[45]\d{15}")
"""Numbers of bank cards that are issued in China: UnionPay, Visa and Mastercard."""
LONGEST = 19


def found(run: str) -> str:
    """What a run of digits with gaps holds: an ``identity`` number, a bank ``card``'s, or nothing.
    It counts only from gap to gap, so that no part of a longer number is taken for one."""
    for number in _numbers(run):
        if _is_identity(number):
            return "identity"
        if CARD.fullmatch(number) and _adds_up(number):
            return "card"
    return ""


def _numbers(run: str) -> Iterator[str]:
    """All that neighbouring groups of digits make together, in half-width characters."""
    groups = [_half_width(group) for group in re.findall(r"[\dXxＸｘ]+", run)]
    for first in range(len(groups)):
        number = ""
        for group in groups[first:]:
            number += group
            if len(number) > LONGEST:
                break
            yield number


def _half_width(group: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else "X" for char in group)


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
