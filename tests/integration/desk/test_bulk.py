"""Many orders at once: triage and dispatch of a whole page, with what is proposed for each."""

from typing import Any

import pytest
from selectolax.lexbor import LexborNode

from functions.app import App
from functions.orders.lifecycle.states import RESIDENT
from functions.scheduled import tick
from functions.storage.history import Change
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import Desk, Team, found, wish

TRIAGE, DISPATCH = "/desk/triage/", "/desk/dispatch/"


def wishes(client: Client, count: int, **more: Any) -> list[str]:
    """Wishes of as many residents who have nothing in common."""
    numbers = []
    for n in range(count):
        client.sender = f"198.51.100.{n}"
        own = {"phone": f"1390000{n:04}", "address": f"路 {n} 甲", "name": f"居{n}"}
        numbers.append(wish(client, **own, **more).no)
    return numbers


def drawn(answer: Answer, address: str) -> dict[str, list[str]]:
    """The form as a browser sends it; a menu sends its first choice where none is chosen."""
    sent = answer.form(address)
    for menu in answer.page.css("select"):
        sent.setdefault(menu.attributes["name"] or "", [""])
    return sent


def row(answer: Answer, no: str) -> LexborNode:
    for each in answer.page.css("tbody tr"):
        box = each.css_first("[name=no]")
        if box and box.attributes["value"] == no:
            return each
    raise AssertionError(f"no row of {no}")


def ticked(answer: Answer) -> set[str]:
    boxes = answer.page.css("[name=no]")
    return {box.attributes["value"] or "" for box in boxes if "checked" in box.attributes}


def chosen(answer: Answer, name: str) -> str:
    option = answer.page.css_first(f'select[name="{name}"] option[selected]')
    return (option.attributes["value"] or "") if option else ""


def triaged(desk: Desk, *numbers: str, **more: str) -> None:
    for no in numbers:
        assert desk.do(no, "triaged", **{"level": "routine", "service": "haircut", **more}).location


