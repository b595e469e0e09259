"""The functions as residents meet them, one event after another on a real store."""

import gzip
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.app import App
from functions.asgi import ROUTES
from functions.forms import order_number
from functions.forms.definition import Answers
from functions.forms.residents import FORMS
from functions.orders.lifecycle.order import Order
from functions.web.http import respond
from tests.support import depth
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import DONE, JOIN, RATING, WISH, found, move, wish


class TestWish:
    def test_a_wish_becomes_an_order_that_its_page_shows(self, client: Client) -> None:
        answer = wish(client)
        page = client.get(answer.location)
        assert page.status == 200
        assert order_number.spell(answer.no) in page.text

    def test_the_page_of_an_order_shows_what_was_filed_and_only_the_end_of_the_phone(
        self, client: Client
    ) -> None:
        page = client.get(wish(client, date="2026-12-04").location)
        for shown in (
            "𠮷野先生",
            WISH["detail"],
            "理发",
            "2026年12月4日",
            "138****",
            WISH["address"],
        ):
            assert shown in page.text
        assert "1381234" not in page.body

    def test_days_on_it_have_their_day_of_the_week(self, client: Client, app: App) -> None:
        answer = wish(client)
        move(app, answer.no, "triaged")
        said = client.get(answer.location).text.replace(" ", "")
        assert "最晚2026年12月1日（周二）办好" in said

    def test_it_says_who_comes_from_acceptance_until_it_is_done(
        self, client: Client, app: App
    ) -> None:
        answer = wish(client)
        move(app, answer.no, "triaged", "dispatched")
        assert "秦师傅" not in client.get(answer.location).text
        app.steps.take(
            app.orders.find(answer.no) or Order(""),
            "accepted",
            "team",
            answers=Answers({}, {}, {"volunteer": "team"}, {"person": "秦师傅"}),
        )
        assert "来的人：秦师傅（理发队）" in client.get(answer.location).text.replace(" ", "")
        move(app, answer.no, "done")
        assert "秦师傅" not in client.get(answer.location).text

    def test_it_says_when_and_where_the_service_is_and_what_to_bring_from_the_form_on(
        self, client: Client, app: App
    ) -> None:
        told = app.bundle.practical["mending"]
        assert told
        drawn = client.get("/wish/?service=mending")
        checked = client.post(
            "/api/wish", {**drawn.form("/api/wish"), **WISH, "service": "mending", "do": "check"}
        )
        filed = client.get(client.post("/api/wish", checked.form("/api/wish")).location)
        for page in (drawn, checked, filed):
            assert all(told[name] in page.text for name in ("when", "place", "bring"))

    def test_what_was_typed_is_kept_apart_and_comes_back_unchanged(
        self, client: Client, app: App
    ) -> None:
        no = wish(client).no
        assert app.personal.contact(no) == {
            "detail": WISH["detail"],
            "name": "𠮷野先生",
            "phone": "+8613812345678",
            "address": WISH["address"],
        }
        (event,) = app.store.events(no)
        assert set(event.data) == {"service", "consent", "wording", "key", "issued", "source"}
        assert event.data["wording"] == app.bundle.forms["wish"]["version"]

    def test_neither_the_key_nor_anything_personal_lies_open_in_the_store(
        self, client: Client, app: App, tmp_path: Any
    ) -> None:
        answer = wish(client)
        key = answer.location.split("key=")[1]
        raw = b"".join(path.read_bytes() for path in tmp_path.glob("wudan.db*"))
        for secret in (key, "13812345678", "𠮷野", "1 栋"):
            assert secret.encode() not in raw

    def test_the_same_sending_again_files_one_order_and_leads_to_the_same_page(
        self, client: Client, app: App
    ) -> None:
        body = {**client.get("/wish/").form("/api/wish"), **WISH}
        first, second = client.post("/api/wish", body), client.post("/api/wish", body)
        assert first.location == second.location
        assert len(app.store.find("order")) == 1

    def test_an_answer_that_was_changed_files_another(self, client: Client, app: App) -> None:
        body = {**client.get("/wish/").form("/api/wish"), **WISH}
        client.post("/api/wish", body)
        client.post("/api/wish", {**body, "service": "mending"})
        client.post("/api/wish", {**body, "date": "2026-12-04"})
        assert len(app.store.find("order")) == 3

    @pytest.mark.parametrize("drawn", [True, False], ids=["drawn anew", "the static copy"])
    def test_the_same_answers_lead_to_the_number_of_the_first_and_file_another_on_purpose_only(
        self, client: Client, app: App, clock: Clock, drawn: bool
    ) -> None:
        first = wish(client)
        client.get(first.location)
        body = {**(client.get("/wish/").form("/api/wish") if drawn else {}), **WISH}
        clock.forward(hours=23)
        known = client.post("/api/wish", body)
        assert known.status == 200
        assert order_number.spell(first.no) in known.text
        assert first.location.split("key=")[1] not in known.body
        assert len(app.store.find("order")) == 1
        other = client.post("/api/wish", known.form("/api/wish"))
        assert other.no != first.no
        assert len(app.store.find("order")) == 2

    def test_after_a_day_the_same_answers_are_a_new_wish(
        self, client: Client, app: App, clock: Clock
    ) -> None:
        first = client.post("/api/wish", WISH)
        clock.forward(hours=25)
        assert client.post("/api/wish", WISH).no != first.no
        assert len(app.store.find("order")) == 2

    def test_a_program_that_sends_the_same_again_gets_the_number_and_no_key(
        self, client: Client
    ) -> None:
        no = client.post("/api/wish", WISH).no
        known = client.post("/api/wish", WISH, accept="application/json")
        told = {"no": no, "track": f"/api/order?no={no}"}
        assert (known.status, json.loads(known.body)) == (201, told)

    def test_answers_can_be_checked_and_changed_before_they_are_filed(
        self, client: Client, app: App
    ) -> None:
        drawn = client.get("/wish/").form("/api/wish")
        checked = client.post(
            "/api/wish", {**drawn, **WISH, "detail": "一\n<b>二</b>", "do": "check"}
        )
        assert checked.status == 200
        assert 'href="tel:+8613812345678"' not in checked.body
        for said in ("一 <b>二</b>", "理发", "13812345678", WISH["address"]):
            assert said in checked.text
        assert app.store.find("order") == []
        carried = checked.form("/api/wish")
        edited = client.post("/api/wish", {**carried, "do": "edit"})
        assert edited.form("/api/wish") | {"again": []} == carried | {"again": []}
        no = client.post("/api/wish", carried).no
        assert client.post("/api/wish", carried).no == no
        assert app.personal.contact(no)["detail"] == "一\n<b>二</b>"

    @pytest.mark.parametrize(("written", "day"), [("明天", "2026-11-30"), ("下周三", "2026-12-02")])
    def test_the_day_that_was_checked_is_filed_after_midnight_too(
        self, client: Client, app: App, clock: Clock, written: str, day: str
    ) -> None:
        clock.forward(days=6, hours=13, minutes=50)  # Sunday, ten minutes before midnight.
        checked = self.checked(client, written)
        clock.forward(minutes=20)
        assert found(app, client.post("/api/wish", checked).no).wished == day

    def test_a_day_that_was_checked_and_is_over_is_said_to_be_past(
        self, client: Client, clock: Clock
    ) -> None:
        checked = self.checked(client, "今天")
        clock.forward(days=1)
        assert client.post("/api/wish", checked).errors["date"]

    def checked(self, client: Client, day: str) -> dict[str, list[str]]:
        drawn = client.get("/wish/").form("/api/wish")
        sent = {**drawn, **WISH, "date": day, "do": "check"}
        return client.post("/api/wish", sent).form("/api/wish")

    def test_the_button_of_the_form_leads_to_the_check(self, client: Client) -> None:
        for address in ("/wish/", "/join/"):
            button = client.get(address).page.css_first("main button")
            assert button is not None
            assert (button.attributes["name"], button.attributes["value"]) == ("do", "check")

    def test_limits_are_told_before_anything_is_typed(self, client: Client, clock: Clock) -> None:
        page = client.get("/wish/").page
        day = page.css_first("[name=date]")
        assert day is not None
        assert (day.attributes["min"], day.attributes["max"]) == ("2026-11-23", "2027-11-24")
        detail = page.css_first("[name=detail]")
        assert detail is not None
        said = [
            page.css_first(f"[id={i}]")
            for i in (detail.attributes["aria-describedby"] or "").split()
        ]
        assert [node.text() for node in said if node and "字" in node.text()] == ["最多 1000 字"]

    def test_a_link_chooses_the_service_and_answers_nothing_else(self, client: Client) -> None:
        given = urlencode({**WISH, "service": "mending", "consent": "yes"})
        drawn = client.get(f"/wish/?{given}").form("/api/wish")
        assert drawn["service"] == ["mending"]
        assert not {"consent", "name", "phone", "address"} & {k for k, v in drawn.items() if any(v)}
        assert "consent" not in client.get("/join/?consent=yes").form("/api/volunteer")
        stars = urlencode({"attitude": 5, "skill": 5, "timeliness": 5, "solved": "solved"})
        rating = client.get(f"/rate/?no=2345678900&last4=0001&{stars}").form("/api/rating")
        assert not any(map(any, (v for k, v in rating.items() if k not in ("once", "wording"))))

    def test_a_wrong_form_comes_back_filled_in_with_a_sentence_at_each_wrong_field(
        self, client: Client, app: App
    ) -> None:
        answer = wish(client, name=" ", phone="12", detail="<b>剪发</b>\n短一点", consent="")
        assert answer.status == 422
        assert set(answer.errors) == {"name", "phone", "consent"}
        assert "请写下怎么称呼您。" in answer.errors["name"]
        assert "0773-2812345" in answer.errors["phone"]
        again = answer.form("/api/wish")
        assert again["detail"] == ["<b>剪发</b>\n短一点"]
        assert again["service"] == ["haircut"]
        assert again["phone"] == ["12"]
        assert app.store.find("order") == []
        assert client.post(
            "/api/wish", {**again, "name": "李", "phone": "13812345678", "consent": "yes"}
        ).no

    def test_every_wrong_field_is_linked_from_the_top(self, client: Client) -> None:
        page = wish(client, name="", phone="").page
        links = [link.attributes["href"] or "" for link in page.css("[role=alert] a")]
        assert len(links) == 2
        for link in links:
            assert page.css_first(f'[id="{link[1:]}"]') is not None

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"detail": "字" * 10_000}, "detail", "最多写 1000 个字，现在是 10000 个字"),
            ({"service": "spaceflight"}, "service", "请在“服务”里选一项"),
            ({"consent": []}, "consent", "请填写“我同意”"),
            ({"name": ["李", "王"]}, "name", "不止一个答案"),
            ({"name": "名" * 41}, "name", "最多写 40 个字"),
            ({"date": "2020-01-01"}, "date", "从今天起一年以内"),
        ],
    )
    def test_bad_answers_are_told_in_a_clear_sentence(
        self, client: Client, changes: Mapping[str, Any], field: str, said: str
    ) -> None:
        answer = wish(client, **changes)
        assert answer.status == 422
        assert said in answer.errors[field]

    def test_who_asks_for_json_gets_json(self, client: Client) -> None:
        filed = client.post("/api/wish", WISH, accept="application/json")
        assert filed.status == 201
        assert set(json.loads(filed.body)) == {"no", "track"}
        wrong = client.post("/api/wish", {**WISH, "phone": ""}, accept="application/json")
        assert wrong.status == 422
        assert set(json.loads(wrong.body)["errors"]) == {"phone"}


