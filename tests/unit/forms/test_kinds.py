"""Kinds of questions: what each owes, and that a table gives back what was put into it."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.forms.kinds import KINDS
from functions.forms.kinds.kind import COMMA, Kind
from generator.build import incremental
from generator.errors import WudanError
from generator.site import theme
from generator.site.theme import check_widgets
from tests.support.servers import PRODUCT

TODAY = date(2026, 11, 23)
DUTIES = sorted(Kind.__abstractmethods__)


def duties(*left_out: str) -> dict[str, Any]:
    return {duty: getattr(KINDS["text"], duty) for duty in DUTIES if duty not in left_out}


def test_a_kind_that_does_all_its_duties_can_be_made() -> None:
    assert type("Whole", (Kind,), duties())()


@pytest.mark.parametrize("duty", DUTIES)
def test_a_kind_that_lacks_a_duty_cannot_be_made_so_the_program_does_not_start(duty: str) -> None:
    with pytest.raises(TypeError, match=duty):
        type("Lacking", (Kind,), duties(duty))()


def test_a_kind_that_misspells_where_its_answers_are_kept_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="'seald'"):
        type("Misspelt", (Kind,), {**duties(), "kept": "seald"})


def test_a_kind_without_its_widget_stops_a_build_before_anything_is_drawn(tmp_path: Path) -> None:
    odd = type("Odd", (type(KINDS["text"]),), {"widget": "nowhere"})()
    check_widgets(theme.load(tmp_path).templates, KINDS)
    with pytest.raises(WudanError, match=r"nowhere.*odd"):
        check_widgets(theme.load(tmp_path).templates, {**KINDS, "odd": odd})


def test_a_community_whose_own_widgets_are_older_is_told_what_to_add(root: Path) -> None:
    own = root / "templates/macros/widget.html"
    own.parent.mkdir(parents=True)
    own.write_text("{% macro text(field, id, typed, said, error) %}{% endmacro %}")
    for do in (incremental.check, lambda root: incremental.build(root, root / "public")):
        with pytest.raises(WudanError, match=r"templates/macros/widget\.html.*textarea"):
            do(root)


LACKING = """
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from functions.forms.kinds.kind import Cell, Field, Kept, Kind

class Lacking(Kind):
    kept: Kept = "sealed"
    widget = "text"

    def parse(self, field: Field, texts: Sequence[str], today: date) -> str:
        return texts[0]

    def cell(self, field: Field, value: Any) -> Cell:
        return str(value)

    def typed(self, field: Field, text: str) -> list[str]:
        return [text]

