"""The home page."""

from collections.abc import Iterator, Sequence

from functions.orders.figures.summary import Report
from generator.content.job_fairs import Fair
from generator.content.models import Brief, Service, Team, by_category
from generator.site.plan.news import card
from generator.site.sections.page import Page
from generator.site.service_days import ServiceDays


def pages(
    front: Sequence[Brief],
    menu: Sequence[Service],
    teams: Sequence[Team],
    ahead: Sequence[Fair],
    last_month: Report | None,
    days: ServiceDays,
) -> Iterator[Page]:
    """Some of everything; ``front`` are the news that the page shows. Of the fairs ``ahead``, the
    newest first, it shows the next one."""
    data = {
        "categories": by_category(menu),
        "news": [card(item) for item in front],
        "fairs": ahead[-1:],
        "teams": len(teams),
        "last_month": last_month,
        "days": days,
    }
    yield Page("/", "home.html", data)
