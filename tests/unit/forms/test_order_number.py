import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms import order_number
from functions.forms.normal import normal

numbers = st.integers().map(lambda seed: order_number.draw(random.Random(seed).randrange))
places = st.integers(0, order_number.BODY)
FORMER = ["B5KGBFRG", "9TWX3VW7", "N3PBGV89"]


@given(numbers)
def test_a_drawn_number_is_ten_digits_and_reads_back_as_itself(no: str) -> None:
    assert len(no) == 10
    assert no.isascii()
    assert no.isdigit()
    assert order_number.parse(no) == no


@given(numbers)
def test_it_cannot_be_taken_for_a_mobile_and_keeps_its_digits_in_a_table(no: str) -> None:
    assert no[0] not in "01"
    assert str(int(no)) == no


@pytest.mark.parametrize("drawn", [0, 8 * 10**8 - 1])
def test_all_numbers_that_can_be_drawn_are_of_one_length(drawn: int) -> None:
    asked = []
    no = order_number.draw(lambda below: asked.append(below) or drawn)  # type: ignore[func-returns-value]
    assert order_number.parse(no) == no
    assert asked == [8 * 10**8]


@given(numbers, places, st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_noticed(no: str, place: int, wrong: str) -> None:
    heard = no[:place] + wrong + no[place + 1 :]
    assert order_number.parse(heard) == (no if heard == no else None)


@given(numbers, st.integers(0, order_number.BODY - 1))
def test_any_two_neighbours_that_changed_places_are_noticed(no: str, place: int) -> None:
    heard = no[:place] + no[place + 1] + no[place] + no[place + 2 :]
    assert order_number.parse(heard) == (no if heard == no else None)


@given(numbers)
def test_it_is_understood_however_it_is_typed(no: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in no)
    assert normal(wide) == no
    for typed in (
        order_number.spell(no),
        f" {no[:2]} {no[2:]} ",
        wide,
        f"{no[:4]}—{no[4:]}",
        f"单号 {order_number.spell(no)}",
        f"单号：{no}。",
        f"No. {no}",
        f"\u202d{no}\u202c",
    ):
        assert order_number.parse(typed) == no


@pytest.mark.parametrize("no", FORMER)
def test_numbers_from_before_go_on_working(no: str) -> None:
    for typed in (no, no.lower(), order_number.spell(no), f"单号{no[:4]}－{no[4:]}。"):
        assert order_number.parse(typed) == no
    assert order_number.parse(no[1] + no[0] + no[2:]) is None


@given(st.text())
def test_any_text_is_either_a_number_or_none(text: str) -> None:
    parsed = order_number.parse(text)
    assert parsed is None or order_number.parse(order_number.spell(parsed)) == parsed


def test_a_number_is_found_beside_a_phone() -> None:
    no = order_number.draw(lambda below: 123)
    spelled = order_number.spell(no)
    for text in (f"我的单号{spelled}电话5678", f"{no}，13812345678", f"13812345678 {spelled}"):
        assert order_number.parse(text) == no
    assert order_number.parse(f"1{no}") is None
