"""Volunteers see, correct, take along and erase what is kept about them, and leave, by their own
link."""

import pytest

from functions.app import App
from functions.ops import consistency
from functions.orders.lifecycle.states import RESIDENT
from functions.orders.steps import pace
from functions.people.volunteers import Person
from tests.support.client import Answer, Client
from tests.support.orders import JOIN, Desk, Team, answered, found, wish

HEARERS = ("station", "barbers")


@pytest.fixture
def joined(client: Client) -> Answer:
    return client.post("/api/volunteer", {**JOIN, "times": "weekday"})


def person(app: App, no: str) -> Person:
    found = app.volunteers.find(no)
    assert found
    return found


def own(client: Client, place: str, do: str = "mine", last4: str = "2345", **sent: str) -> Answer:
    """What they get who press a button of their own data."""
    form = client.get(place).form("/api/volunteer", do="mine")
    return client.post("/api/volunteer", {**form, "do": do, "last4": last4, **sent})


def assigned(client: Client, desk: Desk, no: str) -> str:
    """An order that this volunteer is to do."""
    desk.post("/desk/person/", {"no": no, "do": "approved", "team": "barbers"})
    order = wish(client).no
    desk.dispatched(order)
    assert desk.do(order, "accepted", volunteer=no).location
    return order


def test_signing_up_leads_to_their_own_page_with_the_link_to_keep(
    client: Client, joined: Answer
) -> None:
    page = client.get(joined.location)
    assert "报名收到了，谢谢您" in page.text
    assert client.app.volunteers.address(joined.no) in page.body.replace("&amp;", "&")
    assert "key=" not in joined.location
    for theirs in ("王女士", "07732812345", "2812345"):
        assert theirs not in page.body


def test_without_cookies_they_are_thanked_and_nothing_is_told(
    client: Client, joined: Answer
) -> None:
    client.opened.clear()
    for no in (joined.no, "2345678900"):
        assert client.get(f"/api/volunteer?no={no}").location == "/join/thanks/"
    assert client.get(f"/api/volunteer?no={joined.no}&key=wrong").status == 404
    assert client.get(client.app.volunteers.address(joined.no)).status == 200


def test_the_link_alone_shows_and_changes_nothing_more(client: Client, joined: Answer) -> None:
    for do in ("mine", "copy", "correct", "leave", "erase"):
        answer = own(client, joined.location, do, "0000", name="别人")
        assert answer.status == 422
        assert "王女士" not in answer.body
    assert len(client.app.store.events(joined.no)) == 1


def test_they_see_all_and_take_a_copy_along(client: Client, joined: Answer, desk: Desk) -> None:
    desk.post("/desk/person/", {"no": joined.no, "do": "approved", "team": "barbers"})
    page = own(client, joined.location)
    copy = own(client, joined.location, "copy")
    for text in ("王女士", "07732812345", "平时", "理发"):
        assert text in page.text
        assert text in copy.body
    assert copy.headers["content-disposition"].startswith("attachment")


def test_they_correct_their_answers(client: Client, joined: Answer, desk: Desk) -> None:
    form = own(client, joined.location).form("/api/volunteer", do="correct")
    for _ in range(2):
        sent = {**form, "name": "王大姐", "phone": "13900001111"}
        client.post("/api/volunteer", sent)
    assert person(client.app, joined.no).typed["name"] == "王大姐"
    assert len(client.app.store.events(joined.no)) == 2
    assert own(client, joined.location, last4="1111").status == 200
    assert "更正 本人" in desk.get(f"/desk/person/?no={joined.no}").text
    form = own(client, joined.location, last4="1111").form("/api/volunteer", do="correct")
    wrong = client.post("/api/volunteer", {**form, "phone": "12", "name": "王二姐"})
    assert (wrong.status, "王二姐" in wrong.body) == (422, True)
    assert consistency.examine(client.app).healthy


def test_what_the_station_put_right_is_not_shown_by_the_link_alone(
    client: Client, joined: Answer, desk: Desk
) -> None:
    """Whoever signed up may be a neighbour who knows the name and the phone."""
    form = desk.get(f"/desk/person/?no={joined.no}").form("/desk/person/", "corrected")
    assert desk.post("/desk/person/", {**form, "times": "weekend"}).location
    assert "平时晚上" not in client.get(joined.location).text
    assert "周末" not in client.get(joined.location).text.partition("我们记着")[0]
    assert "周末" in own(client, joined.location).text


