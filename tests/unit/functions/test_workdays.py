"""Deadlines by the calendar at the root, as the State Council announced it for 2026."""

from datetime import date, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from functions.context.workdays import Calendar
from tests.support.servers import PRODUCT

FILE = PRODUCT / "calendar.yaml"
# The loader that leaves days as the text that stands in the file.
CALENDAR = Calendar(**yaml.load(FILE.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506

days = st.dates(date(2025, 12, 1), date(2027, 1, 31))
counts = st.integers(1, 40)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (on(9, 30), True),
        (on(10, 1), False),
        (on(10, 7), False),
        (on(10, 8), True),
        (on(10, 10), True),  # A Saturday made up for.
        (on(10, 11), False),
        (on(9, 20), True),  # A Sunday made up for.
        (on(11, 21), False),
        (on(11, 23), True),
    ],
)
def test_holidays_are_off_and_weekends_that_are_made_up_for_are_worked(
    day: date, works: bool
) -> None:
    assert CALENDAR.works(day) is works


@pytest.mark.parametrize(
    ("day", "count", "then"),
    [
        (on(9, 30), 1, on(10, 8)),
        (on(10, 3), 1, on(10, 8)),
        (on(10, 8), 2, on(10, 10)),
        (on(10, 9), 2, on(10, 12)),
        (on(2, 13), 2, on(2, 24)),
        (on(11, 20), 1, on(11, 23)),
        (on(11, 23), 5, on(11, 30)),
    ],
)
def test_a_deadline_skips_days_off(day: date, count: int, then: date) -> None:
    assert CALENDAR.after(day, count) == then


def test_no_day_later_is_the_day_itself_or_the_next_that_works() -> None:
    assert CALENDAR.after(on(11, 23), 0) == on(11, 23)
    assert CALENDAR.after(on(10, 1), 0) == on(10, 8)


def test_the_first_day_does_not_count_and_the_last_does() -> None:
    assert CALENDAR.between(on(9, 30), on(10, 8)) == 1
    assert CALENDAR.between(on(9, 30), on(10, 7)) == 0
    assert CALENDAR.between(on(11, 23), on(11, 23)) == 0
    assert CALENDAR.between(on(11, 24), on(11, 23)) == 0


def test_in_a_year_that_is_not_listed_weekdays_alone_decide() -> None:
    assert CALENDAR.works(date(2031, 10, 1))
    assert not CALENDAR.works(date(2031, 10, 4))


@pytest.mark.parametrize(
    ("today", "missing"),
    [
        (date(2025, 9, 30), [2025]),
        (on(9, 30), []),
        (on(10, 1), [2027]),
        (on(12, 31), [2027]),
        (date(2027, 1, 1), [2027]),
        (date(2027, 10, 1), [2027, 2028]),
    ],
)
def test_from_october_on_next_years_holidays_are_missed(today: date, missing: list[int]) -> None:
    assert CALENDAR.missing(today) == missing


def test_it_is_known_to_the_end_of_the_last_year_that_is_listed() -> None:
    assert CALENDAR.known_to == "2026-12-31"
    assert Calendar().known_to == ""


@given(days, counts)
def test_so_many_days_later_is_so_many_days_between(day: date, count: int) -> None:
    later = CALENDAR.after(day, count)
    assert CALENDAR.works(later)
    assert CALENDAR.between(day, later) == count
    assert CALENDAR.between(day, later - timedelta(days=1)) == count - 1


@given(days, counts, counts)
def test_a_deadline_in_two_stretches_is_the_same_as_in_one(day: date, one: int, two: int) -> None:
    assert CALENDAR.after(CALENDAR.after(day, one), two) == CALENDAR.after(day, one + two)
