"""Which teams suit a service best."""

from datetime import timedelta
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.context.clock import Clock
from functions.orders import counters
from functions.storage.port import Counters

ENOUGH = 3
"""How many ratings a team needs before they count."""
LATELY = 6
"""For how many months they count."""


class Ranking(NamedTuple):
    """Teams, weighed by their counters."""

    store: Counters
    bundle: Bundle
    clock: Clock

    def suggest(self, service: str) -> list[tuple[str, dict[str, Any]]]:
        """The teams for a service, the best first, each with the reasons.

        Teams that offer the service come before others, those with room before those without,
        then the better rated, then those with fewer orders at the moment.
        """
        now = self.store.tally(counters.NOW)
        past = counters.by_scope(self.recent())
        weighed = []
        for team in self.bundle.teams:
            load = now.get(counters.load(team), 0)
            capacity = self.bundle.capacity.get(team)
            counted = past.get(counters.scope(counters.TEAM, team), {})
            given = counted.get(counters.given("attitude"), 0)
            stars = counted.get(counters.stars("attitude"), 0) / given if given >= ENOUGH else None
            reasons = {
                "offers": team in self.bundle.offers.get(service, ()),
                "load": load,
                "capacity": capacity,
                "room": capacity is None or load < capacity,
                "stars": stars,
            }
            weighed.append((team, reasons))
        return sorted(
            weighed,
            key=lambda each: (
                *(not each[1]["offers"], not each[1]["room"]),
                *(-(each[1]["stars"] or 4), each[1]["load"]),
            ),
        )

    def recent(self) -> dict[str, int]:
        """The counters of the last :data:`LATELY` months, added up."""
        total: dict[str, int] = {}
        day = self.clock.now.date()
        for _ in range(LATELY):
            for name, count in self.store.tally(day.isoformat()[:7]).items():
                total[name] = total.get(name, 0) + count
            day = day.replace(day=1) - timedelta(days=1)
        return total
