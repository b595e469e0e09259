"""Which teams suit a service best."""

from datetime import timedelta
from typing import Any

from functions.context.app import App
from functions.orders import counters


def suggest(app: App, service: str) -> list[tuple[str, dict[str, Any]]]:
    """The teams for a service, the best first, each with what speaks for it.

    Teams that offer the service come before others, those with room before those without, then
    the better rated, then those with less on their hands. A team's rating counts from three on.
    """
    now = app.store.tally(counters.NOW)
    past = recent(app)
    weighed = []
    for team in app.bundle.teams:
        load = now.get(counters.load(team), 0)
        capacity = app.bundle.capacity.get(team)
        given = past.get(f"team:{team} attitude given", 0)
        stars = past.get(f"team:{team} attitude stars", 0) / given if given >= ENOUGH else None
        reasons = {
            "offers": team in app.bundle.offers.get(service, ()),
            "load": load,
            "capacity": capacity,
            "room": capacity is None or load < capacity,
            "stars": stars,
        }
        weighed.append((team, reasons))
    return sorted(
        weighed,
        key=lambda t: (not t[1]["offers"], not t[1]["room"], -(t[1]["stars"] or 4), t[1]["load"]),
    )


ENOUGH = 3
LATELY = 6
"""Months whose ratings speak for a team."""


def recent(app: App) -> dict[str, int]:
    """The counters of the last months together."""
    together: dict[str, int] = {}
    day = app.now.date()
    for _ in range(LATELY):
        for name, count in app.store.tally(day.isoformat()[:7]).items():
            together[name] = together.get(name, 0) + count
        day = day.replace(day=1) - timedelta(days=1)
    return together
