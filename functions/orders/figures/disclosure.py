"""Which of the community's figures everybody may know.

The desk makes a report of all counters, the site of those that are :func:`published`: whatever else
is made of these can tell no more than they do.

Of all together everything is published. What residents said is told by service and nothing else,
because whoever knows that a team does one service only can subtract one line from another; for the
same reason teams and grids have one number each, in fives.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from functions.orders import counters
from functions.orders.counters import ALL, GRID, SERVICE, STARS, STEPS, TEAM
from functions.orders.figures.summary import (
    OTHERS,
    Counts,
    Line,
    Report,
    distribution,
    doubled_median,
    ranked,
    report,
)

if TYPE_CHECKING:
    from datetime import date

FEWEST = 5
"""Services with fewer orders in a month are published together, and teams and grids not at all, so
that nobody can be recognised; where there are fewer ratings, none of them are. Of a month with
fewer orders only their number is."""
PROGRESS = (*(counters.WISHES, counters.DISPATCHED, counters.ACCEPTED, counters.DONE),
            *(counters.IN_TIME, counters.OVERDUE))  # fmt: skip
GIVEN = tuple(map(counters.given, STARS))
OPINIONS = (((counters.RATED,), counters.HEARD, (counters.RATED,)),
            (GIVEN, counters.STARRED, counters.STARRED))  # fmt: skip
"""What residents said, in parts that are published or not: the counters of how many said it, and
all counters of that part that are published of all, and of a service."""
IN_FIVES = {TEAM: counters.DONE, GRID: counters.WISHES}
"""What is published of teams and grids, each in fives: 10 is 10 to 14."""
TOLD = {SERVICE: {"wishes", "share", "rated", "stars"}, TEAM: {"done"}, GRID: {"wishes"}}
"""Which figures of a service, a team and a grid are published."""


def public_report(period: str, months: Sequence[Counts], today: "date") -> Report:
    """The report of one or more months of published counters: None where nothing is told."""
    sizes = [counted.get(counters.name(ALL, counters.WISHES), 0) for counted in months]
    few = sum(size in range(1, FEWEST) for size in sizes)
    made = report(period, counters.together(months), today)
    made = made._replace(
        services=[*map(partial(public_line, SERVICE), made.services)],
        teams=[*map(partial(public_line, TEAM), made.teams)],
        grids=[*map(partial(public_line, GRID), made.grids)],
        few=few,
    )
    if few and few == sum(map(bool, sizes)):
        total = _only(made.total, {"wishes", "share"})
        return made._replace(total=total, rejected=None, cancelled=None, merged=None)
    return made


def public_line(kind: str, line: Line) -> Line:
    """What is published of a service, a team or a grid."""
    return _only(line, TOLD[kind])


def _only(line: Line, fields: Collection[str]) -> Line:
    hidden: dict[str, Any] = dict.fromkeys({*Line._fields[1:]}.difference(fields))
    return line._replace(**hidden)


def published(counted: Counts, today: "date") -> dict[str, int]:
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
    services = _grouped(ranked(SERVICE, scopes))
    lines = {slug: _known(counts, (counters.WISHES,)) for slug, counts in services.items()}
    for numbers, of_all, of_service in OPINIONS:
        if few or _are_few(total, numbers):
            continue
        made[ALL] |= _known(total, of_all)
        for slug in _outspoken(services, total, numbers):
            lines[slug] |= _known(services[slug], of_service)
    made |= {counters.scope(SERVICE, slug): counts for slug, counts in lines.items()}
    for kind, what in IN_FIVES.items():
        for slug, number in _in_fives(ranked(kind, scopes), what, total).items():
            made[counters.scope(kind, slug)] = {what: number}
    return {counters.name(whose, what): n for whose in made for what, n in made[whose].items()}


def _in_fives(lines: Mapping[str, Counts], what: str, total: Counts) -> dict[str, int]:
    """A number of each line, rounded down to a multiple of five, where it is large enough. There
    are no lines if they add up to the number of all, because then none was rounded."""
    numbers = {slug: counts.get(what, 0) for slug, counts in lines.items() if slug != OTHERS}
    rounded = {slug: n - n % FEWEST for slug, n in numbers.items() if n >= FEWEST}
    return rounded if sum(rounded.values()) < total.get(what, 0) else {}


def _known(counted: Counts, names: Sequence[str]) -> dict[str, int]:
    return {name: counted[name] for name in names if counted.get(name, 0) > 0}


def _grouped(lines: Mapping[str, Counts]) -> dict[str, Counts]:
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


def _outspoken(lines: Mapping[str, Counts], total: Counts, numbers: Sequence[str]) -> list[str]:
    """The lines whose opinions may be published: those of the remaining lines must be none, or not
    of few."""
    shown = [
        slug for slug, counts in lines.items()
        if any(map(counts.get, numbers)) and not _are_few(counts, numbers)
    ]  # fmt: skip
    shown.sort(key=lambda slug: -min(lines[slug].get(number, 0) for number in numbers))

    def rest() -> dict[str, int]:
        return {n: total.get(n, 0) - sum(lines[s].get(n, 0) for s in shown) for n in numbers}

    while shown and _are_few(rest(), numbers):
        shown.pop()
    return shown


def _are_few(counted: Counts, numbers: Sequence[str]) -> bool:
    return any(counted.get(number, 0) in range(1, FEWEST) for number in numbers)


def _medians(total: Counts) -> dict[str, int]:
    """Medians in half hours, where there are enough orders; or as they were published."""
    medians = {}
    for step in STEPS:
        values = distribution(total, counters.hours(step))
        if sum(count for _, count in values) >= FEWEST:
            medians[counters.median(step)] = doubled_median(values)
    return medians or _known(total, [*map(counters.median, STEPS)])


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

    def under_new_name(text: Mapping[str, str]) -> dict[str, str]:
        return {**text, "service": services.get(text["service"], text["service"])}

    return {
        **snapshot,
        # Earlier versions published more.
        "months": {
            month: published(counters.under(new_names, counted), made)
            for month, counted in snapshot["months"].items()
            if month < snapshot["made"][:7]
        },
        "names": called,
        "wishes": [*map(under_new_name, snapshot["wishes"])],
        "answers": [*map(under_new_name, snapshot["answers"])],
    }
