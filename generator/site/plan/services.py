"""The menu, and a page for each service."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.forms.days import is_monthly
from functions.orders import counters
from generator.content.models import Grid, Service, Team, by_category
from generator.site.sections.page import Page, item_page
from generator.site.service_days import ServiceDays


def pages(
    menu: Sequence[Service],
    teams: Sequence[Team],
    grids: Sequence[Grid],
    counted: Mapping[str, Any],
    days: ServiceDays,
) -> Iterator[Page]:
    """A service's page names its teams, their grids, others of its category, and, if it is on the
    service day, what was decided of that."""
    by_name = {team.slug: team for team in teams}
    names = {team.slug: team.name for team in teams}
    listed = {"categories": by_category(menu), "teams": names, "changes": days.changes}
    yield Page("/menu/", "menu.html", listed)
    for service in menu:
        alike = [other for other in menu if other.category == service.category]
        own = [by_name[name] for name in service.teams]
        data = {
            "teams": own,
            "grids": [grid for grid in grids if any(map(grid.has, own))],
            "related": [other for other in alike if other is not service],
            "counted": counted.get(counters.scope(counters.SERVICE, service.slug)),
            "changes": days.changes if is_monthly(service.days, days.number) else (),
        }
        yield item_page(service, data)
