"""The list of teams, and a page for each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.orders import counters
from generator.content.models import Grid, Service, Team
from generator.site.plan.page import Page, item_page


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
