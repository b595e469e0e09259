"""The list of teams, and a page for each."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.orders import counters
from generator.content.models import Service, Team
from generator.site.plan.page import Page, item_page


def pages(
    teams: Sequence[Team], menu: Sequence[Service], counted: Mapping[str, Any]
) -> Iterator[Page]:
    """A team's page names its services."""
    yield Page("/teams/", "teams.html", {"teams": teams})
    for team in teams:
        data = {
            "services": [service for service in menu if team.slug in service.teams],
            "counted": counted.get(counters.scope(counters.TEAM, team.slug)),
        }
        yield item_page(team, data)
