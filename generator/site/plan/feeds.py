"""What programs read, at fixed addresses."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from functions.forms.residents import THANKS
from generator.content.models import News
from generator.content.settings import Security
from generator.files.output import WELL_KNOWN
from generator.site import calendars
from generator.site.sections.page import Page


def over(items: Sequence[News], today: date) -> list[str]:
    """Those of these news that tell of an event which was over before today, by the names of their
    files."""
    events = [(item.slug, item.event.end or item.event.start) for item in items if item.event]
    return [slug for slug, end in events if end.date() < today]


def pages(latest: Sequence[News], over: Sequence[str], security: Security | None) -> Iterator[Page]:
    """``latest`` are the newest news, and ``over`` those whose events are; ``security`` is whom to
    tell of a hole."""
    changed = max([item.updated or item.date for item in latest], default=None)
    yield Page("/feed.xml", "feed.xml", {"news": latest, "over": over, "changed": changed})
    yield Page("/service-day.ics", calendars.service_day, {})
    yield Page("/robots.txt", "robots.txt", {})
    if security:
        yield Page(f"/{WELL_KNOWN}security.txt", "security.txt", {"security": security})


def sitemap(places: Mapping[str, date | None]) -> Iterator[Page]:
    """``places`` are all addresses, with the day of those that have one. The thanks after a form
    are for nobody who has not sent it."""
    listed = sorted(
        (place, day) for place, day in places.items() if place.endswith("/") and place != THANKS
    )
    yield Page("/sitemap.xml", "sitemap.xml", {"places": listed})
