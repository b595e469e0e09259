"""A complaint reaches the station, stays to do, and is not lost; nor is what is overdue."""

import pytest

from functions import scheduled
from functions.app import App
from functions.ops import consistency
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, Desk, Team, found, move, wish

CHANNELS = [{"to": "station", "kind": "wecom", "url": "http://127.0.0.1:9/", "address": ""}]


@pytest.fixture
def told(app: App, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setitem(app.bundle.site, "notify", CHANNELS)
    return app


def rate(client: Client, **more: str) -> str:
    answer = wish(client, detail=str(more))
    move(client.app, answer.no, *DONE)
    rating = {**client.get(answer.location).form("/api/rating"), **RATING, **more}
    assert client.post("/api/rating", rating).location
    return answer.no


def texts(app: App) -> list[str]:
    return [message.text for message in app.store.messages("waiting")]


@pytest.mark.parametrize(
    ("rating", "told_of"),
    [
        ({}, None),
        ({"attitude": "3"}, None),
        ({"attitude": "2"}, "评价不好"),
        ({"problems": "收了我的钱"}, "评价不好"),
        ({"solved": "unsolved"}, "没有解决"),
    ],
)
def test_the_station_is_told_of_a_low_rating_a_problem_and_what_was_not_solved(
    told: App, client: Client, rating: dict[str, str], told_of: str | None
) -> None:
    rate(client, **rating)
    found_ = [text for text in texts(told) if "评价" in text or "解决" in text]
    assert len(found_) == (told_of is not None)
    assert all(told_of and told_of in text and "钱" not in text for text in found_)


def test_a_problem_stands_on_the_board_until_it_is_answered_whatever_is_rated_later(
    client: Client,
) -> None:
    desk = Desk(client)
    no = rate(client, solved="unsolved", problems="收了我的钱")
    move(client.app, no, *DONE)
    track = client.app.orders.address(found(client.app, no))
    client.post("/api/rating", {**client.get(track).form("/api/rating"), **RATING})
    assert "等答复的问题 1 单" in desk.get("/desk/").text
    assert client.app.store.tally(found(client.app, no).filed_at[:7])["all problems"] == 1
    assert desk.do(no, "answered", how="private", text="已经退了钱").location
    assert "等答复的问题" not in desk.get("/desk/").text
    assert consistency.examine(client.app).healthy


def test_who_reported_a_problem_is_told_that_it_is_answered_before_the_order_ends(
    client: Client,
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    rating = {**client.get(answer.location).form("/api/rating"), **RATING, "problems": "剪短了"}
    assert client.post("/api/rating", rating).location
    assert "社区先答复您" in client.get(answer.location).text
    Desk(client).do(answer.no, "answered", how="private", text="下回问清楚")
    assert "社区核对以后，这一单就办结了" in client.get(answer.location).text


@pytest.mark.slow
def test_what_is_overdue_is_told_once_each_working_morning_and_stands_on_the_board(
    told: App, client: Client, clock: Clock
) -> None:
    wish(client)
    rate(client, solved="partly", problems="迟到了")
    for _ in range(14):  # Two weeks from a Monday on, three rounds a day.
        clock.forward(hours=24 - clock.now.hour + 7)
        assert scheduled.tick(told.current())["broken"] == {}
        clock.forward(hours=3)
        for _ in range(2):
            assert scheduled.tick(told.current())["broken"] == {}
    mornings = [
        message
        for state in ("waiting", "sent", "failed")
        for message in told.store.messages(state, limit=200)
        if "【过期】" in message.text
    ]
    assert len(mornings) == 10  # The working days of two weeks.
    assert any("等受理" in m.text and "等答复的问题 1 单" in m.text for m in mornings)
    assert "过期了" in Desk(client).get("/desk/").text
    assert consistency.examine(told).healthy


@pytest.mark.parametrize("key", ["", "x"])
def test_a_stranger_cannot_ask_for_a_new_link_of_a_team(client: Client, key: str) -> None:
    Team(client)
    told = client.post("/team/", {"team": "barbers", "key": key, "do": "renew"})
    assert (told.status, "打电话" in told.text) == (403, True)
    assert "请社区发新链接" not in told.body
    assert client.app.team_links.requested(["barbers"]) == []


def test_a_team_that_asked_for_a_new_link_stands_on_the_board(client: Client) -> None:
    desk, links = Desk(client), client.app.team_links
    team = Team(client)
    links.issue("barbers", "王芳")  # Another one: the team has the link that it replaced.
    assert "要新链接" not in desk.get("/desk/").text
    asking = client.get(team.address).form("/team/")
    assert "已经告诉社区" in client.post("/team/", {**asking, "do": "renew"}).text
    assert "要新链接的服务队" in desk.get("/desk/").text
    links.issue("barbers", "王芳")
    assert "要新链接" not in desk.get("/desk/").text


def rating_by_phone(desk: Desk, no: str, **more: str) -> None:
    rating = {"source": "phone", **RATING, **more}
    assert desk.do(no, "rated", **rating).location


def test_a_rating_that_was_entered_at_the_wrong_order_is_withdrawn(client: Client) -> None:
    desk, answer = Desk(client), wish(client)
    no = answer.no
    move(client.app, no, *DONE)
    drawn = client.get(answer.location).form("/api/rating")
    before = client.app.store.tallies()
    rating_by_phone(desk, no, attitude="1", problems="没有来")
    refused = client.post("/api/rating", {**drawn, **RATING})
    assert (refused.status, "您已经评过" in refused.text) == (409, False)
    assert "社区已经记下了一份评价" in refused.text
    assert "请写下为什么撤回" in desk.do(no, "unrated").errors["note"]
    assert desk.do(no, "unrated", note="是隔壁那一单").location
    left = client.app.store.tallies()
    assert {k: n for k, n in left.items() if n} == {k: n for k, n in before.items() if n}
    assert "社区撤回了记错的一份评价" in client.get(answer.location).text
    assert "等答复的问题" not in desk.get("/desk/").text
    assert client.post("/api/rating", {**drawn, **RATING}).location
    assert "不能撤" in desk.do(no, "unrated", note="不要").text, "her own rating stays"
    assert consistency.examine(client.app).healthy


def test_a_withdrawn_rating_gives_back_the_one_of_an_earlier_round(client: Client) -> None:
    desk = Desk(client)
    no = rate(client, solved="unsolved", problems="收了我的钱")
    first = found(client.app, no)
    move(client.app, no, *DONE)
    rating_by_phone(desk, no, problems="迟到了")
    assert desk.do(no, "unrated", note="是隔壁那一单").location
    after = found(client.app, no)
    for name in ("solved", "attitude", "problem", "rated_team", "rated_at", "rated_by"):
        assert getattr(after, name) == getattr(first, name)
    page = desk.get(f"/desk/order/?no={no}").page.css_first(".box ul")
    assert page is not None
    assert page.text().strip() == "收了我的钱"
    assert consistency.examine(client.app).healthy


COMPLAINT = {"attitude": "1", "skill": "1", "timeliness": "1", "solved": "unsolved"}
WORDS = {"problems": "后面没剪齐，请再来", "suggestions": "早点来"}


@pytest.mark.parametrize("door", ["link", "digits"])
def test_a_rating_that_comes_after_another_one_is_kept_to_be_sent_otherwise(
    client: Client, door: str
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    drawn = client.get(answer.location).form("/api/rating")
    assert client.post("/api/rating", {**drawn, **RATING}).location
    shows = {"no": answer.no, "last4": "5678"} if door == "digits" else drawn
    browser = Client(client.app)
    refused = browser.post("/api/rating", {**shows, **COMPLAINT, **WORDS})
    assert (refused.status, "您已经评过" in refused.text) == (409, True)
    assert "按“请社区重新办”就行" in refused.text
    kept = refused.form("/api/order", "reopen")
    assert all(text in kept["note"][0] for text in WORDS.values())
    assert "态度：★☆☆☆☆" in kept["note"][0]
    assert browser.post("/api/order", kept).location
    assert found(client.app, answer.no).state == "submitted"
    page = browser.get(answer.location if door == "link" else f"/api/order?no={answer.no}")
    assert "后面没剪齐，请再来" in page.text


def test_a_complaint_that_nobody_came_is_kept_where_the_team_says_so_first(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    drawn = client.get(answer.location).form("/api/rating")
    move(client.app, answer.no, "undone")
    complaint = {**drawn, **COMPLAINT, "problems": "根本没来人"}
    refused = client.post("/api/rating", complaint)
    assert (refused.status, "办完以后才能评价" in refused.text) == (409, True)
    assert client.post("/api/order", refused.form("/api/order", "note")).location
    assert "根本没来人" in Desk(client).get(f"/desk/order/?no={answer.no}").text


def test_a_rating_that_cannot_be_sent_otherwise_may_be_copied(client: Client) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    slip = client.app.orders.rating_key(found(client.app, answer.no))
    drawn = client.get(answer.location).form("/api/rating")
    assert client.post("/api/rating", {**drawn, **RATING}).location
    for sent in ({**drawn, "key": slip}, {**drawn, "key": "x"}):
        refused = client.post("/api/rating", {**sent, **COMPLAINT, **WORDS})
        assert refused.status in (404, 409)
        assert "后面没剪齐，请再来" in refused.text
        assert refused.page.css_first('form[action="/api/order"]') is None
