"""Which teams suit a service best."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.context.clock import Clock
from functions.orders import counters
from functions.storage.port import Counters

ENOUGH, RECENT_MONTHS = 3, 6
"""How many ratings a team needs before they count, and for how many months they do."""


Weighed = tuple[str, dict[str, Any]]
"""A team, and the reasons for its place."""


class Ranking(NamedTuple):
    """Teams, weighed by their counters."""

    store: Counters
    bundle: Bundle
    clock: Clock

    def suggest(self, service: str) -> list[Weighed]:
        """The teams for a service, the one that suits it best first (:func:`ranked`)."""
        now = self.store.tally(counters.NOW)
        past = counters.by_scope(self.recent())
        weighed = []
        for team in self.bundle.teams:
            counted = past.get(counters.scope(counters.TEAM, team), {})
            given = counted.get(counters.given("attitude"), 0)
            stars = counted.get(counters.stars("attitude"), 0) / given if given >= ENOUGH else None
            reasons = {
                "offers": team in self.bundle.offers.get(service, ()),
                "load": now.get(counters.load(team), 0),
                "capacity": self.bundle.capacity.get(team),
                "stars": stars,
            }
            weighed.append((team, reasons))
        return ranked(weighed)

    def recent(self) -> dict[str, int]:
        """The counters of the last :data:`RECENT_MONTHS` months, added up."""
        months, day = [], self.clock.now.date()
        for _ in range(RECENT_MONTHS):
            months.append(day.isoformat()[:7])
            day = day.replace(day=1) - timedelta(days=1)
        return counters.together(map(self.store.tally, months))


def ranked(teams: Iterable[Weighed], more: Mapping[str, int] | None = None) -> list[Weighed]:
    """Teams in their order, each with the reasons: those that offer the service before others,
    those with room before those without, then the better rated, then those with fewer orders now,
    which include so many ``more`` that each is about to get."""
    found = []
    for team, why in teams:
        load = why["load"] + (more or {}).get(team, 0)
        room = why["capacity"] is None or load < why["capacity"]
        found.append((team, {**why, "load": load, "room": room}))
    return sorted(found, key=_rank)


def _rank(weighed: Weighed) -> tuple[bool, bool, float, int]:
    why = weighed[1]
    return not why["offers"], not why["room"], -(why["stars"] or 4), why["load"]
