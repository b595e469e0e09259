"""What a browser sends, as the program reads it."""

from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from functions.errors import Problem
from functions.web import http

escaped = st.text(st.sampled_from("%&=+;aF0Eé欧 \x00") | st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_form_is_read_as_it_was_sent(sent: list[tuple[str, str]]) -> None:
    encoded = urlencode(sent, errors="ignore")
    expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    assert http.decoded(encoded) == expected


@given(escaped)
@example("%E6%AC%A7%E9%98%B3=%e5%a5%b6&&x&=&a=b=c&%zz%4")
@example("欧%E6%AC%A7+%2B")
def test_whatever_is_sent_is_read_as_the_standard_library_reads_it(encoded: str) -> None:
    try:
        expected = parse_qsl(encoded, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Problem, match="encoding"):
            http.decoded(encoded)
    else:
        assert http.decoded(encoded) == expected


def test_more_fields_than_any_form_has_are_refused() -> None:
    with pytest.raises(Problem, match="too_many"):
        http.decoded("&".join(["a=b"] * (http.MOST_FIELDS + 1)))
