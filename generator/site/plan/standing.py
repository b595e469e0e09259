"""The pages that staff write, and the one for what is not found."""

from collections.abc import Iterator, Sequence

from generator.content import models
from generator.content.kinds import address
from generator.site.sections.page import Page, item_page


def pages(pages: Sequence[models.StandingPage]) -> Iterator[Page]:
    """Each page that staff write leads to all others."""
    yield Page("/404.html", "404.html", {})
    all_of_them = [(address(page), page.title) for page in pages]
    for page in pages:
        yield item_page(page, {"pages": all_of_them})
