"""What was promised stays promised: no way round a deadline, and every page says the same day."""

import pytest

from functions.app import App
from functions.ops import consistency
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, WISH, Desk, Team, found, move, wish


def triage(desk: Desk, no: str, level: str = "routine") -> str:
    assert desk.do(no, "triaged", level=level, service="haircut").location
    return found(desk.client.app, no).due


WAYS_ROUND = {
    "cancelled": ("restored", {}),
    "rejected": ("retaken", {"note": "点错了"}),
    "merged": ("unmerged", {}),
}


@pytest.mark.parametrize("end", WAYS_ROUND)
def test_an_overdue_order_stays_overdue_when_it_was_called_off_meanwhile(
    client: Client, desk: Desk, clock: Clock, end: str
) -> None:
    no, other = wish(client).no, wish(client, detail="另一件").no
    due = triage(desk, no)
    clock.forward(days=10)
    desk = Desk(client, "刘")
    typed = {"rejected": {"to_resident": "办不了"}, "merged": {"into": other}}.get(end, {})
    assert desk.do(no, end, **typed).location
    clock.forward(days=10)
    desk = Desk(client, "李")
    back, reason = WAYS_ROUND[end]
    assert desk.do(no, back, **reason).location
    assert triage(desk, no) == triage(desk, no, "complex") == due
    assert consistency.examine(client.app).healthy


@pytest.mark.parametrize("end", WAYS_ROUND)
@pytest.mark.parametrize("late", [True, False])
def test_calling_off_and_taking_up_gives_no_new_days_to_triage(
    client: Client, desk: Desk, clock: Clock, end: str, late: bool
) -> None:
    no, other = wish(client).no, wish(client, detail="另一件").no
    day = client.app.deadlines.due(found(client.app, no))
    clock.forward(days=10 if late else 0)
    desk = Desk(client, "刘")
    typed = {"rejected": {"to_resident": "办不了"}, "merged": {"into": other}}.get(end, {})
    assert desk.do(no, end, **typed).location
    back, reason = WAYS_ROUND[end]
    assert desk.do(no, back, **reason).location
    assert client.app.deadlines.due(found(client.app, no)) == day
    assert desk.do(no, end, **typed).location
    clock.forward(days=7)
    desk = Desk(client, "李")
    assert desk.do(no, back, **reason).location
    # In time it has the days that were left, unless it was to be done with another one meanwhile.
    expected = (
        day
        if late or end == "merged"
        else client.app.deadlines.after(clock.now.isoformat(), "triage")
    )
    assert client.app.deadlines.due(found(client.app, no)) == expected
    assert triage(desk, no)
    assert not found(client.app, no).triage_by
    assert consistency.examine(client.app).healthy


def test_each_engine_finds_what_was_late_to_triage_when_it_is_restored(
    app_on_each_engine: App, clock: Clock
) -> None:
    client = Client(app_on_each_engine)
    filed = wish(client)
    clock.forward(days=10)
    for do in ("cancel", "restore"):
        assert client.post("/api/order", client.get(filed.location).form("/api/order", do=do)).no
    [head] = client.app.store.waiting("order", "submitted", until=clock.now.date().isoformat())
    assert (head.no, head.due) == (filed.no, "2026-11-24")


def test_an_order_that_was_called_off_in_time_gets_the_days_that_were_left(
    client: Client, desk: Desk, clock: Clock
) -> None:
    no = wish(client).no
    assert triage(desk, no) == "2026-11-26"  # A Thursday, three working days later.
    desk.do(no, "cancelled")
    clock.forward(days=7)
    desk = Desk(client, "刘")
    desk.do(no, "restored")
    assert triage(desk, no) == "2026-12-03"


