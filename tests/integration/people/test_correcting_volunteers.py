"""A volunteer gave a wrong answer: staff put it right, and what it was stays readable."""

from datetime import date

import pytest

from functions.app import App
from functions.forms import definition
from functions.ops import consistency, rotation
from functions.orders import corrections
from functions.people.volunteers import Person
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.orders import JOIN, Desk, answered

FORMER, RIGHT = "+8607732812345", "+8613900001111"


@pytest.fixture
def no(client: Client) -> str:
    client.post("/api/volunteer", {**JOIN, "times": "weekday"})
    (head,) = client.app.store.find("volunteer")
    return head.no


def form(desk: Desk, no: str) -> dict[str, list[str]]:
    return {**desk.get(f"/desk/person/?no={no}").form("/desk/person/", do="corrected")}


def correct(desk: Desk, no: str, **changed: str) -> Answer:
    """Staff change some answers in the form, which is filled in."""
    sent = {**form(desk, no), **changed}
    return desk.client.post("/desk/person/", sent, cookie=desk.cookie)


def person(app: App, no: str) -> Person:
    found = app.volunteers.find(no)
    assert found
    return found


@pytest.mark.parametrize("way", [(), ("approved",), ("approved", "deactivated")])
def test_staff_correct_a_volunteers_answers_in_any_state(
    client: Client, desk: Desk, no: str, way: tuple[str, ...]
) -> None:
    app = client.app
    for kind in way:
        assert desk.post("/desk/person/", {"no": no, "do": kind, "team": "barbers"}).location
    before = person(app, no).head
    assert correct(desk, no, name="王大姐", phone="13900001111", times="weekend").location
    after = person(app, no)
    assert (after.name, after.answers["phone"]) == ("王大姐", RIGHT)
    assert after.answers["times"] == ["weekend"]
    assert (after.head.state, after.head.owner, after.head.due) == (
        before.state,
        before.owner,
        before.due,
    )
    event = app.store.events(no)[-1]
    assert dict(event.data) == {"questions": ["name", "phone", "times"], "who": "王芳"}
    page = desk.get(f"/desk/person/?no={no}").text
    for told in ("更正 王芳", "王女士 → 王大姐", "平时 → 周末"):
        assert told in page
    assert consistency.examine(app).healthy


def test_a_volunteer_is_known_by_the_right_phone_and_no_more_by_the_wrong_one(
    client: Client, desk: Desk, no: str
) -> None:
    correct(desk, no, phone="13900001111")
    known = client.app.volunteers.of_phone
    assert ([*known(FORMER)], [head.no for head in known(RIGHT)]) == ([], [no])


def test_what_was_corrected_and_what_it_was_are_erased(client: Client, desk: Desk, no: str) -> None:
    app = client.app
    correct(desk, no, phone="13900001111", name="王大姐")
    desk.post("/desk/person/", {"no": no, "do": "erased"})
    assert (app.store.personal(no), [*app.store.traces(no)]) == ({}, [])
    page = desk.get(f"/desk/person/?no={no}").text
    assert "姓名： — → —" in page
    assert "王大姐" not in page
    assert consistency.examine(app).healthy
    late = desk.post("/desk/person/", {"no": no, "do": "corrected", "version": "3", "name": "李"})
    assert (late.status, "李" in late.text) == (409, True)


def test_a_correction_does_not_keep_answers_longer(
    client: Client, desk: Desk, no: str, clock: Clock
) -> None:
    due = person(client.app, no).head.due
    clock.forward(days=300)
    late = Desk(client, "刘")
    correct(late, no, name="王大姐")
    assert person(client.app, no).head.due == due
    assert client.app.volunteers.fold(no, client.app.store.events(no)).due == due


def test_a_colleagues_correction_is_not_overwritten_and_what_was_typed_is_shown(
    client: Client, desk: Desk, no: str
) -> None:
    drawn = form(desk, no)
    correct(desk, no, phone="13900001111")
    other = Desk(client, "刘")
    late = client.post(
        "/desk/person/", {**drawn, "token": other.token, "name": "王大姐"}, cookie=other.cookie
    )
    assert late.status == 409
    assert "这张表打开以后" in late.text
    assert late.form("/desk/person/", do="corrected")["name"] == ["王大姐"]
    assert person(client.app, no).answers["phone"] == RIGHT
    assert "13900001111" in late.page.css(".since")[0].text().replace(" ", "")
    again = late.form("/desk/person/", do="corrected")
    assert client.post("/desk/person/", again, cookie=other.cookie).location
    after = person(client.app, no).answers
    assert (after["name"], after["phone"]) == ("王大姐", RIGHT)


def test_wrong_answers_and_none_changed_are_said_beside_what_was_typed(
    client: Client, desk: Desk, no: str
) -> None:
    same = correct(desk, no)
    assert (same.status, "没有改动" in same.text) == (422, True)
    wrong = correct(desk, no, phone="12", name="王大姐")
    assert (wrong.status, "王大姐" in wrong.body) == (422, True)
    assert wrong.page.css("[autofocus]")
    sent = {**form(desk, no), "name": "王大姐"}
    for _ in range(2):
        assert client.post("/desk/person/", sent, cookie=desk.cookie).location
    assert len(client.app.store.events(no)) == 2


def test_corrected_volunteers_are_carried_to_a_new_secret(
    client: Client, desk: Desk, no: str
) -> None:
    correct(desk, no, phone="13900001111")
    after = client.app.under(b"another line\n" + SECRET)
    assert rotation.reseal(after, rotation.numbers(after)) > 0
    alone = client.app.under(b"another line")
    assert person(alone, no).answers["phone"] == RIGHT
    assert [head.no for head in alone.volunteers.of_phone(RIGHT)] == [no]
    assert consistency.examine(after).healthy


def test_each_engine_corrects_a_volunteer(app_on_each_engine: App) -> None:
    app = app_on_each_engine
    form, answers = answered(app, "volunteer", JOIN)
    no = "2345678900"
    app.store.commit(app.volunteers.applied(form, answers, "resident")(no))
    first = person(app, no)
    typed = {**corrections.filled(form, first.answers), "phone": ["13900001111"]}
    checked = definition.check(form, typed, date(2026, 11, 23))
    changed = corrections.changes(form, first.answers, first.answers, typed, checked)
    app.volunteers.correct(first.head, form, changed, "王芳", version="1", once="")
    assert person(app, no).answers["phone"] == RIGHT
    assert [head.no for head in app.volunteers.of_phone(RIGHT)] == [no]
    assert app.volunteers.of_phone(FORMER) == []
