"""The community's figures: a report a month and a year, and the wish list, all made from a snapshot
(:func:`functions.orders.figures.snapshot.snapshot`), which may be empty. A year is its published
months added up, so that it tells no more than they do."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from functions.orders import counters
from functions.orders.figures import disclosure, summary
from functions.orders.figures.summary import Line, Report
from generator.content.models import Service
from generator.site.sections.page import Page, paged

Snapshot = Mapping[str, Any]
Names = Mapping[str, str]
"""The names of services or teams, by the names of their files."""
YEAR = 12


def pages(figures: Snapshot, menu: Sequence[Service]) -> Iterator[Page]:
    """The index, a page and a table for every month and year, and the wish list."""
    names = figures.get("names", {})
    services, teams = names.get("service", {}), names.get("team", {})
    months = _months(figures)
    years: dict[str, list[str]] = defaultdict(list)
    for month in reversed(months):
        years[month[:4]].append(month)
    periods = {year: _year(figures, year, parts) for year, parts in years.items()}
    index = {
        "years": years,
        "latest": last_month(figures),
        "trend": _trend(months, max(months, default="")),
        "began": figures.get("began", ""),
    }
    yield Page("/report/", "report_index.html", index)
    for period, report in {**months, **periods}.items():
        of_year = years.get(period, [])
        named = _named(report, services, teams)
        data = {
            "report": named,
            "months": of_year,
            "trend": _trend(months, period),
            "alone": _months_alone(figures, of_year, services),
            "answers": [
                {"text": each["text"], "service": services.get(each["service"], each["service"])}
                for each in figures.get("answers", [])
                if each["month"].startswith(period)
            ],
            # Only while the year lasts.
            "until": of_year[0] if of_year and figures["made"].startswith(period) else "",
        }
        yield Page(f"/report/{period}/", "report.html", data)
        yield Page(f"/report/{period}/report.csv", "report.csv", {"report": named})
    yield from paged("/wishes/", "wishes.html", _wishes(figures, services, menu))


def last_month(figures: Snapshot) -> Report | None:
    """The report of the last month that is over."""
    months = _months(figures)
    return months[max(months)] if months else None


def _wishes(figures: Snapshot, services: Names, menu: Sequence[Service]) -> list[dict[str, str]]:
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


def lately(figures: Snapshot) -> dict[str, Line]:
    """What to show of each service and team (``team:barbers``) of which anything was published in
    the last twelve months that are over."""
    if not figures:
        return {}
    first = _back(figures["made"][:7], YEAR)
    late = counters.together(c for name, c in figures["months"].items() if name >= first)
    return {
        scope: disclosure.public_line(kind, summary.line(slug, counted, 0))
        for scope, counted in counters.by_scope(late).items()
        for kind, _, slug in [scope.partition(":")]
        if kind in (counters.SERVICE, counters.TEAM)
    }


def _months(figures: Snapshot) -> dict[str, Report]:
    """The report of every month, the earliest first."""
    months = sorted(figures.get("months", {}).items())
    return {month: disclosure.public_report(month, [of], _day(figures)) for month, of in months}


def _year(figures: Snapshot, year: str, months: Sequence[str]) -> Report:
    """The report of a year's months together; medians cannot be added up."""
    counted = [figures["months"][month] for month in months]
    made = disclosure.public_report(year, counted, _day(figures))
    return made._replace(hours=dict.fromkeys(made.hours))


def _months_alone(figures: Snapshot, months: Sequence[str], services: Names) -> Counter[str]:
    """In how many of a year's months each service was published by itself, by its name."""
    scopes = [scope for month in months for scope in counters.by_scope(figures["months"][month])]
    slugs = [slug for kind, _, slug in (each.partition(":") for each in scopes)
             if kind == counters.SERVICE]  # fmt: skip
    return Counter(services.get(slug, slug) for slug in slugs)


def _trend(months: Mapping[str, Report], period: str) -> list[Report]:
    """The twelve months that end with a month, or those of a year, from the first there is; a month
    without orders has an empty report."""
    if not months:
        return []
    last = min(f"{period}-12"[:7], max(months))
    first = f"{period}-01" if len(period) == len("2026") else _back(last, YEAR - 1)
    wanted = [_back(last, by) for by in reversed(range(YEAR))]
    return [
        months.get(month) or summary.report(month, {}, date.min)
        for month in wanted
        if month >= max(first, min(months))
    ]


def _back(month: str, by: int) -> str:
    """The month that was so many months earlier."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 - by
    return f"{count // 12}-{count % 12 + 1:02}"


def _day(figures: Snapshot) -> date:
    return date.fromisoformat(figures["made"])


def _named(report: Report, services: Names, teams: Names) -> Report:
    """The report with names, its teams by name and not by what they did: this is no contest."""
    named = summary.named(report, services, teams)
    return named._replace(teams=sorted(named.teams))
