"""What somebody may choose as a password, and which names are one."""

import pytest

from functions.forms.normal import seen
from functions.people.passwords import LONGEST, context, generated, weakness

GOOD = (
    "correct horse battery",
    "三只小猫吃早饭去了吧",
    "门前老槐树 1987 夏",
    "x7fQ-29ab-kkm3",
    "王芳爱吃辣子鸡丁盖饭",
)
WORDS = context({"name": "空明社区", "url": "https://kongming.example.cn"})
BAD = {
    "short": ("", "abcd", "九个字的密码不够长", "x7fQ-29ab"),
    "long": ("长" * (LONGEST + 1),),
    "common": (
        "1234567890",
        "0987654321",
        "aaaaaaaaaaaa",
        "abababababab",
        "qwertyuiop",
        "password123",
        "PASSWORD1234",
        "ｐａｓｓｗｏｒｄ１２３",
        "Admin12345",
        "woaini1314520",
        "1qaz2wsx3edc",
        "Kongming2026",
        "kongming12",
        "空明社区2026！！",
        "guilin2026!!",
        "password2026abc",
        "13907731234",
        "139-0773-1234",
        "0773-2812345",
        "2026-11-26",
        "19800101ab",
        "一二三四五六七八九十",
    ),
    "own": ("王芳王芳王芳王芳王芳", "王芳王芳王芳王芳123"),
}


@pytest.mark.parametrize("password", GOOD)
def test_any_long_password_that_nobody_guesses_first_is_taken(password: str) -> None:
    assert weakness(password, "王芳", WORDS) == ""


@pytest.mark.parametrize(("code", "password"), [(c, p) for c, each in BAD.items() for p in each])
def test_what_is_wrong_with_a_password_is_told(code: str, password: str) -> None:
    assert weakness(password, "王芳", WORDS) == code


def test_drawn_passwords_are_good_ones() -> None:
    assert {weakness(generated(), "王芳") for _ in range(100)} == {""}


@pytest.mark.parametrize(
    "typed",
    [
        "王芳",
        " 王芳 ",
        "王 芳",
        "王\u3000芳",
        "王\xa0芳",
        "王\u200b芳",
        "王\u2060芳\ufeff",
        "王\ufe00芳",
        "王\u115f芳",
    ],
)
def test_names_that_look_alike_are_one(typed: str) -> None:
    assert seen(typed) == "王芳"


def test_letters_are_alike_in_any_width_and_case() -> None:
    assert seen("Ｌｉ　Ming") == seen("li ming") == "liming"
    assert seen("王芳") != seen("王方")
