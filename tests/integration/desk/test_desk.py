"""The desk and the teams' pages, as staff and team leaders meet them."""

import csv
import io
import re
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from functions import scheduled
from functions.app import App
from functions.forms import order_number
from functions.people import accounts, team_links, volunteers
from functions.people.accounts import Accounts
from functions.storage.history import Change, Event
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import JOIN, RATING, WISH, Desk, Team, account, found, wish
from tests.support.workbooks import bring, upload, workbook


class TestSignIn:
    @pytest.mark.parametrize(
        "path", ["/desk/", "/desk/order/?no=x", "/desk/find/", "/desk/people/", "/desk/staff/"]
    )
    def test_nothing_is_shown_to_who_is_not_signed_in(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert (answer.status, "请先登录" in answer.text) == (403, True)

    def test_a_wrong_password_is_told_and_too_many_tries_wait(
        self, client: Client, clock: Clock
    ) -> None:
        password = account(client.app, "王芳")
        for _ in range(5):
            wrong = client.post("/desk/sign-in/", {"name": "王芳", "password": "x"})
            assert (wrong.status, "名字或密码不对" in wrong.text) == (422, True)
        right = {"name": "王芳", "password": password}
        assert "一刻钟" in client.post("/desk/sign-in/", right).text
        clock.forward(minutes=15)
        assert client.post("/desk/sign-in/", right).location == "/desk/"

    def test_the_cookie_is_kept_from_scripts_and_other_sites(self, client: Client) -> None:
        password = account(client.app, "王芳")
        typed = {"name": "王芳", "password": password}
        plain = client.post("/desk/sign-in/", typed).cookies[0]
        assert "HttpOnly; SameSite=Strict" in plain
        safe = client.post("/desk/sign-in/", typed, **{"x-forwarded-proto": "https"})
        assert all(cookie.startswith("__Host-") for cookie in safe.cookies)
        assert all(cookie.endswith("; Path=/; Secure") for cookie in safe.cookies)
        own, old = safe.cookies[0].split(";")[0], plain.split(";")[0]
        assert client.get("/desk/", cookie=own, **{"x-forwarded-proto": "https"}).status == 200
        # Somebody on the way can set the plain name only.
        assert client.get("/desk/", cookie=old, **{"x-forwarded-proto": "https"}).status == 403

    @pytest.mark.slow
    def test_a_session_ends_with_the_day_with_a_new_password_and_when_disabled(
        self, client: Client, clock: Clock
    ) -> None:
        first, second, third = (Desk(client, name) for name in ("甲", "乙", "丙"))
        assert first.get("/desk/").status == 200
        Accounts(client.app.store, client.app.clock).reset("甲")
        Accounts(client.app.store, client.app.clock).disable("乙")
        for _ in range(12):
            clock.forward(minutes=45)
            assert third.get("/desk/").status == 200
        clock.forward(hours=1)
        for desk in (first, second, third):
            assert desk.get("/desk/").status == 403

    def test_a_forged_cookie_opens_nothing(self, client: Client, desk: Desk) -> None:
        text, _, signature = desk.cookie.partition(".")
        for forged in (f"{text}x.{signature}", f"{text}.{signature[:-1]}x", f"{text}."):
            assert client.get("/desk/", cookie=forged).status == 403

    def test_a_post_without_the_forms_token_changes_nothing(
        self, client: Client, desk: Desk
    ) -> None:
        no = wish(client).no
        sent = {"no": no, "do": "noted", "version": "1", "note": "x"}
        assert client.post("/desk/order/", sent, cookie=desk.cookie).status == 403
        assert found(client.app, no).version == 1

    @pytest.mark.slow
    def test_only_an_administrator_manages_people(self, client: Client, desk: Desk) -> None:
        assert desk.get("/desk/staff/").status == 403
        head = Desk(client, "李主任", accounts.ADMINISTRATOR)
        added = head.post("/desk/staff/", {"do": "add", "name": "小陈", "role": "staff"})
        password = re.search(r"[2-9a-z]{4}(-[2-9a-z]{4}){3}", added.text)
        assert password
        entered = client.post("/desk/sign-in/", {"name": "小陈", "password": password[0]})
        assert entered.location == "/desk/"
        head.post("/desk/staff/", {"do": "disable", "name": "小陈"})
        assert "已停用" in head.get("/desk/staff/").text


class TestBoard:
    def test_what_waits_longest_comes_first_and_the_overdue_says_so(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        old = wish(client).no
        clock.forward(days=3)
        new = wish(client).no
        text = Desk(client, "刘").get("/desk/").text
        assert text.index(order_number.spell(old)) < text.index(order_number.spell(new))
        assert "已过期" in text

    def test_an_order_is_found_by_each_of_its_marks(self, client: Client, desk: Desk) -> None:
        no = wish(client).no
        other = wish(client, phone="139 8765 4321", service="mending").no
        desk.dispatched(no)
        assert desk.get(f"/desk/find/?q={order_number.spell(no).lower()}").location.endswith(no)
        for query in (
            "q=5678", "q=138+1234+5678", "service=haircut", "team=barbers", "state=dispatched"
        ):  # fmt: skip
            text = desk.get(f"/desk/find/?{query}").text
            assert order_number.spell(no) in text, query
            assert order_number.spell(other) not in text, query
        assert order_number.spell(other) in desk.get("/desk/find/?month=2026-11").text
        assert "没有。" in desk.get("/desk/find/?month=2026-11&team=menders").text


class TestOrder:
    def test_the_whole_cycle_with_who_did_what_in_its_history(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        answer = wish(client)
        no = answer.no
        desk.dispatched(no)
        assert team.do(no, "accepted", volunteer="team", person="秦师傅").location
        assert team.do(no, "done", note="剪好了").location
        sent = {**client.get(answer.location).form("/api/rating"), **RATING}
        assert client.post("/api/rating", sent).location
        assert desk.do(no, "closed").location
        kinds = [event.kind for event in client.app.store.events(no)]
        assert kinds == [
            "submitted", "triaged", "dispatched", "accepted", "done", "rated", "closed"
        ]  # fmt: skip
        text = desk.get(f"/desk/order/?no={no}").text
        assert text.count("社区 王芳") == 3 + 1  # Three steps, and one look.
        assert "秦师傅" in text
        assert "态度 5 星" in text

    def test_due_days_follow_the_level_in_working_days(self, client: Client, desk: Desk) -> None:
        for level, due in (("routine", "2026-11-26"), ("difficult", "2026-12-14")):
            no = wish(client, name=level).no
            assert desk.do(no, "triaged", level=level, service="haircut").location
            assert found(client.app, no).due == due

    def test_a_difficult_one_is_consulted_on_before_it_is_dispatched(
        self, client: Client, desk: Desk
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="difficult", service="haircut")
        refused = desk.do(no, "dispatched", team="barbers")
        assert (refused.status, "先记下协商结果" in refused.text) == (409, True)
        desk.do(no, "consulted", note="和物业商量好了")
        assert desk.do(no, "dispatched", team="barbers").location

    def test_a_complex_one_without_a_milestone_shows_as_overdue(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="complex", service="haircut")
        clock.forward(days=20)
        again = Desk(client, "刘")
        assert "已过期" in again.get("/desk/?state=triaged").text
        again.do(no, "progressed", note="找到人了")
        assert "已过期" not in again.get("/desk/?state=triaged").text

    def test_waiting_for_the_resident_stops_the_clock(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        assert desk.do(no, "paused", until="2026-12-07", note="外出").location
        clock.forward(days=14)
        assert Desk(client, "刘").do(no, "resumed").location
        assert found(client.app, no).due == "2026-12-10"  # Ten working days later than before.

    def test_a_wrong_answer_comes_back_with_its_sentence_and_what_was_typed(
        self, client: Client, desk: Desk
    ) -> None:
        no = wish(client).no
        answer = desk.do(no, "triaged", service="haircut", note="记着")
        assert answer.status == 422
        assert "请选一级" in answer.errors["level"]
        assert "记着" in answer.body

    def test_of_two_who_act_at_once_the_second_is_told(self, client: Client, desk: Desk) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        said = {"no": no, "do": "rejected", "version": "1", "to_resident": "二"}
        late = desk.post("/desk/order/", said)
        assert (late.status, "刚才有人动过" in late.text) == (409, True)
        assert found(client.app, no).version == 2

    def test_a_note_is_taken_whatever_happened_meanwhile(self, client: Client, desk: Desk) -> None:
        no = wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        late = {"no": no, "do": "noted", "version": "1", "note": "写了很久的话"}
        assert desk.post("/desk/order/", late).location
        assert "写了很久的话" in desk.get(f"/desk/order/?no={no}").text

    def test_a_team_gets_no_more_than_it_can_take(self, client: Client, desk: Desk) -> None:
        client.app.bundle.capacity["barbers"] = 1
        try:
            first, second = wish(client).no, wish(client, name="李").no
            desk.dispatched(first)
            desk.do(second, "triaged", level="routine", service="haircut")
            full = desk.do(second, "dispatched", team="barbers")
            assert (full.status, "上限" in full.errors["team"]) == (422, True)
            assert Team(client).do(first, "declined", reason="busy").location
            assert desk.do(second, "dispatched", team="barbers").location
        finally:
            client.app.bundle.capacity.clear()

    def test_likely_duplicates_are_shown_merged_and_parted_again(
        self, client: Client, desk: Desk
    ) -> None:
        first, second = wish(client), wish(client, service="mending")
        page = desk.get(f"/desk/order/?no={second.no}").text
        assert order_number.spell(first.no) in page
        assert "同一个电话、同一个住址" in page
        assert desk.do(second.no, "merged", into=second.no).status == 422
        assert desk.do(second.no, "merged", into=first.no).location
        told = client.get(second.location).text
        assert "已合并" in told
        assert f"合到的单号是 {order_number.spell(first.no)}" in told
        assert "那一单社区收到了" in told
        assert desk.do(second.no, "unmerged").location
        assert found(client.app, second.no).state == "submitted"

    @pytest.mark.parametrize(
        "text", ["𠮷野先生想理发", "13812345678 想理发", "3 栋想理发", "住 1 栋 2 单元的想理发"]
    )
    def test_words_for_the_public_may_not_tell_whose_wish_it_is(
        self, client: Client, desk: Desk, text: str
    ) -> None:
        no = wish(client).no
        refused = desk.do(no, "released", text=text).errors["text"]
        assert "姓名、电话" in refused
        assert refused.split("“")[1].split("”")[0].split("、")[0] in text, "it says which words"
        assert desk.do(no, "released", text="独居老人想请人上门理发").location
        assert found(client.app, no).published == "独居老人想请人上门理发"

    def test_every_look_at_contact_details_is_remembered_once_a_day(
        self, client: Client, desk: Desk, clock: Clock
    ) -> None:
        no = wish(client).no
        for _ in range(3):
            assert "13812345678" in desk.get(f"/desk/order/?no={no}").text
        assert len(client.app.access_log.of(no)) == 1
        assert found(client.app, no).version == 1

    def test_staff_write_down_a_wish_told_by_phone_with_consent(
        self, client: Client, desk: Desk
    ) -> None:
        drawn = desk.get("/desk/wish/").form("/desk/wish/")
        refused = desk.post("/desk/wish/", {**drawn, **WISH, "source": "phone", "consent": ""})
        assert refused.status == 422
        no = desk.post("/desk/wish/", {**drawn, **WISH, "source": "phone"}).no
        (event,) = client.app.store.events(no)
        assert (event.by, event.data["who"], event.data["source"]) == ("staff", "王芳", "phone")
        assert event.data["consent"] is True

    def test_a_rating_told_by_phone_is_entered_but_not_for_ones_own_work(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team")
        assert desk.do(no, "done").location
        assert desk.do(no, "rated", source="phone", **RATING).status == 409
        other = Desk(client, "刘")
        assert other.do(no, "rated", source="phone", problems="来晚了", **RATING).location
        assert client.app.store.events(no)[-1].data["source"] == "phone"
        assert found(client.app, no).problem == "raised"

    def test_a_problem_is_answered_privately_or_for_all(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        answer = wish(client)
        desk.dispatched(answer.no)
        team.do(answer.no, "accepted", volunteer="team")
        team.do(answer.no, "done")
        sent = {**client.get(answer.location).form("/api/rating"), **RATING, "problems": "来晚了"}
        client.post("/api/rating", sent)
        assert desk.do(answer.no, "answered", how="private", text="对不起，下次早到").location
        assert "对不起，下次早到" in client.get(answer.location).text
        assert "对不起" not in str(client.app.store.events(answer.no))

    def test_personal_data_is_erased_and_the_history_stays(
        self, client: Client, desk: Desk
    ) -> None:
        no = wish(client).no
        desk.do(no, "cancelled")
        assert desk.do(no, "erased").location
        assert client.app.personal.contact(no) == {}
        assert "没有。" in desk.get("/desk/find/?q=5678").text
        assert found(client.app, no).erased_at

    def test_a_step_that_does_not_exist_is_told_apart_from_a_wrong_form(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        person = client.post("/api/volunteer", JOIN)
        assert person.status == 303
        signed_up = client.app.store.find("volunteer")[0].no
        for answer in (
            desk.do(no, "vanished"),
            team.do(no, "vanished"),
            desk.post("/desk/person/", {"no": signed_up, "do": "vanished"}),
        ):
            assert (answer.status, "没有这一步" in answer.body) == (400, True)
        assert found(client.app, no).state == "dispatched"


class TestTeam:
    def test_contact_details_come_with_accepting_and_go_with_the_end(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        assert "13812345678" not in team.get(no).body
        team.do(no, "accepted", volunteer="team", person="秦师傅")
        assert "13812345678" in team.get(no).body
        assert client.app.access_log.of(no)[-1].data["who"] == "barbers"
        team.do(no, "done")
        assert "13812345678" not in team.get(no).body

    def test_a_declined_order_leaves_the_teams_list_at_once(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        assert order_number.spell(no) in team.get().text
        left = team.do(no, "declined", reason="busy", note="都回老家了").location
        assert left.endswith(f"&no={no}"), "to be told what became of it"
        assert "已经回到社区，不在本队了" in team.get(no).text
        assert order_number.spell(no) not in team.get().text
        assert "最近排满了" in desk.get(f"/desk/order/?no={no}").text

    def test_a_team_that_lost_an_order_cannot_touch_it(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        team.do(no, "declined", reason="busy")
        desk.do(no, "dispatched", team="menders")
        late = team.do(no, "declined", reason="busy")
        assert (late.status, "不在本队" in late.text) == (409, True)
        assert found(client.app, no).team == "menders"

    def test_who_presses_accept_second_is_told_who_goes(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        version = str(found(client.app, no).version)
        team.do(no, "accepted", volunteer="team", person="秦师傅")
        sent = {**team.hidden, "no": no, "do": "accepted", "version": version, "volunteer": "team"}
        late = client.post("/team/", sent)
        assert (late.status, "已经由秦师傅接了" in late.text) == (409, True)

    def test_looking_at_links_changes_nothing(self, client: Client, desk: Desk, team: Team) -> None:
        no = wish(client).no
        desk.dispatched(no)
        before = client.app.store.events(no)
        for _ in range(3):
            team.get()
            team.get(no)
        assert client.app.store.events(no) == before

    def test_a_link_of_before_teams_had_keys_of_their_own_goes_on_working(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        links = client.app.team_links
        for version in range(team_links.VERSION):
            head = links.of("barbers")
            assert head
            data = head.data | {"version": version}
            asked = Change(head.followed(data=data), [Event("asked", "team", head.begun)])
            client.app.store.commit(asked)
            key = client.app.vault.key(version, "team", "barbers", head.data["count"])
            assert links.opens("barbers", key)
            assert f"key={key}" in links.address(links.of("barbers"))  # type: ignore[arg-type]
            assert not links.opens("barbers", team.hidden["key"])

    def test_a_link_ends_by_time_by_a_new_one_and_when_taken_back(
        self, client: Client, team: Team, clock: Clock
    ) -> None:
        new = Team(client)
        assert team.get().status == 403
        assert new.get().status == 200
        client.app.team_links.revoke("barbers", "王芳")
        assert new.get().status == 403
        newest = Team(client)
        clock.forward(days=180)
        ended = newest.get()
        assert (ended.status, "请社区发新链接" in ended.text) == (403, True)
        client.post("/team/", {**newest.hidden, "do": "renew"})
        assert "要新链接" in Desk(client, "刘").get("/desk/teams/").text

    def test_another_teams_orders_are_not_shown(self, client: Client, desk: Desk) -> None:
        no = wish(client).no
        desk.dispatched(no)
        assert Team(client, "menders").get(no).status == 404

    def test_the_slips_code_rates_just_this_order_once(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team")
        team.do(no, "done")
        link = team.get(no).page.css_first('a[href^="/team/slip/"]')
        assert link is not None
        slip = team.client.get(link.attributes["href"] or "")
        assert "<svg" in slip.body
        address = f"/rate/?no={no}&key={client.app.orders.rating_key(found(client.app, no))}"
        page = client.get(address)
        sent = {**page.form("/api/rating"), **RATING}
        assert client.post("/api/rating", sent).location
        assert client.app.store.events(no)[-1].data["source"] == "slip"
        again = client.get(address)
        assert "last4" in again.form("/api/rating")
        assert client.post("/api/rating", {**sent, "skill": "1"}).status == 409


class TestClock:
    def test_a_team_that_stays_silent_loses_the_order(
        self, client: Client, desk: Desk, team: Team, clock: Clock
    ) -> None:
        no = wish(client).no
        desk.dispatched(no)
        clock.forward(days=2)
        assert tick(client.app)["escalated"] == 0
        clock.forward(days=1)
        assert tick(client.app)["escalated"] == 1
        assert found(client.app, no).state == "triaged"
        assert tick(client.app)["escalated"] == 0
        assert "到期没有答复" in Desk(client, "李明").get(f"/desk/order/?no={no}").text

    def test_what_is_done_is_closed_in_time_and_can_still_be_rated(
        self, client: Client, desk: Desk, team: Team, clock: Clock
    ) -> None:
        answer = wish(client)
        desk.dispatched(answer.no)
        team.do(answer.no, "accepted", volunteer="team")
        team.do(answer.no, "done")
        clock.forward(days=30)
        assert tick(client.app)["closed"] == 1
        sent = {**client.get(answer.location).form("/api/rating"), **RATING}
        assert client.post("/api/rating", sent).location
        assert found(client.app, answer.no).state == "rated"


def tick(app: App) -> dict[str, Any]:
    return scheduled.tick(app)


class TestPeople:
    def test_a_sign_up_is_approved_named_for_an_order_and_its_record_kept(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        Client(client.app).post("/api/volunteer", JOIN)
        (head,) = client.app.store.find(volunteers.KIND)
        assert "王女士" in desk.get("/desk/people/").text
        sent = {"no": head.no, "do": "approved", "team": "barbers"}
        assert desk.post("/desk/person/", sent).location
        no = wish(client).no
        desk.dispatched(no)
        assert "王女士" in team.get(no).text
        team.do(no, "accepted", volunteer=head.no)
        team.do(no, "done")
        sent = {"no": no, "key": client.app.orders.key(found(client.app, no)), **RATING}
        client.post("/api/rating", sent)
        record = desk.get(f"/desk/person/?no={head.no}").text
        assert order_number.spell(no) in record
        assert "平均 4.0 星" in record

    def test_nobody_is_named_to_serve_themselves(
        self, client: Client, desk: Desk, team: Team
    ) -> None:
        client.post("/api/volunteer", {**JOIN, "phone": WISH["phone"], "name": "𠮷野"})
        (head,) = client.app.store.find(volunteers.KIND)
        desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
        no = wish(client).no
        desk.dispatched(no)
        assert team.do(no, "accepted", volunteer=head.no).status == 422


class TestSheets:
    def test_orders_are_exported_with_phones_and_formulas_as_text(
        self, client: Client, desk: Desk
    ) -> None:
        wish(client, detail="=1+1")
        answer = desk.post("/desk/sheets/orders.xlsx", {"month": "2026-11"})
        sheet = load_workbook(io.BytesIO(answer.raw)).worksheets[0]
        row = [cell.value for cell in sheet[2]]
        assert {"13812345678", "=1+1"} <= {*row}
        assert all(cell.data_type != "f" for cell in sheet[2])
        [entry] = client.app.audit.find(["what:exported"])
        assert (entry.data["who"], entry.data["count"]) == ("王芳", 1)

    def test_an_export_as_text_has_the_cells_of_the_workbook(
        self, client: Client, desk: Desk
    ) -> None:
        wish(client, detail="=1+1")
        month = {"month": "2026-11"}
        answer = desk.post("/desk/sheets/orders.xlsx", {**month, "as": "csv"})
        assert ".csv" in answer.headers["content-disposition"]
        book = desk.post("/desk/sheets/orders.xlsx", month).raw
        heads, cells = load_workbook(io.BytesIO(book)).worksheets[0].values
        lines = [*csv.reader(answer.body.removeprefix("\ufeff").splitlines())]
        assert lines[0] == [*heads]
        assert [cell.removeprefix("'") for cell in lines[1]] == [
            str(cell if cell is not None else "") for cell in cells
        ]

    @pytest.mark.parametrize("sheet", ["orders", "ratings", "volunteers", "report"])
    def test_every_export_is_recorded_with_who_took_it_and_what(
        self, client: Client, desk: Desk, sheet: str
    ) -> None:
        assert desk.post(f"/desk/sheets/{sheet}.xlsx", {}).status == 200
        [entry] = client.app.audit.find(["what:exported"])
        assert (entry.data["who"], entry.data["sheet"]) == ("王芳", sheet)

    def test_a_sheet_is_taken_whole_or_not_at_all_and_once(
        self, client: Client, desk: Desk
    ) -> None:
        form = client.app.bundle.actions["applied"]
        labels = [f["label"] for f in form["fields"] if f["required"]]
        good = {"name": "赵一", "phone": "13900001111", "consent": "是"}
        team = next(iter(client.app.bundle.teams.values()))

        def row(**changes: str) -> list[str]:
            values = {**good, **changes}
            return [
                values.get(f["name"]) or (f["choices"][0]["label"] if f["choices"] else team)
                for f in form["fields"]
                if f["required"]
            ]

        bad = workbook(labels, row(), row(phone="12"))
        refused = upload(desk, "volunteers", bad)
        assert (refused.status, "第 3 行" in refused.text) == (422, True)
        assert client.app.store.find(volunteers.KIND) == []
        book = workbook(labels, row(), row(name="钱二", phone="13900002222"))
        assert "收下了 2 行。" in bring(desk, "volunteers", book).text
        assert "收下了 0 行。有 2 行是重复的" in bring(desk, "volunteers", book).text
        assert len(client.app.store.find(volunteers.KIND)) == 2

    @pytest.mark.slow
    def test_what_is_no_workbook_or_lacks_columns_is_told(self, desk: Desk) -> None:
        assert "读不出来" in upload(desk, "wishes", b"nothing").text
        empty = io.BytesIO()
        Workbook().save(empty)
        assert "没有要收的行" in upload(desk, "wishes", empty.getvalue()).text


@pytest.mark.parametrize("received", ["", "2026-11-04"])
def test_the_same_wish_that_is_typed_twice_is_told_and_filed_again_only_on_purpose(
    client: Client, received: str
) -> None:
    desk = Desk(client)
    paper = {**WISH, "source": "paper", "received": received}
    first = desk.post("/desk/wish/", desk.get("/desk/wish/").form("/desk/wish/") | paper).no
    asked = desk.post("/desk/wish/", desk.get("/desk/wish/").form("/desk/wish/") | paper)
    assert asked.status == 409
    assert order_number.spell(first) in asked.text
    assert len(client.app.store.find("order")) == 1
    again = asked.form("/desk/wish/")
    assert again["detail"] == [WISH["detail"]]
    assert desk.post("/desk/wish/", again).no != first
    other = desk.get("/desk/wish/").form("/desk/wish/") | paper | {"detail": "另一件"}
    assert desk.post("/desk/wish/", other).no


def test_the_same_sign_up_sent_again_is_known_and_a_shared_phone_is_marked(client: Client) -> None:
    def sign_up(**changes: str) -> Answer:
        form = client.get("/join/").form("/api/volunteer")
        return client.post("/api/volunteer", {**form, **JOIN, **changes})

    for joined in ({}, {"team": ""}):
        assert sign_up(**joined, do="check").status == 200
        assert sign_up(**joined).status == 303
        assert "已经提交过" in sign_up(**joined).text
        assert "已经提交过" in sign_up(**joined, do="check").text
    other = sign_up(name="王先生", again="yes").no
    page = Desk(client).get("/desk/people/?state=applied")
    assert page.text.count("同一个电话") == 6
    assert "王先生" in Desk(client, "刘").get(f"/desk/person/?no={other}").text
