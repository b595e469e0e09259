"""What staff and teams typed survives: others who were quicker, a second tap, an ended session."""

import pytest

from functions.orders.lifecycle.states import RESIDENT
from functions.people import accounts
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import JOIN, PASSWORD, Desk, Team, account, found, wish

NOTE = "和居民约好周六上午，她住四楼没有电梯"


def drawn(desk: Desk, no: str, kind: str) -> dict[str, list[str]]:
    """The form of a step as it stands on the order's page now."""
    return desk.get(f"/desk/order/?no={no}").form("/desk/order/", kind)


def kinds(client: Client, no: str) -> list[str]:
    return [event.kind for event in client.app.store.events(no)]


class TestConflict:
    def test_the_form_comes_back_filled_in_with_what_changed_meanwhile(
        self, client: Client
    ) -> None:
        desk, colleague, no = Desk(client), Desk(client, "刘"), wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        form = drawn(desk, no, "dispatched") | {"team": ["barbers"], "note": [NOTE]}
        colleague.do(no, "triaged", level="complex", service="haircut")
        answer = desk.post("/desk/order/", form)
        assert answer.status == 409
        assert "这张表打开以后： 受理 社区 刘" in answer.text
        again = answer.form("/desk/order/", "dispatched")
        assert (again["note"], again["team"]) == ([NOTE], ["barbers"])
        assert desk.post("/desk/order/", again).location
        assert found(client.app, no).state == "dispatched"

    def test_a_triage_takes_over_what_a_colleague_changed_meanwhile(self, client: Client) -> None:
        desk, colleague, no = Desk(client), Desk(client, "刘"), wish(client).no
        desk.do(no, "triaged", level="routine", service="haircut")
        form = drawn(desk, no, "triaged") | {"note": [NOTE]}
        assert (form["level"], form["service"]) == (["routine"], ["haircut"])
        colleague.do(no, "triaged", level="complex", service="mending")
        answer = desk.post("/desk/order/", form)
        assert answer.status == 409
        again = answer.form("/desk/order/", "triaged")
        assert (again["level"], again["service"]) == (["complex"], ["mending"])
        assert again["note"] == [NOTE]
        typed = {**form, "level": ["difficult"]}
        again = desk.post("/desk/order/", typed).form("/desk/order/", "triaged")
        assert (again["level"], again["service"]) == (["difficult"], ["mending"]), "what I chose"

    def test_who_was_chosen_for_what_a_colleague_did_first_is_told_by_name(
        self, client: Client
    ) -> None:
        client.post("/api/volunteer", JOIN)
        (head,) = client.app.store.find("volunteer")
        client.app.volunteers.move(head, "approved", team="barbers")
        desk, team, no = Desk(client), Team(client), wish(client).no
        desk.dispatched(no)
        version = str(found(client.app, no).version)
        assert team.do(no, "accepted", volunteer="team").location
        late = team.do(no, "accepted", volunteer=head.no, version=version)
        assert late.status == 409
        assert JOIN["name"] in late.text
        assert head.no not in late.text

    def test_what_was_typed_for_a_step_that_may_not_follow_any_more_is_shown_to_be_copied(
        self, client: Client
    ) -> None:
        desk, colleague, no = Desk(client), Desk(client, "刘"), wish(client).no
        form = drawn(desk, no, "triaged") | {"level": ["routine"], "note": [NOTE]}
        colleague.do(no, "rejected", to_resident="请找物业")
        answer = desk.post("/desk/order/", form)
        assert answer.status == 409
        assert "可以抄到别处" in answer.text
        assert f"备注 {NOTE}" in answer.text
        assert "常规：马上办" in answer.text
        assert "不受理 社区 刘" in answer.text

    def test_a_team_keeps_what_it_typed_and_is_told_of_the_step_that_it_tried(
        self, client: Client
    ) -> None:
        desk, team, no = Desk(client), Team(client), wish(client).no
        desk.dispatched(no)
        form = team.get(no).form("/team/", "declined") | {"reason": ["other"], "note": [NOTE]}
        team.do(no, "accepted", volunteer="team")
        answer = client.post("/team/", form)
        assert answer.status == 409
        assert NOTE in answer.text
        assert "不用再接" not in answer.text
        assert "接单 服务队" in answer.text

    def test_a_team_that_lost_the_order_meanwhile_can_copy_what_it_typed(
        self, client: Client
    ) -> None:
        desk, team, no = Desk(client), Team(client), wish(client).no
        desk.dispatched(no)
        form = team.get(no).form("/team/", "declined") | {"reason": ["other"], "note": [NOTE]}
        desk.do(no, "recalled")
        answer = client.post("/team/", form)
        assert (answer.status, NOTE in answer.text) == (409, True)
        assert "收回派单 社区" in answer.text

    def test_a_team_whose_link_ended_meanwhile_can_copy_what_it_typed(self, client: Client) -> None:
        desk, team, no = Desk(client), Team(client), wish(client).no
        desk.dispatched(no)
        form = team.get(no).form("/team/", "declined") | {"reason": ["other"], "note": [NOTE]}
        client.app.team_links.revoke("barbers", "王芳")
        answer = client.post("/team/", form)
        assert (answer.status, NOTE in answer.text) == (403, True)
        assert found(client.app, no).state == "dispatched"

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("noted", {"note": NOTE}),
            ("assigned", {"volunteer": "team", "person": "王女士"}),
            ("answered", {"how": "private", "text": NOTE}),
            ("handled", {"handler": "nobody"}),
        ],
    )
    def test_harmless_acts_are_taken_at_whatever_version_the_order_has(
        self, client: Client, kind: str, typed: dict[str, str]
    ) -> None:
        desk, colleague, team = Desk(client), Desk(client, "刘"), Team(client)
        answer = wish(client)
        no = answer.no
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team")
        if kind == "answered":
            team.do(no, "done")
            rate(client, answer, problems="来晚了")
        form = drawn(desk, no, kind) | {name: [text] for name, text in typed.items()}
        colleague.do(no, "noted", note="刚打过电话")
        assert desk.post("/desk/order/", form).location
        assert kinds(client, no)[-2:] == ["noted", kind]

    def test_a_colleagues_note_does_not_stop_an_open_form(self, client: Client) -> None:
        desk, colleague, team, no = Desk(client), Desk(client, "刘"), Team(client), wish(client).no
        form = drawn(desk, no, "triaged") | {"level": ["routine"], "service": ["haircut"]}
        colleague.do(no, "noted", note="刚打过电话")
        colleague.do(no, "handled", handler="刘")
        assert desk.post("/desk/order/", form).location
        desk.dispatched(no)
        form = team.get(no).form("/team/", "accepted") | {"volunteer": ["team"]}
        colleague.do(no, "noted", note="她住四楼")
        assert client.post("/team/", form).location
        assert found(client.app, no).state == "accepted"

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("handled", {"handler": "王芳"}),
            ("assigned", {"volunteer": "team", "person": "王女士"}),
        ],
    )
    def test_who_is_at_it_is_not_decided_twice_in_silence(
        self, client: Client, kind: str, typed: dict[str, str]
    ) -> None:
        desk, colleague, team, no = Desk(client), Desk(client, "刘"), Team(client), wish(client).no
        desk.dispatched(no)
        team.do(no, "accepted", volunteer="team")
        form = drawn(desk, no, kind) | {name: [text] for name, text in typed.items()}
        theirs = {"handler": "刘"} if kind == "handled" else {"volunteer": "team", "person": "李"}
        colleague.do(no, kind, **theirs)
        assert desk.post("/desk/order/", form).status == 409

    @pytest.mark.parametrize("version", ["", "x", "99", "9" * 5000])
    def test_a_form_that_names_no_version_of_the_order_is_a_conflict(
        self, client: Client, version: str
    ) -> None:
        desk, no = Desk(client), wish(client).no
        form = drawn(desk, no, "triaged") | {"level": ["routine"], "service": ["haircut"]}
        assert desk.post("/desk/order/", form | {"version": [version]}).status == 409

    def test_a_form_does_not_pass_over_what_a_resident_added_meanwhile(
        self, client: Client
    ) -> None:
        desk, no = Desk(client), wish(client).no
        form = drawn(desk, no, "triaged") | {"level": ["routine"], "service": ["haircut"]}
        client.app.steps.take(found(client.app, no), "noted", RESIDENT)
        assert desk.post("/desk/order/", form).status == 409
        assert found(client.app, no).unread


