"""The home page."""

from collections.abc import Iterator, Sequence

from functions.orders.figures.summary import Report
from generator.content.models import Fair, News, Service, Team, by_category
from generator.site.plan.news import card
from generator.site.plan.page import Page

LATEST = 5
"""How many news the page shows."""


def pages(
    latest: Sequence[News],
    menu: Sequence[Service],
    teams: Sequence[Team],
    fairs: Sequence[Fair],
    last_month: Report | None,
) -> Iterator[Page]:
    """Some of everything; ``latest`` are the newest news."""
    data = {
        "categories": by_category(menu),
        "news": [card(item.brief) for item in latest[:LATEST]],
        "fairs": fairs[:1],
        "teams": len(teams),
        "last_month": last_month,
    }
    yield Page("/", "home.html", data)
