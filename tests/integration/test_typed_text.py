"""What staff and teams typed survives: others who were quicker, a second tap, an ended session."""

import pytest

from tests.support.client import Answer, Client
from tests.support.orders import Desk, Team, found, wish

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

    @pytest.mark.parametrize(
        ("kind", "typed"),
        [
            ("noted", {"note": NOTE}),
            ("assigned", {"volunteer": "team", "person": "王女士"}),
            ("answered", {"how": "private", "text": NOTE}),
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


def rate(client: Client, answer: Answer, **typed: str) -> None:
    sent = client.get(answer.location).form("/api/rating")
    stars = {"attitude": "5", "skill": "4", "timeliness": "3", "solved": "solved"}
    assert client.post("/api/rating", {**sent, **stars, **typed}).location


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
