"""The community's figures as people read them, made from the counters alone.

Site, desk, CSV and Excel all show a :class:`Report`, so they agree to the digit. The report page
says what each figure means, numerator and denominator. The desk makes it of all counters, the site
of those that are :func:`published`: whatever else is made of these can tell no more than they do.

Of all together everything is published. What residents said is told by service and nothing else,
because whoever knows that a team does one service only can subtract one line from another; for the
same reason teams and grids have one number each, in fives.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.orders import counters, lifecycle
from functions.orders.counters import ALL, GRID, SERVICE, STARS, STEPS, TEAM

if TYPE_CHECKING:
    from datetime import date

FEWEST = 5
"""Services with fewer orders in a month are published together, and teams and grids not at all, so
that nobody can be recognised; where there are fewer ratings, none of them are. Of a month with
fewer orders only their number is."""
OTHERS = "…"
"""The slug of those that are shown together."""
KINDS = (SERVICE, TEAM, GRID)
"""What orders are told apart by, each in a table of its own: no table has two of them."""
PROGRESS = (*(counters.WISHES, counters.DISPATCHED, counters.ACCEPTED, counters.DONE),
            *(counters.IN_TIME, counters.OVERDUE))  # fmt: skip
GIVEN = tuple(map(counters.given, STARS))
OPINIONS = (((counters.RATED,), counters.HEARD, (counters.RATED,)),
            (GIVEN, counters.STARRED, counters.STARRED))  # fmt: skip
"""What residents said, in parts that are published or not: the counters of how many said it, and
all counters of that part that are published of all, and of a service."""
IN_FIVES = {TEAM: counters.DONE, GRID: counters.WISHES}
"""What is published of teams and grids, each in fives: 10 is 10 to 14."""
Counted = Mapping[str, int]
Figure = int | float | None
Row = tuple[str | Figure, ...]


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


TOLD = {SERVICE: {"wishes", "share", "rated", "stars"}, TEAM: {"done"}, GRID: {"wishes"}}
"""Which figures of a service, a team and a grid are published."""


def report(period: str, counted: Counted, today: "date") -> Report:
    """The report of counters on a day; those of several months may have been added up."""
    scopes = counters.by_scope(counters.as_of(today.isoformat(), counted))
    total, volunteers = scopes.get(ALL, {}), scopes.get(counters.VOLUNTEERS, {})
    wishes = total.get(counters.WISHES, 0)
    services, teams, grids = (
        [line(slug, counts, wishes) for slug, counts in _ranked(kind, scopes).items()]
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
        {each: total.get(each, 0) for each in lifecycle.SOLVED},
        total.get(counters.REJECTED, 0),
        total.get(counters.CANCELLED, 0),
        total.get(counters.MERGED, 0),
        volunteers.get(counters.APPLIED, 0),
    )


def public_report(period: str, months: Sequence[Counted], today: "date") -> Report:
    """The report of one or more months of published counters: None where nothing is told."""
    sizes = [counted.get(counters.name(ALL, counters.WISHES), 0) for counted in months]
    few = sum(size in range(1, FEWEST) for size in sizes)
    made = report(period, counters.together(months), today)
    made = made._replace(
        services=[*map(partial(told, SERVICE), made.services)],
        teams=[*map(partial(told, TEAM), made.teams)],
        grids=[*map(partial(told, GRID), made.grids)],
        few=few,
    )
    if few and few == sum(map(bool, sizes)):
        total = _only(made.total, {"wishes", "share"})
        return made._replace(total=total, rejected=None, cancelled=None, merged=None)
    return made


def told(kind: str, line: Line) -> Line:
    """What is published of a service, a team or a grid."""
    return _only(line, TOLD[kind])


def _only(line: Line, fields: Collection[str]) -> Line:
    hidden: dict[str, Any] = dict.fromkeys({*Line._fields[1:]}.difference(fields))
    return line._replace(**hidden)


def published(counted: Counted, today: "date") -> dict[str, int]:
    """The counters of a month that everybody may know: small groups are added up, and opinions of
    few are left out, also where they would be the difference between others. What is published
    already is not changed by it."""
    scopes = counters.by_scope(counters.as_of(today.isoformat(), counted))
    total = scopes.get(ALL, {})
    few = total.get(counters.WISHES, 0) < FEWEST
    made = {ALL: _known(total, (counters.WISHES,) if few else (*PROGRESS, *counters.ENDS))}
    made[ALL] |= _medians(total)
    if applied := scopes.get(counters.VOLUNTEERS):
        made[counters.VOLUNTEERS] = _known(applied, (counters.APPLIED,))
    services = _grouped(_ranked(SERVICE, scopes))
    lines = {slug: _known(counts, (counters.WISHES,)) for slug, counts in services.items()}
    for numbers, of_all, of_service in OPINIONS:
        if few or _are_few(total, numbers):
            continue
        made[ALL] |= _known(total, of_all)
        for slug in _outspoken(services, total, numbers):
            lines[slug] |= _known(services[slug], of_service)
    made |= {counters.scope(SERVICE, slug): counts for slug, counts in lines.items()}
    for kind, what in IN_FIVES.items():
        for slug, number in _in_fives(_ranked(kind, scopes), what, total).items():
            made[counters.scope(kind, slug)] = {what: number}
    return {counters.name(whose, what): n for whose in made for what, n in made[whose].items()}


def _in_fives(lines: Mapping[str, Counted], what: str, total: Counted) -> dict[str, int]:
    """A number of each line, rounded down, where there is enough of it; no line if they add up to
    the number of all, because then none was rounded."""
    numbers = {slug: counts.get(what, 0) for slug, counts in lines.items() if slug != OTHERS}
    told = {slug: n - n % FEWEST for slug, n in numbers.items() if n >= FEWEST}
    return told if sum(told.values()) < total.get(what, 0) else {}


def _known(counted: Counted, names: Sequence[str]) -> dict[str, int]:
    return {name: counted[name] for name in names if counted.get(name, 0) > 0}


def _grouped(lines: Mapping[str, Counted]) -> dict[str, Counted]:
    """Lines with enough orders, and the others together with as many as it takes not to be few; no
    line if all together are few, or if one is all there is: all that is told of all would be told
    of it."""
    sizes = {slug: counts.get(counters.WISHES, 0) for slug, counts in lines.items()}
    few = [slug for slug in lines if sizes[slug] < FEWEST or slug == OTHERS]
    enough = [slug for slug in lines if slug not in few]
    while enough and sum(sizes[slug] for slug in few) in range(1, FEWEST):
        few.append(enough.pop())
    alone = len(enough) == 1 and not any(sizes[slug] for slug in few)
    if sum(sizes.values()) < FEWEST or alone:
        return {}
    others = {OTHERS: counters.together(lines[slug] for slug in few)} if few else {}
    return {slug: lines[slug] for slug in enough} | others


def _outspoken(lines: Mapping[str, Counted], total: Counted, numbers: Sequence[str]) -> list[str]:
    """The lines whose opinions may be published: those of the rest are none or not of few."""
    told = [
        slug for slug, counts in lines.items()
        if any(map(counts.get, numbers)) and not _are_few(counts, numbers)
    ]  # fmt: skip
    told.sort(key=lambda slug: -min(lines[slug].get(number, 0) for number in numbers))

    def rest() -> dict[str, int]:
        return {n: total.get(n, 0) - sum(lines[s].get(n, 0) for s in told) for n in numbers}

    while told and _are_few(rest(), numbers):
        told.pop()
    return told


def _are_few(counted: Counted, numbers: Sequence[str]) -> bool:
    return any(counted.get(number, 0) in range(1, FEWEST) for number in numbers)


def _medians(total: Counted) -> dict[str, int]:
    """Medians in half hours, where there are enough orders; or as they were published."""
    medians = {}
    for step in STEPS:
        values = _values(total, counters.hours(step))
        if sum(count for _, count in values) >= FEWEST:
            medians[counters.median(step)] = _doubled_median(values)
    return medians or _known(total, [*map(counters.median, STEPS)])


def named(made: Report, services: Mapping[str, str], teams: Mapping[str, str]) -> Report:
    """The report with names in place of slugs, because a service and a team may share one."""

    def call(lines: list[Line], names: Mapping[str, str]) -> list[Line]:
        return [each._replace(slug=names.get(each.slug, each.slug)) for each in lines]

    return made._replace(services=call(made.services, services), teams=call(made.teams, teams))


def parts(made: Report) -> dict[str, list[Line]]:
    """The lines of a report by kind: all, services, teams and grids."""
    lines = ([made.total], made.services, made.teams, made.grids)
    return dict(zip((ALL, *KINDS), lines, strict=True))


def rows(made: Report, names: Mapping[str, str], kinds: Mapping[str, str]) -> Iterator[Row]:
    """A report as a table: all, then services, teams and grids. ``names`` stand in for slugs."""
    return beside([made], names, kinds)


def beside(
    made: Sequence[Report], names: Mapping[str, str], kinds: Mapping[str, str]
) -> Iterator[Row]:
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
    """What a report says of all together: of its total all but the share, and what only that has.
    ``words.sheets.whole`` has what each is called."""
    total, ends = made.total, (made.rejected, made.cancelled, made.merged, made.volunteers)
    told = (*made.hours.values(), *made.stars.values(), *made.solved.values())
    return [total.wishes, *total[3:], *told, *ends]


def before(month: str) -> tuple[str, str]:
    """The months to hold a month against: the one before, and the same one of the year before."""
    year, of_year = map(int, month.split("-"))
    last = f"{year}-{of_year - 1:02}" if of_year > 1 else f"{year - 1}-12"
    return last, f"{year - 1}-{of_year:02}"


def _ranked(kind: str, scopes: Mapping[str, Counted]) -> dict[str, Counted]:
    """The counters of every service, team or grid, those with most orders first."""
    found = {
        whose.removeprefix(f"{kind}:"): counts
        for whose, counts in scopes.items()
        if whose.startswith(f"{kind}:")
    }

    def rank(slug: str) -> tuple[bool, int, str]:
        return slug == OTHERS, -found[slug].get(counters.WISHES, 0), slug

    return {slug: found[slug] for slug in sorted(found, key=rank)}


def line(slug: str, counted: Counted, wishes: int) -> Line:
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


def _mean(counted: Counted, *of: str) -> float | None:
    stars = sum(counted.get(counters.stars(star), 0) for star in of)
    given = sum(counted.get(counters.given(star), 0) for star in of)
    return round(stars / given, 1) if given else None


def _hours(total: Counted, step: str) -> float | None:
    if values := _values(total, counters.hours(step)):
        return _doubled_median(values) / 2
    known = total.get(counters.median(step))
    return None if known is None else known / 2


def _values(counted: Counted, prefix: str) -> list[tuple[int, int]]:
    """Values that were counted by value, the least first, and how often each was."""
    return sorted(
        (max(0, int(name.removeprefix(prefix))), count)
        for name, count in counted.items()
        if name.startswith(prefix) and count > 0
    )


def _doubled_median(values: Sequence[tuple[int, int]]) -> int:
    """Twice the median; of an even number of values, the sum of the two in the middle."""
    total = sum(count for _, count in values)
    middle, found, passed = ((total - 1) // 2, total // 2), 0, 0
    for value, count in values:
        found += value * sum(passed <= place < passed + count for place in middle)
        passed += count
    return found
