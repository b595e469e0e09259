"""The community's figures as people read them, made from the counters alone.

Site, desk, CSV and Excel all show a :class:`Report`, so they agree to the digit. The report page
says what each figure means, numerator and denominator. The desk makes it of all counters, the site
of those that are :func:`published`: whatever else is made of these can tell no more than they do.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.orders import counters, lifecycle
from functions.orders.counters import ALL, GRID, SERVICE, STARS, STEPS, TEAM

if TYPE_CHECKING:
    from datetime import date

    from functions.storage.port import Store

FEWEST = 5
"""Services, teams and grids with fewer orders in a month are published together, so that nobody can
be recognised; where there are fewer ratings, none of them are."""
WISHES = 200
STATES = lifecycle.STATES
"""The states in which a published wish may be."""
OTHERS = "…"
"""The slug of those that are shown together."""
KINDS = (SERVICE, TEAM, GRID)
"""By what orders are told apart, each in a table of its own: no table has two of them."""
PROGRESS = (*(counters.WISHES, counters.DISPATCHED, counters.ACCEPTED, counters.DONE),
            *(counters.IN_TIME, counters.OVERDUE))  # fmt: skip
JUDGED = (*(counters.RATED, counters.ASKED, *lifecycle.SOLVED),
          *(counters.PROBLEMS, counters.ANSWERED))  # fmt: skip
GIVEN = tuple(map(counters.given, STARS))
OPINIONS = (((counters.RATED,), JUDGED), (GIVEN, (*GIVEN, *map(counters.stars, STARS))))
"""What residents said, in parts that are published or not: the counters of how many said it, and
all counters of that part."""
Counted = Mapping[str, int]
Figure = int | float | None
Row = tuple[str | Figure, ...]


class Line(NamedTuple):
    """What was counted for all, for a service, a team or a grid. Shares are in percent, and None
    where they would be of nothing."""

    slug: str
    wishes: int
    share: float | None
    dispatched: int
    accepted: int
    done: int
    overdue: int
    """Promised by a day that has passed, and not done."""
    in_time: float | None
    """Of those that were done or should have been, those that were done in time."""
    rated: int | None
    """None where nobody rated, or where that is not published; the same holds for what follows."""
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
    rejected: int
    cancelled: int
    merged: int
    volunteers: int
    """Signed up in this period."""


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


def published(counted: Counted, today: "date") -> dict[str, int]:
    """The counters of a month that everybody may know: small groups are added up, and opinions of
    few are left out, also where they would be the difference between others. What is published
    already is not changed by it."""
    scopes = counters.by_scope(counters.as_of(today.isoformat(), counted))
    total = scopes.get(ALL, {})
    told = {ALL: _known(total, (*PROGRESS, *counters.ENDS)) | _medians(total)}
    if applied := scopes.get(counters.VOLUNTEERS):
        told[counters.VOLUNTEERS] = _known(applied, (counters.APPLIED,))
    lines = {kind: _grouped(_ranked(kind, scopes)) for kind in KINDS}
    for kind, groups in lines.items():
        for slug, counts in groups.items():
            told[counters.scope(kind, slug)] = _known(counts, PROGRESS)
    for numbers, part in OPINIONS:
        if _are_few(total, numbers):
            continue
        told[ALL] |= _known(total, part)
        for kind, groups in lines.items():
            for slug in _outspoken(groups, total, numbers):
                told[counters.scope(kind, slug)] |= _known(groups[slug], part)
    return {counters.name(whose, what): n for whose in told for what, n in told[whose].items()}


def _known(counted: Counted, names: Sequence[str]) -> dict[str, int]:
    return {name: counted[name] for name in names if counted.get(name, 0) > 0}


def _grouped(lines: Mapping[str, Counted]) -> dict[str, Counted]:
    """Lines with enough orders, and the others together with as many as it takes not to be few; no
    line if all together are few."""
    sizes = {slug: counts.get(counters.WISHES, 0) for slug, counts in lines.items()}
    few = [slug for slug in lines if sizes[slug] < FEWEST or slug == OTHERS]
    enough = [slug for slug in lines if slug not in few]
    while enough and sum(sizes[slug] for slug in few) in range(1, FEWEST):
        few.append(enough.pop())
    if sum(sizes.values()) < FEWEST:
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


def snapshot(store: "Store", today: "date") -> dict[str, Any]:
    """What a build needs to know of the orders, and nothing that pages do not tell: the counters of
    months that are over, what the station wrote for the public (the newest first), what services
    and teams are, or were, called, and which of their file names became others. ``began`` is the
    month of the first order."""
    from functions.orders import names  # Builds import this module, and should not depend on it.

    orders, answered = (
        [lifecycle.order_of(head) for head in store.find("order", [mark], limit=WISHES)]
        for mark in ("published:yes", "answered:public")
    )
    months, this = store.months(), today.isoformat()[:7]
    return {
        "made": today.isoformat(),
        "began": min(months, default=""),
        "months": {m: published(store.tally(m), today) for m in months if m < this},
        "wishes": [
            {"text": o.published, "service": o.service, "state": o.state, "date": o.filed_at[:10]}
            for o in orders
            if o.published
        ],
        "answers": [
            {"text": o.answer, "service": o.service, "month": o.filed_at[:7]}
            for o in answered
            if o.answer and o.filed_at[:7] < this
        ],
        "names": names.labels(store),
        "renamed": names.renamings(store),
    }


def brought_up_to_date(
    snapshot: Mapping[str, Any],
    new_names: Mapping[str, Mapping[str, str]],
    labels: Mapping[str, Mapping[str, str]],
) -> Mapping[str, Any]:
    """A snapshot of an earlier day, with services and teams under their names of today (new ones
    for old, by kind), and the ``labels`` of today among its own."""
    if not snapshot:
        return snapshot
    from datetime import date

    known = snapshot.get("names", {})
    called = {kind: {**known.get(kind, {}), **labels[kind]} for kind in new_names}
    services, made = new_names["service"], date.fromisoformat(snapshot["made"])

    def moved(counted: Counted) -> Counter[str]:
        return counters.together({counters.renamed(n, new_names): c} for n, c in counted.items())

    def under_new_name(text: Mapping[str, str]) -> dict[str, str]:
        return {**text, "service": services.get(text["service"], text["service"])}

    return {
        **snapshot,
        # Earlier versions published more.
        "months": {
            month: published(moved(counted), made)
            for month, counted in snapshot["months"].items()
            if month < snapshot["made"][:7]
        },
        "names": called,
        "wishes": [*map(under_new_name, snapshot["wishes"])],
        "answers": [*map(under_new_name, snapshot["answers"])],
    }


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