def rate(client: Client, answer: Answer, **typed: str) -> None:
    sent = client.get(answer.location).form("/api/rating")
    stars = {"attitude": "5", "skill": "4", "timeliness": "3", "solved": "solved"}
    assert client.post("/api/rating", {**sent, **stars, **typed}).location


class TestWhoElse:
    def test_an_order_shows_who_else_opened_it_in_the_last_minutes(
        self, client: Client, clock: Clock
    ) -> None:
        desk, colleague, no = Desk(client), Desk(client, "刘"), wish(client).no
        address = f"/desk/order/?no={no}"
        assert "也打开了" not in desk.get(address).text
        assert "王芳（10:00）刚才也打开了" in colleague.get(address).text
        clock.forward(minutes=9)
        assert "刘（10:00）刚才也打开了" in desk.get(address).text
        clock.forward(minutes=11)
        assert "也打开了" not in colleague.get(address).text
        clock.forward(minutes=1)
        # The second look of a day is in no history, and is known all the same.
        assert "刘（10:20）" in desk.get(address).text
        assert len(client.app.access_log.of(no)) == 2


class TestSecondTap:
    def test_a_desk_form_that_is_sent_twice_is_taken_once_and_answered_alike(
        self, client: Client
    ) -> None:
        desk, no = Desk(client), wish(client).no
        for kind, typed in (
            ("noted", {"note": NOTE}),
            ("triaged", {"level": "routine", "service": "haircut"}),
            ("dispatched", {"team": "barbers"}),
        ):
            form = {**drawn(desk, no, kind), **typed}
            answers = [desk.post("/desk/order/", form).location for _ in range(2)]
            assert answers[0] == answers[1]
            assert kinds(client, no).count(kind) == 1

    def test_another_text_in_the_same_form_is_another_note(self, client: Client) -> None:
        desk, no = Desk(client), wish(client).no
        form = drawn(desk, no, "noted")
        for text in ("第一笔", "第二笔"):
            assert desk.post("/desk/order/", {**form, "note": text}).location
        assert kinds(client, no).count("noted") == 2

    def test_a_teams_form_that_is_sent_twice_is_answered_by_what_it_did(
        self, client: Client
    ) -> None:
        desk, team, no = Desk(client), Team(client), wish(client).no
        desk.dispatched(no)
        for kind, typed in (("accepted", {"volunteer": "team"}), ("returned", {"note": NOTE})):
            form = {**team.get(no).form("/team/", kind), **typed}
            answers = [client.post("/team/", form) for _ in range(2)]
            assert [answer.status for answer in answers] == [303, 303]
            assert kinds(client, no).count(kind) == 1


