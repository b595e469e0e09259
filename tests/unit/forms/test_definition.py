import unicodedata
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.forms.definition import check, for_staff
from functions.forms.kinds import KINDS
from functions.forms.normal import NO_CHARACTERS, UNSEEN

TODAY = date(2026, 11, 23)


def field(kind: str, **more: Any) -> dict[str, Any]:
    choices = [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]
    plain = {"name": "x", "required": False, "max": None, "role": ""}
    return {**plain, "kind": kind, "choices": choices, **more}


def answer(kind: str, *typed: str, **more: Any) -> Any:
    """The value, or the code of what is wrong."""
    answers = check({"fields": [field(kind, **more)]}, {"x": list(typed)}, TODAY)
    return answers.errors["x"].code if answers.errors else answers.values.get("x")


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+86 138 1234 5678",
        "+8613812345678",
        "008613812345678",
        "8613812345678",
        "138１２３４５６７８",
        "１３８１２３４５６７８",
        "(138)12345678",
        " 138‑1234–5678 ",
    ],
)
def test_a_mobile_is_taken_as_people_type_it_and_kept_in_one_form(typed: str) -> None:
    assert answer("phone", typed) == "+8613812345678"


@pytest.mark.parametrize("prefix", ["13", "14", "15", "16", "17", "18", "19"])
def test_every_mobile_prefix_old_and_new_is_taken(prefix: str) -> None:
    assert answer("phone", f"{prefix}212345678") == f"+86{prefix}212345678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0773-2812345", "+867732812345"),
        ("(0773) 281 2345", "+867732812345"),
        ("+86 773 2812345", "+867732812345"),
        ("010-62345678", "+861062345678"),
        ("０２１－６２３４５６７８", "+862162345678"),
        ("0755 86123456", "+8675586123456"),
    ],
)
def test_a_landline_needs_its_area_code(typed: str, kept: str) -> None:
    assert answer("phone", typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["12345678901", "2812345", "1381234567", "138123456789", "abc", "+1 202 555 0100", "١٣٨", "-"],
)
def test_what_is_no_chinese_number_is_said_to_be_none(typed: str) -> None:
    assert answer("phone", typed) == "phone"


@pytest.mark.parametrize(
    "name",
    [
        "李",
        "欧阳娜娜",
        "𠮷野家",
        "買買提·阿卜杜拉",
        "O'Brien-Smith",
        "👨‍👩‍👧‍👦",
        "﨑",
        "𰻝" * 40,
        "ภาษาไทย",
        "a" * 40,
    ],
)
def test_a_name_of_any_script_comes_through_unchanged(name: str) -> None:
    assert answer("name", f"  {name} ") == name


def test_a_name_has_at_most_forty_characters() -> None:
    assert answer("name", "名" * 41) == "too_long"


def test_a_long_text_is_refused_at_its_limit_and_the_limit_is_told() -> None:
    answers = check({"fields": [field("textarea", max=1000)]}, {"x": ["字" * 10_000]}, TODAY)
    assert answers.errors["x"].code == "too_long"
    assert answers.errors["x"].names == {"max": 1000, "length": 10_000}
    assert answer("textarea", "字" * 1000, max=1000) == "字" * 1000


UNWANTED = [
    "\ufffe",
    "\uffff",
    "\ud800",
    "\ufdd0",
    "\U0001fffe",
    "\U0010ffff",
    *"\x00\x07\x1b\x7f\x9b",
]


@pytest.mark.parametrize("bad", [*UNWANTED, *"\u202a\u202d\u202e\u2066\u2069"])
def test_what_nobody_can_see_or_no_text_has_is_left_out_wherever_it_is_typed(bad: str) -> None:
    for kind in ("text", "textarea", "name"):
        assert answer(kind, f"{bad}李{bad}明{bad}") == "李明"
        assert answer(kind, bad) is None
    assert answer("phone", f"{bad}138{bad}12345678{bad}") == "+8613812345678"
    assert answer("order", f"{bad}2345678{bad}900") == "2345678900"
    assert answer("last4", f"56{bad}78") == "5678"
    assert answer("date", f"12月{bad}5日") == "2026-12-05"


