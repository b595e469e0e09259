"""However a word was typed, it is the same to a search."""

from hypothesis import given
from hypothesis import strategies as st

from functions.index.letters import PLAIN, plain

ODD = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("ＡａA志願願剃頭İßﬁ①㎏"))


def test_width_case_and_traditional_characters_are_forgiven() -> None:
    assert plain("ＬＥＤ燈 志願服務") == plain("led灯 志愿服务") == "led灯 志愿服务"


def test_no_letter_is_replaced_twice() -> None:
    assert not {*PLAIN} & {*PLAIN.values()}
    assert {len(each) for each in (*PLAIN, *PLAIN.values())} == {1}


@given(ODD, ODD, ODD)
def test_a_part_of_a_text_is_the_same_part_of_what_is_compared(a: str, b: str, c: str) -> None:
    assert plain(a + b + c) == plain(a) + plain(b) + plain(c)
    assert len(plain(a)) == len(a)
