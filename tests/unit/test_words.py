"""Every sentence that a resident reads of an event is true of who caused it."""

from typing import Any

import pytest
import yaml

from functions.orders.lifecycle import RESIDENT, STATES, TABLE
from functions.orders.notices import said
from functions.storage.history import Event
from functions.tracking import told
from tests.support.servers import PRODUCT

WORDS: Any = yaml.safe_load((PRODUCT / "templates/words.yaml").read_text())
UNTOLD = {"released", "withdrawn", "handled"}
"""What a resident is told on the wish list alone, or not at all."""
CAUSED = [(kind, by) for kind, move in TABLE.items() for by in move.by]
HERS = ("您提交", "您取消", "您恢复", "您改", "您补充", "您评价", "您说问题没有")


@pytest.mark.parametrize(("kind", "by"), CAUSED)
def test_a_sentence_says_you_only_where_the_resident_did_it(kind: str, by: str) -> None:
    sentence = told(WORDS["events"], Event(kind, by, ""))
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
    assert {*WORDS["joined"]} == {*STATES} - {"rejected", "cancelled", "merged"}


def test_the_state_of_an_order_does_not_say_who_caused_it() -> None:
    for state in STATES:
        assert "您取消" not in WORDS["states"][state]["next"]


def test_a_message_is_chosen_by_the_event_and_its_actor() -> None:
    words = {"reopened": "she", "reopened.staff": "we"}
    assert said(words, Event("reopened", "staff", ""), "") == "we"
    assert said(words, Event("reopened", "resident", ""), "") == "she"
    assert said(words, Event("closed", "staff", ""), "") == ""
