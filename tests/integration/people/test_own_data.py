"""Residents see, take along and erase what is kept about them, by their own link."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.app import App
from functions.context import proofs
from functions.errors import Wrong
from functions.ops import consistency
from functions.orders.lifecycle.states import RESIDENT
from tests.support.client import Answer, Client
from tests.support.orders import DONE, RATING, WISH, Desk, answered, found, move, wish


@pytest.fixture
def filed(client: Client) -> Answer:
    return wish(client)


def own(client: Client, filed: Answer, do: str = "mine", last4: str = "5678") -> Answer:
    """What she gets who presses a button of her own data."""
    sent = client.get(filed.location).form("/api/order", do="mine")
    return client.post("/api/order", {**sent, "do": do, "last4": last4})


def test_she_sees_all_that_she_said_and_was_told(client: Client, filed: Answer) -> None:
    key = client.get(filed.location).form("/api/order", do="note")
    client.post("/api/order", {**key, "note": "门口的路不好走"})
    correct = client.get(filed.location).form("/api/order", do="correct")
    client.post("/api/order", {**correct, "address": "7 栋"})
    desk = Desk(client)
    desk.do(filed.no, "noted", note="给同事看的")
    move(client.app, filed.no, *DONE)
    rating = client.get(filed.location).form("/api/rating")
    client.post("/api/rating", {**rating, **RATING, "problems": "来晚了"})
    desk.do(filed.no, "answered", how="private", text="对不起")
    page = own(client, filed).text
    for text in ("𠮷野先生", "13812345678", "7 栋", "1 栋 2 单元 → 7 栋", "门口的路不好走"):
        assert text in page
    for text in ("来晚了", "对不起", "★★★★★", "版本 "):
        assert text in page
    assert "给同事看的" not in page


def test_she_is_sent_to_her_order_to_correct_it_only_while_she_can(
    client: Client, filed: Answer
) -> None:
    assert own(client, filed).page.css_first(f'p a[href="/api/order?no={filed.no}"]')
    other = wish(client, phone="139 0000 0000").no
    assert Desk(client).do(filed.no, "merged", into=other, sure="yes").location
    page = own(client, filed)
    assert page.page.css_first(f'p a[href="/api/order?no={filed.no}"]') is None
    assert "社区替您改" in page.text


def test_the_link_alone_shows_and_erases_nothing_more(client: Client, filed: Answer) -> None:
    assert "5678" not in client.get(filed.location).text
    move(client.app, filed.no, "cancelled")
    for do in ("mine", "copy", "erase"):
        answer = own(client, filed, do, "5679")
        assert (answer.status, "对不上" in answer.errors["last4"]) == (422, True)
        assert "13812345678" not in answer.body
    assert not found(client.app, filed.no).erased_at


def test_who_has_the_link_cannot_make_the_proof_by_a_correction(
    client: Client, filed: Answer
) -> None:
    correct = client.get(filed.location).form("/api/order", do="correct")
    client.post("/api/order", {**correct, "phone": "13900001111"})
    assert own(client, filed, last4="1111").status == 422
    assert own(client, filed).status == 200


def test_what_the_station_put_right_is_a_proof(client: Client, filed: Answer) -> None:
    desk = Desk(client)
    form = desk.get(f"/desk/order/?no={filed.no}").form("/desk/order/", do="corrected")
    client.post("/desk/order/", {**form, "phone": "13900001111"}, cookie=desk.cookie)
    assert own(client, filed, last4="1111").status == 200


def test_guesses_of_who_has_the_link_are_limited(client: Client, filed: Answer) -> None:
    for _ in range(5):
        own(client, filed, last4="0000")
    assert "次数太多" in own(client, filed).body


def test_strangers_who_guess_at_a_number_keep_nobody_out_who_has_its_link(
    client: Client, app: App, filed: Answer
) -> None:
    for number in range(proofs.LAST.most):
        with pytest.raises(Wrong):
            app.orders.by_phone(filed.no, "0000", f"203.0.113.{number}")
    with pytest.raises(Wrong, match="whole"):
        app.orders.by_phone(filed.no, "5678", "192.0.2.1", key="x")
    assert own(client, filed).status == 200
    key = app.orders.key(found(app, filed.no))
    assert app.orders.by_phone(filed.no, "5678", "192.0.2.1", key).no == filed.no


def guessed_with_the_link(client: Client, filed: Answer) -> None:
    """A stranger to whom the link was passed on uses up all tries at the digits."""
    for number in range(proofs.LAST.most):
        client.sender = f"203.0.113.{number}"
        own(client, filed, last4="0000")
    client.sender = "192.0.2.1"


def test_who_was_passed_the_link_keeps_her_from_nothing_that_takes_a_proof(
    client: Client, app: App, filed: Answer
) -> None:
    guessed_with_the_link(client, filed)
    assert "完整手机号" in own(client, filed).errors["last4"]
    assert own(client, filed, last4="138 1234 5678").status == 200
    assert own(client, filed, "copy", last4="138 1234 5678").status == 200


def test_with_a_new_link_the_guesses_with_the_old_one_count_no_more(
    client: Client, app: App, filed: Answer
) -> None:
    guessed_with_the_link(client, filed)
    old = parse_qs(urlsplit(filed.location).query)["key"][0]
    client.post("/api/order", {"no": filed.no, "key": old, "do": "relink"})
    key = app.orders.key(found(app, filed.no))
    assert key != old
    typed = {"no": filed.no, "key": key, "do": "mine", "last4": "5678"}
    assert client.post("/api/order", typed).status == 200


def test_who_opened_the_order_by_the_digits_today_is_known_where_the_link_is_guessed_with(
    client: Client, filed: Answer
) -> None:
    client.sender = "192.0.2.1"
    assert client.post("/api/order", {"no": filed.no, "last4": "5678"}).status == 303
    guessed_with_the_link(client, filed)
    assert own(client, filed).status == 200


def test_digits_that_came_by_a_link_that_was_replaced_open_nothing(
    client: Client, app: App, filed: Answer
) -> None:
    """A stranger corrects the phone by her link; she comes by her own digits and ends the link."""
    old = parse_qs(urlsplit(filed.location).query)["key"][0]
    changed = client.get(filed.location).form("/api/order", do="correct")
    client.post("/api/order", {**changed, "do": "correct", "phone": "18800009999"})
    assert app.orders.by_phone(filed.no, "9999").no == filed.no  # She may have corrected it.
    client.post("/api/order", {"no": filed.no, "key": old, "do": "relink"})
    with pytest.raises(Wrong, match="no_match"):
        app.orders.by_phone(filed.no, "9999")
    assert app.orders.by_phone(filed.no, "5678").no == filed.no
    history = app.orders.history(filed.no)
    assert history
    assert app.orders.phone(history) == "+8613812345678"


@pytest.mark.parametrize(
    "typed",
    [
        {"do": "note", "note": ""},
        {"do": "note", "note": "身份证 11010519491231002X"},
        {"do": "correct", "phone": "abc"},
        {"do": "erase", "last4": "0000"},
        {"do": "copy", "last4": "0000"},
    ],
)
def test_a_program_is_told_of_a_step_that_was_refused(
    client: Client, filed: Answer, typed: dict[str, str]
) -> None:
    key = {"no": filed.no, "key": parse_qs(urlsplit(filed.location).query)["key"][0]}
    answer = client.post("/api/order", {**key, **typed}, accept="application/json")
    assert answer.status == 422
    assert json.loads(answer.body)["errors"]


def test_she_takes_a_copy_along(client: Client, filed: Answer) -> None:
    copy = own(client, filed, "copy")
    assert copy.headers["content-disposition"] == f'attachment; filename="wudan-{filed.no}.html"'
    assert "13812345678" in copy.body
    assert "src=" not in copy.body
    assert "no-store" in copy.headers["cache-control"]
    sent = client.get(filed.location).form("/api/order", do="mine")
    told = client.post(
        "/api/order", {**sent, "do": "copy", "last4": "5678"}, accept="application/json"
    )
    answers = json.loads(told.body)["parts"][0]["answers"]
    assert "13812345678" in [each["answer"] for each in answers]


@pytest.mark.parametrize("way", [("cancelled",), DONE, (*DONE, "closed"), ("rejected",)])
def test_she_erases_at_once_what_is_not_under_way(
    client: Client, filed: Answer, way: tuple[str, ...]
) -> None:
    app = client.app
    move(app, filed.no, *way)
    sent = own(client, filed).form("/api/order", do="erase")
    assert "已经删去了" in client.post("/api/order", sent).text
    assert client.post("/api/order", sent).status == 404
    assert found(app, filed.no).erased_at
    assert (app.store.personal(filed.no), [*app.store.traces(filed.no)]) == ({}, [])
    assert client.get(filed.location).status == 404
    assert "居民" in Desk(client).get(f"/desk/order/?no={filed.no}").text
    assert consistency.examine(app).healthy


def test_what_was_erased_is_not_filed_again_by_pressing_once_more(client: Client) -> None:
    """What tells one submission from another outlives erasing for this: a digest that nobody who
    has not the secret can make, nor compare with a guess."""
    sent = {**client.get("/wish/").form("/api/wish"), **WISH}
    filed = client.post("/api/wish", sent)
    move(client.app, filed.no, "cancelled")
    own(client, filed, "erase")
    assert client.post("/api/wish", sent).no == filed.no
    assert len(client.app.store.find("order")) == 1
    assert client.app.store.personal(filed.no) == {}


def test_what_is_under_way_is_called_off_first(client: Client, filed: Answer) -> None:
    refused = own(client, filed, "erase")
    assert (refused.status, "先取消" in refused.text) == (409, True)
    client.post("/api/order", own(client, filed).form("/api/order", do="cancel"))
    client.post("/api/order", own(client, filed).form("/api/order", do="erase"))
    assert found(client.app, filed.no).erased_at


def test_while_somebody_is_on_the_way_she_is_told_to_call(client: Client, filed: Answer) -> None:
    move(client.app, filed.no, *DONE[:3])
    page = own(client, filed)
    assert "正要上门" in page.text
    assert not page.page.css('[name="do"][value="erase"], [name="do"][value="cancel"]')


def test_each_engine_erases_for_a_resident(app_on_each_engine: App) -> None:
    app = app_on_each_engine
    form, answers = answered(app, "wish", WISH)
    no = "2345678900"
    app.store.commit(app.steps.begin(no, form, answers, RESIDENT, {}))
    app.steps.take(found(app, no), "cancelled", RESIDENT)
    assert app.steps.erase(found(app, no)).erased_at
    assert (app.store.personal(no), [*app.store.traces(no)]) == ({}, [])


def test_an_identity_number_comes_back_to_be_deleted_and_is_not_kept(client: Client) -> None:
    typed = {**WISH, "detail": "我的号码 11010519491231002X，想理发", "do": "check"}
    answer = client.post("/api/wish", typed)
    assert (answer.status, "身份证号" in answer.errors["detail"]) == (422, True)
    assert "想理发" in answer.body
    assert not client.app.store.find("order")
