"""The community's figures as people read them, made from the counters alone.

Site, desk, CSV and Excel all show a :class:`Report`, so they agree to the digit. The report page
says what each figure means, numerator and denominator.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.orders import counters, lifecycle
from functions.orders.counters import ALL, SERVICE, STARS, STEPS, TEAM

if TYPE_CHECKING:
    from datetime import date

    from functions.storage.port import Counters, Store

FEWEST = 5
"""Services and teams with fewer orders in a period are shown together, so that nobody can be
recognised; those with fewer ratings show neither stars nor a share of what was solved."""
WISHES = 200
STATES = lifecycle.STATES
"""The states in which a published wish may be."""
OTHERS = "…"
"""The slug of those that are shown together."""


class Line(NamedTuple):
    """What was counted for all, for a service or for a team. Shares are in percent, and None where
    they would be of nothing."""

    slug: str
    wishes: int
    share: float | None
    dispatched: int
    accepted: int
    done: int
    in_time: float | None
    rated: int
    answers: float | None
    """Response rate: rated orders of those that were done at least once."""
    solved: float | None
    stars: float | None
    problems: int
    answered: int


class Report(NamedTuple):
    """A month or a year. ``hours`` is the median from filing to each step, where there is one."""

    period: str
    total: Line
    services: list[Line]
    teams: list[Line]
    hours: dict[str, float | None]
    stars: dict[str, float | None]
    rejected: int
    cancelled: int
    merged: int
    volunteers: int
    """Signed up in this period."""


def report(period: str, counted: Mapping[str, int]) -> Report:
    """The report of counters; those of several months may have been added up."""
    scopes = counters.by_scope(counted)
    total, volunteers = scopes.get(ALL, {}), scopes.get(counters.VOLUNTEERS, {})
    wishes = total.get(counters.WISHES, 0)
    return Report(
        period,
        line("", total, wishes),
        _lines(SERVICE, scopes, wishes),
        _lines(TEAM, scopes, wishes),
        {step: _median(total, counters.hours(step)) for step in STEPS},
        {star: _mean(total, star) for star in STARS},
        total.get(counters.REJECTED, 0),
        total.get(counters.CANCELLED, 0),
        total.get(counters.MERGED, 0),
        volunteers.get(counters.APPLIED, 0),
    )


def snapshot(store: "Store", today: "date") -> dict[str, Any]:
    """What a build needs to know of the orders, and nothing personal: counters by month and of
    the moment, what the station wrote for the public (the newest first), what services and teams
    are, or were, called, and which of their file names became others."""
    from functions.orders import names  # Builds import this module, and should not depend on it.

    orders, answered = (
        [lifecycle.order_of(head) for head in store.find("order", [mark], limit=WISHES)]
        for mark in ("published:yes", "answered:public")
    )
    return {
        "made": today.isoformat(),
        "months": {month: _counted(store, month) for month in store.months()},
        "now": _counted(store, counters.NOW),
        "wishes": [
            {"text": o.published, "service": o.service, "state": o.state, "date": o.filed_at[:10]}
            for o in orders
            if o.published
        ],
        "answers": [
            {"text": o.answer, "service": o.service, "month": o.filed_at[:7]}
            for o in answered
            if o.answer
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
    known = snapshot.get("names", {})
    called = {kind: {**known.get(kind, {}), **labels[kind]} for kind in new_names}
    if not any(new_names.values()):
        return {**snapshot, "names": called}
    services = new_names["service"]

    def moved(counted: Mapping[str, int]) -> Counter[str]:
        return counters.together({counters.renamed(n, new_names): c} for n, c in counted.items())

    def under_new_name(text: Mapping[str, str]) -> dict[str, str]:
        return {**text, "service": services.get(text["service"], text["service"])}

    return {
        **snapshot,
        "months": {month: moved(counted) for month, counted in snapshot["months"].items()},
        "now": moved(snapshot["now"]),
        "names": called,
        "wishes": [*map(under_new_name, snapshot["wishes"])],
        "answers": [*map(under_new_name, snapshot["answers"])],
    }


def _counted(store: "Counters", month: str) -> dict[str, int]:
    """The counters of a month, without negative ones, which only damage makes."""
    return {name: count for name, count in store.tally(month).items() if count > 0}


def named(made: Report, services: Mapping[str, str], teams: Mapping[str, str]) -> Report:
    """The report with names in place of slugs, because a service and a team may share one."""

    def call(lines: list[Line], names: Mapping[str, str]) -> list[Line]:
        return [each._replace(slug=names.get(each.slug, each.slug)) for each in lines]

    return made._replace(services=call(made.services, services), teams=call(made.teams, teams))


def rows(
    made: Report, names: Mapping[str, str], kinds: Mapping[str, str]
) -> Iterator[tuple[str | int | float | None, ...]]:
    """A report as a table: all, then services, then teams. ``names`` stand in for slugs."""
    for kind, lines in (("all", [made.total]), ("service", made.services), ("team", made.teams)):
        for each in lines:
            yield (made.period, kinds[kind], names.get(each.slug, each.slug), *each[1:])


def _lines(kind: str, scopes: Mapping[str, Mapping[str, int]], wishes: int) -> list[Line]:
    """A line for each with enough orders; the others together, and never so few that they tell."""
    slugs = {scope.partition(":")[2]: scope for scope in scopes if scope.startswith(f"{kind}:")}
    counts = {slug: scopes[scope] for slug, scope in slugs.items()}
    sizes = {
        slug: max(counted.get(counters.WISHES, 0), counted.get(counters.ASKED, 0))
        for slug, counted in counts.items()
    }
    ranked = sorted(sizes, key=lambda slug: (-sizes[slug], slug))
    few = [slug for slug in ranked if sizes[slug] < FEWEST]
    if few and sum(sizes[slug] for slug in few) < FEWEST and len(ranked) > len(few):
        few.insert(0, ranked[len(ranked) - len(few) - 1])
    lines = [line(slug, counts[slug], wishes) for slug in ranked if slug not in few]
    if few:
        lines.append(line(OTHERS, counters.together(counts[slug] for slug in few), wishes))
    return lines


def line(slug: str, counted: Mapping[str, int], wishes: int) -> Line:
    """The figures of one service, one team, or all (no slug), from the counters of that scope, as
    a share of all ``wishes``."""

    def count(what: str) -> int:
        return counted.get(what, 0)

    # What few people said of one service or team could be traced to them, and says little of it.
    judged = not slug or count(counters.RATED) >= FEWEST
    return Line(
        slug,
        count(counters.WISHES),
        _percent(count(counters.WISHES), wishes),
        count(counters.DISPATCHED),
        count(counters.ACCEPTED),
        count(counters.DONE),
        _percent(count(counters.IN_TIME), count(counters.DONE)),
        count(counters.RATED),
        _percent(count(counters.RATED), count(counters.ASKED)),
        _percent(count(counters.SOLVED), count(counters.RATED)) if judged else None,
        _mean(counted, *STARS) if judged else None,
        count(counters.PROBLEMS),
        count(counters.ANSWERED),
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _mean(counted: Mapping[str, int], *of: str) -> float | None:
    stars = sum(counted.get(counters.stars(star), 0) for star in of)
    given = sum(counted.get(counters.given(star), 0) for star in of)
    return round(stars / given, 1) if given else None


def _median(counted: Mapping[str, int], prefix: str) -> float | None:
    """The median of values that were counted by value; of an even number, the mean of two."""
    values = sorted(
        (max(0, int(name.removeprefix(prefix))), count)
        for name, count in counted.items()
        if name.startswith(prefix) and count > 0
    )
    total = sum(count for _, count in values)
    if not total:
        return None
    middle = ((total - 1) // 2, total // 2)
    found, passed = [], 0
    for value, count in values:
        found += [value for place in middle if passed <= place < passed + count]
        passed += count
    return sum(found) / 2
