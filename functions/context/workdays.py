"""Working days in China: weekdays without the holidays, plus the days made up for them (调休)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

CHINA = timezone(timedelta(hours=8))
"""The whole country has one time, and no summer time since 1992, so no table of zones is needed."""
SATURDAY = 5
DAY = timedelta(days=1)
ANNOUNCED = 10
"""The month from which next year's holidays should stand in the calendar."""


def today() -> date:
    """China's day."""
    return datetime.now(CHINA).date()


class Calendar:
    """The days on which deadlines run. In years without holidays in the list, only weekdays count.

    The State Council announces each year's holidays and made-up days in the autumn before
    (国务院办公厅关于部分节假日安排的通知), so nobody can know them further ahead.
    """

    def __init__(self, holidays: Iterable[str] = (), workdays: Iterable[str] = ()):
        self._holidays = frozenset(holidays)
        self._workdays = frozenset(workdays)

    @property
    def known_to(self) -> str:
        """The last day (ISO) of the last year whose holidays are listed; empty where none are."""
        last = max(self._holidays, default="")
        return f"{last[:4]}-12-31" if last else ""

    def missing(self, today: date) -> list[int]:
        """The years whose holidays should be listed by now: this one, from October on the next."""
        years = [today.year, today.year + 1] if today.month >= ANNOUNCED else [today.year]
        listed = {day[:4] for day in self._holidays}
        return [year for year in years if str(year) not in listed]

    def undecided(self, service_day: Mapping[str, Any], today: date) -> list[str]:
        """The service days from today on that are holidays, and of which ``site.yaml`` says nothing
        (ISO)."""
        decided = {each["date"] for each in service_day["exceptions"]}
        same = {day for day in self._holidays if int(day[8:]) == service_day["day"]}
        return sorted(day for day in same - decided if day >= today.isoformat())

    def works(self, day: date) -> bool:
        """Whether the station works on this day."""
        name = day.isoformat()
        return name in self._workdays or (day.weekday() < SATURDAY and name not in self._holidays)

    def after(self, day: date, count: int) -> date:
        """The day so many working days later; with 0 the day itself or the next working day."""
        if count:
            day += DAY
        while not self.works(day) or (count := count - 1) > 0:
            day += DAY
        return day

    def between(self, first: date, last: date) -> int:
        """How many working days come after the first, up to and including the last."""
        days = (last - first).days
        return sum(self.works(first + timedelta(days=n)) for n in range(1, days + 1))
