"""Nobody who has all that is published can work out what few people said."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.orders import counters
from functions.orders.counters import by_scope, name, scope
from functions.orders.figures import FEWEST, GIVEN, KINDS, OTHERS, published
from functions.orders.lifecycle import Order
from generator.site.plan import reports
from tests.support.depth import tried

TODAY = date(2026, 6, 30)
MONTHS = ("2026-03", "2026-04", "2026-05")
SLUGS = ("a", "b", "c", "d")
UNKNOWN = (counters.WISHES, counters.RATED, *GIVEN)
"""What an attacker looks for: how many there were, and with that what they said."""

ORDERS = st.lists(
    st.builds(
        lambda month, service, team, grid, stars, solved: Order(
            "N",
            state="rated" if solved else "triaged",
            service=service,
            team=team,
            grid=grid,
            rated_team=team if solved else "",
            filed_at=f"{month}-02T10:00:00+08:00",
            done_at=f"{month}-03T10:00:00+08:00" if solved else "",
            rated_at=f"{month}-04T10:00:00+08:00" if solved else "",
            solved=solved,
            attitude=stars,
            skill=stars and 5,
            timeliness=stars and 1,
        ),
        *map(st.sampled_from, (MONTHS, SLUGS, SLUGS, SLUGS)),
        st.integers(0, 5),
        st.sampled_from(["", "solved", "partly", "unsolved"]),
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
    for kind, what in product(KINDS, UNKNOWN):
        known = learned(site, kind, what)
        for month in MONTHS:
            groups = [
                [slug for slug in SLUGS if bits >> SLUGS.index(slug) & 1]
                for bits in range(1, 2 ** len(SLUGS))
            ]
            if what == counters.WISHES:
                groups.pop()  # How many wishes there were in all is told, be they few.
            for group in groups:
                number = sum(true[month].get(name(scope(kind, s), what), 0) for s in group)
                if number in range(1, FEWEST):
                    assert not known.knows([(month, slug) for slug in group]), (kind, what, group)


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
            if whose != counters.ALL:
                assert counts.get(counters.WISHES, 0) == 0 or counts[counters.WISHES] >= FEWEST
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
                assert line.wishes == total[name(scope(counters.SERVICE, line.slug), "wishes")]
    for whose, line in reports.lately(figures).items():
        assert line.wishes == total[name(whose, "wishes")]