def test_whoever_takes_somebody_in_is_asked_to_call_first(joined: Answer, desk: Desk) -> None:
    assert "先打这个电话" in desk.get(f"/desk/person/?no={joined.no}").text


def test_what_the_station_corrected_is_told_without_saying_who_and_what(
    client: Client, joined: Answer, desk: Desk
) -> None:
    form = desk.get(f"/desk/person/?no={joined.no}").form("/desk/person/", "corrected")
    changed = {**form, "phone": "13977312399", "name": "王红"}
    assert desk.post("/desk/person/", changed).location
    page = client.get(joined.location)
    assert "更正了您填的姓名、电话" in page.text
    assert "2026" in page.text.partition("更正了您填的")[0]
    for private in ("王芳", "王红", "13977312399"):
        assert private not in page.body
    told = own(client, joined.location, last4="2399")
    assert "社区更正了您填的" in told.text
    assert "王芳" not in told.text
    back = told.form("/api/volunteer", do="correct") | {"phone": "0773-2812345"}
    assert client.post("/api/volunteer", back).location
    assert "您更正了" in own(client, joined.location, last4="2345").text


def test_their_older_page_changes_only_what_they_changed(
    client: Client, joined: Answer, desk: Desk
) -> None:
    old = own(client, joined.location).form("/api/volunteer", do="correct")
    form = desk.get(f"/desk/person/?no={joined.no}").form("/desk/person/", do="corrected")
    sent = {**form, "times": "weekend"}
    assert client.post("/desk/person/", sent, cookie=desk.cookie).location
    wrong = client.post("/api/volunteer", {**old, "name": ""})
    assert wrong.form("/api/volunteer", do="correct")["times"] == ["weekend"]
    assert client.post("/api/volunteer", {**old, "name": "王大姐"}).location
    after = person(client.app, joined.no).answers
    assert (after["name"], after["times"]) == ("王大姐", ["weekend"])


def test_who_leaves_is_out_at_once_and_staff_see_it(
    client: Client, joined: Answer, desk: Desk
) -> None:
    desk.post("/desk/person/", {"no": joined.no, "do": "approved", "team": "barbers"})
    for _ in range(2):
        assert own(client, joined.location, "leave").location
    assert person(client.app, joined.no).head.state == "inactive"
    assert "这份报名已经结束" in client.get(joined.location).text
    assert "停用 本人" in desk.get(f"/desk/person/?no={joined.no}").text


