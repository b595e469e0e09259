"""The menu, and a page for each service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.orders import counters
from generator.content.models import Service, Team, by_category
from generator.site.plan.page import Page, item_page


def pages(
    menu: Sequence[Service], teams: Sequence[Team], counted: Mapping[str, Any]
) -> Iterator[Page]:
    """A service's page names its teams, and others of its category."""
    by_name = {team.slug: team for team in teams}
    names = {team.slug: team.name for team in teams}
    yield Page("/menu/", "menu.html", {"categories": by_category(menu), "teams": names})
    for service in menu:
        alike = [other for other in menu if other.category == service.category]
        data = {
            "teams": [by_name[name] for name in service.teams],
            "related": [other for other in alike if other is not service],
            "counted": counted.get(counters.scope(counters.SERVICE, service.slug)),
        }
        yield item_page(service, data)
