"""The list of job fairs, and a page for each."""

from collections.abc import Iterator, Sequence

from generator.content.kinds import address
from generator.content.models import Fair
from generator.site.plan.page import Link, Page, around, item_page, paged


def pages(fairs: Sequence[Fair]) -> Iterator[Page]:
    """A fair's page leads to the next and the one before."""
    yield from paged("/fairs/", "fairs.html", fairs)
    links = [Link(address(fair), fair.title, fair.date) for fair in fairs]
    for position, fair in enumerate(fairs):
        yield item_page(fair, around(links, position))
