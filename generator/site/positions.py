"""For whom the positions of a job fair are: whoever looks for one finds those for them at once."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from generator.content.job_fairs import SCHOOLING, Position

LEVELS = [*SCHOOLING]
ASKED = LEVELS[1:-1]
"""What somebody may have finished, as they are asked; whoever finished more finds themselves under
the last one."""
AGES = (16, 30, 40, 50, 60, 999)
"""Where the ages begin that people find themselves in, and where the last one ends."""
PAYS = (3000, 4000, 5000, 6000)
"""Yuan a month that somebody may want at least."""


class Whom(NamedTuple):
    """Some of the people who may come: by ``schooling`` and ``age``, or by the ``pay`` that they
    want. ``name`` is what the page's address calls them, and how many ``positions`` they find."""

    name: str
    positions: int
    schooling: str
    age: int
    pay: int


class OpenPosition(NamedTuple):
    """A position, with a ``mark`` for each schooling, age and pay that it suits."""

    position: Position
    marks: str


class Offer(NamedTuple):
    """All positions; ``people`` by schooling and then by age, and ``paid`` by the pay."""

    rows: list[OpenPosition]
    people: list[list[Whom]]
    paid: list[Whom]


def offer(positions: Sequence[Position]) -> Offer:
    """For whom each position is, as a page shows it."""
    marks = [_marks(each) for each in positions]

    def whom(*wanted: str, schooling: str = "", age: int = 0, pay: int = 0) -> Whom:
        found = sum(each.issuperset(wanted) for each in marks)
        return Whom("-".join(wanted), found, schooling, age, pay)

    people = [
        [whom(SCHOOLING[level], f"age{age}", schooling=level, age=age) for age in AGES[:-1]]
        for level in ASKED
    ]
    paid = [whom(f"pay{pay}", pay=pay) for pay in PAYS]
    rows = [
        OpenPosition(each, " ".join(sorted(own)))
        for each, own in zip(positions, marks, strict=True)
    ]
    return Offer(rows, people, [each for each in paid if each.positions])


def _marks(position: Position) -> set[str]:
    """Of an age that it suits in part, too: the page says from when to when."""
    lowest = min(LEVELS.index(position.schooling), len(ASKED))
    youngest, oldest = position.age_from or AGES[0], position.age_to or AGES[-1]
    best = position.pay_to or position.pay_from or 0
    return {
        *[SCHOOLING[level] for level in ASKED if LEVELS.index(level) >= lowest],
        *[f"age{age}" for age, end in pairwise(AGES) if youngest < end and oldest >= age],
        *[f"pay{pay}" for pay in PAYS if best >= pay],
    }
