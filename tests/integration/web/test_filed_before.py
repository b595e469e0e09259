"""Who is told that the same answers were filed before."""

import json
from copy import copy
from typing import Any

import pytest

from tests.support.client import Answer, Client
from tests.support.orders import JOIN, WISH

FORMS = {"/api/wish": WISH, "/api/volunteer": JOIN}
PAGES = {"/api/wish": "/wish/", "/api/volunteer": "/join/"}


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stranger(client: Client) -> Client:
    """Somebody at another address, with another browser."""
    stranger = copy(client)
    stranger.opened, stranger.sender = {}, "203.0.113.9"
    return stranger


def file(client: Client, form: str, drawn: bool = True, **more: str) -> Answer:
    asked = client.get(PAGES[form]).form(form) if drawn else {}
    return client.post(form, {**asked, **FORMS[form], **more})


def check(client: Client, form: str) -> Any:
    sent = {**FORMS[form], "do": "check"}
    return json.loads(client.post(form, sent, accept="application/json").body)


def test_whoever_guesses_the_answers_of_somebody_hears_nothing(
    client: Client, stranger: Client, form: str
) -> None:
    filed = file(client, form)
    client.get(filed.location)
    assert check(client, form) == {"no": filed.no, "known": True}
    assert check(stranger, form) == {"no": "", "known": False}
    page = file(stranger, form, do="check")
    assert "已经" not in page.page.css_first("h1").text()  # type: ignore[union-attr]
    assert filed.no not in page.body


@pytest.mark.parametrize("more", [{}, {"again": "yes"}])
def test_whoever_files_the_answers_of_somebody_gets_a_number_of_their_own(
    client: Client, stranger: Client, form: str, more: dict[str, str]
) -> None:
    filed = file(client, form, drawn=False)
    assert file(stranger, form, drawn=False, **more).no != filed.no


def test_a_form_without_an_id_counts_once_and_hands_over_no_key(client: Client, form: str) -> None:
    first = file(client, form, drawn=False)
    stranger = copy(client)  # At the same address.
    stranger.opened = {}
    second = file(stranger, form, drawn=False)
    assert second.no == first.no
    assert "key" not in second.location
    assert not second.cookies


def test_on_purpose_the_same_is_filed_again_also_without_an_id(client: Client, form: str) -> None:
    filed = file(client, form, drawn=False)
    client.get(filed.location)
    checked = client.post(form, {**FORMS[form], "do": "check"})
    assert client.post(form, checked.form(form)).no != filed.no


def test_who_shows_a_wrong_key_has_opened_nothing(client: Client, stranger: Client) -> None:
    filed = file(client, "/api/wish")
    stranger.opened = {f"wudan_order_{filed.no}": "AAAAAAAAAAAAAAAAAAAAAA"}
    assert check(stranger, "/api/wish") == {"no": "", "known": False}
