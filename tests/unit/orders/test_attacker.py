"""Nobody who has all that is published can work out what few people said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.orders import counters
from functions.orders.counters import GRID, SERVICE, STARRED, TEAM, WISHES, by_scope, name, scope
from functions.orders.figures.closed import as_closed, opinions
from functions.orders.figures.disclosure import FEWEST, GIVEN, IN_FIVES, published
from functions.orders.figures.summary import OTHERS
from functions.orders.lifecycle.order import Order
from generator.site.plan import reports
from tests.support.depth import tried

TODAY = date(2026, 6, 30)
MONTHS = ("2026-03", "2026-04", "2026-05")
SLUGS = ("a", "b", "c", "d")
UNKNOWN = (WISHES, counters.RATED, *GIVEN)
"""What an attacker looks for: how many there were, and with that what they said."""
WENT = (counters.DISPATCHED, counters.ACCEPTED, counters.DONE, counters.IN_TIME, counters.OVERDUE)
"""And how they went."""

ORDERS = st.lists(
    st.builds(
        lambda month, service, team, grid, stars, solved, days: Order(
            "N",
            state="rated" if solved else "triaged",
            service=service,
            team=team,
            grid=grid,
            rated_team=team if solved else "",
            filed_at=f"{month}-02T10:00:00+08:00",
            due=f"{month}-04",
            done_at=f"{month}-{2 + days:02}T10:00:00+08:00" if solved else "",
            rated_at=f"{month}-04T10:00:00+08:00" if solved else "",
            solved=solved,
            attitude=stars,
            skill=stars and 5,
            timeliness=stars and 1,
        ),
        *map(st.sampled_from, (MONTHS, SLUGS, SLUGS, SLUGS)),
        st.integers(0, 5),
        st.sampled_from(["", "solved", "partly", "unsolved"]),
        st.integers(1, 4),
    ),
    max_size=90,
)


def counted(orders: list[Order]) -> dict[str, dict[str, int]]:
    made = {month: Counter[str]() for month in MONTHS}
    for order in orders:
        for (month, counter), count in counters.of_order(order).items():
            if month:
                made[month][counter] += count
    return {month: dict(of) for month, of in made.items()}


class Equations:
    """What somebody knows of unknown numbers: sums of some of them, solved by elimination."""

    def __init__(self) -> None:
        self.rows: dict[object, dict[object, Fraction]] = {}

    def reduced(self, unknowns: Sequence[object]) -> dict[object, Fraction]:
        row = {each: Fraction(1) for each in unknowns}
        while pivots := [each for each in row if each in self.rows]:
            factor = row[pivots[0]]
            for each, value in self.rows[pivots[0]].items():
                row[each] = row.get(each, Fraction(0)) - factor * value
                if not row[each]:
                    del row[each]
        return row

    def learn(self, unknowns: Sequence[object]) -> None:
        row = self.reduced(unknowns)
        if not row:
            return
        pivot, first = next(iter(row.items()))
        row = {each: value / first for each, value in row.items()}
        for other in self.rows.values():
            if factor := other.get(pivot):
                for each, value in row.items():
                    other[each] = other.get(each, Fraction(0)) - factor * value
                    if not other[each]:
                        del other[each]
        self.rows[pivot] = row

    def knows(self, unknowns: Sequence[object]) -> bool:
        return not self.reduced(unknowns)


def learned(site: dict[str, dict[str, int]], kind: str, what: str) -> Equations:
    """What the tables of months, of their year and of the last twelve months say of one thing."""
    known, shown = Equations(), {month: by_scope(site[month]) for month in MONTHS}
    cells = {month: [(month, slug) for slug in SLUGS] for month in MONTHS}
    for month in MONTHS:
        lines = [slug for slug in SLUGS if what in shown[month].get(scope(kind, slug), {})]
        rest = [(month, slug) for slug in SLUGS if scope(kind, slug) not in shown[month]]
        for slug in lines:
            known.learn([(month, slug)])
        if what in shown[month].get(scope(kind, OTHERS), {}):
            known.learn(rest)
        if what in shown[month].get(counters.ALL, {}):
            known.learn(cells[month])
    for slug in SLUGS:  # A year's line is the sum of the lines of its months.
        of = [m for m in MONTHS if what in shown[m].get(scope(kind, slug), {})]
        known.learn([(month, slug) for month in of])
    return known


@settings(max_examples=tried(15, 60), deadline=None)
@given(ORDERS)
def test_no_number_of_few_follows_from_all_tables_together(orders: list[Order]) -> None:
    true = counted(orders)
    site = {month: published(of, TODAY) for month, of in true.items()}
    for what in UNKNOWN:
        kind, known = SERVICE, learned(site, SERVICE, what)
        for month in MONTHS:
            groups = [
                [slug for slug in SLUGS if bits >> SLUGS.index(slug) & 1]
                for bits in range(1, 2 ** len(SLUGS))
            ]
            if what == WISHES:
                groups.pop()  # How many wishes there were in all is told, be they few.
            for group in groups:
                number = sum(true[month].get(name(scope(kind, s), what), 0) for s in group)
                if number in range(1, FEWEST):
                    assert not known.knows([(month, slug) for slug in group]), (kind, what, group)


@settings(max_examples=tried(15, 60), deadline=None)
@given(ORDERS, ORDERS)
def test_who_keeps_all_versions_of_a_month_sees_nothing_of_what_is_said_later(
    orders: list[Order], later: list[Order]
) -> None:
    """Whatever is rated, changed, taken back or corrected after a month was closed."""
    for month, of in counted(orders).items():
        heard = opinions(published(of, TODAY))
        assert as_closed(published(of, TODAY), heard) == published(of, TODAY)
        versions = [as_closed(published(counted(o)[month], TODAY), heard) for o in (later, [])]
        for version in versions:
            shown = by_scope(version)
            known = {n: c for n, c in heard.items() if n.partition(" ")[0] in shown}
            assert opinions(version) == known, "no number of it is another one, or new"
        assert not opinions(as_closed(published(of, TODAY), {})), "nothing before it is closed"


GROUPS = st.lists(
    st.tuples(*[st.sampled_from(SLUGS[:2])] * 3, st.integers(1, 12), *[st.integers(0, 3)] * 5),
    min_size=1,
    max_size=5,
)
"""Orders of one service, team and grid in a month: how many, and how many did not get so far."""


def month_of(groups: list[tuple[Any, ...]]) -> dict[str, int]:
    """The counters of a month."""
    made = Counter[str]()
    for *slugs, wishes, undispatched, unaccepted, undone, late, overdue in groups:
        left = wishes
        numbers = {WISHES: wishes, counters.OVERDUE: min(wishes, undispatched, overdue)}
        for what, fewer in zip(WENT, (undispatched, unaccepted, undone, late), strict=False):
            left = numbers[what] = max(0, left - fewer)
        scopes = map(scope, (SERVICE, TEAM, GRID), slugs)
        for whose, (what, number) in product((counters.ALL, *scopes), numbers.items()):
            made[name(whose, what)] += number
    return dict(made)


Bounds = tuple[int, int]
"""The least and the most that a number can be."""


def column(shown: Mapping[str, int], kind: str, what: str) -> dict[str, int]:
    """A column of a published table, by slug."""
    return {
        whose.partition(":")[2]: counts[what]
        for whose, counts in by_scope(shown).items()
        if whose.startswith(f"{kind}:") and what in counts
    }


def bounds(shown: Mapping[str, int], kind: str, slug: str) -> Bounds:
    """What a table says of one of its lines: to the digit, or what fives and the number of all
    leave open."""
    what = IN_FIVES.get(kind, WISHES)
    lines = column(shown, kind, what)
    if kind == SERVICE:
        return (lines[slug], lines[slug]) if slug in lines else (0, shown.get("all wishes", 0))
    if not lines:
        return 0, shown[name(counters.ALL, WISHES)]
    spare = shown[name(counters.ALL, what)] - sum(lines.values())
    least = lines.get(slug, 0)
    return least, least + min(FEWEST - 1, spare)


@settings(max_examples=tried(60, 300), deadline=None)
@given(GROUPS)
def test_how_few_orders_went_follows_from_no_table_with_its_total(
    groups: list[tuple[Any, ...]],
) -> None:
    """Of each service it is known how many wishes it had; of all, how many of them got how far."""
    shown = published(month_of(groups), TODAY)
    services, total = column(shown, SERVICE, WISHES), by_scope(shown)[counters.ALL]
    for (slug, wishes), what in product(services.items(), WENT):
        if slug == OTHERS and len(services) == 1:
            continue  # It is all there is, and nobody knows of which services.
        least = max(0, total.get(what, 0) - (total[WISHES] - wishes))
        most = min(wishes, total.get(what, 0))
        assert least < most or least in (0, wishes), (slug, what)


@settings(max_examples=tried(60, 300), deadline=None)
@given(GROUPS)
def test_one_table_subtracted_from_another_tells_of_no_few_orders(
    groups: list[tuple[Any, ...]],
) -> None:
    """Who knows that a team does one service only, or that a service is for one grid, may subtract
    the smaller line from the greater; so each leaves open how many it is of."""
    true = month_of(groups)
    shown = published(true, TODAY)
    lines = [(kind, slug) for kind in (SERVICE, TEAM, GRID) for slug in SLUGS[:2]]
    for kind, slug in lines:
        number = true.get(name(scope(kind, slug), IN_FIVES.get(kind, WISHES)), 0)
        least, most = bounds(shown, kind, slug)
        assert least <= number <= most
        assert kind == SERVICE or column(shown, kind, IN_FIVES[kind]).get(slug, 0) % FEWEST == 0
    for part, whole in product(lines, lines):
        (least, most), (least_whole, most_whole) = bounds(shown, *part), bounds(shown, *whole)
        if part[0] == whole[0] or most_whole < least:
            continue  # One table, or not a part of that.
        rest = (max(0, least_whole - most), most_whole - least)
        assert rest[0] < rest[1] or rest[0] not in range(1, FEWEST), (part, whole)


@settings(max_examples=tried(15, 60), deadline=None)
@given(ORDERS)
def test_all_that_is_published_is_shown_and_publishing_it_again_tells_the_same(
    orders: list[Order],
) -> None:
    for of in counted(orders).values():
        site = published(of, TODAY)
        assert published(site, TODAY) == site
        for whose, counts in by_scope(site).items():
            few = [n for n in (counters.RATED, *GIVEN) if counts.get(n, 0) in range(1, FEWEST)]
            assert not few, whose
            kind = whose.partition(":")[0]
            if kind == SERVICE:
                assert counts[WISHES] >= FEWEST
                assert counts.keys() <= {WISHES, counters.RATED, *STARRED}
            elif kind in IN_FIVES:
                assert [*counts] == [IN_FIVES[kind]]
                assert min(n % FEWEST == 0 and n for n in counts.values()) > 0
            opinion = {n for n in counts if n in ("solved", "partly", "unsolved", "asked")}
            assert not opinion or counts[counters.RATED] >= FEWEST


@settings(max_examples=tried(15, 50), deadline=None)
@given(ORDERS)
def test_a_year_and_the_badges_are_made_of_published_months_alone(orders: list[Order]) -> None:
    site = {month: published(of, TODAY) for month, of in counted(orders).items()}
    figures = {"made": TODAY.isoformat(), "months": site, "wishes": [], "answers": []}
    total = counters.together(site.values())
    for page in reports.pages(figures, ()):
        if page.address == "/report/2026/":
            assert page.data["report"].total.rated == (total["all rated"] or None)
            for line in page.data["report"].services:
                assert line.wishes == total[name(scope(SERVICE, line.slug), WISHES)]
    for whose, line in reports.lately(figures).items():
        assert (line.wishes or line.done) == total[name(whose, WISHES)] + total[name(whose, "done")]
