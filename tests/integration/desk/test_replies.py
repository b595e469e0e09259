"""Saved replies: picked beside a text at the desk, they are what the resident reads."""

from typing import Any

import pytest

from functions.app import App
from tests.support.client import Client
from tests.support.orders import Desk, Team, found, wish

REFUSAL = "这件事归政府部门办，请打 12345。"
CALLED = "打过电话，没有人接。"


@pytest.fixture(autouse=True)
def saved(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    replies: dict[str, Any] = {"rejected": [REFUSAL], "noted": [CALLED]}
    monkeypatch.setitem(app.bundle.site, "replies", replies)


def test_a_picked_reply_is_what_the_resident_reads(client: Client, app: App) -> None:
    desk, answer = Desk(client), wish(client)
    no = answer.no
    page = desk.get(f"/desk/order/?no={no}").page
    options = page.css('select[name="saved-to_resident"] option')
    assert [option.text().strip() for option in options] == ["自己写", REFUSAL]
    assert desk.do(no, "rejected", **{"saved-to_resident": REFUSAL, "to_resident": " "}).location
    assert found(app, no).state == "rejected"
    assert REFUSAL in client.get(answer.location).text


def test_what_staff_type_themselves_comes_before_a_picked_reply(client: Client) -> None:
    desk, answer = Desk(client), wish(client)
    own = {"saved-to_resident": REFUSAL, "to_resident": "请找物业。"}
    assert desk.do(answer.no, "rejected", **own).location
    text = client.get(answer.location).text
    assert "请找物业。" in text
    assert REFUSAL not in text


def test_a_picked_reply_comes_back_with_a_form_that_is_not_taken(client: Client) -> None:
    desk, no = Desk(client), wish(client).no
    said = {"saved-to_resident": "长" * 501, "to_resident": ""}
    answer = desk.do(no, "rejected", **said)
    assert answer.status == 422
    field = answer.page.css_first('textarea[name="to_resident"]')
    assert field
    assert field.text().strip() == "长" * 501


def test_without_a_picked_reply_a_text_is_asked_for_as_before(client: Client) -> None:
    desk, no = Desk(client), wish(client).no
    answer = desk.do(no, "rejected", **{"saved-to_resident": "", "to_resident": ""})
    assert "请写给居民看的话" in answer.errors["to_resident"]


def test_replies_are_offered_to_staff_alone_and_only_where_they_are_saved(client: Client) -> None:
    desk, team, answer = Desk(client), Team(client), wish(client)
    desk.dispatched(answer.no)
    body = desk.get(f"/desk/order/?no={answer.no}").body
    assert 'name="saved-note"' in body
    assert body.count(f"<option>{CALLED}") == 1
    for page in (team.get(answer.no), client.get(answer.location)):
        assert "saved-" not in page.body
        assert CALLED not in page.body
