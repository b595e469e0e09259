"""For whom the positions of a job fair are."""

from itertools import chain
from typing import Any

import pytest

from generator.content.job_fairs import SCHOOLING, Position
from generator.site.positions import offer


def position(**facts: Any) -> Position:
    return Position(title="收银员", employer="某商店", **facts)


def found(name: str, *positions: Position) -> int:
    """How many positions somebody is told of."""
    told = offer(positions)
    every = [*chain(*told.people), *told.paid]
    counts = {whom.name: whom.positions for whom in every}
    marked = [row for row in told.rows if {*name.split("-")} <= {*row.marks.split()}]
    assert counts.get(name, 0) == len(marked)
    return len(marked)


def test_who_is_fifty_and_finished_junior_school_finds_what_is_for_her() -> None:
    positions = [
        position(schooling="初中", age_to=55),
        position(schooling="小学", age_from=18, age_to=60),
        position(),
        position(schooling="高中", age_to=55),
        position(schooling="初中", age_to=45),
        position(age_from=60),
    ]
    assert found("junior-age50", *positions) == 3
    assert found("primary-age50", *positions) == 2
    assert found("senior-age50", *positions) == 4


@pytest.mark.parametrize("level", SCHOOLING)
def test_a_position_is_for_somebody_whatever_it_asks_for(level: str) -> None:
    assert found("bachelor-age40", position(schooling=level)) == 1


@pytest.mark.parametrize(
    ("facts", "ages"),
    [
        ({}, {16, 30, 40, 50, 60}),
        ({"age_from": 18, "age_to": 45}, {16, 30, 40}),
        ({"age_from": 45}, {40, 50, 60}),
        ({"age_to": 29}, {16}),
        ({"age_to": 60}, {16, 30, 40, 50, 60}),
        ({"age_from": 99}, {60}),
    ],
)
def test_an_age_that_it_suits_in_part_counts(facts: dict[str, int], ages: set[int]) -> None:
    wanted = {age for age in (16, 30, 40, 50, 60) if found(f"junior-age{age}", position(**facts))}
    assert wanted == ages


def test_what_may_be_paid_at_most_counts_and_what_is_left_to_talk_about_does_not() -> None:
    positions = [position(pay_from=2800, pay_to=3500), position(pay_from=4000), position()]
    assert found("pay3000", *positions) == 2
    assert found("pay4000", *positions) == 1
    assert [whom.name for whom in offer(positions).paid] == ["pay3000", "pay4000"]
