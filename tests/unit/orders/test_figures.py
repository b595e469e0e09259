"""What a report makes of counters, and what of them is published, without a store."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.orders import counters
from functions.orders.counters import STARS, together
from functions.orders.figures import disclosure, summary
from functions.orders.figures.disclosure import FEWEST, published
from functions.orders.figures.summary import OTHERS, Report, rows
from functions.orders.lifecycle.order import Order

TODAY = date(2026, 12, 2)
slugs = st.sampled_from(["hair", "haircut", "repair", "visit", "meals", "tea"])


def report(period: str, counted: dict[str, int]) -> Report:
    return summary.report(period, counted, TODAY)


def of_services(sizes: dict[str, int]) -> Report:
    """What is published of them."""
    counted = {f"service:{slug} wishes": wishes for slug, wishes in sizes.items()}
    return told("2026-11", {"all wishes": sum(sizes.values()), **counted})


def told(period: str, *months: dict[str, int]) -> Report:
    """What is published of these months."""
    return disclosure.public_report(period, [published(each, TODAY) for each in months], TODAY)


def shown(made: Report) -> dict[str, int | None]:
    return {line.slug: line.wishes for line in made.services}


def test_shares_are_percent_of_what_they_are_shares_of() -> None:
    made = report(
        "2026-11",
        {
            "all wishes": 40,
            "service:haircut wishes": 30,
            "service:haircut dispatched": 27,
            "service:haircut accepted": 26,
            "service:haircut done": 24,
            "service:haircut in_time": 18,
            "service:haircut asked": 24,
            "service:haircut rated": 12,
            "service:haircut solved": 8,
            "service:haircut problems": 3,
            "service:haircut answered": 2,
            "service:repair wishes": 10,
        },
    )
    haircut, repair = made.services
    assert (haircut.slug, haircut.wishes, haircut.share) == ("haircut", 30, 75.0)
    assert (haircut.dispatched, haircut.accepted, haircut.done, haircut.rated) == (27, 26, 24, 12)
    assert (haircut.in_time, haircut.answers, haircut.solved) == (75.0, 50.0, 66.7)
    assert (haircut.problems, haircut.answered) == (3, 2)
    assert (repair.slug, repair.share) == ("repair", 25.0)


def test_there_is_no_figure_where_there_is_nothing_to_divide() -> None:
    made = report("2026-11", {})
    total = made.total
    assert total.wishes == total.done == total.overdue == 0
    assert total.rated is total.answers is total.problems is total.answered is None
    assert total.share is total.in_time is total.answers is total.solved is total.stars is None
    assert set(made.hours.values()) == set(made.stars.values()) == {None}
    assert made.services == made.teams == []
    assert made.rejected == made.cancelled == made.merged == made.volunteers == 0


def test_no_order_of_many_in_time_is_nought_and_not_nothing() -> None:
    total = report(
        "2026-11", {"all wishes": 9, "all done": 8, "all asked": 8, "all rated": 2}
    ).total
    assert (total.in_time, total.solved, total.answers) == (0.0, 0.0, 25.0)


def test_stars_are_the_mean_of_those_given() -> None:
    given_stars = {
        "all attitude stars": 9,
        "all attitude given": 2,
        "all skill stars": 5,
        "all skill given": 1,
    }
    made = report("2026-11", given_stars)
    assert made.stars == {"attitude": 4.5, "skill": 5.0, "timeliness": None}
    assert made.total.stars == 4.7


@pytest.mark.parametrize(
    ("hours", "median"),
    [
        ({7: 1}, 7),
        ({1: 1, 5: 1, 100: 1}, 5),
        ({1: 1, 100: 2}, 100),
        ({4: 1, 7: 1}, 5.5),
        ({9: 2, 10: 2}, 9.5),
        ({9: 3, 10: 1}, 9),
        ({3: 0, 8: 1}, 8),
        ({}, None),
    ],
)
def test_half_of_the_orders_took_no_longer_than_the_median(
    hours: dict[int, int], median: float | None
) -> None:
    counted = {f"all hours:done:{value}": count for value, count in hours.items()}
    assert report("2026-11", counted).hours == {
        "dispatched": None,
        "accepted": None,
        "done": median,
        "rated": None,
    }


def test_services_with_few_orders_are_shown_together() -> None:
    made = of_services({"haircut": 9, "repair": FEWEST, "visit": 4, "tea": 3})
    assert shown(made) == {"haircut": 9, "repair": FEWEST, OTHERS: 7}


def test_what_is_shown_together_is_never_so_few_that_it_tells() -> None:
    made = of_services({"haircut": 9, "repair": 6, "visit": 2, "tea": 1})
    assert shown(made) == {"haircut": 9, OTHERS: 9}
    assert shown(of_services({"haircut": 9, "tea": 1})) == {OTHERS: 10}


def test_services_that_are_shown_together_are_added_up_in_every_figure() -> None:
    counted = {"all wishes": 7}
    for slug, wishes, stars in (("hair", 3, 10), ("haircut", 4, 15)):
        counted |= {
            f"service:{slug} wishes": wishes,
            f"service:{slug} attitude stars": stars,
            f"service:{slug} attitude given": 3,
            f"service:{slug} rated": 3,
        }
    totals = dict.fromkeys((f"all {name} given" for name in STARS), 6) | {"all rated": 6}
    (others,) = told("2026-11", counted | totals).services
    assert (others.slug, others.wishes, others.share) == (OTHERS, 7, 100.0)
    assert (others.rated, others.stars) == (6, 4.2)


def test_how_the_orders_of_a_service_went_is_not_told_and_staff_see_it() -> None:
    counted = {"all wishes": 15, "all done": 13, "all in_time": 12, "service:tea wishes": 10}
    counted |= {"service:hair wishes": 5, "service:hair done": 4, "service:hair in_time": 3}
    made = told("2026-11", counted)
    assert (made.total.done, made.total.in_time) == (13, 92.3)
    for line in made.services:
        assert line.done is line.in_time is line.overdue is line.accepted is line.solved is None
    assert report("2026-11", counted).services[1].in_time == 75.0


def test_one_service_alone_is_not_told_apart_from_all() -> None:
    assert not of_services({"haircut": 9}).services
    assert shown(of_services({"haircut": 9, "tea": 5})) == {"haircut": 9, "tea": 5}


def test_of_a_month_with_few_orders_only_their_number_is_told() -> None:
    few = {"all wishes": 4, "all done": 3, "all in_time": 2, "all rejected": 1}
    month = told("2026-11", few)
    assert month.total.wishes == 4
    assert month.total.done is month.total.overdue is month.total.in_time is month.rejected is None
    many = {"all wishes": 8, "all done": 6, "all in_time": 3, "all rejected": 1}
    year = told("2026", few, many, {})
    assert (year.total.wishes, year.total.done, year.total.in_time, year.rejected) == (12, 6, 50, 1)
    assert (year.few, told("2026", many).few) == (1, 0), "the page says it"


def said(scope: str, rated: int, stars: int = 0) -> dict[str, int]:
    """So many orders that were rated, all of them solved, with so many stars for each aspect."""
    given = {f"{scope} {aspect} given": rated for aspect in STARS if stars}
    sums = {f"{scope} {aspect} stars": stars for aspect in STARS if stars}
    count = {f"{scope} {name}": rated for name in ("wishes", "asked", "rated", "solved")}
    return {**count, **given, **sums}


def test_what_few_said_is_not_published_even_of_all_and_staff_see_it() -> None:
    few = {**said("all", 4, 9), **said("service:x", 4, 9), "all wishes": 14, "service:x wishes": 9}
    few |= {"service:y wishes": 5}
    made = told("2026-11", few)
    assert (made.total.wishes, shown(made)) == (14, {"x": 9, "y": 5})
    for line in (made.total, *made.services):
        assert line.rated is line.problems is None
        assert line.answers is line.solved is line.stars is None
    assert (made.solved["solved"], set(made.stars.values())) == (0, {None})
    at_the_desk = report("2026-11", few)
    assert (at_the_desk.services[0].solved, at_the_desk.services[0].stars) == (100.0, 2.2)
    assert at_the_desk.total.rated == 4


def test_a_rating_is_no_difference_between_all_and_those_that_are_shown() -> None:
    counted = {**said("all", 11, 40), **said("service:hair", 6, 30), **said("service:tea", 5, 10)}
    made = told("2026-11", counted)
    assert [(line.slug, line.rated) for line in made.services] == [("hair", 6), ("tea", 5)]
    one_more = {**said("service:visit", 1, 5), "service:visit wishes": 6}
    counted |= {**said("all", 12, 45), **one_more}
    made = told("2026-11", counted)
    assert made.total.rated == 12
    assert {line.slug: line.rated for line in made.services} == {
        "hair": 6,
        "tea": None,
        "visit": None,
    }


def test_stars_of_few_are_left_out_where_most_gave_none() -> None:
    counted = {**said("all", 6), "all attitude given": 1, "all attitude stars": 2}
    made = told("2026-11", counted)
    assert (made.total.rated, made.total.solved, made.total.stars) == (6, 100.0, None)


def test_a_rating_that_comes_late_counts_in_the_month_in_which_it_came() -> None:
    rated = [
        Order(
            f"N{day}",
            state="rated",
            service="tea",
            filed_at=f"2026-10-{day}T10:00:00+08:00",
            done_at=f"2026-10-{day}T20:00:00+08:00",
            rated_at=f"2026-{month}-09T10:00:00+08:00",
            solved="solved",
            attitude=stars,
        )
        for day, month, stars in ((11, 10, 4), (12, 10, 4), (13, 10, 4), (14, 10, 4), (15, 12, 1))
    ]
    counted = sum((counters.of_order(order) for order in rated), start=counters.Tally())
    assert {each[0] for each in counted} == {"2026-10", "2026-12", counters.NOW}
    october = {each[1]: count for each, count in counted.items() if each[0] == "2026-10"}
    assert (october["all done"], october["all rated"], october["all asked"]) == (5, 4, 4)
    assert told("2026-10", october).total.rated is None, "four are too few"


def test_what_is_overdue_counts_against_what_was_in_time() -> None:
    late = {"all due:2026-12-01": 2, "all due:2026-12-02": 1}
    counted = {"all wishes": 9, "all done": 6, "all in_time": 6, **late}
    for made in (report("2026-11", counted), told("2026-11", counted)):
        assert (made.total.overdue, made.total.in_time) == (2, 75.0)


def test_a_median_is_published_without_the_hours_that_it_is_of() -> None:
    counted = {"all wishes": 6, "all hours:done:3": 3, "all hours:done:4": 3}
    few = {"all hours:rated:9": 4}
    assert published(counted | few, TODAY) == {"all wishes": 6, "all median:done": 7}
    made = told("2026-11", counted | few)
    assert made.hours["done"] == report("2026-11", counted).hours["done"] == 3.5
    assert made.hours["rated"] is None


def test_teams_and_grids_have_one_number_in_fives() -> None:
    counted = {"all wishes": 23, "all done": 19}
    for team, done in (("barbers", 13), ("cooks", 5), ("plumbers", 1)):
        counted |= {f"team:{team} wishes": done + 1, f"team:{team} done": done}
    counted |= {"grid:1 wishes": 19, "grid:1 done": 16, "grid:2 wishes": 4}
    made = told("2026-11", counted)
    assert [line[:9] for line in made.teams] == [
        ("barbers", None, None, None, None, 10, None, None, None),
        ("cooks", None, None, None, None, 5, None, None, None),
    ]
    assert [(line.slug, line.wishes, line.share, line.done) for line in made.grids] == [
        ("1", 15, None, None)
    ]


def test_numbers_in_fives_that_add_up_to_all_are_not_told() -> None:
    counted = {"all wishes": 15, "grid:1 wishes": 10, "grid:2 wishes": 5}
    assert not told("2026-11", counted).grids, "each would be exactly that"
    assert told("2026-11", counted | {"all wishes": 16, "grid:2 wishes": 6}).grids


@given(st.dictionaries(slugs, st.integers(1, 12)))
def test_lines_add_up_to_all_wishes_and_none_is_of_few(sizes: dict[str, int]) -> None:
    made = of_services(sizes)
    lines = {line.slug: line.wishes or 0 for line in made.services}
    if sum(sizes.values()) < FEWEST or len(sizes) == 1:
        assert not lines
        return
    assert sum(lines.values()) == made.total.wishes
    assert min(lines.values()) >= FEWEST
    for slug, wishes in lines.items():
        assert slug == OTHERS or wishes == sizes[slug]


def test_months_add_up_to_the_report_of_their_year() -> None:
    year = together([{"all wishes": 3, "all done": 1}, {"all wishes": 4, "all merged": 2}])
    made = report("2026", year)
    assert (made.total.wishes, made.total.done, made.merged) == (7, 1, 2)


def test_the_table_has_all_first_and_names_for_slugs() -> None:
    made = of_services({"haircut": 9, "repair": 4, "tea": 3})
    kinds = {"all": "All", "service": "Service", "team": "Team", "grid": "Grid"}
    table = list(rows(made, {"haircut": "Haircut", OTHERS: "Others"}, kinds))
    assert [row[:4] for row in table] == [
        ("2026-11", "All", "", 16),
        ("2026-11", "Service", "Haircut", 9),
        ("2026-11", "Service", "Others", 7),
    ]
