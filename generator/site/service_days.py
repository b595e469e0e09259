"""The service days to come, as they were decided."""

from bisect import bisect_left
from datetime import date
from itertools import starmap
from operator import attrgetter
from typing import NamedTuple

from generator.content.settings import Calendar, ChangedDay, ServiceDay

MENTIONED = 2
"""How many of the next days pages say."""


class Held(NamedTuple):
    """A ``day`` on which the teams set up their tables; ``is_holiday``, if it is a public holiday
    and nothing was decided."""

    day: date
    is_holiday: bool


class ServiceDays(NamedTuple):
    """What pages say: the next days, and the changes that are not over."""

    number: int
    coming: tuple[Held, ...]
    changes: tuple[ChangedDay, ...]


def service_days(rule: ServiceDay, calendar: Calendar, today: date) -> ServiceDays:
    """Of today and later. One is held unless it was decided otherwise, on a holiday too."""
    month = 12 * today.year + today.month - 1
    days = {date(n // 12, n % 12 + 1, rule.day): False for n in range(month, month + 12)}
    days |= dict.fromkeys(days.keys() & {*calendar.holidays}, True)
    changes = []
    for change in rule.exceptions:
        days.pop(change.date, None)
        if not change.cancelled:
            days[change.moved_to or change.date] = False
        if max(change.date, change.moved_to or change.date) >= today:
            changes.append(change)
    changes.sort(key=attrgetter("date"))
    held = sorted(starmap(Held, days.items()))
    first = bisect_left(held, (today,))
    return ServiceDays(rule.day, tuple(held[first : first + MENTIONED]), tuple(changes))
