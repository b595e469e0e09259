"""Numbers of identity and bank cards are noticed in whatever somebody types."""

from datetime import date
from typing import Any

import pytest

from functions.errors import Wrong
from functions.forms import definition
from functions.forms.kinds import KINDS

TODAY = date(2026, 11, 23)


def field(kind: str) -> dict[str, Any]:
    return {
        **{"name": "detail", "label": "说明", "kind": kind, "required": True, "max": 0},
        **{"choices": [], "error": "", "role": ""},
    }


def code(text: str, kind: str = "textarea") -> str:
    answers = definition.check({"fields": [field(kind)]}, {"detail": [text]}, TODAY)
    return answers.errors["detail"].code if answers.errors else ""


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002X",
        "我的身份证是11010519491231002x，请登记",
        "110105 19491231 002X",
        "110105-1949-1231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105\n19491231\n002X",
        "13812345678 440524198001010013 3 栋 2 单元",
        *(f"110105{gap}1949{gap}1231{gap}002X" for gap in ("，", "：", "/", "*", "、", "， ")),
        *(f"110105{unseen}19491231002X" for unseen in ("\u200b", "\u00ad", "\ufe0f", "\u2060")),
        "一一零一零五一九四九一二三一〇〇二X",
        "①①0①05①949①23①002X",
        "450302\u200b199003077737",
        "4\u200b50302199003\u00ad0777\ufe0f37",
        "450302，1990，0307，7737",
        "450302：19900307：7737",
        "450302/1990/03/07/7737",
        "450302**19900307**7737",
        "4\ufe0f\u20e35\ufe0f\u20e30\ufe0f\u20e3302199003077737",
        "四五〇三〇二一九九〇〇三〇七七七三七",
        "肆伍零叁零贰壹玖玖零零叁零柒柒柒叁柒",
        "④⑤⓪③⓪②①⑨⑨⓪⓪③⓪⑦⑦⑦③⑦",
        "110105，19491231，002，X",
    ],
)
def test_an_identity_number_is_noticed_however_it_is_written(written: str) -> None:
    assert code(written) == "identity"


@pytest.mark.parametrize(
    "written", ["6222021234567890128", "6222 0212 3456 7890 128", "卡号4111111111111111。"]
)
def test_a_bank_card_is_noticed(written: str) -> None:
    assert code(written) == "card"


@pytest.mark.parametrize(
    "written",
    [
        "110105194912310021",  # Not its check character.
        "11010519491331002X",  # No month.
        "13812345678，13987654321",
        "13812345678 13987654321",
        "单号 1234567890 和 2345678901",
        "5-2-307，13812345678",
        "5-2-307，13812345670、5-2-307，13812345671、5-2-307，13812345672",
        "二〇二六年十一月二十六日，一三八一二三四五六七八",
        "、".join(f"138123456{last}" for last in range(10, 40)),
        "6222021234567890127",
        "电表户号 0450305196001010012345",
        "SF1234567890123456",
        "1" * 900,
        "1 " * 450,
    ],
)
def test_other_long_numbers_are_taken(written: str) -> None:
    assert code(written) == ""


@pytest.mark.parametrize("kind", ["text", "textarea", "name"])
def test_every_question_that_is_answered_in_words_notices_them(kind: str) -> None:
    with pytest.raises(Wrong, match="identity"):
        KINDS[kind].parse(field(kind), ["11010519491231002X"], TODAY)