def test_what_came_on_paper_counts_from_the_day_on_which_it_came(
    client: Client, desk: Desk
) -> None:
    form = desk.get("/desk/wish/").form("/desk/wish/")
    paper = {**form, **WISH, "source": "paper", "received": "2026-11-04"}
    no = desk.post("/desk/wish/", paper).location.partition("no=")[2]
    assert triage(desk, no) == "2026-11-09"
    move(client.app, no, "dispatched", "accepted", "done")
    counted = client.app.store.tally("2026-11")
    assert counted.get("all in_time", 0) == 0
    assert client.app.store.tally("2026-11")["all done"] == 1


def test_nothing_is_promised_before_the_day_that_was_wished_for(client: Client, desk: Desk) -> None:
    answer = wish(client, date="2027-03-01")
    assert triage(desk, answer.no) == "2027-03-01"
    other = wish(client, detail="另一件")
    assert triage(desk, other.no) == "2026-11-26"
    correct = client.get(other.location).form("/api/order", do="correct")
    assert client.post("/api/order", {**correct, "date": "2027-03-02"}).location
    assert "最晚 2027年3月2日" in client.get(other.location).text


def test_while_an_order_waits_every_page_names_a_deadline_after_the_wait(
    client: Client, desk: Desk
) -> None:
    answer, team = wish(client), Team(client)
    desk.dispatched(answer.no)
    team.do(answer.no, "accepted", volunteer="team")
    assert team.do(answer.no, "paused", until="2026-12-10", reason="住院").location
    promised = client.app.deadlines.promised(found(client.app, answer.no))
    assert promised > "2026-12-10"
    day = f"{promised[:4]}年{int(promised[5:7])}月{int(promised[8:])}日"
    assert f"最晚 {day}" in client.get(answer.location).text
    for page in (desk.get(f"/desk/order/?no={answer.no}"), desk.get(f"/desk/slip/?no={answer.no}")):
        assert day in page.text
        assert "2026年11月26日" not in page.text
    assert "等居民到 2026年12月10日" in team.get(answer.no).text
    assert "2026年11月26日" not in team.get().text


def test_lists_say_until_when_a_resident_is_waited_for_unless_a_team_has_to_answer(
    client: Client, desk: Desk
) -> None:
    answer, team = wish(client), Team(client)
    triage(desk, answer.no)
    assert desk.do(answer.no, "paused", until="2026-12-10").location
    assert "等居民到 2026年12月10日" in desk.get("/desk/?state=triaged").text
    assert desk.do(answer.no, "dispatched", team="barbers").location
    for seen in (desk.get("/desk/?state=dispatched"), team.get()):
        assert "等居民到" not in seen.text
    assert "前答复" in team.get().text
    assert team.do(answer.no, "accepted", volunteer="team").location
    for seen in (desk.get("/desk/?state=accepted"), team.get()):
        assert "等居民到 2026年12月10日" in seen.text
    assert "2026年12月10日前办好" not in team.get().text.replace(" ", "")


def test_a_resident_is_told_that_a_promised_day_has_passed(
    client: Client, desk: Desk, clock: Clock
) -> None:
    filed, triaged = wish(client), wish(client, detail="另一件")
    triage(desk, triaged.no)
    assert "最晚 " in client.get(triaged.location).text
    clock.forward(days=10)
    for order, words in ((filed, "给您安排"), (triaged, "办好")):
        box = client.get(order.location).page.css_first(".next")
        assert box
        assert f"）{words}，这一天已经过了，对不起。请打电话" in box.text()
        assert "本来最晚" in box.text()
        assert box.css_first("a[href^='tel:']")


def test_a_day_on_which_progress_is_due_is_called_so_beside_the_deadline(
    client: Client, desk: Desk
) -> None:
    filed, team = wish(client), Team(client)
    desk.dispatched(filed.no, "complex")
    team.do(filed.no, "accepted", volunteer="team", person="秦师傅")
    order = found(client.app, filed.no)
    due = client.app.deadlines.due(order)
    assert due < order.due
    head = desk.get(f"/desk/order/?no={filed.no}").page.css_first(".lead")
    card = team.get().page.css_first("li:has(time)")
    lines = [head, team.get(filed.no).page.css_first(".lead"), card]
    for line in lines:
        assert line
        assert "前要记一次进展" in line.text()
    assert "暂定：那时的节假日还没公布" in team.get().text
    for line in (*lines[1:], client.get(filed.location).page.css_first(".next")):
        assert line
        assert line.css_first(f"[datetime='{order.due}']")


