"""Kinds of questions: what each owes, and that a table gives back what was put into it."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from functions.forms.kinds import COMMA, KINDS, Kind
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


LACKING = """
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from functions.forms.kinds import Cell, Field, Kept, Kind

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


def test_the_handbook_names_every_kind() -> None:
    handbook = (PRODUCT / "docs/handbook.zh.md").read_text()
    assert [kind for kind in KINDS if f"`{kind}`（" not in handbook] == []