class TestOrder:
    def test_a_number_alone_opens_nothing_and_wrong_guesses_look_the_same(
        self, client: Client
    ) -> None:
        no = wish(client).no
        other = order_number.draw(lambda count: count // 3)
        pages = [
            client.get(f"/api/order?{query}")
            for query in (f"no={no}&key=x", f"no={other}&key=x", "no=1&key=x")
        ]
        assert {page.status for page in pages} == {404}
        assert len({page.body for page in pages}) == 1
        closed = [client.get(f"/api/order?no={each}") for each in (no, other)]
        assert {page.status for page in closed} == {403}
        assert len({page.text for page in closed}) == 1

    def test_the_number_and_the_end_of_the_phone_lead_to_the_same_page(
        self, client: Client
    ) -> None:
        answer = wish(client)
        typed = f" {order_number.spell(answer.no).lower()} "
        found = client.post("/api/order", {"no": typed, "last4": "５６７８"})
        assert found.no == answer.no
        assert client.get(found.location).text == client.get(answer.location).text

    def test_wrong_numbers_and_wrong_ends_look_the_same_and_are_limited(
        self, client: Client, clock: Clock
    ) -> None:
        no = wish(client).no
        other = order_number.draw(lambda count: count // 3)
        said = {}
        for tried in (no, other):
            answers = [client.post("/api/order", {"no": tried, "last4": "0000"}) for _ in range(7)]
            assert {answer.status for answer in answers} == {422}
            said[tried] = [answer.errors["last4"] for answer in answers]
        assert said[no] == said[other]
        assert "太多" not in said[no][4]
        assert "太多" in said[no][5]
        right = {"no": no, "last4": "5678"}
        assert "太多" in client.post("/api/order", right).errors["last4"]
        clock.forward(hours=1, seconds=1)
        assert client.post("/api/order", right).no == no

    def test_looking_often_with_the_right_digits_is_not_limited(self, client: Client) -> None:
        no = wish(client).no
        for _ in range(8):
            assert client.post("/api/order", {"no": no, "last4": "5678"}).no == no

    def test_every_step_is_told_in_plain_words(self, client: Client, app: App) -> None:
        answer = wish(client)
        words = app.bundle.words
        for kind in DONE:
            move(app, answer.no, kind)
            page = client.get(answer.location)
            assert page.status == 200
            assert words["events"][kind] in page.text
            assert words["states"][kind]["next"] in page.text

    def test_an_order_can_be_taken_back_until_a_team_accepted(
        self, client: Client, app: App
    ) -> None:
        answer = wish(client)
        move(app, answer.no, "triaged", "dispatched")
        form = client.get(answer.location).form("/api/order", do="cancel")
        for _ in range(2):  # The second press says the same.
            assert client.post("/api/order", form).no == answer.no
        assert len(app.store.events(answer.no)) == 4
        assert "已取消" in client.get(answer.location).text

    def test_taking_back_too_late_is_refused_kindly(self, client: Client, app: App) -> None:
        answer = wish(client)
        form = client.get(answer.location).form("/api/order", do="cancel")
        move(app, answer.no, *DONE[:3])
        refused = client.post("/api/order", form)
        assert refused.status == 409
        assert "志愿者已经接单" in refused.text
        assert not client.get(answer.location).page.css('[name="do"][value="cancel"]')

    def test_a_volunteers_sign_up_is_no_order(self, client: Client, app: App) -> None:
        client.post("/api/volunteer", JOIN)
        (head,) = app.store.find("volunteer")
        answer = client.post("/api/order", {"no": head.no, "last4": "2345"})
        assert answer.status == 422


class TestRating:
    @pytest.fixture
    def done(self, client: Client, app: App) -> Answer:
        answer = wish(client)
        move(app, answer.no, *DONE)
        return answer

    def test_the_form_on_the_orders_page_works_once(
        self, client: Client, app: App, done: Answer
    ) -> None:
        form = {**client.get(done.location).form("/api/rating"), **RATING, "problems": "来晚了"}
        for _ in range(2):
            assert client.post("/api/rating", form).location == f"/api/order?no={done.no}"
        rated = app.store.events(done.no)[-1]
        assert rated.data["attitude"] == 5
        assert rated.data["wording"] == app.bundle.forms["rating"]["version"]
        assert "来晚了" not in str(rated)
        sealed = app.store.personal(done.no)[len(app.store.events(done.no))]
        assert app.vault.open(done.no, sealed) == {"problems": "来晚了"}
        assert not client.get(done.location).page.css('form[action="/api/rating"]')

    def test_a_second_rating_is_refused_kindly(self, client: Client, done: Answer) -> None:
        form = client.get(done.location).form("/api/rating")
        client.post("/api/rating", {**form, **RATING})
        again = client.post("/api/rating", {**form, **RATING, "attitude": "1"})
        assert again.status == 409
        assert "您已经评过这一单了" in again.text

    def test_number_and_phone_are_enough_to_rate(
        self, client: Client, app: App, done: Answer
    ) -> None:
        proof = {"no": order_number.spell(done.no), "last4": "5678"}
        wrong = client.post("/api/rating", {**RATING, **proof, "last4": "0000"})
        assert set(wrong.errors) == {"last4"}
        assert client.post("/api/rating", {**RATING, **proof}).no == done.no
        assert app.store.events(done.no)[-1].kind == "rated"
        assert "last4" not in app.store.events(done.no)[-1].data

    def test_nobody_rates_without_key_or_phone(
        self, client: Client, app: App, done: Answer
    ) -> None:
        for proof in ({"no": done.no}, {"no": done.no, "key": "wrong"}, {}):
            assert client.post("/api/rating", {**RATING, **proof}).status in (404, 422)
        assert app.store.events(done.no)[-1].kind == "done"

    def test_a_wrong_rating_comes_back_filled_in(self, client: Client, done: Answer) -> None:
        form = {**client.get(done.location).form("/api/rating"), **RATING, "suggestions": "常来"}
        answer = client.post("/api/rating", {**form, "attitude": ""})
        assert set(answer.errors) == {"attitude"}
        again = answer.form("/api/rating")
        assert (again["skill"], again["suggestions"]) == (["4"], ["常来"])
        assert client.post("/api/rating", {**again, "attitude": "2"}).no == done.no

    def test_unsolved_opens_the_order_again_with_its_history(
        self, client: Client, app: App, done: Answer
    ) -> None:
        form = client.get(done.location).form("/api/rating")
        for _ in range(2):
            client.post("/api/rating", {**form, **RATING, "solved": "unsolved"})
        order = app.orders.find(done.no)
        assert order
        assert order.state == "submitted"
        assert [e.kind for e in app.store.events(done.no)][-3:] == ["done", "rated", "reopened"]

    def test_rating_before_the_work_is_done_is_refused_kindly(
        self, client: Client, app: App
    ) -> None:
        no = wish(client).no
        answer = client.post("/api/rating", {**RATING, "no": no, "last4": "5678"})
        assert answer.status == 409
        assert "办完以后才能评价" in answer.text


class TestVolunteer:
    def test_a_sign_up_is_kept_once(self, client: Client, app: App) -> None:
        body = {
            **client.get("/join/").form("/api/volunteer"),
            **JOIN,
            "times": ["weekday", "weekend"],
        }
        assert client.post("/api/volunteer", body).location.startswith("/api/volunteer?no=")
        assert client.post("/api/volunteer", body).location.startswith("/api/volunteer?no=")
        (head,) = app.store.find("volunteer")
        assert (head.state, head.data["wants"]) == ("applied", "barbers")
        assert "王" not in str(head)
        personal = app.vault.open(head.no, app.store.personal(head.no)[1])
        assert personal == {
            "name": "王女士",
            "phone": "+867732812345",
            "times": ["weekday", "weekend"],
        }
        history = [dict(event.data) for event in app.store.events(head.no)]
        assert "week" not in f"{head}{history}"


class TestHttp:
    FORM = "application/x-www-form-urlencoded"

    @pytest.mark.parametrize(
        ("method", "address", "allow"),
        [
            ("GET", "/api/wish", "POST"),
            ("PUT", "/api/wish", "POST"),
            ("DELETE", "/api/order", "GET, POST, HEAD"),
            ("POST", "/wish/", "GET, HEAD"),
            ("GET", "/api/rating", "POST"),
            ("OPTIONS", "/api/volunteer", "GET, POST, HEAD"),
        ],
    )
    def test_a_wrong_method_is_told_the_right_ones(
        self, client: Client, method: str, address: str, allow: str
    ) -> None:
        answer = client.send(method, address, b"", {"content-type": self.FORM})
        assert (answer.status, answer.headers["allow"]) == (405, allow)
        assert "表单" in answer.text

    @pytest.mark.parametrize(
        ("body", "content_type", "status"),
        [
            (b"{}", "application/json", 415),
            (b"x", "multipart/form-data; boundary=x", 400),
            (b"name=x", "", 415),
            (b"detail=" + b"x" * 65_536, FORM, 413),
            (b"detail=" + b"%E5%AD%97" * 22_000, FORM, 413),
            (b"name=%FF%FE", FORM, 400),
            (b"name=\xff\xfe", FORM, 400),
            (b"name=%ED%A0%80", FORM, 400),
            (b"&".join(b"a=1" for _ in range(600)), FORM, 400),
            (b"name=%", FORM, 422),
            (b"", FORM, 422),
            (b"&&&=&;", FORM, 422),
        ],
    )
    @pytest.mark.parametrize(
        "address", ["/api/wish", "/api/rating", "/api/volunteer", "/api/order"]
    )
    def test_a_body_that_cannot_be_taken_gets_a_clear_answer(
        self, client: Client, address: str, body: bytes, content_type: str, status: int
    ) -> None:
        answer = client.send("POST", address, body, {"content-type": content_type})
        assert answer.status == status
        assert len(answer.text) > 20
        asked = {"content-type": content_type, "accept": "application/json"}
        told = json.loads(client.send("POST", address, body, asked).body)
        assert told.keys() & {"error", "errors"}

    def test_a_form_in_latin_letters_case_and_charset_is_taken(self, client: Client) -> None:
        kind = "Application/X-WWW-Form-Urlencoded; charset=UTF-8"
        assert client.post("/api/wish", WISH, **{"Content-Type": kind}).status in (303,)

    def test_body_of_exactly_the_limit_is_read(self, client: Client) -> None:
        body = b"detail=" + b"x" * (65_536 - 6)
        assert client.send("POST", "/api/wish", body, {"content-type": self.FORM}).status == 422

    def test_an_address_that_is_no_functions_is_not_found(self, client: Client) -> None:
        assert client.get("/api/nothing").status == 404

    def test_answers_for_one_person_are_kept_by_nobody(self, client: Client) -> None:
        for answer in (client.get("/wish/"), client.get(wish(client).location)):
            assert answer.headers["cache-control"].split(", ")[0] == "no-store"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "default-src 'self'" in answer.headers["content-security-policy"]

    @pytest.mark.parametrize("address", [*FORMS.values(), "/wish/?service=haircut"])
    def test_a_form_that_nobody_has_filled_in_may_be_found_and_is_sent_compressed(
        self, client: Client, address: str
    ) -> None:
        plain = client.get(address)
        assert "x-robots-tag" not in plain.headers
        assert "no-transform" not in plain.headers["cache-control"]
        assert f'rel="canonical" href="https://test.example.cn{address.partition("?")[0]}"' in (
            plain.body
        )
        packed = client.get(address, **{"accept-encoding": "gzip, br"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
        assert len(packed.raw) < len(plain.body.encode()) / 2
        assert gzip.decompress(packed.raw).decode().partition("<main")[0] in plain.body
        assert "content-encoding" not in client.get(address, **{"accept-encoding": "br"}).headers

    def test_a_page_with_a_secret_or_typed_words_is_never_compressed_nor_found(
        self, client: Client
    ) -> None:
        accepting = {"accept-encoding": "gzip"}
        for answer in (
            client.get(wish(client).location, **accepting),
            client.get("/wish/?detail=typed", **accepting),
            client.get("/rate/?no=1&key=2", **accepting),
            client.post("/api/rating", {"no": "1", "key": "2"}, **accepting),
            client.get("/desk/sign-in/", **accepting),
        ):
            assert answer.headers["x-robots-tag"] == "noindex"
            assert answer.headers["cache-control"] == "no-store, no-transform"
            assert "content-encoding" not in answer.headers

    def test_the_browser_that_asked_shows_the_answer_to_a_form_again_to_whoever_goes_back(
        self, client: Client
    ) -> None:
        checked = client.post("/api/wish", {**WISH, "do": "check"}, **{"accept-encoding": "gzip"})
        for answer in (checked, client.post("/api/wish", {}), client.post("/api/order", {})):
            assert answer.headers["cache-control"] == "private, no-cache, no-transform"
            assert answer.headers["x-robots-tag"] == "noindex"
            assert "content-encoding" not in answer.headers

    @pytest.mark.filterwarnings("ignore")
    def test_a_fault_of_ours_is_told_as_ours_and_logged(
        self, client: Client, app: App, caplog: pytest.LogCaptureFixture
    ) -> None:
        class Broken:
            def __getattr__(self, name: str) -> Any:
                raise OSError(WISH["name"])

        app.__dict__["store"] = Broken()
        answer = wish(client)
        assert answer.status == 500
        assert "可能已经保存，也可能没有" in answer.text
        no = answer.text.partition("编号 ")[2][:6]
        assert f"{no} POST /api/wish: OSError" in caplog.text
        assert WISH["name"] not in caplog.text

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture],
        max_examples=depth.tried(40, 150),
    )
    @given(
        address=st.sampled_from(
            ["/api/wish", "/api/rating", "/api/volunteer", "/api/order", "/wish/"]
        ),
        method=st.sampled_from(["GET", "POST", "HEAD"]),
        query=st.text(max_size=40),
        body=st.binary(max_size=80)
        | st.dictionaries(
            st.sampled_from([*WISH, *RATING, "no", "key", "last4", "once", "do"]),
            st.text(max_size=20),
        ).map(lambda typed: urlencode(typed, errors="replace").encode()),
    )
    def test_nothing_that_is_sent_breaks_a_function(
        self, client: Client, address: str, method: str, query: str, body: bytes
    ) -> None:
        sent = client.send(method, "/", body, {"content-type": self.FORM})
        assert sent.status == 404
        event = {
            "rawQueryString": query,
            "headers": {"content-type": self.FORM},
            "requestContext": {"http": {"method": method, "path": address}},
            "body": body.decode("latin-1"),
            "isBase64Encoded": False,
        }
        assert respond(ROUTES, event, client.app).status < 500
