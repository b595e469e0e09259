"""The community's figures of a month or a year, made from the counters alone.

Site, desk, CSV and Excel all show a :class:`Report`, so they agree to the digit. The report page
says what each figure means, numerator and denominator.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from functions.orders import counters
from functions.orders.counters import ALL, GRID, SERVICE, STARS, STEPS, TEAM
from functions.orders.lifecycle.states import SOLVED

if TYPE_CHECKING:
    from datetime import date

OTHERS = "…"
"""The slug of those that are shown together."""
KINDS = (SERVICE, TEAM, GRID)
"""What orders are grouped by, each in a table of its own; no table combines two."""
Counts = Mapping[str, int]
Figure = int | float | None
ReportRow = tuple[str | Figure, ...]


class Line(NamedTuple):
    """What was counted for all, for a service, a team or a grid. Shares are in percent, and None
    where they would be of nothing; any figure is None where it is not published."""

    slug: str
    wishes: int | None
    share: float | None
    dispatched: int | None
    accepted: int | None
    done: int | None
    overdue: int | None
    """Promised by a day that has passed, and not done."""
    in_time: float | None
    """Of those that were done or should have been, those that were done in time."""
    rated: int | None
    """None where nobody rated; the same holds for what follows."""
    answers: float | None
    """Response rate: rated orders of those that were done at least once."""
    solved: float | None
    stars: float | None
    problems: int | None
    answered: int | None


class Report(NamedTuple):
    """A month or a year. ``hours`` is the median from filing to each step, where there is one."""

    period: str
    total: Line
    services: list[Line]
    teams: list[Line]
    grids: list[Line]
    hours: dict[str, float | None]
    stars: dict[str, float | None]
    solved: dict[str, int]
    """How many residents said that it was solved, partly solved or unsolved."""
    rejected: int | None
    cancelled: int | None
    merged: int | None
    volunteers: int
    """Signed up in this period."""
    few: int = 0
    """In how many of its months there were so few orders that only their number is published."""


def report(period: str, counted: Counts, today: "date") -> Report:
    """The report of counters on a day; those of several months may have been added up."""
    scopes = counters.by_scope(counters.as_of(today.isoformat(), counted))
    total, volunteers = scopes.get(ALL, {}), scopes.get(counters.VOLUNTEERS, {})
    wishes = total.get(counters.WISHES, 0)
    services, teams, grids = (
        [line(slug, counts, wishes) for slug, counts in ranked(kind, scopes).items()]
        for kind in KINDS
    )
    return Report(
        period,
        line("", total, wishes),
        services,
        teams,
        grids,
        {step: _hours(total, step) for step in STEPS},
        {star: _mean(total, star) for star in STARS},
        {each: total.get(each, 0) for each in SOLVED},
        total.get(counters.REJECTED, 0),
        total.get(counters.CANCELLED, 0),
        total.get(counters.MERGED, 0),
        volunteers.get(counters.APPLIED, 0),
    )


def named(made: Report, services: Mapping[str, str], teams: Mapping[str, str]) -> Report:
    """The report with names in place of slugs, because a service and a team may share one."""

    def call(lines: list[Line], names: Mapping[str, str]) -> list[Line]:
        return [each._replace(slug=names.get(each.slug, each.slug)) for each in lines]

    return made._replace(services=call(made.services, services), teams=call(made.teams, teams))


def parts(made: Report) -> dict[str, list[Line]]:
    """The lines of a report by kind: all, services, teams and grids."""
    lines = ([made.total], made.services, made.teams, made.grids)
    return dict(zip((ALL, *KINDS), lines, strict=True))


def rows(made: Report, names: Mapping[str, str], kinds: Mapping[str, str]) -> Iterator[ReportRow]:
    """A report as a table: all, then services, teams and grids. ``names`` stand in for slugs."""
    return beside([made], names, kinds)


def beside(
    made: Sequence[Report], names: Mapping[str, str], kinds: Mapping[str, str]
) -> Iterator[ReportRow]:
    """The same of several reports, with the lines of one service, team or grid below each other;
    those of the first report come first."""
    found = [(each.period, parts(each)) for each in made]
    for kind in (ALL, *KINDS):
        lines = [(period, line) for period, lists in found for line in lists[kind]]
        for slug in dict.fromkeys(line.slug for _, line in lines):
            for period, line in lines:
                if line.slug == slug:
                    yield (period, kinds[kind], names.get(slug, slug), *line[1:])


def whole(made: Report) -> list[Figure]:
    """The figures of a report for all together: those of its total except the share, and those that
    only the total has. ``words.sheets.whole`` names them."""
    total, ends = made.total, (made.rejected, made.cancelled, made.merged, made.volunteers)
    parts = (*made.hours.values(), *made.stars.values(), *made.solved.values())
    return [total.wishes, *total[3:], *parts, *ends]


def before(month: str) -> tuple[str, str]:
    """The months to hold a month against: the one before, and the same one of the year before."""
    year, of_year = map(int, month.split("-"))
    last = f"{year}-{of_year - 1:02}" if of_year > 1 else f"{year - 1}-12"
    return last, f"{year - 1}-{of_year:02}"


def ranked(kind: str, scopes: Mapping[str, Counts]) -> dict[str, Counts]:
    """The counters of every service, team or grid, those with most orders first."""
    found = {
        whose.removeprefix(f"{kind}:"): counts
        for whose, counts in scopes.items()
        if whose.startswith(f"{kind}:")
    }

    def rank(slug: str) -> tuple[bool, int, str]:
        return slug == OTHERS, -found[slug].get(counters.WISHES, 0), slug

    return {slug: found[slug] for slug in sorted(found, key=rank)}


def line(slug: str, counted: Counts, wishes: int) -> Line:
    """The figures of one service, team or grid, or of all (no slug), from the counters of that
    scope, as a share of all ``wishes``."""

    def count(what: str) -> int:
        return counted.get(what, 0)

    nobody = None if not count(counters.RATED) else 0
    return Line(
        slug,
        count(counters.WISHES),
        _percent(count(counters.WISHES), wishes),
        count(counters.DISPATCHED),
        count(counters.ACCEPTED),
        count(counters.DONE),
        count(counters.OVERDUE),
        _percent(count(counters.IN_TIME), count(counters.DONE) + count(counters.OVERDUE)),
        count(counters.RATED) or None,
        _percent(count(counters.RATED), count(counters.ASKED)) if count(counters.RATED) else None,
        _percent(count(counters.SOLVED), count(counters.RATED)),
        _mean(counted, *STARS),
        count(counters.PROBLEMS) or nobody,
        count(counters.ANSWERED) or nobody,
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _mean(counted: Counts, *of: str) -> float | None:
    stars = sum(counted.get(counters.stars(star), 0) for star in of)
    given = sum(counted.get(counters.given(star), 0) for star in of)
    return round(stars / given, 1) if given else None


def _hours(total: Counts, step: str) -> float | None:
    if values := distribution(total, counters.hours(step)):
        return doubled_median(values) / 2
    known = total.get(counters.median(step))
    return None if known is None else known / 2


def distribution(counted: Counts, prefix: str) -> list[tuple[int, int]]:
    """The distribution of what was counted by value: each value, the least first, with how often it
    was counted."""
    return sorted(
        (max(0, int(name.removeprefix(prefix))), count)
        for name, count in counted.items()
        if name.startswith(prefix) and count > 0
    )


def doubled_median(values: Sequence[tuple[int, int]]) -> int:
    """Twice the median; of an even number of values, the sum of the two in the middle."""
    total = sum(count for _, count in values)
    middle, found, passed = ((total - 1) // 2, total // 2), 0, 0
    for value, count in values:
        found += value * sum(passed <= place < passed + count for place in middle)
        passed += count
    return found