def test_all_control_characters_of_unicode_are_left_out_and_nothing_that_can_be_seen() -> None:
    controls = {chr(c) for c in range(0x3000) if unicodedata.category(chr(c)) in ("Cc", "Zl", "Zp")}
    directions = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
    assert UNSEEN - controls - NO_CHARACTERS == directions
    assert controls <= UNSEEN


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_lines_end_in_one_way_and_only_long_texts_have_them(end: str) -> None:
    assert answer("textarea", f"一{end}二\t三") == "一\n二 三"
    assert answer("text", f"一{end}二") == "一 二"


@pytest.mark.parametrize(
    "typed",
    [
        "13812345678。",
        "电话13812345678",
        "手机号：138-1234-5678，",
        "我的电话是 138 1234 5678",
        "Tel. 13812345678",
        "138,1234,5678",
        "013812345678",
        "(+86)13812345678",
        "（138）12345678",
        "8613812345678.",
        "13812345678号",
        "13812345678（手机）",
        "l38l2345678",
    ],
)
def test_a_phone_may_come_with_its_name_and_with_full_stops(typed: str) -> None:
    assert answer("phone", typed) == "+8613812345678"


@pytest.mark.parametrize("typed", ["座机：0773-2812345。", "(0773)2812345", "家里0773一2812345"])
def test_so_may_a_landline(typed: str) -> None:
    assert answer("phone", typed) == "+867732812345"


@pytest.mark.parametrize("unseen", ["\ufe0f", "\u034f", "\u3164", "\u2800", "\u115f"])
def test_marks_without_a_shape_are_no_part_of_a_phone(unseen: str) -> None:
    assert answer("phone", f"138{unseen}12345678{unseen}") == "+8613812345678"


@pytest.mark.parametrize("unseen", ["\u202d\u202c", "\u200e", "\u200b", "\ufeff", "\u2068\u2069"])
def test_nothing_that_cannot_be_seen_is_part_of_a_phone_or_a_number(unseen: str) -> None:
    before, after = unseen[0], unseen[-1]
    assert answer("phone", f"{before}13812345678{after}") == "+8613812345678"
    assert answer("order", f"{before}2345678{after}900") == "2345678900"
    assert answer("last4", f"{before}5678{after}") == "5678"


@pytest.mark.parametrize(
    "typed",
    [
        "尾号5678",
        "5678。",
        "2865678",
        "027-86305678",
        "５６７８",
    ],
)
def test_the_last_four_digits_may_come_with_what_stands_before_them(typed: str) -> None:
    assert answer("last4", typed) == "5678"


@pytest.mark.parametrize("typed", ["13812345678", "电话13812345678。", "+86 138-1234-5678"])
def test_a_whole_mobile_is_kept_whole_because_it_is_harder_to_guess(typed: str) -> None:
    assert answer("last4", typed) == "13812345678"


@pytest.mark.parametrize("typed", ["567", "56789", "23813812345678", "五六七八"])
def test_what_is_no_phone_has_no_last_four_digits(typed: str) -> None:
    assert answer("last4", typed) == "last4"


@pytest.mark.parametrize(
    "typed", ["2026-12-05", "2026/12/5", "2026.12.05", "2026年12月5日", "２０２６-12-05"]
)
def test_a_day_to_come_is_taken_however_it_is_written(typed: str) -> None:
    assert answer("date", typed) == "2026-12-05"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20261205", "2026-12-05"),
        ("12月5日", "2026-12-05"),
        ("12.5", "2026-12-05"),
        ("12/05", "2026-12-05"),
        ("11月23号", "2026-11-23"),
        ("今天", "2026-11-23"),
        ("明天", "2026-11-24"),
        ("大后天", "2026-11-26"),
        ("5月4日", "2027-05-04"),
        ("2026年12月15日 星期二", "2026-12-15"),
        ("12月15日（周二）", "2026-12-15"),
        ("12 月 15 日，礼拜二。", "2026-12-15"),
        ("2026-12-15 周二", "2026-12-15"),
        ("\u202a12月15日\u202c", "2026-12-15"),
        ("15号", "2026-12-15"),
        ("２３日", "2026-11-23"),
        ("周六", "2026-11-28"),
        ("星期天", "2026-11-29"),
        ("周一", "2026-11-23"),
        ("这周三", "2026-11-25"),
        ("下周三", "2026-12-02"),
        ("下个星期三", "2026-12-02"),
        ("下下周三", "2026-12-09"),
        ("十二月十五日", "2026-12-15"),
        ("十二月十五", "2026-12-15"),
        ("十二月十五星期二", "2026-12-15"),
        ("12 15", "2026-12-15"),
        ("2026 12 15", "2026-12-15"),
        ("二〇二六年十二月五日", "2026-12-05"),
        ("三十号", "2026-11-30"),
        ("二十五日", "2026-11-25"),
        ("十号", "2026-12-10"),
        ("下个月15号", "2026-12-15"),
        ("下月25日", "2026-12-25"),
        ("这个月30号", "2026-11-30"),
        ("26年12月15日", "2026-12-15"),
        ("26-12-15", "2026-12-15"),
        ("今日", "2026-11-23"),
        ("后日", "2026-11-25"),
    ],
)
def test_a_day_is_the_next_one_that_is_written_so(typed: str, day: str) -> None:
    assert answer("date", typed) == day


