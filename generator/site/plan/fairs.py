"""The list of job fairs, and a page for each with its calendar file."""

from collections.abc import Iterator, Sequence

from generator.content.job_fairs import Fair
from generator.content.kinds import address
from generator.site.positions import offer
from generator.site.sections.occasions import calendar_pages
from generator.site.sections.page import Link, Page, around, item_page, paged


def pages(fairs: Sequence[Fair], ahead: Sequence[Fair]) -> Iterator[Page]:
    """A fair's page leads to the next and the one before. Those that are not ``ahead`` are over."""
    yield from paged("/fairs/", "fairs.html", [(fair, fair not in ahead) for fair in fairs])
    links = [Link(address(fair), fair.title, fair.date) for fair in fairs]
    for position, fair in enumerate(fairs):
        data = {"offer": offer(fair.positions), "is_over": fair not in ahead}
        yield item_page(fair, around(links, position) | data)
        yield from calendar_pages(fair)