def correct(client: Client, filed: Answer, **changed: str) -> str:
    """Correct a wish on its resident's page; by which day it is promised then."""
    form = client.get(filed.location).form("/api/order", do="correct")
    assert client.post("/api/order", {**form, **changed}).location
    return client.app.deadlines.promised(found(client.app, filed.no))


def test_a_wished_day_that_was_a_mistake_puts_off_no_promise(
    client: Client, desk: Desk, clock: Clock
) -> None:
    filed = wish(client, date="2027-06-01")
    assert triage(desk, filed.no) == "2027-06-01"
    assert correct(client, filed, date="2026-12-01") == "2026-12-01"
    assert correct(client, filed, date="") == "2026-11-26"
    clock.forward(days=4)
    desk = Desk(client, "李")
    # What has passed is put off by no new wish.
    assert correct(client, filed, date="2026-12-20") == "2026-11-26"
    assert triage(desk, filed.no) == "2026-11-26"


def test_a_day_wished_for_while_an_order_waits_is_the_day_that_is_promised(
    client: Client, desk: Desk, clock: Clock
) -> None:
    filed = wish(client)
    triage(desk, filed.no)
    desk.do(filed.no, "paused", until="2026-12-10", note="住院")
    assert correct(client, filed, date="2026-12-25") == "2026-12-25"
    clock.forward(days=18)
    desk = Desk(client, "李")
    assert desk.do(filed.no, "resumed").location
    assert found(client.app, filed.no).due == "2026-12-25"


def test_a_service_of_few_days_is_promised_by_its_next_one_whenever_it_is_chosen(
    client: Client, desk: Desk
) -> None:
    one, other = wish(client), wish(client, detail="另一件")
    assert triage(desk, one.no) == triage(desk, other.no) == "2026-11-26"
    assert desk.do(one.no, "triaged", level="routine", service="mending").location
    assert found(client.app, one.no).due == "2026-12-15"
    assert correct(client, other, service="mending") == "2026-12-15"
    assert correct(client, other, service="haircut") == "2026-11-26"


def rate(client: Client, no: str, **more: str) -> None:
    move(client.app, no, *DONE)
    track = client.app.orders.address(found(client.app, no))
    rating = {**client.get(track).form("/api/rating"), **RATING, **more}
    assert client.post("/api/rating", rating).location


@pytest.mark.parametrize("kind", ["closed", "erased"])
def test_what_a_resident_reported_is_answered_before_it_is_put_away(
    client: Client, desk: Desk, kind: str
) -> None:
    no = wish(client).no
    rate(client, no, problems="收了我的钱")
    if kind == "erased":
        move(client.app, no, "closed")
    refused = desk.do(no, kind)
    assert (refused.status, "还没有答复" in refused.text) == (409, True)
    assert "收了我的钱" in refused.text
    assert desk.do(no, "answered", how="private", text="已经退了钱").location
    assert desk.do(no, kind).location


def test_one_answer_to_two_problems_says_that_it_answers_both(client: Client, desk: Desk) -> None:
    no = wish(client).no
    rate(client, no, solved="unsolved", problems="收了我的钱")
    rate(client, no, solved="partly", problems="迟到了")
    page = desk.get(f"/desk/order/?no={no}")
    box = page.text.partition("等答复的问题")[2]
    assert "收了我的钱" in box.partition("迟到了")[0]
    assert "一次答复，算这 2 个都答复了" in box
    desk.do(no, "answered", how="private", text="钱退了，以后准时")
    assert "算这 2 个" not in desk.get(f"/desk/order/?no={no}").text