@pytest.mark.parametrize("typed", ["11月22日", "11-22", "9月1号"])
def test_a_day_that_has_just_passed_is_not_taken_for_next_years(typed: str) -> None:
    assert answer("date", typed) == "passed"


@pytest.mark.parametrize("typed", ["2026-13-01", "2月30日", "2月29日", "20261305", "这个月31号"])
def test_a_day_that_no_calendar_has_is_called_so(typed: str) -> None:
    assert answer("date", typed) == "no_day"


@pytest.mark.parametrize(
    ("typed", "number", "beside"),
    [
        ("13977312345（儿子）", "13977312345", "儿子"),
        ("139 7731 2345 儿子", "139 7731 2345", "儿子"),
        ("老伴13977312345", "13977312345", "老伴"),
        ("0773-5812345转802", "0773-5812345", "转802"),
        ("(0773)5812345-802", "(0773)5812345", "802"),
        ("13977312345/64001234", "13977312345", "64001234"),
        ("13977312345、13900001111", "13977312345", "13900001111"),
        ("13977312345 13900001111", "13977312345", "13900001111"),
    ],
)
def test_what_stands_beside_a_phone_is_not_lost_unsaid(
    typed: str, number: str, beside: str
) -> None:
    wrong = check({"fields": [field("phone")]}, {"x": [typed]}, TODAY).errors["x"]
    assert (wrong.code, wrong.names) == ("beside", {"number": number, "beside": beside})


def test_a_day_that_is_not_the_day_of_the_week_beside_it_is_asked_about() -> None:
    assert answer("date", "12月15日（周三）") == "weekday"


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今天", "2026-11-23"),
        ("昨天", "2026-11-22"),
        ("11月22日", "2026-11-22"),
        ("15号", "2026-11-15"),
        ("周五", "2026-11-20"),
        ("上周五", "2026-11-20"),
        ("9月1日 周二", "2026-09-01"),
    ],
)
def test_a_day_on_which_a_paper_came_is_the_last_one_that_is_written_so(
    typed: str, day: str
) -> None:
    assert answer("past", typed) == day


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-22",
        "2028-01-01",
        "昨天",
        "5",
        "32号",
        "本月15号",
        "上周三",
    ],
)
def test_a_day_that_is_past_far_or_none_is_refused(typed: str) -> None:
    assert answer("date", typed) == "date"


def test_a_choice_is_one_of_those_offered() -> None:
    assert answer("choice", "a") == "a"
    assert answer("choice", "z") == "choice"
    assert answer("choices", "b", "a", "b") == ["a", "b"]
    assert answer("choices", "a", "z") == "choice"
    assert [answer("stars", text) for text in ("5", "0", "6", "٣")] == [5, *["choice"] * 3]


def test_consent_is_given_only_by_the_box() -> None:
    assert answer("consent", "yes", required=True) is True
    assert answer("consent", required=True) == "required"
    assert answer("consent", "no", required=True) == "required"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "choices"])
