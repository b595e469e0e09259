"""Days as people write them: the day of a wish, and those on which a service takes place."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

PATTERN = r"^(周[一二三四五六日]|每月 ?([1-9]|[12]\d|3[01]) ?日)$"
WEEKDAYS = "一二三四五六日"
AHEAD = timedelta(days=366)
"""How far ahead a day may be wished for."""
MENTIONED = 3
"""How many of the next days are said."""

WRITTEN_DAY = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?"
SPOKEN_DAYS = ("今天", "明天", "后天", "大后天")

SERIAL, FIRST_DAY = re.compile(r"[45]\d{4}"), date(1899, 12, 30)
"""A date as Excel counts days (46361), from 2009 to 2064, and the day from which it counts."""


def from_serial(text: str) -> str:
    """The day that Excel means by a number; empty if the text is none."""
    day = SERIAL.fullmatch(text) and FIRST_DAY + timedelta(days=int(text))
    return day.isoformat() if day else ""


def meant(text: str, today: date) -> date | None:
    """The day that a text in its normal form means; without a year the next from today on."""
    if text in SPOKEN_DAYS:
        return today + timedelta(days=SPOKEN_DAYS.index(text))
    parts = re.fullmatch(WRITTEN_DAY, re.sub(r"(\d{4})(\d{2})(\d{2})", r"\1-\2-\3", text))
    if parts is None:
        return None
    year, month, day = parts.groups()
    for each in [int(year)] if year else [today.year, today.year + 1]:
        with suppress(ValueError):  # No year has that day, or not this one.
            found = date(each, int(month), int(day))
            if year or found >= today:
                return found
    return None


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
