"""The community's figures as people read them, made from the counters alone.

Site, desk, CSV and Excel are all drawn from a :class:`Report`, so they agree to the digit. What
each figure means, numerator and denominator, is said on the report page itself.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.orders import counters, lifecycle, names
from functions.orders.counters import STARS, STEPS

if TYPE_CHECKING:
    from datetime import date

    from functions.storage.port import Store

NewNames = Mapping[str, Mapping[str, str]]
"""The new name for each old one of a ``service`` or ``team``."""

FEWEST = 5
"""Services and teams with fewer orders in a period are shown together, lest a person be known;
those with fewer ratings have neither stars nor a share of what was solved."""
WISHES = 200
STATES = lifecycle.STATES
"""Those in which a published wish may be."""
OTHERS = "…"
"""Stands for those that are shown together."""


class Line(NamedTuple):
    """What was counted for all, for a service or for a team. Shares are in percent.

    A figure without a denominator is None: there is nothing to divide.
    """

    slug: str
    wishes: int
    share: float | None
    dispatched: int
    accepted: int
    done: int
    in_time: float | None
    rated: int
    answers: float | None
    """Rated of those who were asked to: done at least once, even if opened again since."""
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
    wishes = counted.get("all wishes", 0)
    return Report(
        period,
        line("all", counted, wishes),
        _lines("service", counted, wishes),
        _lines("team", counted, wishes),
        {step: _median(counted, f"all hours:{step}:") for step in STEPS},
        {name: _ratio(counted, f"all {name} stars", f"all {name} given") for name in STARS},
        counted.get("all rejected", 0),
        counted.get("all cancelled", 0),
        counted.get("all merged", 0),
        counted.get("volunteers applied", 0),
    )


def snapshot(store: "Store", today: "date") -> dict[str, Any]:
    """All that a build needs to know of the orders, and nothing personal: counters and wishes.

    ``months``: counters by month. ``now``: what is at the moment. ``wishes`` and ``answers``:
    what the station wrote for the public, the newest first. ``names``: what services and teams
    are, or were, called.
    """
    heads = store.find("order", ["published:yes"], limit=WISHES)
    wishes = [
        {
            "text": head.data["published"],
            "service": head.data["service"],
            "state": head.state,
            "date": head.begun[:10],
        }
        for head in heads
    ]
    answers = [
        {"text": head.data["answer"], "service": head.data["service"], "month": head.begun[:7]}
        for head in store.find("order", ["answered:public"], limit=WISHES)
    ]
    return {
        "made": today.isoformat(),
        "months": {month: _counted(store, month) for month in store.months()},
        "now": _counted(store, counters.NOW),
        "wishes": wishes,
        "answers": answers,
        "names": names.labels(store),
    }


def brought_up_to_date(
    snapshot: Mapping[str, Any], new_names: NewNames, labels: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Any]:
    """A snapshot of an earlier day, with services and teams under their names of today.

    ``labels`` are what those are called that have ended; the snapshot's ``names`` have them too.
    """
    if not snapshot:
        return snapshot
    known = snapshot.get("names", {})
    called = {kind: {**known.get(kind, {}), **ended} for kind, ended in labels.items()}
    if not any(new_names.values()):
        return {**snapshot, "names": called}
    services = new_names["service"]

    def moved(counted: Mapping[str, int]) -> Counter[str]:
        return together({counters.renamed(n, new_names): c} for n, c in counted.items())

    return {
        **snapshot,
        "months": {month: moved(counted) for month, counted in snapshot["months"].items()},
        "now": moved(snapshot["now"]),
        "names": called,
        **{
            part: [
                {**each, "service": services.get(each["service"], each["service"])}
                for each in snapshot[part]
            ]
            for part in ("wishes", "answers")
        },
    }


def _counted(store: "Store", month: str) -> dict[str, int]:
    """The counters of a month without those below nothing: only damage, which ``doctor`` mends,
    brings a counter there, and nobody should read of minus five wishes."""
    return {name: count for name, count in store.tally(month).items() if count > 0}


def named(made: Report, services: Mapping[str, str], teams: Mapping[str, str]) -> Report:
    """The report with names in place of slugs, for a service and a team may share one."""

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


def together(counters: Iterable[Mapping[str, int]]) -> Counter[str]:
    """Counters of several months as those of one period."""
    total: Counter[str] = Counter()
    for counted in counters:
        total.update(counted)
    return total


def _lines(kind: str, counted: Mapping[str, int], wishes: int) -> list[Line]:
    """A line for each with enough orders; the others together, and never so few that they tell."""
    scopes = {name.split(" ")[0] for name in counted if name.startswith(f"{kind}:")}
    sizes = {
        scope: max(counted.get(f"{scope} {name}", 0) for name in ("wishes", "asked"))
        for scope in scopes
    }
    ranked = sorted(sizes, key=lambda scope: (-sizes[scope], scope))
    few = [scope for scope in ranked if sizes[scope] < FEWEST]
    if few and sum(sizes[scope] for scope in few) < FEWEST and len(ranked) > len(few):
        few.insert(0, ranked[len(ranked) - len(few) - 1])
    lines = [line(scope, counted, wishes) for scope in ranked if scope not in few]
    if few:
        others = f"{kind}:{OTHERS}"
        summed = together(
            {
                name.replace(scope, others, 1): count
                for name, count in counted.items()
                if name.startswith(f"{scope} ")
            }
            for scope in few
        )
        lines.append(line(others, summed, wishes))
    return lines


def line(scope: str, counted: Mapping[str, int], wishes: int) -> Line:
    """The figures of one scope; ``wishes`` are those of all, which its share is of."""

    def count(name: str) -> int:
        return counted.get(f"{scope} {name}", 0)

    slug = scope.partition(":")[2]
    # What few said of one service or team could be told apart, and says little of it.
    judged = not slug or count("rated") >= FEWEST
    stars = sum(count(f"{name} stars") for name in STARS)
    given = sum(count(f"{name} given") for name in STARS)
    return Line(
        slug,
        count("wishes"),
        _percent(count("wishes"), wishes),
        count("dispatched"),
        count("accepted"),
        count("done"),
        _percent(count("in_time"), count("done")),
        count("rated"),
        _percent(count("rated"), count("asked")),
        _percent(count("solved"), count("rated")) if judged else None,
        round(stars / given, 1) if given and judged else None,
        count("problems"),
        count("answered"),
    )


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _ratio(counted: Mapping[str, int], part: str, whole: str) -> float | None:
    return round(counted.get(part, 0) / counted[whole], 1) if counted.get(whole) else None


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
