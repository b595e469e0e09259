import random
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from functions import number

numbers = st.integers().map(lambda seed: number.draw(random.Random(seed).randrange))
places = st.integers(0, number.LENGTH - 1)


@given(numbers)
def test_a_drawn_number_reads_back_as_itself(no: str) -> None:
    assert number.parse(no) == no


@given(numbers)
def test_no_character_is_taken_for_another(no: str) -> None:
    assert not set(no) & set("0O1IAEU")


@given(numbers, places, st.sampled_from(number.ALPHABET))
def test_every_single_wrong_character_is_noticed(no: str, place: int, wrong: str) -> None:
    heard = no[:place] + wrong + no[place + 1 :]
    assert number.parse(heard) == (no if heard == no else None)


@given(numbers, places, places)
def test_every_two_characters_that_changed_places_are_noticed(no: str, a: int, b: int) -> None:
    heard = list(no)
    heard[a], heard[b] = heard[b], heard[a]
    swapped = "".join(heard)
    assert number.parse(swapped) == (no if swapped == no else None)


@given(numbers)
def test_it_is_understood_however_it_is_typed(no: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in no)
    assert unicodedata.normalize("NFKC", wide) == no
    for typed in (no.lower(), number.spell(no), f" {no[:2]} {no[2:]} ", wide, f"{no[:4]}—{no[4:]}"):
        assert number.parse(typed) == no


@given(st.text())
def test_any_text_is_either_a_number_or_none(text: str) -> None:
    parsed = number.parse(text)
    assert parsed is None or number.parse(number.spell(parsed)) == parsed
