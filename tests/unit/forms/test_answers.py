"""Answers as they are shown, whatever has become of the questions since."""

from typing import Any

import pytest

from functions.forms.answers import row, shown
from functions.forms.definition import RECORDED
from functions.forms.kinds import KINDS

VALUES: list[Any] = ["text", "2026-12-04", ["a", "b"], 4, True, {"a": 1}]


def field(name: str, kind: str, **more: Any) -> dict[str, Any]:
    plain = {"label": name.upper(), "role": "", "required": False, "choices": []}
    return {"name": name, "kind": kind, **plain, **more}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", VALUES)
def test_an_answer_to_a_question_that_was_of_another_kind_is_shown_all_the_same(
    kind: str, value: Any
) -> None:
    form = {"fields": [field("x", kind)]}
    assert [answer.label for answer in shown(form, {"x": value})] == ["X"]
    assert len(row(form, form, {"x": value})) == 2


def test_an_answer_whose_question_is_gone_is_shown_under_its_name() -> None:
    form = {"fields": [field("x", "text")]}
    values = {"gone": ["a", "b"], "x": "1", **dict.fromkeys(RECORDED, "no answer")}
    assert [(answer.label, answer.text) for answer in shown(form, values)] == [
        ("X", "1"),
        ("gone", "a、b"),
    ]
    assert row(form, form, values) == ["1", "gone：a、b"]


def test_an_answer_from_before_its_question_had_a_role_keeps_its_question() -> None:
    form = {"fields": [field("address", "text", role="address", written="home")]}
    assert [answer.label for answer in shown(form, {"home": "3 栋"})] == ["ADDRESS"]
    assert (
        row(form, form, {"home": "3 栋"}) == row(form, form, {"address": "3 栋"}) == ["3 栋", None]
    )


def test_a_discreet_page_shows_a_phones_end_and_hides_whatever_nobody_knows_the_kind_of() -> None:
    fields = [field("p", "phone"), field("address", "text", role="address"), field("t", "text")]
    values = {
        "p": "+8613812345678",
        "address": "3 栋 2 单元 401",
        "t": "理发",
        "gone": "13812345678",
    }
    assert [(answer.text, answer.link) for answer in shown({"fields": fields}, values, True)] == [
        ("138****", ""),
        ("3 栋 2 单元 401", ""),
        ("理发", ""),
        ("138****", ""),
    ]
    (called, *_) = shown({"fields": fields}, values)
    assert (called.text, called.link) == ("13812345678", "tel:+8613812345678")


def test_only_a_consent_that_could_be_withheld_is_shown() -> None:
    must = field("consent", "consent", role="consent", required=True)
    may = field("photo", "consent")
    answers = shown({"fields": [must, may]}, {"consent": True, "photo": True})
    assert [(answer.label, answer.text) for answer in answers] == [("PHOTO", "是")]


def test_what_was_sealed_and_does_not_open_says_so_in_its_cell_and_nowhere_else() -> None:
    fields = [field("t", "text"), field("c", "choice"), field("p", "choice", role="personal")]
    assert row({"fields": fields}, {"fields": fields}, {"c": "a"}, "读不出") == [
        "读不出",
        "a",
        "读不出",
        None,
    ]
