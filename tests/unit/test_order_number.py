import random
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from functions.forms import order_number

numbers = st.integers().map(lambda seed: order_number.draw(random.Random(seed).randrange))
places = st.integers(0, order_number.LENGTH - 1)


@given(numbers)
def test_a_drawn_number_reads_back_as_itself(no: str) -> None:
    assert order_number.parse(no) == no


@given(numbers)
def test_no_character_is_taken_for_another(no: str) -> None:
    assert not set(no) & set("0O1IAEU")


@given(numbers, places, st.sampled_from(order_number.ALPHABET))
def test_every_single_wrong_character_is_noticed(no: str, place: int, wrong: str) -> None:
    heard = no[:place] + wrong + no[place + 1 :]
    assert order_number.parse(heard) == (no if heard == no else None)


@given(numbers, places, places)
def test_every_two_characters_that_changed_places_are_noticed(no: str, a: int, b: int) -> None:
    heard = list(no)
    heard[a], heard[b] = heard[b], heard[a]
    swapped = "".join(heard)
    assert order_number.parse(swapped) == (no if swapped == no else None)


@given(numbers)
def test_it_is_understood_however_it_is_typed(no: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in no)
    assert unicodedata.normalize("NFKC", wide) == no
    for typed in (
        no.lower(),
        order_number.spell(no),
        f" {no[:2]} {no[2:]} ",
        wide,
        f"{no[:4]}—{no[4:]}",
    ):
        assert order_number.parse(typed) == no


@given(st.text())
def test_any_text_is_either_a_number_or_none(text: str) -> None:
    parsed = order_number.parse(text)
    assert parsed is None or order_number.parse(order_number.spell(parsed)) == parsed
