"""The service day as a calendar that phones and computers subscribe to."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from generator.content.settings import Settings

if TYPE_CHECKING:
    from icalendar import Timezone

FIRST = date(2024, 1, 1)
"""The month from which the repetition is counted; any would do, if only builds agree on it."""

ZONED = {"TZID": "Asia/Shanghai"}
"""The parameter of a time in the zone of :func:`_china`."""


def service_day(site: Settings) -> str:
    """The monthly service day as one recurring event (RFC 5545)."""
    from icalendar import Calendar, Event  # Slow to import, and only this file needs them.

    day = site.service_day
    first = FIRST.replace(day=day.day)
    event = Event()
    event.add("uid", f"service-day@{urlsplit(site.url).netloc}")
    event.add("dtstamp", datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC))
    event.add("dtstart", datetime.combine(first, day.start), ZONED)
    event.add("dtend", datetime.combine(first, day.end), ZONED)
    event.add("rrule", {"freq": "monthly", "bymonthday": day.day})
    event.add("summary", f"{site.name}志愿服务日")
    event.add("description", day.summary)
    event.add("location", day.place)
    calendar = Calendar()
    calendar.add("prodid", "-//Wudan//Service day//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{site.name}志愿服务日")
    calendar.add_component(_china())
    calendar.add_component(event)
    ical: bytes = calendar.to_ical()
    return ical.decode()


def _china() -> "Timezone":
    """China's time, the same everywhere and all year since its last summer time ended. The library
    itself would look for changes up to the year 9999, which took 4 % of a whole build."""
    from icalendar import Timezone, TimezoneStandard

    standard = TimezoneStandard()
    standard.add("dtstart", datetime.combine(date(1991, 9, 15), time(2)))
    standard.add("tzname", "CST")
    standard.add("tzoffsetfrom", timedelta(hours=9))
    standard.add("tzoffsetto", timedelta(hours=8))
    china = Timezone()
    china.add("tzid", ZONED["TZID"])
    china.add_component(standard)
    return china