def sign_in(client: Client, page: Answer, name: str = "王芳") -> Answer:
    form = page.form("/desk/sign-in/")
    return client.post("/desk/sign-in/", {**form, "name": name, "password": PASSWORD})


class TestEndedSession:
    def test_after_signing_in_the_form_is_there_with_what_was_typed_and_what_changed(
        self, client: Client, clock: Clock
    ) -> None:
        desk, no = Desk(client), wish(client).no
        form = drawn(desk, no, "triaged") | {"level": ["complex"], "note": [NOTE]}
        Desk(client, "刘").do(no, "noted", note="刚打过电话")
        clock.forward(hours=11)
        asked = desk.client.post("/desk/order/", form, cookie=desk.cookie)
        assert (asked.status, found(client.app, no).state) == (403, "submitted")
        assert "用原来的名字登录" in asked.text
        assert NOTE not in asked.body
        entered = sign_in(client, asked)
        assert entered.status == 200
        assert "登录过期了" in entered.text
        assert "记一笔 社区 刘" in entered.text
        again = entered.form("/desk/order/", "triaged")
        assert (again["note"], again["level"]) == ([NOTE], ["complex"])
        cookie = entered.cookies[-2].split(";")[0]
        sent = {**again, "service": "haircut"}
        assert client.post("/desk/order/", sent, cookie=cookie).location
        assert found(client.app, no).level == "complex"

    def test_a_wrong_password_in_between_loses_nothing(self, client: Client, clock: Clock) -> None:
        desk = Desk(client)
        form = desk.get("/desk/wish/").form("/desk/wish/") | {"detail": [NOTE]}
        clock.forward(hours=11)
        asked = client.post("/desk/wish/", form, cookie=desk.cookie)
        wrong = client.post("/desk/sign-in/", {**asked.form("/desk/sign-in/"), "password": "x"})
        assert wrong.status == 422
        assert sign_in(client, wrong).form("/desk/wish/")["detail"] == [NOTE]

    def test_what_somebody_typed_opens_for_nobody_else(self, client: Client, clock: Clock) -> None:
        desk, no = Desk(client), wish(client).no
        account(client.app, "刘")
        form = drawn(desk, no, "noted") | {"note": [NOTE]}
        clock.forward(hours=11)
        asked = client.post("/desk/order/", form, cookie=desk.cookie)
        assert sign_in(client, asked, "刘").location == "/desk/"

    def test_a_forged_or_foreign_address_leads_to_the_board(self, client: Client) -> None:
        password = account(client.app, "王芳")
        for text in ("https://evil.example/", "AAAA", "%", "//evil.example"):
            typed = {"name": "王芳", "password": password, "kept": text}
            assert client.post("/desk/sign-in/", typed).location == "/desk/"

    def test_a_page_that_was_only_to_be_seen_comes_after_signing_in(self, client: Client) -> None:
        no = wish(client).no
        account(client.app, "王芳")
        asked = client.get(f"/desk/order/?no={no}")
        assert asked.status == 403
        assert sign_in(client, asked).location == f"/desk/order/?no={no}"

    def test_signing_in_again_in_another_window_ends_no_form(
        self, client: Client, clock: Clock
    ) -> None:
        desk, no = Desk(client), wish(client).no
        form = drawn(desk, no, "noted") | {"note": [NOTE]}
        clock.forward(hours=11)
        entered = client.post("/desk/sign-in/", {"name": "王芳", "password": PASSWORD})
        cookie = entered.cookies[0].split(";")[0]
        assert client.post("/desk/order/", form, cookie=cookie).location

    def test_a_form_of_somebody_else_is_not_sent_in_ones_own_name(self, client: Client) -> None:
        desk, other, no = Desk(client), Desk(client, "刘"), wish(client).no
        form = drawn(desk, no, "noted") | {"note": [NOTE]}
        asked = client.post("/desk/order/", form, cookie=other.cookie)
        assert (asked.status, kinds(client, no)) == (403, ["submitted"])
        assert sign_in(client, asked).form("/desk/order/", "noted")["note"] == [NOTE]


