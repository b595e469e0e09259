"""Somebody gave a wrong answer: it is put right, what it was stays readable, and all is erased."""

import pytest

from functions.app import App
from functions.ops import consistency, rotation
from functions.orders import repository
from tests.support.client import Client
from tests.support.community import SECRET, Clock
from tests.support.orders import DONE, RATING, WISH, Desk, Team, found, move, wish


def correct(client: Client, desk: Desk, no: str, **changed: str) -> None:
    """Staff change some answers in the form, which is filled in."""
    form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
    assert desk.client.post("/desk/order/", {**form, **changed}, cookie=desk.cookie).location


def by_phone(app: App, phone: str) -> list[str]:
    mark = app.personal.trace("phone", f"+86{phone}")
    return [head.no for head in app.store.find(repository.KIND, [mark])]


@pytest.mark.parametrize("way", [(), DONE[:3], (*DONE, "closed"), ("rejected",), ("cancelled",)])
def test_staff_correct_any_answer_in_any_state(
    client: Client, desk: Desk, way: tuple[str, ...]
) -> None:
    answer, app = wish(client, date="2026-12-07"), client.app
    move(app, answer.no, *way)
    correct(
        client, desk, answer.no, phone="13912345678", address="7 栋", service="mending", date=""
    )
    order, contact = found(app, answer.no), app.personal.contact(answer.no)
    assert (order.service, order.wished) == ("mending", "")
    assert (contact["phone"], contact["address"]) == ("+8613912345678", "7 栋")
    assert contact["name"] == "𠮷野先生"
    event = app.store.events(answer.no)[-1]
    assert dict(event.data) == {
        "service": "mending",
        "date": "",
        "questions": ["address", "date", "phone", "service"],
        "who": "王芳",
        # It is promised by the next day of the new service.
        **({"due": "2026-12-15"} if order.state == "accepted" else {}),
    }
    page = desk.get(f"/desk/order/?no={answer.no}").text
    assert "1 栋 2 单元 → 7 栋" in page
    assert "社区改正了您填的内容" in client.get(answer.location).text
    assert app.orders.by_phone(answer.no, "5678").no == answer.no
    assert consistency.examine(app).healthy


def test_an_order_is_found_by_the_phone_of_before_and_by_the_right_one(
    client: Client, desk: Desk
) -> None:
    no, app = wish(client).no, client.app
    correct(client, desk, no, phone="13900001111")
    assert by_phone(app, "13812345678") == by_phone(app, "13900001111") == [no]
    assert app.orders.by_phone(no, "1111").no == no


def test_what_was_corrected_and_what_it_was_before_are_erased(client: Client, desk: Desk) -> None:
    no, app = wish(client).no, client.app
    correct(client, desk, no, phone="13900001111", detail="改过的话")
    desk.do(no, "rejected", to_resident="办不了")
    desk.do(no, "erased")
    assert app.store.personal(no) == {}
    assert by_phone(app, "13812345678") == by_phone(app, "13900001111") == []
    page = desk.get(f"/desk/order/?no={no}")
    assert "改过的话" not in page.text
    assert "电话： — → —" in page.text
    assert not page.page.css('[name="do"][value="corrected"]')
    assert consistency.examine(app).healthy


def test_a_day_that_has_passed_does_not_stop_a_correction(client: Client, clock: Clock) -> None:
    no = wish(client, date="2026-11-24").no
    clock.forward(days=3)
    late = Desk(client, "刘")
    correct(client, late, no, name="李奶奶")
    assert client.app.personal.contact(no)["name"] == "李奶奶"
    assert found(client.app, no).wished == "2026-11-24"


def test_nothing_changed_is_said_and_a_wrong_answer_is_shown_again(
    client: Client, desk: Desk
) -> None:
    no = wish(client).no
    form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
    same = client.post("/desk/order/", form, cookie=desk.cookie)
    assert (same.status, "没有改动" in same.text) == (422, True)
    wrong = client.post("/desk/order/", {**form, "phone": "12", "name": "新"}, cookie=desk.cookie)
    assert wrong.status == 422
    assert "新" in wrong.body
    assert len(client.app.store.events(no)) == 1


def test_a_team_on_its_way_sees_what_is_right_now(client: Client, desk: Desk) -> None:
    no, team = wish(client).no, Team(client)
    move(client.app, no, *DONE[:3])
    correct(client, desk, no, address="7 栋 1 单元")
    page = team.get(no).text
    assert "7 栋 1 单元" in page
    assert "1 栋 2 单元" not in page