def test_a_question_answered_twice_is_not_guessed_at(kind: str) -> None:
    assert answer(kind, "a", "b") == "repeated"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_empty_is_missing_only_where_it_is_required(kind: str) -> None:
    for typed in ([], [""], ["  \n"], ["\u200b"], ["\u3000\ufeff "], ["\u3164\u2800\ufe0f"]):
        assert answer(kind, *typed) is None
        assert answer(kind, *typed, required=True) == "required"


@pytest.mark.parametrize("kind", KINDS)
@given(typed=st.lists(st.text(), max_size=3))
def test_no_answer_at_all_breaks_the_check_and_what_is_kept_is_taken_again(
    kind: str, typed: list[str]
) -> None:
    form = {"fields": [field(kind)]}
    answers = check(form, {"x": typed}, TODAY)
    assert not (answers.values and answers.errors)
    if "x" in answers.values and kind not in ("stars", "consent", "choices"):
        kept = answers.values["x"]
        assert check(form, {"x": [kept]}, TODAY).values == {"x": kept}


@given(
    st.text(
        st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S")), min_size=1, max_size=40
    )
)
def test_rare_characters_survive(text: str) -> None:
    assert answer("name", text) == text


def test_what_is_typed_is_personal_and_what_is_picked_is_not() -> None:
    fields = [field(kind, name=kind) for kind in KINDS]
    typed = {
        "text": "t", "textarea": "t", "name": "n", "phone": "13812345678", "choice": "a",
        "choices": "a", "stars": "5", "date": "2026-12-01", "consent": "yes", "last4": "5678",
    }  # fmt: skip
    form = {"fields": fields}
    answers = check(form, {name: [text] for name, text in typed.items()}, TODAY)
    assert set(answers.personal) == {"text", "textarea", "name", "phone"}
    assert set(answers.public) == {"choice", "choices", "stars", "date", "consent"}


def test_what_is_picked_and_tells_of_a_person_is_kept_apart_like_what_is_typed() -> None:
    fields = [
        {**field("choice", name="who"), "role": "personal"},
        field("choice", name="what"),
        field("phone", name="phone"),
        # It proves whose order it is and is kept nowhere, whatever its role.
        {**field("last4", name="last4"), "role": "personal"},
    ]
    form = {"fields": fields}
    typed = {"who": ["a"], "what": ["a"], "phone": ["13812345678"], "last4": ["5678"]}
    answers = check(form, typed, TODAY)
    assert answers.public == {"what": "a"}
    assert answers.personal == {"who": "a", "phone": "+8613812345678"}


OFFERED = [
    {"value": "visit", "label": "上门"},
    {"value": "hall", "label": "大厅", "former": ["old"], "address": False, "days": ["周三"]},
]
ASKED = {
    "fields": [
        field("text", name="address", role="address", required=True),
        field("date", name="date", role="date"),
        field("choice", name="service", role="service", choices=OFFERED),
    ]
}


@pytest.mark.parametrize("service", ["hall", "old"])
def test_a_service_that_is_not_done_at_home_needs_no_address(service: str) -> None:
    assert check(ASKED, {"service": [service]}, TODAY).errors == {}


@pytest.mark.parametrize("service", ["visit", "unknown", ""])
def test_any_other_service_needs_the_address_that_the_form_requires(service: str) -> None:
    assert check(ASKED, {"service": [service]}, TODAY).errors["address"].code == "required"


def test_a_wished_day_is_one_on_which_the_service_takes_place() -> None:
    typed = {"service": ["hall"], "date": ["2026-11-26"]}
    assert check(ASKED, typed, TODAY).errors["date"].code == "day"
    assert check(ASKED, typed | {"date": ["明天"]}, TODAY).errors["date"].code == "day"
    assert not check(ASKED, typed | {"date": ["2026-11-25"]}, TODAY).errors


def test_what_speaks_to_the_resident_is_put_in_words_for_staff_and_nothing_else_is() -> None:
    other = {"value": "other", "label": "我在下面写"}
    field = {"name": "service", "label": "您要什么", "other": "我在下面写", "choices": [other]}
    neutral = {"name": "detail", "label": "情况", "choices": []}
    words = {"service": {"label": "要什么", "other": "没有"}, "detail": {"label": "具体情况"}}
    service, detail = for_staff({"fields": [field, neutral]}, words)["fields"]
    assert (service["label"], service["choices"][0]["label"]) == ("要什么", "没有")
    assert detail == neutral
