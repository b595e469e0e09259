"""Back from every wrong tap that life makes, with a true sentence for everybody."""

from datetime import date, timedelta

import pytest

from functions.ops import consistency
from functions.scheduled import tick
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, Desk, Team, found, move, wish


def test_what_was_refused_is_taken_up_again(client: Client, desk: Desk) -> None:
    answer = wish(client)
    desk.do(answer.no, "rejected", to_resident="办不了")
    assert "请写下为什么" in desk.do(answer.no, "retaken").errors["note"]
    assert desk.do(answer.no, "retaken", note="点错了").location
    page = client.get(answer.location).text
    assert "社区重新受理这一单" in page
    assert "社区工作人员会在一个工作日内看您的心愿" in page
    assert found(client.app, answer.no).ended_at == ""


def test_a_resident_brings_back_what_she_cancelled(client: Client) -> None:
    answer = wish(client)
    cancel = client.get(answer.location).form("/api/order", do="cancel")
    client.post("/api/order", cancel)
    assert "您取消了这一单" in client.get(answer.location).text
    restore = client.get(answer.location).form("/api/order", do="restore")
    for _ in range(2):
        assert client.post("/api/order", restore).no == answer.no
    assert "您恢复了这一单" in client.get(answer.location).text
    assert len(client.app.store.events(answer.no)) == 3


def test_staff_call_off_an_accepted_order_in_one_step_and_bring_it_back(
    client: Client, desk: Desk
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE[:3])
    assert desk.do(answer.no, "cancelled", note="住院了").location
    page = client.get(answer.location).text
    assert "社区取消了这一单" in page
    assert "您取消了" not in page
    assert "请选从哪里接着办" in desk.do(answer.no, "restored").errors["hands"]
    assert desk.do(answer.no, "restored", hands="station").location
    assert "社区恢复了这一单" in client.get(answer.location).text
    order = found(client.app, answer.no)
    assert (order.state, order.team, order.accepted_at) == ("submitted", "", "")


