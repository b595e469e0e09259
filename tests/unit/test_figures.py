"""What a report makes of counters, without a store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.orders.counters import together
from functions.orders.figures import FEWEST, OTHERS, Report, report, rows

slugs = st.sampled_from(["hair", "haircut", "repair", "visit", "meals", "tea"])


def of_services(sizes: dict[str, int]) -> Report:
    counted = {f"service:{slug} wishes": wishes for slug, wishes in sizes.items()}
    return report("2026-11", {"all wishes": sum(sizes.values()), **counted})


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
    assert total.wishes == total.done == total.rated == 0
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
    (others,) = report("2026-11", counted).services
    assert (others.slug, others.wishes, others.share) == (OTHERS, 7, 100.0)
    assert (others.done, others.in_time, others.stars) == (4, 75.0, 3.8)


def test_what_few_said_of_a_service_is_not_shown_and_counts_for_all() -> None:
    def of(rated: int) -> Report:
        said = {"rated": rated, "asked": 9, "solved": rated, "skill stars": 4, "skill given": 1}
        counted = {
            f"{scope} {name}": n for scope in ("all", "service:x") for name, n in said.items()
        }
        return report("2026-11", {"all wishes": 9, "service:x wishes": 9, **counted})

    few, enough = of(FEWEST - 1), of(FEWEST)
    assert (few.services[0].solved, few.services[0].stars) == (None, None)
    assert (few.total.solved, few.total.stars) == (100.0, 4.0)
    assert (enough.services[0].solved, enough.services[0].stars) == (100.0, 4.0)


def test_teams_with_few_orders_sent_to_them_are_shown_together() -> None:
    counted = {"all wishes": 12}
    for team, dispatched in (("barbers", 8), ("cooks", 3), ("plumbers", 2)):
        counted |= {f"team:{team} wishes": dispatched, f"team:{team} dispatched": dispatched}
    made = report("2026-11", counted)
    assert [(line.slug, line.dispatched) for line in made.teams] == [("barbers", 8), (OTHERS, 5)]


@given(st.dictionaries(slugs, st.integers(1, 12)))
def test_lines_add_up_to_all_wishes_and_none_is_of_few(sizes: dict[str, int]) -> None:
    made = of_services(sizes)
    assert sum(line.wishes for line in made.services) == made.total.wishes
    if len(made.services) > 1:
        assert min(line.wishes for line in made.services) >= FEWEST
    for line in made.services:
        assert line.slug == OTHERS or line.wishes == sizes[line.slug] >= FEWEST


def test_months_add_up_to_the_report_of_their_year() -> None:
    year = together([{"all wishes": 3, "all done": 1}, {"all wishes": 4, "all merged": 2}])
    made = report("2026", year)
    assert (made.total.wishes, made.total.done, made.merged) == (7, 1, 2)


def test_the_table_has_all_first_and_names_for_slugs() -> None:
    made = of_services({"haircut": 9, "repair": 4, "tea": 3})
    kinds = {"all": "All", "service": "Service", "team": "Team"}
    table = list(rows(made, {"haircut": "Haircut", OTHERS: "Others"}, kinds))
    assert [row[:4] for row in table] == [
        ("2026-11", "All", "", 16),
        ("2026-11", "Service", "Haircut", 9),
        ("2026-11", "Service", "Others", 7),
    ]
