"""Every sentence that a resident reads of an event is true of who caused it."""

import re
from typing import Any

import pytest
import yaml

from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import RESIDENT, STATES
from functions.orders.notices import words_for
from functions.storage.history import Event
from functions.tracking.progress import sentence_of
from generator.content.form_definitions import Offers
from generator.content.form_definitions import actions as definitions
from tests.support.servers import PRODUCT

WORDS: Any = yaml.safe_load((PRODUCT / "templates/words.yaml").read_text())
UNTOLD = {"released", "withdrawn", "handled", "added"}
"""What a resident is told on the wish list alone, or not at all."""
CAUSED = [(kind, by) for kind, move in TABLE.items() for by in move.by]
HERS = (
    *("您提交", "您取消", "您恢复", "您改", "您补充", "您评价", "您换", "您结束", "您删去"),
    *("您说问题没有", "您说“没有解决”点错了"),
)


@pytest.mark.parametrize(("kind", "by"), CAUSED)
def test_a_sentence_says_you_only_where_the_resident_did_it(kind: str, by: str) -> None:
    sentence = sentence_of(WORDS["events"], Event(kind, by, ""))
    if kind in UNTOLD or (kind == "noted" and by != RESIDENT):
        assert sentence == ""
        return
    assert sentence
    assert any(words in sentence for words in HERS) == (by == RESIDENT)


def test_words_are_of_events_and_actors_that_there_are() -> None:
    there = {*TABLE, *[f"{kind}.{by}" for kind, by in CAUSED]}
    for name in ("events", "acts", "messages"):
        assert not {*WORDS[name]} - there, name
    assert {*TABLE} <= {*WORDS["acts"]}


def test_a_merged_resident_is_told_of_every_state_in_which_the_other_order_can_be() -> None:
    assert {*WORDS["joined"]} == {*STATES} - {"held", "rejected", "cancelled", "merged"}


def test_the_state_of_an_order_does_not_say_who_caused_it() -> None:
    for state in STATES:
        assert "您取消" not in WORDS["states"][state]["next"]


def test_a_message_is_chosen_by_the_event_and_its_actor() -> None:
    words = {"reopened": "she", "reopened.staff": "we"}
    assert words_for(words, Event("reopened", "staff", ""), "") == "we"
    assert words_for(words, Event("reopened", "resident", ""), "") == "she"
    assert words_for(words, Event("closed", "staff", ""), "") == ""


def test_a_state_has_one_name_and_no_two_have_the_same() -> None:
    names = {state: WORDS["states"][state]["name"] for state in STATES}
    assert len({*names.values()}) == len(names)
    for state, wait in WORDS["waits"].items():
        assert wait.startswith(f"{names[state]}（"), "the wait is said beside the name, not for it"


def test_pages_and_papers_call_a_state_by_its_name() -> None:
    """What the station waits for stands nowhere alone, as if it were another name."""
    waits = [wait.partition("（")[2].rstrip("）") for wait in WORDS["waits"].values()]
    names = {WORDS["states"][state]["name"] for state in WORDS["waits"]}
    for handbook in ("handbook.md", "handbook.zh.md"):
        table = re.findall(r"^\| (.+?) \|", (PRODUCT / "docs" / handbook).read_text(), re.M)
        assert {*WORDS["waits"].values()} <= {*table}
        assert not {*waits} & {*table}
    options = (PRODUCT / "templates/desk/find.html").read_text()
    assert not [name for name in (*waits, *names) if name in options], "they come from the words"


def test_what_the_handbook_quotes_stands_in_pages_and_forms() -> None:
    """The English one quotes nothing else in Chinese; its chapters are those of the Chinese one."""
    quoted = re.findall(r"“([^”]*[一-鿿][^”]*)”", (PRODUCT / "docs/handbook.md").read_text())
    folders = (PRODUCT / "templates", PRODUCT / "content/forms")
    said = "".join(f.read_text() for folder in folders for f in folder.rglob("*.*"))
    assert [text for text in quoted if text not in said] == []


def test_questions_at_the_desk_speak_to_staff() -> None:
    forms = PRODUCT / "content/forms"
    asked = {path.stem: yaml.safe_load(path.read_text()) for path in forms.glob("*.yaml")}
    actions = yaml.safe_load((PRODUCT / "templates/actions.yaml").read_text())
    ready = {
        slug: {"fields": [f | {"choices": []} for f in form["fields"]], "version": ""}
        for slug, form in asked.items()
    }
    offers = Offers((), (), {})
    for kind, form in definitions(actions, ready, offers, WORDS["desk"]["questions"]).items():
        if form.get("asks") == "resident" or kind.endswith("_by_resident"):
            continue
        for field in form["fields"]:
            said = [field.get(key, "") for key in ("label", "hint", "error", "purpose")]
            assert not [text for text in said if "您" in text or "我" in text], (kind, said)
