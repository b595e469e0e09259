"""Two orders about the same thing: nobody's wish is lost, and each resident is told the truth."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.app import App
from functions.errors import Refused
from functions.forms import order_number
from functions.ops import consistency
from functions.orders import counters
from functions.orders.lifecycle.states import CLOCK, STAFF
from functions.orders.repository import Step
from functions.scheduled import UNTANGLED, tick
from functions.storage.history import Event
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import DONE, JOIN, RATING, Desk, Team, add_note, found, move, wish

NEIGHBOUR = {"name": "赵奶奶", "phone": "13900005678", "address": "9 栋 9 单元", "detail": "她的话"}


@pytest.fixture
def app(app_on_each_engine: App) -> App:
    """What people bring in and what is merged has to hold in DynamoDB as well."""
    return app_on_each_engine


@pytest.fixture
def pair(client: Client, desk: Desk) -> tuple[Answer, Answer]:
    """A neighbour's order that was merged into another one."""
    merged, other = wish(client, **NEIGHBOUR), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    return merged, other


def states(app: App, *answers: Answer) -> list[str]:
    return [found(app, answer.no).state for answer in answers]


def test_of_two_merges_that_cross_one_order_stays_open(client: Client, desk: Desk) -> None:
    first, second = wish(client), wish(client, **NEIGHBOUR)
    orders = [found(client.app, each.no) for each in (first, second)]
    steps, form = client.app.steps, client.app.bundle.actions["merged"]
    from functions.forms.definition import check

    def merge(n: int) -> str:
        typed = {"into": [orders[1 - n].no]}
        answers = check(form, typed, client.app.clock.now.date())
        try:
            return steps.take(orders[n], "merged", "staff", form, answers).state
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(merge, (0, 1)))
    assert results in (["Conflict", "merged"], ["Wrong", "merged"])
    assert sorted(states(client.app, first, second)) == ["merged", "submitted"]


