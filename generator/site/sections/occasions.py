"""The calendar files of events and job fairs, each below its page."""

from datetime import date, datetime

from generator.content.job_fairs import Fair
from generator.content.kinds import address
from generator.content.models import Entry, News
from generator.site.calendars import FIRST, Occasion, occasion
from generator.site.sections.page import Page

FILE = "event.ics"


def calendar_pages(item: Entry) -> list[Page]:
    """The file by which phones put what an item tells of into their calendar; none if that has no
    day. One that ended before its day was called off."""
    start: datetime | date
    end: datetime | None
    if isinstance(item, News) and (event := item.event):
        day, start, end = event.start.date(), event.start, event.end
        where, who, written = event.place, event.organiser, item.date
    elif isinstance(item, Fair):
        day = item.date
        start = datetime.combine(day, item.start) if item.start else day
        end = datetime.combine(day, item.end) if item.end else None
        where, who, written = item.place, "、".join(item.hosts), FIRST
    else:
        return []
    here, is_cancelled = address(item), item.ended is not None and item.ended < day
    when = (written, item.updated, is_cancelled)
    entry = Occasion(here, item.title, start, end, where, who, *when)
    return [Page(f"{here}{FILE}", occasion, {"item": entry})]
