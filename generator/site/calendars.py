"""Files by which phones and computers put a day into their calendar (RFC 5545)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from generator.content.settings import Settings

# Imported lazily where it is used: it is slow to import, and only these files need it.
if TYPE_CHECKING:
    from icalendar import Alarm, Event, Timezone

FIRST = date(2024, 1, 1)
"""The month from which the service day's repetition is counted; any would do, if only builds agree
on it."""
ZONED = {"TZID": "Asia/Shanghai"}
"""The parameter of a time in the zone of :func:`_china`."""
EVENING = timedelta(hours=18)
"""When phones remind of the next day."""


class Occasion(NamedTuple):
    """What takes place once: ``start`` is a day where no hour is known, and ``end`` may be unknown.
    ``updated`` is the day of the last correction."""

    address: str
    title: str
    start: datetime | date
    end: datetime | None
    place: str
    organiser: str
    published: date
    updated: date | None
    is_cancelled: bool


def service_day(site: Settings) -> str:
    """The monthly service day as one recurring event, with what was decided of some days."""
    rule = site.service_day
    first = FIRST.replace(day=rule.day)
    event = _service_day(site, first, rule.summary)
    event.add("rrule", {"freq": "monthly", "bymonthday": rule.day})
    cancelled = [each.date for each in rule.exceptions if each.cancelled]
    if cancelled:
        event.add("exdate", [datetime.combine(day, rule.start) for day in cancelled], ZONED)
    events = [event]
    for each in rule.exceptions:
        if each.moved_to:
            moved = _service_day(site, each.moved_to, f"{each.reason}\n{rule.summary}")
            moved.add("recurrence-id", datetime.combine(each.date, rule.start), ZONED)
            events.append(moved)
    return _calendar(f"{site.name}志愿服务日", events)


def _service_day(site: Settings, day: date, text: str) -> "Event":
    """The service day on one day. Its number grows with each exception, for whoever forgets to
    write when it was decided."""
    rule, name = site.service_day, f"{site.name}志愿服务日"
    event = _event(site, "service-day", name, FIRST, rule.updated, len(rule.exceptions))
    event.add("dtstart", datetime.combine(day, rule.start), ZONED)
    event.add("dtend", datetime.combine(day, rule.end), ZONED)
    event.add("location", rule.place)
    event.add("description", text.strip())
    event.add_component(_alarm(name, rule.start))
    return event


def occasion(site: Settings, item: Occasion) -> str:
    """An event or a job fair."""
    event = _event(site, item.address.strip("/"), item.title, item.published, item.updated)
    hour = item.start.time() if isinstance(item.start, datetime) else None
    event.add("dtstart", item.start, ZONED if hour else {})
    if item.end and item.end != item.start:  # RFC 5545, 3.6.1: the end MUST be later.
        event.add("dtend", item.end, ZONED)
    if item.place:
        event.add("location", item.place)
    event.add("description", "\n".join(filter(None, (item.organiser, site.url + item.address))))
    event.add("url", site.url + item.address)
    event.add("status", "CANCELLED" if item.is_cancelled else "CONFIRMED")
    event.add_component(_alarm(item.title, hour or time()))
    return _calendar(item.title, [event])


def _event(
    site: Settings, name: str, summary: str, published: date, updated: date | None, changes: int = 0
) -> "Event":
    """An event as far as all are alike. Its times come from the content, so that builds agree; so
    does its number, which grows with each correction and with the number of ``changes``."""
    from icalendar import Event

    event, at = Event(), datetime.combine(updated or published, time(), UTC)
    event.add("uid", f"{name}@{urlsplit(site.url).netloc}")
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("sequence", changes + (max(0, (updated - FIRST).days) if updated else 0))
    event.add("summary", summary)
    return event


def _alarm(text: str, start: time) -> "Alarm":
    """A reminder on the evening before."""
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    since_midnight = timedelta(hours=start.hour, minutes=start.minute)
    alarm.add("trigger", EVENING - timedelta(days=1) - since_midnight)
    return alarm


def _calendar(name: str, events: "list[Event]") -> str:
    from icalendar import Calendar, vText

    calendar = Calendar()
    calendar.add("prodid", "-//Wudan//Calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", vText(name))  # No property of the standard: it is not escaped.
    calendar.add_component(_china())
    for event in events:
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
