"""Texts that are far too long cost no more than reading them, wherever they are sent."""

import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.asgi import ROUTES
from functions.desk.search import MARKS
from functions.errors import Wrong
from functions.forms import normal, order_number
from functions.forms.definition import HIDDEN, ROLES
from functions.forms.kinds import KINDS
from tests.support.client import Client
from tests.support.depth import tried
from tests.support.orders import Desk

OTHERS = ("q", "name", "password", "role", "before", "month", "once", "link", "text", "note")
NAMES = sorted({*OTHERS, *MARKS, *HIDDEN, *ROLES})
ALONE = ("no", "q", "phone", "last4")
"""Those that are normalised, unless something else is wrong."""
MARKS_OF_TWO_CLASSES = "\u0301\u0316"
"""In the order that takes longest to sort."""
FIELD: dict[str, Any] = {
    "name": "x",
    "max": 0,
    "choices": [{"value": "a", "label": "理发"}, {"value": "b", "label": "修灯、修锁"}],
}


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The lengths of all texts that were normalised."""
    lengths: list[int] = []
    normalize = unicodedata.normalize  # noqa: TID251

    def noting(form: Any, text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text[: normal.LONGEST])

    monkeypatch.setattr(unicodedata, "normalize", noting)
    yield lengths
    assert max(lengths, default=0) <= normal.LONGEST


@pytest.mark.slow
def test_no_route_normalises_a_long_text_under_any_name(
    client: Client, normalised: list[int]
) -> None:
    desk, long = Desk(client), MARKS_OF_TWO_CLASSES * normal.LONGEST
    token = desk.token
    for path, methods in ROUTES.items():
        for method in methods:
            for names in [NAMES, *([name] for name in ALONE)]:
                sent = dict.fromkeys(names, long)
                if method == "POST":
                    client.post(path, {**sent, "token": token}, cookie=desk.cookie)
                else:
                    client.get(f"{path}?{urlencode(sent)}", cookie=desk.cookie, accept=long)
    client.get("/desk/", cookie=f"wudan_desk={long}.{long}")
    assert max(normalised, default=0) <= normal.LONGEST


@given(st.integers(normal.LONGEST + 1, 40_000), st.sampled_from([*MARKS_OF_TWO_CLASSES, "、", "1"]))
@settings(
    max_examples=tried(5, 20),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_kind_of_question_normalises_a_long_text(
    normalised: list[int], length: int, what: str
) -> None:
    text = (what * length)[:length]
    assert order_number.parse(text) is None
    for kind in KINDS.values():
        for typed in (text, *kind.typed(FIELD, text)[:3]):
            with suppress(Wrong):
                kind.parse(FIELD, [typed], date(2026, 11, 24))
    assert max(normalised, default=0) <= normal.LONGEST


def test_an_answer_of_many_parts_is_taken_apart_in_one_pass() -> None:
    choices = KINDS["choices"]
    assert choices.typed(FIELD, "理发、修灯、修锁") == ["a", "b"]
    assert len(choices.typed(FIELD, "理发、" * 5000)) == 5000  # Once minutes.


def test_a_rating_too_long_to_be_one_is_not_taken_for_none() -> None:
    assert KINDS["stars"].typed(FIELD, "5" * 200) == ["5" * 200]
