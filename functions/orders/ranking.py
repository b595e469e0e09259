"""Which teams suit a service best."""

from datetime import timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from functions.context.bundle import Bundle
from functions.context.clock import Clock
from functions.orders import counters
from functions.storage.port import Counters

ENOUGH, LATELY = 3, 6
"""How many ratings a team needs before they count, and for how many months they do."""


class Ranking(NamedTuple):
    """Teams, weighed by their counters."""

    store: Counters
    bundle: Bundle
    clock: Clock

    def suggest(self, service: str) -> list[tuple[str, dict[str, Any]]]:
        """The teams for a service, each with the reasons: those that offer it before others, those
        with room before those without, then the better rated, then those with fewer orders now."""
        now = self.store.tally(counters.NOW)
        past = counters.by_scope(self.recent())
        weighed = []
        for team in self.bundle.teams:
            load = now.get(counters.load(team), 0)
            capacity = self.bundle.capacity.get(team)
            counted = past.get(counters.scope(counters.TEAM, team), {})
            given = counted.get(counters.given("attitude"), 0)
            stars = counted.get(counters.stars("attitude"), 0) / given if given >= ENOUGH else None
            offers = team in self.bundle.offers.get(service, ())
            room = capacity is None or load < capacity
            rank = (not offers, not room, -(stars or 4), load)
            reasons = {"offers": offers, "load": load, "capacity": capacity, "room": room}
            weighed.append((rank, team, {**reasons, "stars": stars}))
        return [(team, reasons) for _, team, reasons in sorted(weighed, key=itemgetter(0))]

    def recent(self) -> dict[str, int]:
        """The counters of the last :data:`LATELY` months, added up."""
        months, day = [], self.clock.now.date()
        for _ in range(LATELY):
            months.append(day.isoformat()[:7])
            day = day.replace(day=1) - timedelta(days=1)
        return counters.together(map(self.store.tally, months))