class TestTriage:
    @pytest.mark.slow
    def test_a_page_of_wishes_is_triaged_with_one_button_and_the_next_page_follows(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        numbers = wishes(client, 43)
        first = desk.get(TRIAGE)
        assert len(ticked(first)) == 30
        second = desk.post(TRIAGE, drawn(first, TRIAGE))
        assert "受理了 30 单" in second.text
        assert len(ticked(second)) == 13
        last = desk.post(TRIAGE, drawn(second, TRIAGE))
        assert "受理了 13 单" in last.text
        assert "没有等受理的" in last.text
        orders = [found(app, no) for no in numbers]
        assert {(o.state, o.level, o.service) for o in orders} == {
            ("triaged", "routine", "haircut")
        }
        assert app.store.events(numbers[0])[-1].data["who"] == "王芳"

    def test_what_is_not_on_the_menu_or_may_be_known_is_not_ticked_beforehand(
        self, client: Client, desk: Desk
    ) -> None:
        [plain] = wishes(client, 1)
        [other] = wishes(client, 1, service="other")
        answer = desk.get(TRIAGE)
        # The two have phone and address in common.
        assert not ticked(answer)
        assert "可能重复" in row(answer, plain).text()
        assert "同一个电话" in row(answer, plain).text()
        desk.do(plain, "erased")
        desk.do(plain, "cancelled")
        lone = wish(client, service="other").no
        own = wish(client, phone="13700000001", address="乙").no
        answer = desk.get(TRIAGE)
        assert ticked(answer) == {own}
        assert (chosen(answer, f"level-{lone}"), chosen(answer, f"level-{own}")) == ("", "routine")
        assert other not in ticked(answer)

    def test_as_repeated_stand_a_few_and_nothing_that_ended_for_another_service(
        self, client: Client, desk: Desk
    ) -> None:
        other = wish(client, service="mending").no
        desk.do(other, "cancelled")
        no = wish(client).no
        assert "可能重复" not in row(desk.get(TRIAGE), no).text()
        for n in range(5):
            wish(client, phone=f"1391234567{n}", service="mending")
            wish(client, address=f"{n} 栋", service="mending")
        assert row(desk.get(TRIAGE), no).text().count("可能重复") == 8

    def test_the_grid_of_the_residents_last_order_is_proposed(
        self, client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [asked] = [f for f in client.app.bundle.actions["triaged"]["fields"] if f["name"] == "grid"]
        grids = [{"value": name, "label": name, "group": ""} for name in ("第一网格", "第二网格")]
        monkeypatch.setitem(asked, "choices", grids)
        old = wish(client).no
        triaged(desk, old, grid="第二网格")
        new = wish(client).no
        assert chosen(desk.get(TRIAGE), f"grid-{new}") == "第二网格"

    def test_the_wish_is_read_without_phone_and_address_and_leaves_no_look(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        said = "想理发，电话 138 1234 5678，住 1 栋 2 单元，请早点来"
        no = wish(client, detail=said).no
        text = row(desk.get(TRIAGE), no).text()
        assert "想理发" in text
        assert "请早点来" in text
        assert "5678" not in text
        assert "单元" not in text
        assert app.access_log.of(no) == ()

    def test_each_that_fails_says_why_and_keeps_what_was_chosen(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        good, bare, moved, gone = wishes(client, 4)
        sent = drawn(desk.get(TRIAGE), TRIAGE)
        sent |= {f"level-{bare}": [""], f"service-{bare}": ["mending"]}
        sent |= {f"level-{moved}": ["complex"], f"level-{gone}": ["difficult"]}
        desk.do(moved, "released", text="想请人上门理发")
        desk.do(gone, "cancelled")
        answer = desk.post(TRIAGE, sent)
        assert "受理了 1 单" in answer.text
        assert "没有办成 3 单" in answer.text
        assert [found(app, no).state for no in (good, bare, moved, gone)] == [
            "triaged", "submitted", "submitted", "cancelled"
        ]  # fmt: skip
        assert "请选一级" in row(answer, bare).text()
        assert chosen(answer, f"service-{bare}") == "mending"
        assert "刚才有人动过" in row(answer, moved).text()
        assert chosen(answer, f"level-{moved}") == "complex"
        # Whoever was told of a change looks before ticking again.
        assert ticked(answer) == {bare}
        assert "现在是“已取消”" in answer.text
        assert "困难" in answer.text
        again = desk.post(TRIAGE, {**drawn(answer, TRIAGE), "no": [moved]})
        assert "受理了 1 单" in again.text
        assert found(app, moved).level == "complex"

    @pytest.mark.parametrize("is_ticked", [True, False])
    def test_a_colleagues_correction_is_told_and_not_undone_by_what_nobody_chose(
        self, client: Client, desk: Desk, app: App, is_ticked: bool
    ) -> None:
        no, other = wishes(client, 2)
        sent = drawn(desk.get(TRIAGE), TRIAGE) | {"no": [no] if is_ticked else [other]}
        sent |= {f"level-{no}": ["complex"]}
        form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
        changed = {**form, "service": "mending", "phone": "13900009999", "name": "钱阿姨"}
        assert desk.post("/desk/order/", changed).location
        answer = desk.post(TRIAGE, sent)
        told = " ".join(row(answer, no).text().split())
        assert "这张表打开以后" in told
        assert "王芳" in told
        assert "理发 → 修理家电" in told
        assert "改过了，写在这一单的页上" in told
        assert "9999" not in told
        assert "钱阿姨" not in told
        assert (chosen(answer, f"service-{no}"), chosen(answer, f"level-{no}")) == (
            "mending",
            "complex",
        )
        assert no not in ticked(answer)
        desk.post(TRIAGE, {**drawn(answer, TRIAGE), "no": [no]})
        assert (found(app, no).service, found(app, no).level) == ("mending", "complex")

    def test_what_is_chosen_in_rows_without_a_tick_stays(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        one, two = wishes(client, 2)
        sent = drawn(desk.get(TRIAGE), TRIAGE) | {"no": [one], f"level-{two}": ["difficult"]}
        answer = desk.post(TRIAGE, sent)
        assert found(app, two).state == "submitted"
        assert chosen(answer, f"level-{two}") == "difficult"
        assert not ticked(answer)

    def test_a_page_sent_twice_says_the_same_and_does_nothing_twice(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        [no] = wishes(client, 1)
        sent = drawn(desk.get(TRIAGE), TRIAGE)
        for _ in range(2):
            assert "受理了 1 单" in desk.post(TRIAGE, sent).text
        assert [event.kind for event in app.store.events(no)] == ["submitted", "triaged"]
        assert "没有办成 1 单" in desk.post(TRIAGE, sent | {f"level-{no}": ["complex"]}).text

    def test_without_a_tick_nothing_is_done_and_the_page_says_so(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        [no] = wishes(client, 1)
        sent = drawn(desk.get(TRIAGE), TRIAGE)
        del sent["no"]
        assert "还没有打勾" in desk.post(TRIAGE, sent).text
        assert found(app, no).state == "submitted"

    def test_the_second_page_is_reached_without_acting_on_the_first(
        self, client: Client, desk: Desk
    ) -> None:
        wishes(client, 31)
        link = desk.get(TRIAGE).page.css_first(".buttons a")
        assert link
        assert len(ticked(desk.get(link.attributes["href"] or ""))) == 1


class TestDispatch:
    @pytest.mark.slow
    def test_more_than_a_page_is_dispatched_page_by_page(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        Team(client)
        numbers = wishes(client, 32)
        triaged(desk, *numbers)
        page = desk.post(DISPATCH, drawn(desk.get(DISPATCH), DISPATCH))
        assert "派出去了 30 单" in page.text
        assert len(ticked(page)) == 2
        desk.post(DISPATCH, drawn(page, DISPATCH))
        assert {found(app, no).team for no in numbers} == {"barbers"}

    def test_loads_count_what_stands_before_on_the_page_up_to_the_capacity(
        self, client: Client, desk: Desk, app: App, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(app.bundle.capacity, "barbers", 2)
        Team(client)
        triaged(desk, *wishes(client, 3))
        answer = desk.get(DISPATCH)
        options = [
            option.text()
            for option in answer.page.css("option")
            if option.attributes["value"] == "barbers"
        ]
        told = ("手上 0 单", "手上 1 单", "已满")
        assert all(text in option for text, option in zip(told, options, strict=True))
        assert len(ticked(answer)) == 2
        numbers = [box.attributes["value"] or "" for box in answer.page.css("[name=no]")]
        assert chosen(answer, f"team-{numbers[2]}") == ""
        # Chosen all the same, it is refused with the reason, and stays chosen.
        sent = drawn(answer, DISPATCH) | {"no": numbers, f"team-{numbers[2]}": ["barbers"]}
        answer = desk.post(DISPATCH, sent)
        assert "派出去了 2 单" in answer.text
        assert "已经到上限" in row(answer, numbers[2]).text()
        assert chosen(answer, f"team-{numbers[2]}") == "barbers"

    def test_a_team_without_a_link_or_that_declined_is_marked_and_not_chosen(
        self, client: Client, desk: Desk
    ) -> None:
        no = wish(client).no
        triaged(desk, no)
        answer = desk.get(DISPATCH)
        assert "没有能用的链接" in row(answer, no).text()
        assert (chosen(answer, f"team-{no}"), ticked(answer)) == ("", set())
        team = Team(client)
        assert chosen(desk.get(DISPATCH), f"team-{no}") == "barbers"
        desk.do(no, "dispatched", team="barbers")
        team.do(no, "declined", reason="busy")
        answer = desk.get(DISPATCH)
        assert "这一单退回过" in row(answer, no).text()
        assert (chosen(answer, f"team-{no}"), ticked(answer)) == ("", set())

    def test_a_team_that_did_not_answer_is_not_said_to_have_given_it_back(
        self, client: Client, clock: Clock
    ) -> None:
        Team(client)
        no = wish(client).no
        Desk(client).dispatched(no)
        clock.forward(days=7)
        tick(client.app)
        desk = Desk(client, "刘")
        answer = desk.get(DISPATCH)
        assert "上次没有答复" in row(answer, no).text()
        assert (chosen(answer, f"team-{no}"), ticked(answer)) == ("", set())
        page = desk.get(f"/desk/order/?no={no}").text
        assert "上次没有答复" in page
        assert "退回过" not in page + row(answer, no).text()

    def test_a_changed_order_is_not_dispatched_in_silence(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        Team(client)
        one, two = wishes(client, 2)
        triaged(desk, one, two)
        sent = drawn(desk.get(DISPATCH), DISPATCH)
        desk.do(two, "triaged", level="complex", service="haircut")
        answer = desk.post(DISPATCH, sent)
        assert (found(app, one).state, found(app, two).state) == ("dispatched", "triaged")
        assert "刚才有人动过" in row(answer, two).text()

    def test_a_colleagues_note_refuses_no_order_and_a_residents_does(
        self, client: Client, desk: Desk, app: App
    ) -> None:
        one, two = wishes(client, 2)
        sent = drawn(desk.get(TRIAGE), TRIAGE)
        desk.do(one, "noted", note="回过电话")
        desk.do(one, "handled", handler="王芳")
        app.steps.take(found(app, two), "noted", RESIDENT)
        answer = desk.post(TRIAGE, sent)
        assert (found(app, one).state, found(app, two).state) == ("triaged", "submitted")
        assert "刚才有人动过" in row(answer, two).text()
        # The page is sent once more, and still says what it did.
        assert "刚才有人动过" not in str(desk.post(TRIAGE, sent | {"no": [one]}).text)

    def test_an_order_that_waits_for_its_resident_is_not_ticked_beforehand(
        self, client: Client, desk: Desk
    ) -> None:
        Team(client)
        no = wish(client, date="2026-12-04").no
        triaged(desk, no)
        desk.do(no, "paused", until="2026-12-07")
        answer = desk.get(DISPATCH)
        assert not ticked(answer)
        assert "等居民" in row(answer, no).text()
        assert "2026年12月4日" in row(answer, no).text()


def test_when_nothing_can_be_written_the_page_says_which_are_done_and_keeps_the_others(
    client: Client, desk: Desk, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = wishes(client, 3)
    sent = drawn(desk.get(TRIAGE), TRIAGE)
    commit, done = app.store.commit, list[Change]()

    def full_after_one(*changes: Change) -> str:
        if done:
            raise OSError(28, "No space left on device")
        done.extend(changes)
        return commit(*changes)

    monkeypatch.setattr(app.store, "commit", full_after_one)
    answer = desk.post(TRIAGE, sent)
    assert "受理了 1 单" in answer.text
    assert "没有办成 2 单" in answer.text
    assert "存不了东西" in answer.text
    assert len(ticked(answer)) == 2
    assert sorted(found(app, no).state for no in numbers) == ["submitted", "submitted", "triaged"]


def test_what_was_ticked_and_chosen_is_there_after_signing_in_again(
    client: Client, clock: Clock
) -> None:
    desk = Desk(client)
    first, second = (wish(client, phone=phone).no for phone in ("13800000001", "13800000002"))
    page = desk.get("/desk/triage/").form("/desk/triage/")
    typed = {**page, "no": [first], f"level-{first}": ["difficult"], f"level-{second}": ["complex"]}
    clock.forward(hours=11)
    asked = client.post("/desk/triage/", typed, cookie=desk.cookie)
    assert (asked.status, found(client.app, first).state) == (403, "submitted")
    name = {"name": "王芳", "password": "abcd-efgh-jkmn-pqrs"}
    entered = client.post("/desk/sign-in/", {**asked.form("/desk/sign-in/"), **name})
    again = entered.form("/desk/triage/")
    assert again["no"] == [first]
    assert (again[f"level-{first}"], again[f"level-{second}"]) == (["difficult"], ["complex"])
    assert "登录过期了" in entered.text
