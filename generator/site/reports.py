"""What the site shows of the community's figures: a report a month and a year, the wish list.

All of it is made from a snapshot (:func:`functions.orders.figures.snapshot`), which is empty where
there is none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from functions.orders import figures as public
from functions.orders.figures import FEWEST, OTHERS, Line, Report
from generator.content.models import Site

Figures = Mapping[str, Any]

YEAR = 12


class Made(NamedTuple):
    """A page before the plan has it."""

    address: str
    template: str
    data: dict[str, Any]


def pages(site: Site, figures: Figures) -> Iterator[Made]:
    """The index, and a page and a table for every month and year."""
    months: Mapping[str, Mapping[str, int]] = figures.get("months", {})
    years: dict[str, list[str]] = defaultdict(list)
    for month in sorted(months, reverse=True):
        years[month[:4]].append(month)
    periods = {year: public.together(months[m] for m in parts) for year, parts in years.items()}
    made = {
        period: _named(public.report(period, counted), site)
        for period, counted in [*months.items(), *periods.items()]
    }
    latest = made.get(max(months, default=""))
    yield Made("/report/", "report_index.html", {"years": years, "latest": latest})
    for period, report in made.items():
        data = {
            "report": report,
            "months": {m: months[m].get("all wishes", 0) for m in years.get(period, [])},
            "answers": _answers(site, figures, period),
            # Only while the period lasts, lest all reports be drawn again every day.
            "until": figures["made"] if figures["made"].startswith(period) else "",
        }
        yield Made(f"/report/{period}/", "report.html", data)
        yield Made(f"/report/{period}/report.csv", "report.csv", {"report": report})


def wishes(site: Site, figures: Figures) -> list[dict[str, str]]:
    """The public wish list, the newest first. ``menu`` is the service's, if it is on the menu."""
    names = _services(site)
    found = sorted(figures.get("wishes", []), key=lambda wish: wish["date"], reverse=True)
    return [
        {
            "text": wish["text"],
            "state": wish["state"],
            "date": wish["date"],
            "service": names.get(wish["service"], wish["service"]),
            "menu": wish["service"] if wish["service"] in names else "",
        }
        for wish in found
    ]


def lately(figures: Figures) -> dict[str, Line]:
    """What to show of each service and team (``team:barbers``) that had enough orders of late.

    Of late is in the last twelve months, the snapshot's own included.
    """
    if not figures:
        return {}
    year, month = (int(part) for part in figures["made"].split("-")[:2])
    began = f"{year - 1}-{month + 1:02}" if month < YEAR else f"{year}-01"
    late = public.together(c for name, c in figures["months"].items() if name >= began)
    scopes: dict[str, dict[str, int]] = defaultdict(dict)
    for name, count in late.items():
        scopes[name.partition(" ")[0]][name] = count
    # Each on its own, for none needs to be hidden among others where the others are not shown.
    reports = {scope: public.report("", counts) for scope, counts in scopes.items()}
    return {
        scope: line
        for scope, report in reports.items()
        for line in [*report.services, *report.teams]
        if line.wishes >= FEWEST
    }


def _named(report: Report, site: Site) -> Report:
    """The report with names, its teams by name and not by what they did: this is no contest."""
    named = public.named(report, _services(site), {team.slug: team.name for team in site.teams})
    teams = sorted(named.teams, key=lambda team: (team.slug == OTHERS, team.slug))
    return named._replace(teams=teams)


def _services(site: Site) -> dict[str, str]:
    return {service.slug: service.name for service in site.menu}


def _answers(site: Site, figures: Figures, period: str) -> list[dict[str, str]]:
    names = _services(site)
    return [
        {"text": answer["text"], "service": names.get(answer["service"], answer["service"])}
        for answer in figures.get("answers", [])
        if answer["month"].startswith(period)
    ]