def test_a_resident_corrects_her_own_wish_and_later_who_and_where_she_is(client: Client) -> None:
    answer, app = wish(client), client.app
    page = client.get(answer.location)
    form = page.form("/api/order", do="correct")
    assert "1 栋 2 单元" in page.text, "she notices a slip"
    assert (form["phone"], form["address"]) == ([""], ["1 栋 2 单元"])
    sent = {**form, "phone": "13900001111", "detail": "改到下午"}
    for _ in range(2):
        assert client.post("/api/order", sent).no == answer.no
    contact = app.personal.contact(answer.no)
    assert (contact["phone"], contact["address"]) == ("+8613900001111", "1 栋 2 单元")
    assert len(app.store.events(answer.no)) == 2
    text = client.get(answer.location).text
    assert "您改了填的内容" in text
    assert "改到下午" in text
    assert "填错了" in text
    move(app, answer.no, *DONE[:3])
    late = client.get(answer.location).form("/api/order", do="correct")
    assert "detail" not in late
    assert client.post("/api/order", {**late, "detail": "再改"}).status == 409
    assert client.post("/api/order", {**late, "phone": "13900002222"}).location
    contact = app.personal.contact(answer.no)
    assert (contact["phone"], contact["detail"]) == ("+8613900002222", "改到下午")
    move(app, answer.no, "done", "closed")
    assert not client.get(answer.location).page.css('[name="do"][value="correct"]')
    ended = client.post("/api/order", {**late, "phone": "13900003333"})
    assert (ended.status, "打电话" in ended.text) == (409, True)


def test_a_wrong_correction_comes_back_as_it_was_typed(client: Client) -> None:
    answer = wish(client)
    form = client.get(answer.location).form("/api/order", do="correct")
    wrong = client.post("/api/order", {**form, "phone": "12", "detail": "改到下午"})
    assert (wrong.status, "11 位" in wrong.errors["phone"]) == (422, True)
    assert "改到下午" in wrong.body


def test_corrections_are_carried_to_a_new_secret(client: Client, desk: Desk) -> None:
    no, app = wish(client).no, client.app
    correct(client, desk, no, phone="13900001111")
    after = app.under(b"another line\n" + SECRET)
    assert rotation.reseal(after, rotation.numbers(after)) > 0
    alone = app.under(b"another line")
    assert alone.personal.contact(no)["phone"] == "+8613900001111"
    assert by_phone(alone, "13812345678") == by_phone(alone, "13900001111") == [no]
    assert consistency.examine(after).healthy


def test_what_was_typed_too_late_comes_back_as_a_note_to_be_sent(client: Client) -> None:
    answer = wish(client)
    drawn = client.get(answer.location).form("/api/order", do="correct")
    move(client.app, answer.no, *DONE[:3])
    text = "改到下午，轮椅进不了门"
    late = client.post("/api/order", {**drawn, "detail": text})
    assert (late.status, "您填的还在" in late.text) == (409, True)
    note = late.form("/api/order", do="note")
    assert note["note"] == [text]
    assert client.post("/api/order", note).location == f"/api/order?no={answer.no}"
    assert text in client.get(answer.location).text


def test_a_day_that_is_emptied_is_wished_for_no_more_and_what_is_not_shown_stays(
    client: Client,
) -> None:
    filed = wish(client, date="2026-12-07")
    form = client.get(filed.location).form("/api/order", do="correct")
    assert form["date"] == ["2026-12-07"]
    assert client.post("/api/order", {**form, "date": "", "detail": " "}).no == filed.no
    assert found(client.app, filed.no).wished == ""
    contact = client.app.personal.contact(filed.no)
    assert (contact["name"], contact["detail"]) == (WISH["name"], WISH["detail"])


def test_an_older_page_of_the_resident_changes_only_what_she_changed(
    client: Client, desk: Desk
) -> None:
    answer, app = wish(client, date="2026-12-07"), client.app
    old = client.get(answer.location).form("/api/order", do="correct")
    correct(client, desk, answer.no, service="mending", detail="补裤子", date="")
    sent = client.post("/api/order", {**old, "address": "7 栋 1 单元"})
    assert (sent.status, "照后来改的留着" in sent.text) == (200, True)
    order, contact = found(app, answer.no), app.personal.contact(answer.no)
    assert (order.service, order.wished) == ("mending", "")
    assert (contact["detail"], contact["address"]) == ("补裤子", "7 栋 1 单元")
    assert app.store.events(answer.no)[-1].data["questions"] == ["address"]
    assert client.post("/api/order", {**old, "address": "7 栋 1 单元"}).status in (200, 303)
    assert len(app.store.events(answer.no)) == 3