def test_the_other_order_shows_every_wish_that_was_merged_into_it(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    page = desk.get(f"/desk/order/?no={other.no}").text
    for text in (order_number.spell(merged.no), "她的话", "9 栋 9 单元", "139"):
        assert text in page
    assert "并入另一单" in page
    assert [look.by for look in client.app.access_log.of(merged.no)] == ["staff"]
    team = Team(client)
    desk.dispatched(other.no)
    assert "她的话" not in team.get(other.no).text
    team.do(other.no, "accepted", volunteer="team")
    assert "她的话" in team.get(other.no).text
    assert {look.by for look in client.app.access_log.of(merged.no)} == {"staff", "team"}


def test_a_merged_resident_is_told_how_far_it_is_and_nothing_personal_of_the_other(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    desk.dispatched(other.no)
    page = client.get(merged.location)
    assert order_number.spell(other.no) in page.text
    assert "等服务队答复" in page.text
    for theirs in ("𠮷野", "1 栋", "13812345678", "家里有老人"):
        assert theirs not in page.text
    assert "您取消了" not in page.text


def test_a_merged_resident_can_add_a_word_and_take_back_her_own_wish_alone(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    note = client.get(merged.location).form("/api/order", do="note")
    assert client.post("/api/order", {**note, "note": "换到下午"}).no == merged.no
    assert "换到下午" in desk.get(f"/desk/order/?no={merged.no}").text
    cancel = client.get(merged.location).form("/api/order", do="cancel")
    assert client.post("/api/order", cancel).no == merged.no
    assert states(client.app, merged, other) == ["cancelled", "submitted"]
    assert "她的话" not in desk.get(f"/desk/order/?no={other.no}").text


@pytest.mark.parametrize("end", ["cancelled", "rejected", "resident", "lapsed"])
def test_what_was_merged_goes_on_alone_when_the_other_order_is_called_off(
    client: Client, desk: Desk, pair: tuple[Answer, Answer], end: str, clock: Clock
) -> None:
    merged, other = pair
    if end == "resident":
        cancel = client.get(other.location).form("/api/order", do="cancel")
        assert client.post("/api/order", cancel).location
    elif end == "lapsed":
        client.app.steps.by_clock(found(client.app, other.no), "lapsed", "erased")
    else:
        typed = {"rejected": {"to_resident": "办不了"}}.get(end, {})
        assert desk.do(other.no, end, **typed).location
    order = found(client.app, merged.no)
    assert (order.state, order.merged_into, order.ended_at) == ("submitted", "", "")
    assert "合到的那一单不办了，社区单独办这一单" in client.get(merged.location).text
    counted = client.app.store.tally(counters.NOW)
    assert counted == {"all submitted": 1}
    assert consistency.examine(client.app).healthy


def test_whoever_merges_while_the_other_order_is_called_off_is_told(
    client: Client, desk: Desk
) -> None:
    merged, other = wish(client, **NEIGHBOUR), wish(client)
    seen = found(client.app, other.no)
    assert desk.do(merged.no, "merged", into=other.no).location
    with pytest.raises(Exception, match="moved"):
        client.app.steps.take(seen, "cancelled", "staff")
    assert states(client.app, merged, other) == ["merged", "submitted"]


@pytest.mark.parametrize("way", [("triaged", "dispatched", "accepted", "done"), ("cancelled",)])
def test_only_an_order_that_is_still_to_be_done_takes_others_in(
    client: Client, desk: Desk, way: tuple[str, ...]
) -> None:
    merged, other = wish(client, **NEIGHBOUR), wish(client)
    move(client.app, other.no, *way)
    assert "还没有办完" in desk.do(merged.no, "merged", into=other.no).errors["into"]
    assert found(client.app, merged.no).state == "submitted"


def test_as_many_as_can_be_opened_again_together_are_merged_into_one(
    client: Client, desk: Desk
) -> None:
    other = wish(client)
    merged = [wish(client, **NEIGHBOUR | {"phone": f"1390000000{n}"}) for n in range(6)]
    for each in merged[:5]:
        assert desk.do(each.no, "merged", into=other.no).location
    assert "5 单" in desk.do(merged[5].no, "merged", into=other.no).errors["into"]
    desk.do(other.no, "rejected", to_resident="办不了")
    assert states(client.app, *merged) == ["submitted"] * 6


def test_a_chain_of_merges_leads_to_the_last_order(client: Client, desk: Desk) -> None:
    first, second, third = wish(client, **NEIGHBOUR), wish(client), wish(client, name="孙")
    assert desk.do(first.no, "merged", into=second.no).location
    assert desk.do(second.no, "merged", into=third.no).location
    assert order_number.spell(third.no) in client.get(first.location).text
    assert found(client.app, first.no).merged_into == third.no
    assert desk.do(third.no, "cancelled").location
    assert states(client.app, first, second, third) == ["submitted", "submitted", "cancelled"]


@pytest.fixture
def chain(client: Client, desk: Desk) -> tuple[Answer, Answer, Answer]:
    """The first was merged into the second, and that into the third."""
    first, second, third = wish(client, **NEIGHBOUR), wish(client), wish(client, name="孙")
    assert desk.do(first.no, "merged", into=second.no).location
    assert desk.do(second.no, "merged", into=third.no).location
    return first, second, third


def test_who_leaves_the_middle_of_a_chain_takes_nobody_along(
    client: Client, desk: Desk, chain: tuple[Answer, Answer, Answer]
) -> None:
    first, second, third = chain
    desk.dispatched(third.no)
    Team(client).do(third.no, "accepted", volunteer="team", person="李强")
    cancel = client.get(second.location).form("/api/order", do="cancel")
    assert client.post("/api/order", cancel).location
    assert states(client.app, *chain) == ["merged", "cancelled", "accepted"]
    assert "李强" in client.get(first.location).text
    page = Team(client).get(third.no).text
    assert "9 栋 9 单元" in page
    assert f"合在一起的 {order_number.spell(second.no)} 不在这一单里办了" in page


def test_who_is_taken_apart_from_the_middle_of_a_chain_goes_alone(
    client: Client, desk: Desk, chain: tuple[Answer, Answer, Answer]
) -> None:
    first, second, third = chain
    assert desk.do(second.no, "unmerged").location
    assert states(client.app, *chain) == ["merged", "submitted", "submitted"]
    assert found(client.app, first.no).merged_into == third.no


def test_a_chain_whose_middle_was_erased_is_opened_again(
    client: Client, desk: Desk, chain: tuple[Answer, Answer, Answer]
) -> None:
    first, second, third = chain
    client.app.steps.take(found(client.app, second.no), "erased", "resident")
    assert desk.do(third.no, "cancelled").location
    assert states(client.app, *chain) == ["submitted", "merged", "cancelled"]
    assert client.get(first.location).status == 200


def test_a_household_that_is_erased_is_no_more_on_the_way(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    desk.dispatched(other.no)
    Team(client).do(other.no, "accepted", volunteer="team")
    client.app.steps.take(found(client.app, merged.no), "erased", "resident")
    told = f"合在一起的 {order_number.spell(merged.no)} 不在这一单里办了，那一家不用去了"
    page = Team(client).get(other.no).text
    assert (told in page, page.count(order_number.spell(merged.no))) == (True, 1)
    assert order_number.spell(merged.no) not in desk.get(f"/desk/slip/?no={other.no}").text


def test_chains_of_earlier_versions_are_led_to_their_ends_once(
    client: Client, desk: Desk, chain: tuple[Answer, Answer, Answer]
) -> None:
    app, (first, second, third) = client.app, chain
    fourth, fifth = wish(client, detail="四"), wish(client, detail="五")
    assert desk.do(fourth.no, "merged", into=fifth.no).location
    event = Event("rejoined", CLOCK, app.clock.now.isoformat(), {"into": second.no})
    app.orders.move(found(app, first.no), Step(event))  # As they were left.
    ring = Event("merged", STAFF, app.clock.now.isoformat(), {"into": fourth.no})
    app.orders.move(found(app, fifth.no), Step(ring))
    app.store.set_fact(UNTANGLED, "", "yes")
    tick(app)
    assert found(app, first.no).merged_into == third.no
    assert states(app, fourth, fifth) in (["submitted", "merged"], ["merged", "submitted"])
    version = found(app, first.no).version
    tick(app)
    assert found(app, first.no).version == version


def test_nothing_leads_two_orders_into_each_other(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    move(client.app, other.no, "triaged", "dispatched", "accepted", "done", "closed")
    rating = {**client.get(merged.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    assert client.post("/api/rating", rating).no == merged.no
    back = client.get(merged.location).form("/api/order", do="unrate")
    assert desk.do(other.no, "reopened", note="还要办").location
    assert desk.do(other.no, "merged", into=merged.no).location
    assert not client.get(merged.location).page.css('[name="do"][value="unrate"]'), "nor offered"
    assert client.post("/api/order", back).status == 409
    assert states(client.app, merged, other) == ["submitted", "merged"]


@pytest.mark.parametrize("by", ["resident", "staff"])
def test_a_rating_that_is_taken_back_leaves_nobody_who_was_merged_meanwhile(
    client: Client, desk: Desk, by: str
) -> None:
    other, merged = wish(client), wish(client, **NEIGHBOUR)
    move(client.app, other.no, *DONE)
    if by == "staff":
        assert desk.do(
            other.no, "rated", **RATING | {"solved": "unsolved"}, source="phone"
        ).location
    else:
        rating = {**client.get(other.location).form("/api/rating"), **RATING}
        assert client.post("/api/rating", {**rating, "solved": "unsolved"}).no == other.no
    assert desk.do(merged.no, "merged", into=other.no).location
    assert "unrated" not in client.app.steps.moves(found(client.app, other.no), by)
    with pytest.raises(Refused):
        client.app.steps.take(found(client.app, other.no), "unrated", by)
    assert states(client.app, merged, other) == ["merged", "submitted"]


def test_a_merged_wish_that_was_rated_is_not_taken_apart(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    move(client.app, other.no, *DONE)
    assert desk.do(merged.no, "rated", **RATING, source="phone").location
    refused = desk.do(merged.no, "unmerged")
    assert (refused.status, "合到的那一单已经办完了" in refused.text) == (409, True)


def test_a_merged_resident_rates_once_in_each_round(
    client: Client, desk: Desk, pair: tuple[Answer, Answer], clock: Clock
) -> None:
    merged, other = pair
    move(client.app, other.no, "triaged", "dispatched", "accepted", "done")
    assert "请您也评一评" in client.get(merged.location).text
    rating = {**client.get(merged.location).form("/api/rating"), **RATING}
    assert client.post("/api/rating", rating).no == merged.no
    page = client.get(merged.location)
    assert ("那一单办完了" in page.text, "请您也评一评" in page.text) == (True, False)
    again = client.post("/api/rating", {**rating, "once": "", "attitude": "1"})
    assert (again.status, "您已经评过这一单了" in again.text) == (409, True)
    theirs = {**client.get(other.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    assert client.post("/api/rating", theirs).no == other.no
    clock.forward(minutes=10)
    move(client.app, other.no, "triaged", "dispatched", "accepted", "done")
    assert order_number.spell(merged.no) in desk.get("/desk/?state=calls").text
    assert "请您也评一评" in client.get(merged.location).text
    late = {**client.get(merged.location).form("/api/rating"), **RATING, "attitude": "2"}
    assert client.post("/api/rating", late).no == merged.no
    assert found(client.app, merged.no).attitude == 2


def test_what_was_served_with_another_order_is_not_called_off(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    cancel = client.get(merged.location).form("/api/order", do="cancel")
    move(client.app, other.no, "triaged", "dispatched", "accepted", "done")
    assert not client.get(merged.location).page.css('[name="do"][value="cancel"]')
    refused = client.post("/api/order", cancel)
    assert (refused.status, "合到的那一单已经办完" in refused.text) == (409, True)
    assert desk.do(merged.no, "cancelled").status == 409
    assert states(client.app, merged) == ["merged"]


def test_a_merged_resident_rates_who_served_once_it_is_done(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    assert not client.get(merged.location).page.css('form[action="/api/rating"]')
    last4 = {"no": merged.no, "last4": "5678"}
    early = client.post("/api/rating", {**RATING, **last4})
    assert (early.status, "那一单还没有办完" in early.text) == (409, True)
    desk.dispatched(other.no)
    Team(client).do(other.no, "accepted", volunteer="team")
    Team(client).do(other.no, "done")
    page = client.get(merged.location)
    assert "请您也评一评" in page.text
    rating = {**page.form("/api/rating"), **RATING, "solved": "partly", "problems": "迟到了"}
    assert client.post("/api/rating", rating).no == merged.no
    order = found(client.app, merged.no)
    assert (order.state, order.rated_team, order.problem) == ("merged", "barbers", "raised")
    month = client.app.store.tally(order.filed_at[:7])
    assert month["team:barbers rated"] == month["all rated"] == month["all merged"] == 1
    assert month["all problems"] == 1
    again = client.post("/api/rating", {**RATING, **last4})
    assert again.status == 409
    assert consistency.examine(client.app).healthy


@pytest.mark.parametrize("how", ["withdrawn", "split"])
def test_who_was_merged_and_goes_apart_is_told_where_it_was_merged(
    client: Client, desk: Desk, pair: tuple[Answer, Answer], how: str
) -> None:
    (merged, other), team = pair, Team(client)
    desk.dispatched(other.no)
    assert team.do(other.no, "accepted", volunteer="team").location
    assert "她的话" in team.get(other.no).text
    assert "不在这一单里办了" not in team.get(other.no).text
    if how == "split":
        assert desk.do(merged.no, "unmerged").location
    else:
        cancel = client.get(merged.location).form("/api/order", do="cancel")
        assert client.post("/api/order", cancel).location
    spelled = order_number.spell(merged.no)
    page = team.get(other.no).text
    assert f"合在一起的 {spelled} 不在这一单里办了" in page
    assert "她的话" not in page
    history = desk.get(f"/desk/order/?no={other.no}").text.partition("经过")[2]
    assert "合过来的一单不在这里办了" in history
    assert spelled in history.partition("合过来的一单不在这里办了")[2]
    assert "合过来的那一单不在这一单里办了" in client.get(other.location).text
    assert consistency.examine(client.app).healthy


def test_on_paper_a_merged_order_is_on_the_sheet_of_the_other_one(
    desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    assert desk.get(f"/desk/slip/?no={merged.no}").location == f"/desk/slip/?no={other.no}"
    sheet = desk.get(f"/desk/slip/?no={other.no}").text
    assert "同一件事，一起办" in sheet
    assert "她的话" in sheet
    assert "打印合到那一单的派工单" in desk.get(f"/desk/order/?no={merged.no}").text


def test_the_last_of_a_chain_is_told_who_goes_apart(client: Client, desk: Desk) -> None:
    first, second, third = wish(client, **NEIGHBOUR), wish(client), wish(client, name="孙")
    assert desk.do(first.no, "merged", into=second.no).location
    assert desk.do(second.no, "merged", into=third.no).location
    cancel = client.get(first.location).form("/api/order", do="cancel")
    assert client.post("/api/order", cancel).location
    assert client.app.store.events(third.no)[-1].data == {"from": first.no}


def test_calling_off_names_only_those_that_begin_again(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    erased = wish(client, **NEIGHBOUR | {"phone": "13900005679"})
    assert desk.do(erased.no, "merged", into=other.no).location
    client.app.steps.take(found(client.app, erased.no), "erased", "resident")
    sent = {"no": other.no, "do": "cancelled", "version": str(found(client.app, other.no).version)}
    asked = desk.asked("/desk/order/", sent).text
    assert f"有 1 单合在这一单里办：{order_number.spell(merged.no)}。" in asked
    assert "另有 1 单的个人信息已经删去，不再恢复" in asked
    assert desk.post("/desk/order/", sent).location
    assert states(client.app, merged, erased) == ["submitted", "merged"]


def test_what_the_program_adds_to_an_answer_is_told_in_words_or_not_at_all(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
    desk.dispatched(other.no)
    assert Team(client).do(other.no, "accepted", volunteer=head.no).location
    assert Team(client).do(other.no, "done").location
    hers = Client(client.app)
    rating = {**hers.get(merged.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    assert hers.post("/api/rating", rating).location
    back = hers.get(merged.location).form("/api/order", do="unrate")
    assert hers.post("/api/order", back).location
    told = desk.get(f"/desk/order/?no={merged.no}").text.partition("经过")[2]
    assert "服务队： 理发队 谁去： 王女士" in told
    for raw in ("team", "volunteer", "done_at", "merged_into", head.no):
        assert raw not in told
    desk.do(merged.no, "rated", **RATING, source="phone")
    table = desk.post("/desk/sheets/ratings.xlsx", {"as": "csv"}).body
    assert "理发队" in table
    assert "team" not in table
    assert head.no not in table


def test_a_merged_wish_that_was_not_solved_goes_on_alone(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    move(client.app, other.no, "triaged", "dispatched", "accepted", "done")
    rating = {**client.get(merged.location).form("/api/rating"), **RATING, "solved": "unsolved"}
    assert client.post("/api/rating", rating).no == merged.no
    assert states(client.app, merged, other) == ["submitted", "done"]
    assert "您说问题没有解决，社区单独办这一单" in client.get(merged.location).text


def test_a_chain_of_merges_shows_every_wish_and_note_wherever_it_is_done(
    client: Client, desk: Desk
) -> None:
    chain = [
        wish(client, **NEIGHBOUR),
        wish(client, detail="第二个人的话"),
        wish(client, name="孙"),
    ]
    for first, second in ((0, 1), (1, 2)):
        assert desk.do(chain[first].no, "merged", into=chain[second].no).location
    last, team = chain[2], Team(client)
    add_note(client, chain[0], "轮椅进不了门")
    desk.dispatched(last.no)
    assert "她的话" not in team.get(last.no).text
    team.do(last.no, "accepted", volunteer="team")
    for page in (
        desk.get(f"/desk/order/?no={last.no}"),
        desk.get(f"/desk/slip/?no={last.no}"),
        team.get(last.no),
    ):
        for text in ("她的话", "第二个人", "9 栋 9 单元", "轮椅进不了门"):
            assert text in page.text
    looks = [look.by for look in client.app.access_log.of(chain[0].no)]
    assert sorted(looks) == ["staff", "team"]


def test_orders_that_lead_into_each_other_are_shown_once(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = wish(client, **NEIGHBOUR), wish(client)
    assert desk.do(first.no, "merged", into=second.no).location
    there, back = found(client.app, first.no), found(client.app, second.no)
    # As an earlier version could leave them.
    ring = {second.no: [there], first.no: [back._replace(state="merged", merged_into=first.no)]}
    monkeypatch.setattr(type(client.app.orders), "joined", lambda self, no: ring[no])
    assert [order.no for order in client.app.orders.all_joined(second.no)] == [first.no]


def test_a_merged_resident_is_told_who_comes_and_by_when(
    client: Client, desk: Desk, pair: tuple[Answer, Answer]
) -> None:
    merged, other = pair
    desk.dispatched(other.no)
    Team(client).do(other.no, "accepted", volunteer="team", person="李强")
    hers, theirs = client.get(merged.location).text, client.get(other.location).text
    for page in (hers, theirs):
        for text in ("最晚 2026年11月", "服务队：", "来的人", "李强"):
            assert text in page
    assert "家里有老人" not in hers
