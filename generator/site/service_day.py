"""The service day as a calendar that phones and computers subscribe to."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from generator.content.settings import Settings

FIRST = date(2024, 1, 1)
"""The month from which the repetition is counted; any would do, if only builds agree on it."""


def service_day(site: Settings) -> str:
    """The monthly service day as one recurring event (RFC 5545)."""
    from zoneinfo import ZoneInfo  # Slow to import, and only this file needs them.

    from icalendar import Calendar, Event

    shanghai = ZoneInfo("Asia/Shanghai")

    day = site.service_day
    first = FIRST.replace(day=day.day)
    event = Event()
    event.add("uid", f"service-day@{urlsplit(site.url).netloc}")
    event.add("dtstamp", datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC))
    event.add("dtstart", datetime.combine(first, day.start, shanghai))
    event.add("dtend", datetime.combine(first, day.end, shanghai))
    event.add("rrule", {"freq": "monthly", "bymonthday": day.day})
    event.add("summary", f"{site.name}志愿服务日")
    event.add("description", day.summary)
    event.add("location", day.place)
    calendar = Calendar()
    calendar.add("prodid", "-//Wudan//Service day//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{site.name}志愿服务日")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    ical: bytes = calendar.to_ical()
    return ical.decode()