KINDS: Mapping[str, Kind] = {"lacking": Lacking()}
"""


@pytest.mark.slow
def test_a_kind_that_lacks_a_duty_does_not_pass_mypy(tmp_path: Path) -> None:
    file = tmp_path / "lacking.py"
    file.write_text(LACKING)
    command = [sys.executable, "-m", "mypy", "--strict", str(file)]
    ran = subprocess.run(command, cwd=PRODUCT, capture_output=True, text=True)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert (
        'Cannot instantiate abstract class "Lacking" with abstract attribute "show"' in ran.stdout
    )
    assert "Found 1 error" in ran.stdout


WORDS = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=4)
LABELS = st.lists(st.lists(WORDS, min_size=1, max_size=3), min_size=1, max_size=5)


@given(LABELS, st.data())
def test_chosen_labels_are_read_back_even_with_commas_of_their_own(
    labels: list[list[str]], data: st.DataObject
) -> None:
    words = [word for label in labels for word in label]
    assume(len({*words}) == len(words))
    choices = [{"value": f"v{n}", "label": COMMA.join(label)} for n, label in enumerate(labels)]
    picked = data.draw(st.lists(st.sampled_from([c["value"] for c in choices]), min_size=1))
    field, kind = {"choices": choices}, KINDS["choices"]
    value = kind.parse(field, picked, TODAY)
    assert kind.parse(field, kind.typed(field, str(kind.cell(field, value))), TODAY) == value


@pytest.mark.parametrize("kind", ["choice", "choices"])
def test_a_choice_that_is_no_longer_offered_is_shown_as_it_was_stored(kind: str) -> None:
    field = {"choices": [{"value": "a", "label": "甲"}]}
    assert KINDS[kind].show(field, "gone") == "gone"
    assert KINDS[kind].show(field, ["a", "gone"]) == "甲、gone"


def test_whatever_a_kind_refuses_has_a_sentence() -> None:
    said = yaml.safe_load((PRODUCT / "templates/words.yaml").read_text())["form"]
    forms = PRODUCT / "functions/forms"
    sources = [file.read_text() for name in RAISING for file in forms.glob(name)]
    codes = {code for text in sources for code in re.findall(r'Wrong\("(\w+)"', text)}
    assert codes
    assert codes <= {*said["answer"], *said["always"]}


def test_the_handbook_names_every_kind() -> None:
    handbook = (PRODUCT / "docs/handbook.zh.md").read_text()
    assert [kind for kind in KINDS if f"`{kind}`（" not in handbook] == []


RAISING = ("days.py", "definition.py", "kinds/*.py")
"""The modules that refuse answers."""
SOLVED = {"solved": "解决了", "partly": "解决了一部分", "unsolved": "没有解决，请接着办"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("已解决", "solved"), ("解决", "solved"), ("未解决", "unsolved"), ("没解决", "unsolved")),
        *(("解决了一部分", "partly"), ("部分解决", "partly"), ("基本解决", ""), ("不详", "")),
        *(("解决了部分", "partly"), ("解决了一半", ""), ("解决了，但还漏水", "")),
    ],
)
def test_a_choice_is_understood_as_people_write_it_and_never_as_its_opposite(
    text: str, value: str
) -> None:
    choices = [{"value": key, "label": label} for key, label in SOLVED.items()]
    assert KINDS["choice"].typed({"choices": choices}, text) == [value or text]


@pytest.mark.parametrize(("role", "value"), [("service", "haircut"), ("", "上门理发")])
def test_a_name_is_understood_within_more_words_and_other_choices_are_not(
    role: str, value: str
) -> None:
    field = {"role": role, "choices": [{"value": "haircut", "label": "理发"}]}
    assert KINDS["choice"].typed(field, "上门理发") == [value]


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [(text, True) for text in ("想要理发服务", "理发（上门）", "空明社区理发队", "理发一组")]
    + [(text, False) for text in ("除理发外", "取消理发", "理发后打扫", "想学理发", "理发已做过")]
    + [
        (text, False) for text in ("已退出理发队", "原理发队", "理发队（已退出）", "申请加入理发队")
    ],
)
def test_what_changes_the_meaning_of_a_name_is_not_read_over(text: str, is_meant: bool) -> None:
    field = {"role": "service", "choices": [{"value": "haircut", "label": "理发"}]}
    assert KINDS["choice"].typed(field, text) == ["haircut" if is_meant else text]


def test_something_else_is_a_choice_whatever_its_label() -> None:
    choices = [{"value": "haircut", "label": "理发"}, {"value": "other", "label": "菜单里没有"}]
    assert KINDS["choice"].typed({"choices": choices}, "其他") == ["other"]
    assert KINDS["choice"].typed({"choices": choices[:1]}, "其他") == ["其他"]


def test_the_opposite_of_a_label_is_another_choice() -> None:
    field = {"choices": [{"value": "member", "label": "党员"}, {"value": "none", "label": "群众"}]}
    assert KINDS["choice"].typed(field, "非党员") == ["非党员"]


@pytest.mark.parametrize(
    "text", ["5星", "五颗星", "5 分", "5个星", "★★★★★", "⭐️⭐️⭐️⭐️⭐️", "★ ★ ★ ★ ★"]
)
def test_stars_are_understood_as_people_write_them(text: str) -> None:
    assert KINDS["stars"].typed({}, text) == ["5"]


def test_stars_are_understood_by_what_the_form_calls_them() -> None:
    widget = (PRODUCT / "templates/macros/widget.html").read_text()
    called = re.findall(r"\('(\d)', '(\w+)'\)", widget)
    assert len(called) == 5
    for stars, text in called:
        assert KINDS["stars"].typed({}, text) == [stars]
    assert KINDS["stars"].typed({}, "非常满意") == ["5"]


@pytest.mark.parametrize(("text", "agreed"), [("TRUE", True), ("True", True), ("FALSE", False)])
def test_a_ticked_cell_is_consent_and_an_empty_box_is_none(text: str, agreed: bool) -> None:
    assert KINDS["consent"].typed({}, text) == (["yes"] if agreed else [])
