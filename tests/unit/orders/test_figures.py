"""What a report makes of counters, and what of them is published, without a store."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.orders import figures
from functions.orders.counters import STARS, together
from functions.orders.figures import FEWEST, OTHERS, Report, published, rows

TODAY = date(2026, 12, 2)
slugs = st.sampled_from(["hair", "haircut", "repair", "visit", "meals", "tea"])


def report(period: str, counted: dict[str, int]) -> Report:
    return figures.report(period, counted, TODAY)


def of_services(sizes: dict[str, int]) -> Report:
    """What is published of them."""
    counted = {f"service:{slug} wishes": wishes for slug, wishes in sizes.items()}
    return report("2026-11", published({"all wishes": sum(sizes.values()), **counted}, TODAY))


def shown(made: Report) -> dict[str, int]:
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
    for slug, wishes, done, in_time in (("hair", 3, 2, 2), ("haircut", 4, 2, 1)):
        counted |= {
            f"service:{slug} wishes": wishes,
            f"service:{slug} done": done,
            f"service:{slug} in_time": in_time,
            f"service:{slug} attitude stars": 5 * in_time,
            f"service:{slug} attitude given": 2,
            f"service:{slug} rated": 3,
        }
    totals = {"all rated": 6, "all attitude given": 4}
    (others,) = report("2026-11", published(counted | totals, TODAY)).services
    assert (others.slug, others.wishes, others.share) == (OTHERS, 7, 100.0)
    assert (others.done, others.in_time, others.rated, others.stars) == (4, 75.0, 6, None)


def said(scope: str, rated: int, stars: int = 0) -> dict[str, int]:
    """So many orders that were rated, all of them solved, with so many stars for each aspect."""
    given = {f"{scope} {aspect} given": rated for aspect in STARS if stars}
    sums = {f"{scope} {aspect} stars": stars for aspect in STARS if stars}
    count = {f"{scope} {name}": rated for name in ("wishes", "asked", "rated", "solved")}
    return {**count, **given, **sums}


def test_what_few_said_is_not_published_even_of_all_and_staff_see_it() -> None:
    few = {**said("all", 4, 9), **said("service:x", 4, 9), "all wishes": 9, "service:x wishes": 9}
    made = report("2026-11", published(few, TODAY))
    for line in (made.total, *made.services):
        assert (line.wishes, line.rated, line.problems) == (9, None, None)
        assert line.answers is line.solved is line.stars is None
    assert (made.solved["solved"], set(made.stars.values())) == (0, {None})
    at_the_desk = report("2026-11", few)
    assert (at_the_desk.services[0].solved, at_the_desk.services[0].stars) == (100.0, 2.2)
    assert at_the_desk.total.rated == 4


def test_a_rating_is_no_difference_between_all_and_those_that_are_shown() -> None:
    counted = {**said("all", 11, 40), **said("service:hair", 6, 30), **said("service:tea", 5, 10)}
    made = report("2026-11", published(counted, TODAY))
    assert [(line.slug, line.rated) for line in made.services] == [("hair", 6), ("tea", 5)]
    one_more = {**said("service:visit", 1, 5), "service:visit wishes": 6}
    counted |= {**said("all", 12, 45), **one_more}
    made = report("2026-11", published(counted, TODAY))
    assert made.total.rated == 12
    assert {line.slug: line.rated for line in made.services} == {
        "hair": 6,
        "tea": None,
        "visit": None,
    }


def test_stars_of_few_are_left_out_where_most_gave_none() -> None:
    counted = {**said("all", 6), "all attitude given": 1, "all attitude stars": 2}
    made = report("2026-11", published(counted, TODAY))
    assert (made.total.rated, made.total.solved, made.total.stars) == (6, 100.0, None)


def test_what_is_overdue_counts_against_what_was_in_time() -> None:
    late = {"all due:2026-12-01": 2, "all due:2026-12-02": 1}
    counted = {"all wishes": 9, "all done": 6, "all in_time": 6, **late}
    for made in (report("2026-11", counted), report("2026-11", published(counted, TODAY))):
        assert (made.total.overdue, made.total.in_time) == (2, 75.0)


def test_a_median_is_published_without_the_hours_that_it_is_of() -> None:
    counted = {"all wishes": 6, "all hours:done:3": 3, "all hours:done:4": 3}
    few = {"all hours:rated:9": 4}
    told = published(counted | few, TODAY)
    assert told == {"all wishes": 6, "all median:done": 7}
    assert report("2026-11", told).hours["done"] == report("2026-11", counted).hours["done"] == 3.5
    assert report("2026-11", told).hours["rated"] is None


def test_teams_with_few_orders_sent_to_them_are_shown_together() -> None:
    counted = {"all wishes": 12}
    for team, dispatched in (("barbers", 8), ("cooks", 3), ("plumbers", 2)):
        counted |= {f"team:{team} wishes": dispatched, f"team:{team} dispatched": dispatched}
    made = report("2026-11", published(counted, TODAY))
    assert [(line.slug, line.dispatched) for line in made.teams] == [("barbers", 8), (OTHERS, 5)]


@given(st.dictionaries(slugs, st.integers(1, 12)))
def test_lines_add_up_to_all_wishes_and_none_is_of_few(sizes: dict[str, int]) -> None:
    made = of_services(sizes)
    if made.total.wishes < FEWEST:
        assert not made.services
        return
    assert sum(line.wishes for line in made.services) == made.total.wishes
    assert min(line.wishes for line in made.services) >= FEWEST
    for line in made.services:
        assert line.slug == OTHERS or line.wishes == sizes[line.slug] >= FEWEST


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
