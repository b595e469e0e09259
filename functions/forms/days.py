"""The days on which a service takes place, as staff write them: 周三, or 每月 15 日."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

PATTERN = r"^(周[一二三四五六日]|每月 ?([1-9]|[12]\d|3[01]) ?日)$"
WEEKDAYS = "一二三四五六日"
AHEAD = timedelta(days=366)
"""How far ahead a day may be wished for."""
MENTIONED = 3
"""How many of the next days are said."""


def falls(days: Sequence[str], day: date) -> bool:
    """Whether the service takes place on this day."""
    written = {text.replace(" ", "") for text in days}
    return bool(written & {f"周{WEEKDAYS[day.weekday()]}", f"每月{day.day}日"})


def coming(days: Sequence[str], today: date) -> list[str]:
    """The next days on which it takes place, as people read them; none if it may be any day."""
    if not days:
        return []
    return [
        f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
        for day in islice(_ahead(days, today), MENTIONED)
    ]


def promised(days: Sequence[str], today: date, due: date) -> date:
    """The day by which it can be done: as promised, but not before the next day on which the
    service takes place."""
    following = _ahead(days, today + timedelta(days=1))
    return max(due, next(following, due)) if days else due


def _ahead(days: Sequence[str], today: date) -> Iterator[date]:
    """All the days on which it takes place, from today on."""
    every = (today + timedelta(days=n) for n in range(AHEAD.days + 1))
    return (day for day in every if falls(days, day))