def test_an_older_page_that_comes_back_as_wrong_takes_over_what_others_corrected(
    client: Client, desk: Desk
) -> None:
    answer, app = wish(client), client.app
    old = client.get(answer.location).form("/api/order", do="correct")
    correct(client, desk, answer.no, detail="补裤子", address="9 栋")
    wrong = client.post("/api/order", {**old, "phone": "12"})
    again = wrong.form("/api/order", do="correct")
    assert (again["phone"], again["detail"], again["address"]) == (["12"], ["补裤子"], ["9 栋"])
    client.post("/api/order", {**again, "phone": "13900001111"})
    contact = app.personal.contact(answer.no)
    assert (contact["detail"], contact["address"]) == ("补裤子", "9 栋")


def test_pressing_again_after_a_conflict_keeps_a_colleagues_correction(
    client: Client, desk: Desk
) -> None:
    answer, app = wish(client), client.app
    old = desk.get(f"/desk/order/?no={answer.no}").form("/desk/order/", do="corrected")
    correct(client, desk, answer.no, phone="13900001111", service="mending")
    told = client.post("/desk/order/", {**old, "address": "7 栋"}, cookie=desk.cookie)
    assert told.status == 409
    assert "13900001111" in told.page.css(".since")[0].text().replace(" ", "")
    again = told.form("/desk/order/", do="corrected")
    assert client.post("/desk/order/", again, cookie=desk.cookie).location
    contact = app.personal.contact(answer.no)
    assert (contact["phone"], contact["address"]) == ("+8613900001111", "7 栋")
    assert app.store.events(answer.no)[-1].data["questions"] == ["address"]


def test_who_corrects_after_acceptance_is_not_told_that_the_order_ended(client: Client) -> None:
    answer = wish(client)
    old = client.get(answer.location).form("/api/order", do="correct")
    move(client.app, answer.no, *DONE[:3])
    late = client.post("/api/order", {**old, "detail": "改到下午"})
    assert late.status == 409
    assert "已经有人接单" in late.text
    assert "已经结束" not in late.text


def test_each_engine_knows_what_an_older_form_was_filled_in_with(app_on_each_engine: App) -> None:
    client = Client(app_on_each_engine)
    answer = wish(client)
    old = client.get(answer.location).form("/api/order", do="correct")
    client.post("/api/order", {**old, "detail": "补裤子"})
    client.post("/api/order", {**old, "address": "7 栋"})
    contact = client.app.personal.contact(answer.no)
    assert (contact["detail"], contact["address"]) == ("补裤子", "7 栋")


def test_who_asks_to_have_it_done_again_while_that_is_under_way_is_told_so(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    client.post("/api/rating", {**client.get(answer.location).form("/api/rating"), **RATING})
    drawn = client.get(answer.location).form("/api/order", "reopen")
    assert Desk(client).do(answer.no, "reopened", note="居民来电").location
    refused = client.post("/api/order", {**drawn, "note": "又不好了，来看看"})
    assert (refused.status, "社区已经在重新办这一单了" in refused.text) == (409, True)
    assert "请再提一个心愿" not in refused.text
    assert refused.form("/api/order", "note")["note"] == ["又不好了，来看看"]


def test_who_corrects_a_wish_that_was_merged_meanwhile_is_not_told_that_it_ended(
    client: Client,
) -> None:
    answer, other = wish(client), wish(client)
    drawn = client.get(answer.location).form("/api/order", "correct")
    assert Desk(client).do(answer.no, "merged", into=other.no, sure="yes").location
    refused = client.post("/api/order", {**drawn, "detail": "改成洗衣"})
    assert (refused.status, "和另一单合在一起办" in refused.text) == (409, True)
    assert "已经结束" not in refused.text
    assert "改成洗衣" in refused.form("/api/order", "note")["note"][0]


@pytest.mark.parametrize("how", ["link", "worker"])
def test_a_note_by_a_link_that_ended_meanwhile_may_be_copied(client: Client, how: str) -> None:
    answer = wish(client)
    drawn = client.get(answer.location).form("/api/order", "note")
    cookie = {"cookie": "wudan_desk=x"} if how == "worker" else {}
    if how == "link":
        assert Desk(client).do(answer.no, "relinked").location
    refused = client.post("/api/order", {**drawn, "note": "周三我不在家"}, **cookie)
    assert refused.status == {"link": 404, "worker": 409}[how]
    assert "周三我不在家" in refused.text
