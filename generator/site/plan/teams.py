"""The list of teams, that of the grids that they look after, and a page for each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.orders import counters
from generator.content.models import Grid, Item, Service, Team
from generator.site.sections.page import Page, item_page


def pages(
    teams: Sequence[Team],
    menu: Sequence[Service],
    grids: Sequence[Grid],
    counted: Mapping[str, Any],
) -> Iterator[Page]:
    """A team's page names its services and its grids."""
    yield Page("/teams/", "teams.html", {"teams": teams, "grids": grids})
    for team in teams:
        data = {
            "services": [service for service in menu if team.slug in service.teams],
            "grids": [grid for grid in grids if grid.has(team)],
            "counted": counted.get(counters.scope(counters.TEAM, team.slug)),
        }
        yield item_page(team, data)


def grid_pages(
    grids: Sequence[Grid],
    teams: Sequence[Team],
    menu: Sequence[Service],
    past: Mapping[str, Sequence[Item]],
) -> Iterator[Page]:
    """A grid's page names its teams, and what they do. A community that never had a grid has no
    list; the page of one that ended leads to it."""
    if grids or "grids" in past:
        yield Page("/grids/", "grids.html", {"grids": grids})
    for grid in grids:
        own = [team for team in teams if grid.has(team)]
        offered = {team.slug for team in own}
        services = [service for service in menu if not offered.isdisjoint(service.teams)]
        yield item_page(grid, {"teams": own, "services": services})
