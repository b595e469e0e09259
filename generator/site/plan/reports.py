"""The community's figures: a report a month and a year, and the wish list, all made from a snapshot
(:func:`functions.orders.figures.snapshot`), which may be empty."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.orders import counters
from functions.orders import figures as public
from functions.orders.figures import FEWEST, OTHERS, Line, Report
from generator.content.models import Service
from generator.site.plan.page import Page, paged

Figures = Mapping[str, Any]
Names = Mapping[str, str]
"""The names of services or teams, by the names of their files."""
YEAR = 12
WISHES = counters.name(counters.ALL, counters.WISHES)


def pages(figures: Figures, menu: Sequence[Service]) -> Iterator[Page]:
    """The index, a page and a table for every month and year, and the wish list."""
    names = figures.get("names", {})
    services, teams = names.get("service", {}), names.get("team", {})
    months: Mapping[str, Mapping[str, int]] = figures.get("months", {})
    years: dict[str, list[str]] = defaultdict(list)
    for month in sorted(months, reverse=True):
        years[month[:4]].append(month)
    periods = {year: counters.together(months[m] for m in parts) for year, parts in years.items()}
    made = {
        period: _named(public.report(period, counted), services, teams)
        for period, counted in [*months.items(), *periods.items()]
    }
    latest = made.get(max(months, default=""))
    yield Page("/report/", "report_index.html", {"years": years, "latest": latest})
    for period, report in made.items():
        data = {
            "report": report,
            "months": {m: months[m].get(WISHES, 0) for m in years.get(period, [])},
            "answers": [
                {"text": each["text"], "service": services.get(each["service"], each["service"])}
                for each in figures.get("answers", [])
                if each["month"].startswith(period)
            ],
            # Only while the period lasts, so that old reports are not rendered again every day.
            "until": figures["made"] if figures["made"].startswith(period) else "",
        }
        yield Page(f"/report/{period}/", "report.html", data)
        yield Page(f"/report/{period}/report.csv", "report.csv", {"report": report})
    yield from paged("/wishes/", "wishes.html", _wishes(figures, services, menu))


def _wishes(figures: Figures, services: Names, menu: Sequence[Service]) -> list[dict[str, str]]:
    """The public wish list, the newest first. ``menu`` names the service, if it is on the menu."""
    offered = {service.slug for service in menu}
    found = sorted(figures.get("wishes", []), key=lambda wish: wish["date"], reverse=True)
    return [
        {name: wish[name] for name in ("text", "state", "date")}
        | {
            "service": services.get(wish["service"], wish["service"]),
            "menu": wish["service"] if wish["service"] in offered else "",
        }
        for wish in found
    ]


def lately(figures: Figures) -> dict[str, Line]:
    """What to show of each service and team (``team:barbers``) that had enough orders in the last
    twelve months, the snapshot's own included."""
    if not figures:
        return {}
    year, month = (int(part) for part in figures["made"].split("-")[:2])
    began = f"{year - 1}-{month + 1:02}" if month < YEAR else f"{year}-01"
    late = counters.together(c for name, c in figures["months"].items() if name >= began)
    # Each by itself: none needs to be hidden among others, because the others are not shown.
    lines = {
        scope: public.line(scope.partition(":")[2], counted, 0)
        for scope, counted in counters.by_scope(late).items()
        if scope.startswith((f"{counters.SERVICE}:", f"{counters.TEAM}:"))
    }
    return {scope: line for scope, line in lines.items() if line.wishes >= FEWEST}


def _named(report: Report, services: Names, teams: Names) -> Report:
    """The report with names, its teams by name and not by what they did: this is no contest."""
    named = public.named(report, services, teams)
    by_name = sorted(named.teams, key=lambda team: (team.slug == OTHERS, team.slug))
    return named._replace(teams=by_name)