class TestSecondTapElsewhere:
    def test_a_volunteer_is_approved_once_and_both_taps_lead_to_the_page(
        self, client: Client
    ) -> None:
        desk = Desk(client)
        client.post("/api/volunteer", JOIN)
        (head,) = client.app.store.find("volunteer")
        form = desk.get(f"/desk/person/?no={head.no}").form("/desk/person/", "approved")
        answers = [desk.post("/desk/person/", {**form, "team": "barbers"}) for _ in range(2)]
        assert [answer.status for answer in answers] == [303, 303]
        assert kinds(client, head.no) == ["applied", "approved"]

    def test_ticked_sign_ups_are_approved_once_and_said_to_be(self, client: Client) -> None:
        desk = Desk(client)
        client.post("/api/volunteer", JOIN)
        (head,) = client.app.store.find("volunteer")
        once = desk.get("/desk/people/").page.css_first("[name=once]")
        assert once is not None
        form = {"once": once.attributes["value"], "no": head.no, "into": "barbers"}
        for _ in range(2):
            assert "通过了 1 人" in desk.post("/desk/people/", form).text
        assert kinds(client, head.no) == ["applied", "approved"]

    def test_a_new_link_is_issued_once(self, client: Client) -> None:
        desk = Desk(client)
        form = desk.get("/desk/teams/").form("/desk/teams/")
        for _ in range(2):
            page = desk.post("/desk/teams/", {**form, "team": "barbers", "do": "issue"})
            assert "key=" in page.body
        assert kinds(client, "link:barbers") == ["issued"]

    @pytest.mark.slow
    def test_the_password_on_the_page_after_a_second_tap_opens_the_account(
        self, client: Client
    ) -> None:
        desk = Desk(client, "李主任", accounts.ADMINISTRATOR)
        form = {**desk.get("/desk/staff/").form("/desk/staff/", "add"), "role": "staff"}
        for _ in range(2):
            answer = desk.post("/desk/staff/", {**form, "name": "小陈"})
        password = answer.page.css_first(".lead code")
        assert password is not None
        typed = {"name": "小陈", "password": password.text()}
        assert client.post("/desk/sign-in/", typed).location == "/desk/"
