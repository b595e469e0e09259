"""Days as people write them: those on which a service takes place (周三, 每月 15 日), and one that
is wished for or has been (12月15日（周二）, 15号, 下周三, 明天)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from typing import Any

from functions.errors import Wrong
from functions.forms.normal import visible

PATTERN = r"^(周[一二三四五六日]|每月 ?([1-9]|[12]\d|3[01]) ?日)$"
MONTHLY = "每月{}日"
WEEKDAYS = "一二三四五六日"
Exceptions = Mapping[str, Mapping[str, str]]
"""By a day of the month on which a service does not take place as always: the day ``to`` which it
was moved, empty if it was cancelled, and the ``reason``."""
Schedule = Mapping[str, Any]
"""When a service takes place: on which ``days``, any if there are none, and with which
``exceptions``."""
AHEAD = timedelta(days=366)
"""How far ahead a day may be wished for."""
MENTIONED = 3
"""How many of the next days are said."""
LAST_QUARTER = timedelta(days=92)
"""A day of the last quarter, without its year, may be meant as such, or be a slip."""

# Patterns are text, which `re` compiles when it is first asked for: few wishes name a day, and each
# that files one in a fresh process would wait for all of them.
SPOKEN = {"前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
NEAR = "(大?后|[前昨今明])[天日]"
WEEKS = {"上": -7, "这": 0, "本": 0, "下": 7, "下下": 14}
WEEKDAY = r"(?:周|星期|礼拜)([一二三四五六日天])"
OF_WEEK = rf"(上|这|本|下下?)?个?{WEEKDAY}"
OF_MONTH = r"(?:([这本下])个?月)?(\d{1,2})[日号]"
DATED = rf"(?:(?:20)?(\d{{2}})[-/.年])?(\d{{1,2}})[-/.月](\d{{1,2}})[日号]?(?:{WEEKDAY})?"
BESIDE = r"[\s(),。]"
"""What stands between and around the parts of a day, and says nothing."""
APART = r"(?:\d{4}\s+)?\d{1,2}\s+\d{1,2}"
"""A day whose parts only blanks tell apart."""
SPELLED = "(?<![周期拜])[〇零一二三四五六七八九十]+(?=[年月日号周星礼]|$)"
"""A number in characters, which :data:`DIGITS` makes one of digits, but for tens."""
DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")

SERIAL, FIRST_DAY = r"([45]\d{4})(?:\.\d+)?", date(1899, 12, 30)
"""A date as Excel counts days (46361, with the time behind the point), from 2009 to 2064, and the
day from which it counts."""
TIME = r"(?:(?<=\d)[T\s]+|(?<=日)\s*)(?:上午|下午|晚上)?\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?\s*$"
"""The time behind a day, as forms elsewhere export it."""
SHORTENED = r"(\d{1,2})\.([123])"
"""A day of which Excel may have dropped the 0 at the end, because it took 11.20 for a number."""
EITHER = r"(\d{1,2}月\d{1,2}日)或(\d{1,2}月\d{1,2}日)"


def from_cell(text: str) -> str:
    """A day as somebody would have typed it who wrote the cell of a table."""
    if serial := re.fullmatch(SERIAL, text):
        return (FIRST_DAY + timedelta(days=int(serial[1]))).isoformat()
    if shortened := re.fullmatch(SHORTENED, text):
        month, day = shortened.groups()
        return f"{month}月{day}日" + (f"或{month}月{day}0日" if (month, day) != ("2", "3") else "")
    return re.sub(TIME, "", text)


def is_monthly(days: Sequence[str], number: int) -> bool:
    """Whether a service takes place on this day of each month."""
    return MONTHLY.format(number) in {text.replace(" ", "") for text in days}


def falls(schedule: Schedule, day: date) -> bool:
    """Whether the service takes place on this day."""
    exceptions: Exceptions = schedule.get("exceptions", {})
    written = day.isoformat()
    if any(each["to"] == written for each in exceptions.values()):
        return True
    if f"周{WEEKDAYS[day.weekday()]}" in schedule["days"]:
        return True
    return written not in exceptions and is_monthly(schedule["days"], day.day)


def end(hours: str) -> str:
    """The last time of day (``HH:MM``) that opening hours mention, as people write them; empty if
    they mention none."""
    times = re.findall(r"(\d{1,2})[:：]([0-5]\d)", hours)
    return max((f"{hour:0>2}:{minute}" for hour, minute in times), default="")


def shown(day: date) -> str:
    """A day with its day of the week, as people check it."""
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def meant(text: str, today: date, back: bool = False) -> date | None:
    """The day that somebody wrote: without a year or a month the next one, today included, or
    ``back`` in time the last one.

    Raises:
        Wrong: ``weekday``, it is another day of the week than is written beside it; ``passed``,
            without a year it can be the next one or one that has just passed; ``no_day``, no
            calendar has it; or ``either``, it may be one of two.
    """
    text = visible(text).strip()
    text = "-".join(text.split()) if re.fullmatch(APART, text) else re.sub(BESIDE, "", text)
    text = re.sub(r"^(\d{4})(\d{2})(\d{2})", r"\1-\2-\3", text)
    text = re.sub(SPELLED, _in_digits, text)
    if either := re.fullmatch(EITHER, text):
        raise Wrong("either", one=either[1], other=either[2])
    if near := re.fullmatch(NEAR, text):
        return today + timedelta(days=SPOKEN[near[1]])
    if of_week := re.fullmatch(OF_WEEK, text):
        return _of_week(*of_week.groups(), today=today, back=back)
    if of_month := re.fullmatch(OF_MONTH, text):
        return _of_month(*of_month.groups(), today=today, back=back)
    dated = re.fullmatch(DATED, text)
    return _dated(*dated.groups(), today=today, back=back) if dated else None


def _in_digits(spelled: re.Match[str]) -> str:
    """A number that is spelled in characters: 十五, or 二〇二六."""
    tens, ten, ones = spelled[0].translate(DIGITS).rpartition("十")
    return f"{tens or 1}{ones or 0}" if ten else ones


def _of_month(month: str | None, number: str, *, today: date, back: bool) -> date | None:
    """A day of this month or the next one, or of whichever is nearest."""
    if month is None:
        return _nearest(today, back, lambda day: day.day == int(number))
    first = today.replace(day=1)
    if month == "下":
        first = (first + timedelta(days=31)).replace(day=1)
    try:
        return first.replace(day=int(number))
    except ValueError:  # The month is shorter.
        raise Wrong("no_day", month=first.month, day=int(number)) from None


def _of_week(week: str | None, weekday: str, *, today: date, back: bool) -> date | None:
    number = WEEKDAYS.index(weekday.replace("天", "日"))
    if week is None:
        return _nearest(today, back, lambda day: day.weekday() == number)
    return today + timedelta(days=WEEKS[week] + number - today.weekday())


def _dated(
    year: str | None, month: str, day: str, weekday: str | None, *, today: date, back: bool
) -> date | None:
    found = None
    if year:
        with suppress(ValueError):  # No calendar has that day.
            found = date(2000 + int(year), int(month), int(day))
    else:
        wanted = (int(month), int(day))
        found = _nearest(today, back, lambda each: (each.month, each.day) == wanted)
        if found and not back and found > today + AHEAD - LAST_QUARTER:
            raise Wrong("passed", month=int(month), day=int(day), later=found.isoformat())
    if found is None:
        raise Wrong("no_day", month=int(month), day=int(day))
    if weekday and WEEKDAYS[found.weekday()] != weekday.replace("天", "日"):
        raise Wrong("weekday", meant=shown(found))
    return found


def _nearest(today: date, back: bool, falls: Callable[[date], bool]) -> date | None:
    step = timedelta(days=-1 if back else 1)
    every = (today + n * step for n in range(AHEAD.days + 1))
    return next(filter(falls, every), None)


def coming(schedule: Schedule, today: date) -> list[str]:
    """The next days on which it takes place, as people read them; none if it may be any day. Not
    today, which may be over before anybody comes."""
    if not schedule.get("days"):
        return []
    return [
        f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"
        for day in islice(following(schedule, today), MENTIONED)
    ]


def promised(schedule: Schedule, today: date, due: date) -> date:
    """The day by which it can be done: as promised, but not before the next day on which the
    service takes place."""
    return max(due, next(following(schedule, today), due)) if schedule.get("days") else due


def following(schedule: Schedule, today: date) -> Iterator[date]:
    """All the days after today on which it takes place, for a year."""
    every = (today + timedelta(days=n) for n in range(1, AHEAD.days + 1))
    return (day for day in every if falls(schedule, day))