@pytest.mark.parametrize("waits", [True, False])
def test_an_order_that_was_called_off_by_mistake_goes_back_to_who_had_it(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    channel = {"kind": "wecom", "url": "http://127.0.0.1:9/", "address": ""}
    monkeypatch.setitem(client.app.bundle.site, "notify", [{"to": "barbers", **channel}])
    answer, team = wish(client), Team(client)
    desk.dispatched(answer.no)
    assert team.do(answer.no, "accepted", volunteer="team", person="张师傅").location
    if waits:
        assert team.do(answer.no, "paused", until="2026-12-08").location
    before, counted = found(client.app, answer.no), client.app.store.tallies()
    assert desk.do(answer.no, "cancelled").location
    assert desk.do(answer.no, "restored", hands="team").location
    after = found(client.app, answer.no)
    kept = ("state", "team", "volunteer", "accepted_at", "level", "due", "waits_until")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    left = client.app.store.tallies()
    assert {k: n for k, n in left.items() if n} == {k: n for k, n in counted.items() if n}
    assert "来的人： 张师傅" in client.get(answer.location).text
    assert "恢复了，还由理发队去" in client.app.store.messages("waiting")[-1].text
    assert team.do(answer.no, "done").location
    assert consistency.examine(client.app).healthy


def test_only_what_a_team_had_taken_on_can_be_given_back_to_it(client: Client, desk: Desk) -> None:
    answer = wish(client)
    assert desk.do(answer.no, "cancelled").location
    assert "还给原来接单的服务队" not in desk.get(f"/desk/order/?no={answer.no}").text
    assert desk.do(answer.no, "restored", hands="team").location
    assert found(client.app, answer.no).state == "submitted"


def test_a_team_reads_that_an_order_was_called_off_and_can_still_say_what_happened(
    client: Client, desk: Desk, clock: Clock
) -> None:
    answer, team = wish(client), Team(client)
    desk.dispatched(answer.no)
    assert team.do(answer.no, "accepted", volunteer="team", person="张师傅").location
    assert "取消了" not in team.get().text
    assert desk.do(answer.no, "cancelled").location
    assert "取消了，不用去了 1 单" in team.get().text
    page = team.get(answer.no).text
    assert "已取消，不用去了" in page
    assert "去的人" not in page
    assert team.do(answer.no, "noted", note="门口等了半小时").location
    assert "擦完了" in team.do(answer.no, "done", note="擦完了").text
    assert desk.do(answer.no, "restored", hands="station").location
    assert "取消了" not in team.get().text
    assert team.do(answer.no, "noted", note="其实已经擦完了").location
    page = team.get(answer.no).text
    assert "已经回到社区" in page
    assert "门口等了" not in page
    told = desk.get(f"/desk/order/?no={answer.no}").text
    assert "门口等了半小时" in told
    assert "其实已经擦完了" in told
    assert desk.do(answer.no, "cancelled").location
    clock.forward(days=8)
    assert "取消了" not in team.get().text


@pytest.mark.parametrize("who", ["staff", "team"])
def test_what_was_reported_done_by_mistake_goes_on(client: Client, desk: Desk, who: str) -> None:
    answer, team = wish(client), Team(client)
    move(client.app, answer.no, *DONE)
    slip = client.app.orders.rating_key(found(client.app, answer.no))
    assert (desk if who == "staff" else team).do(answer.no, "undone").location
    assert "其实还没有办完，接着办" in client.get(answer.location).text
    assert not client.app.orders.by_slip(answer.no, slip)
    assert "13812345678" in team.get(answer.no).text


@pytest.mark.parametrize("who", ["staff", "team"])
def test_what_was_not_done_after_all_waits_for_its_resident_as_it_did(
    client: Client, desk: Desk, clock: Clock, who: str
) -> None:
    answer, team = wish(client), Team(client)
    desk.dispatched(answer.no)
    actor = desk if who == "staff" else team
    assert team.do(answer.no, "accepted", volunteer="team").location
    assert actor.do(answer.no, "paused", until="2026-12-01").location
    before = found(client.app, answer.no)
    promised = client.app.deadlines.promised(before)
    clock.forward(minutes=20)
    assert actor.do(answer.no, "done").location
    assert actor.do(answer.no, "undone").location
    after = found(client.app, answer.no)
    assert (after.due, after.waits_until) == (before.due, "2026-12-01")
    page = client.get(answer.location).text
    assert "约好等到 2026年12月1日" in page
    assert "接着办 2026" not in page.partition("办理经过")[2].replace("其实还没有办完，接着办", "")
    assert "等居民到 2026年12月1日" in team.get(answer.no).text
    assert "居民方便了，接着办" in desk.get(f"/desk/order/?no={answer.no}").text
    clock.forward(days=9)
    tick(client.app)
    resumed = found(client.app, answer.no)
    assert (resumed.due, resumed.waits_until) == (promised, "")
    assert consistency.examine(client.app).healthy


def test_sending_an_order_to_a_team_does_not_end_its_waiting(
    client: Client, desk: Desk, clock: Clock
) -> None:
    answer, team = wish(client), Team(client)
    desk.do(answer.no, "triaged", level="routine", service="haircut")
    desk.do(answer.no, "paused", until="2026-12-18", note="出远门")
    promised = client.app.deadlines.promised(found(client.app, answer.no))
    steps = (("dispatched", {"team": "barbers"}), ("accepted", {"volunteer": "team"}))
    for kind, typed in (*steps, ("returned", {"note": "人手不够"}), steps[0]):
        assert desk.do(answer.no, kind, **typed).location
        page = client.get(answer.location).text
        assert "约好等到 2026年12月18日" in page
        waits = found(client.app, answer.no)
        assert client.app.deadlines.promised(waits) == promised > "2026-12-18"
    for seen in (team.get(answer.no), desk.get(f"/desk/order/?no={answer.no}")):
        assert "居民要等到 2026年12月18日" in seen.text
        assert "等居民到" not in seen.text
    assert consistency.examine(client.app).healthy


def test_a_closed_order_is_opened_again_with_a_reason_for_thirty_days(
    client: Client, desk: Desk, clock: Clock
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE, "closed")
    reopen = client.get(answer.location).form("/api/order", do="reopen")
    empty = client.post("/api/order", reopen)
    assert (empty.status, "哪里还没有办好" in empty.errors["note"]) == (422, True)
    assert client.post("/api/order", {**reopen, "note": "又坏了"}).no == answer.no
    page = client.get(answer.location).text
    assert "您说问题没有解决，社区重新办理" in page
    assert "又坏了" in page
    assert "又坏了" in desk.get(f"/desk/order/?no={answer.no}").text
    move(client.app, answer.no, *DONE, "closed")
    clock.forward(days=31)
    late = client.post("/api/order", {**reopen, "note": "还坏着"})
    assert (late.status, "三十天" in late.text) == (409, True)
    assert "办结已经超过三十天" in Desk(client, "刘").do(answer.no, "reopened", note="还坏着").text


def test_a_resident_who_rated_can_still_ask_for_more(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    client.post("/api/rating", {**client.get(answer.location).form("/api/rating"), **RATING})
    reopen = client.get(answer.location).form("/api/order", do="reopen")
    assert client.post("/api/order", {**reopen, "note": "又坏了"}).location
    assert found(client.app, answer.no).state == "submitted"


def rated_unsolved(client: Client, address: str, **more: str) -> None:
    drawn = client.get(address).form("/api/rating")
    assert client.post("/api/rating", {**drawn, **RATING, "solved": "unsolved", **more}).location


def test_who_tapped_not_solved_by_mistake_takes_it_back(client: Client, desk: Desk) -> None:
    answer = wish(client)
    no = answer.no
    move(client.app, no, *DONE)
    before, counted = found(client.app, no), client.app.store.tallies()
    slip = client.app.orders.rating_key(before)
    rated_unsolved(client, answer.location)
    assert found(client.app, no).state == "submitted"
    back = client.get(answer.location).form("/api/order", do="unrate")
    for _ in range(2):
        assert client.post("/api/order", back).no == no
    after = found(client.app, no)
    assert (after.state, after.team, after.done_at) == ("done", "barbers", before.done_at)
    assert (after.rated_at, after.reopened_at) == ("", "")
    left = client.app.store.tallies()
    assert {k: n for k, n in left.items() if n} == {k: n for k, n in counted.items() if n}
    page = client.get(answer.location).text
    assert "您说“没有解决”点错了，撤回了那份评价" in page
    assert "重新办" not in page.partition("办理经过")[0]
    assert "撤回评价 居民" in desk.get(f"/desk/order/?no={no}").text
    assert client.app.orders.by_slip(no, slip)
    drawn = client.get(answer.location).form("/api/rating")
    assert client.post("/api/rating", {**drawn, **RATING}).location
    assert found(client.app, no).solved == "solved"
    assert consistency.examine(client.app).healthy


def test_a_team_that_was_sent_what_was_a_wrong_tap_is_told(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = {"kind": "wecom", "url": "http://127.0.0.1:9/", "address": ""}
    channels = [{"to": to, **channel} for to in ("station", "barbers", "menders")]
    monkeypatch.setitem(client.app.bundle.site, "notify", channels)
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    rated_unsolved(client, answer.location)
    desk.dispatched(answer.no, team="menders")
    back = client.get(answer.location).form("/api/order", do="unrate")
    assert client.post("/api/order", back).location
    told = {m.to: m.text for m in client.app.store.messages("waiting") if "点错了" in m.text}
    assert "不用去了" in told["menders"]
    assert "不用重新办" in told["station"]
    assert "barbers" not in told
    assert found(client.app, answer.no).team == "barbers"


def test_once_a_team_took_it_on_a_wrong_tap_is_told_by_phone(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    rated_unsolved(client, answer.location)
    back = client.get(answer.location).form("/api/order", do="unrate")
    move(client.app, answer.no, *DONE[:3])
    assert "点错了，撤回评价" not in client.get(answer.location).text
    late = client.post("/api/order", back)
    assert (late.status, "请给社区打电话" in late.text) == (409, True)


def test_a_problem_that_was_written_beside_a_wrong_tap_waits_for_its_answer(
    client: Client, desk: Desk
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    rated_unsolved(client, answer.location, problems="来晚了半天")
    client.post("/api/order", client.get(answer.location).form("/api/order", do="unrate"))
    assert found(client.app, answer.no).problem == "raised"
    page = desk.get(f"/desk/order/?no={answer.no}").page.css_first(".box ul")
    assert page is not None
    assert page.text().strip() == "来晚了半天"


def test_a_merged_resident_who_tapped_wrong_goes_back_to_where_she_was(
    client: Client, desk: Desk
) -> None:
    target, answer = wish(client), wish(client, phone="13977312346")
    assert desk.do(answer.no, "merged", into=target.no).location
    move(client.app, target.no, *DONE)
    rated_unsolved(client, answer.location)
    assert found(client.app, answer.no).state == "submitted"
    back = client.get(answer.location).form("/api/order", do="unrate")
    assert client.post("/api/order", back).location
    after = found(client.app, answer.no)
    assert (after.state, after.merged_into, after.rated_at) == ("merged", target.no, "")
    assert client.get(answer.location).form("/api/rating")
    assert consistency.examine(client.app).healthy


def test_a_second_tap_on_a_note_keeps_one(client: Client) -> None:
    answer = wish(client)
    note = client.get(answer.location).form("/api/order", do="note")
    for _ in range(2):
        assert client.post("/api/order", {**note, "note": "门口在修路"}).location
    assert client.get(answer.location).text.count("门口在修路") == 1
    assert len(client.app.store.events(answer.no)) == 2


def test_days_for_which_an_order_waited_when_it_was_called_off_are_not_lost(
    client: Client, desk: Desk, clock: Clock
) -> None:
    no = wish(client).no
    desk.do(no, "triaged", level="routine", service="haircut")
    promised = found(client.app, no).due
    desk.do(no, "paused", until="2026-12-07")
    clock.forward(days=7)
    Desk(client, "刘").do(no, "cancelled")
    clock.forward(days=7)
    assert Desk(client, "李").do(no, "restored").location
    later = date.fromisoformat(found(client.app, no).due) - date.fromisoformat(promised)
    assert later == timedelta(days=14)
