"""The list of partners, and a page for each."""

from collections.abc import Iterator, Sequence

from generator.content.models import Partner
from generator.site.sections.page import Page, item_page, paged


def pages(partners: Sequence[Partner]) -> Iterator[Page]:
    """Their pages read nothing but the partner."""
    yield from paged("/partners/", "partners.html", partners)
    for partner in partners:
        yield item_page(partner, {})