def test_station_and_team_hear_of_who_leaves_with_something_to_do(
    client: Client, joined: Answer, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = assigned(client, desk, joined.no)
    channels = [{"to": to, "kind": "webhook", "url": "https://example.org"} for to in HEARERS]
    monkeypatch.setitem(client.app.bundle.site, "notify", channels)
    assert "换人" in own(client, joined.location).text
    own(client, joined.location, "leave")
    told = client.app.store.messages("waiting")
    for text in ("退出", "换人去"):
        assert {m.to for m in told if text in m.text} == {*HEARERS}
    assert all(no[:3] in m.text for m in told if "换人去" in m.text)
    assert all("王" not in m.text for m in told)


@pytest.mark.parametrize("ends", ["station", "herself"])
def test_an_order_of_who_left_says_everywhere_that_somebody_else_has_to_go(
    client: Client, joined: Answer, desk: Desk, ends: str
) -> None:
    desk.post("/desk/person/", {"no": joined.no, "do": "approved", "team": "barbers"})
    filed, team = wish(client), Team(client)
    desk.dispatched(filed.no)
    assert team.do(filed.no, "accepted", volunteer=joined.no).location
    assert "来的人： 王女士" in client.get(filed.location).text
    if ends == "station":
        assert desk.post("/desk/person/", {"no": joined.no, "do": "deactivated"}).location
    else:
        own(client, joined.location, "leave")
    page = client.get(filed.location).text
    assert "王女士" not in page
    assert "还没有定谁来" in page
    assert "原来说好的人去不了" in page
    for seen in (
        *(team.get(), team.get(filed.no), desk.get(f"/desk/order/?no={filed.no}")),
        *(desk.get("/desk/"), desk.get("/desk/?state=vacant"), desk.get("/desk/?state=accepted")),
    ):
        assert "要另派人" in seen.text
    assert team.do(filed.no, "assigned", volunteer="team", person="陈师傅").location
    assert "来的人： 陈师傅" in client.get(filed.location).text
    assert "要另派人" not in desk.get("/desk/").text
    assert consistency.examine(client.app).healthy


def test_who_is_no_volunteer_any_more_is_announced_to_nobody(
    client: Client, joined: Answer, desk: Desk
) -> None:
    """Also in stores where nothing was said to the orders when somebody left."""
    order = assigned(client, desk, joined.no)
    client.app.volunteers.move(person(client.app, joined.no).head, "deactivated")
    assert "王女士" not in desk.get(f"/desk/order/?no={order}").text.partition("经过")[0]
    assert "去的人：" not in Team(client).get(order).text


def test_who_left_may_erase_at_once_because_nobody_waits_for_the_name(
    client: Client, joined: Answer, desk: Desk
) -> None:
    order = assigned(client, desk, joined.no)
    own(client, joined.location, "leave")
    assert found(client.app, order).volunteer == ""
    assert own(client, joined.location, "erase").status == 200
    assert person(client.app, joined.no).typed == {}


def test_who_erases_is_gone_with_the_link(client: Client, joined: Answer, desk: Desk) -> None:
    app = client.app
    gone = client.post(
        "/api/volunteer", own(client, joined.location).form("/api/volunteer", do="erase")
    )
    assert "已经删去" in gone.text
    assert (app.store.personal(joined.no), [*app.store.traces(joined.no)]) == ({}, [])
    assert client.get(app.volunteers.address(joined.no)).status == 404
    assert "删去个人信息 本人" in desk.get(f"/desk/person/?no={joined.no}").text
    assert consistency.examine(app).healthy


def test_staff_give_a_volunteer_a_link_once_and_it_ends_the_one_before(
    client: Client, joined: Answer, desk: Desk
) -> None:
    app, page = client.app, f"/desk/person/?no={joined.no}"
    old, due = app.volunteers.address(joined.no), person(app, joined.no).head.due
    form = desk.get(page).form("/desk/person/", do="linked")
    made = client.post("/desk/person/", form, cookie=desk.cookie)
    link = app.volunteers.address(joined.no, 1)
    assert link in made.body.replace("&amp;", "&")
    assert client.post("/desk/person/", form, cookie=desk.cookie).location == page
    assert link not in desk.get(page).body.replace("&amp;", "&")
    assert "换了本人的链接，旧的作废 王芳" in desk.get(page).text
    client.opened.clear()
    assert (client.get(link).status, client.get(old).status) == (200, 404)
    assert person(app, joined.no).head.due == due
    assert consistency.examine(app).healthy


def test_where_somebody_signed_in_at_the_desk_nobody_does_a_volunteers_own_things(
    client: Client, joined: Answer
) -> None:
    typed = {"no": joined.no, "key": client.app.volunteers.key(joined.no), "last4": "2345"}
    for do in ("mine", "copy", "leave", "erase"):
        refused = client.post("/api/volunteer", {**typed, "do": do}, cookie="wudan_device=x")
        assert (refused.status, "登录过工作台" in refused.text) == (409, True)
    assert person(client.app, joined.no).head.state == "applied"


def test_each_engine_knows_a_volunteers_link_and_erases(app_on_each_engine: App) -> None:
    app = app_on_each_engine
    form, answers = answered(app, "volunteer", JOIN)
    no = "2345678900"
    app.store.commit(app.volunteers.applied(form, answers, RESIDENT)(no))
    assert app.volunteers.by_key(no, app.volunteers.key(no))
    app.volunteers.link(person(app, no).head, "王芳", "")
    assert app.volunteers.by_key(no, app.volunteers.key(no)) is None
    assert app.volunteers.by_key(no, app.volunteers.key(no, 1))
    app.volunteers.move(person(app, no).head, "erased", RESIDENT)
    assert app.store.personal(no) == {}
    assert app.volunteers.by_key(no, app.volunteers.key(no, 1)) is None


@pytest.mark.parametrize("how", ["link", "worker", "often"])
def test_a_correction_that_is_not_taken_any_more_may_be_copied(
    client: Client, joined: Answer, how: str
) -> None:
    form = own(client, joined.location).form("/api/volunteer", do="correct")
    for number in range(pace.MOST if how == "often" else 0):
        client.post("/api/volunteer", {**form, "name": f"王女士 {number}"})
        form = own(client, joined.location).form("/api/volunteer", do="correct")
    changed = {"key": "ended"} if how == "link" else {}
    cookie = {"cookie": "wudan_desk=x"} if how == "worker" else {}
    sent = {**form, **changed, "name": "会修伞的王大姐"}
    refused = client.post("/api/volunteer", sent, **cookie)
    assert refused.status == {"link": 404, "worker": 409, "often": 429}[how]
    assert "会修伞的王大姐" in refused.text
