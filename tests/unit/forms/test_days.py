"""The days on which a service takes place."""

import re
from datetime import date

import pytest

from functions.errors import Wrong
from functions.forms import days

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize("written", ["周三", "每月 25 日", "每月25日"])
def test_a_day_is_one_of_the_week_or_of_the_month(written: str) -> None:
    assert days.falls({"days": [written]}, WEDNESDAY)
    assert not days.falls({"days": [written]}, date(2026, 11, 26))


def test_the_next_days_are_those_after_today_which_may_be_over() -> None:
    assert days.coming({"days": ["周三", "每月 1 日"]}, WEDNESDAY) == [
        "12月1日（周二）",
        "12月2日（周三）",
        "12月9日（周三）",
    ]
    assert days.coming({"days": ["每月 31 日"]}, WEDNESDAY)[0] == "12月31日（周四）"


def test_a_service_without_days_takes_place_on_any() -> None:
    assert days.coming({"days": []}, WEDNESDAY) == []


def test_nothing_is_promised_before_a_day_on_which_it_takes_place() -> None:
    due = date(2026, 11, 27)
    assert days.promised({"days": []}, WEDNESDAY, due) == due
    assert days.promised({"days": ["周四"]}, WEDNESDAY, due) == due
    assert days.promised({"days": ["周三"]}, WEDNESDAY, due) == date(2026, 12, 2)


@pytest.mark.parametrize("wrong", ["星期三", "周三下午", "每月 0 日", "每月 32 日", "15", ""])
def test_what_is_no_such_day_is_not_taken_for_one(wrong: str) -> None:
    assert not re.match(days.PATTERN, wrong)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        *(("46346", "2026-11-20"), ("46346.5", "2026-11-20"), ("2026/11/20 9:30", "2026/11/20")),
        *(("2026-11-20T09:30:00", "2026-11-20"), ("11月20日上午9：30", "11月20日")),
        *(("11.20", "11.20"), ("11.4", "11.4"), ("2.3", "2月3日")),
        *(("11.2", "11月2日或11月20日"), ("12.1", "12月1日或12月10日")),
    ],
)
def test_a_cell_is_the_day_that_somebody_wrote(cell: str, text: str) -> None:
    assert days.from_cell(cell) == text


def test_of_two_days_none_is_chosen() -> None:
    with pytest.raises(Wrong, match="either"):
        days.meant("11月2日或11月20日", date(2026, 11, 23))


CHANGED = {
    "days": ["每月 15 日"],
    "exceptions": {
        "2027-02-15": {"to": "2027-02-27", "reason": "春节"},
        "2027-03-15": {"to": "", "reason": "修水管"},
    },
}


def test_a_day_that_was_moved_is_another_one_and_a_cancelled_one_none() -> None:
    feb, march, april = date(2027, 2, 15), date(2027, 3, 15), date(2027, 4, 15)
    held = [day for day in (feb, date(2027, 2, 27), march, april) if days.falls(CHANGED, day)]
    assert held == [date(2027, 2, 27), april]
    assert days.coming(CHANGED, date(2027, 2, 1))[:2] == ["2月27日（周六）", "4月15日（周四）"]
    assert days.promised(CHANGED, date(2027, 2, 27), date(2027, 3, 3)) == april


def test_what_is_done_on_a_day_of_the_week_too_is_done_on_that() -> None:
    monday = {**CHANGED, "days": ["每月 15 日", "周一"]}
    assert days.falls(monday, date(2027, 2, 15))
