"""Acts that cannot be undone, or that reach far, say what they will do before they do it."""

import pytest

from functions.desk import ROUTES
from functions.desk.bulk import DISPATCH, TRIAGE, Bulk
from functions.orders.lifecycle.rules import TABLE
from functions.orders.lifecycle.states import STAFF
from functions.people import accounts, volunteers
from functions.people.accounts import Accounts
from tests.support.client import Client
from tests.support.community import Clock
from tests.support.orders import DONE, JOIN, RATING, WISH, Desk, Team, account, found, move, wish

ASKED = {
    "/desk/triage/": "more than ten",
    "/desk/dispatch/": "more than ten",
    "/desk/people/": "more than ten",
    "/desk/order/": "see STEPS",
    "/desk/person/": "see OF_VOLUNTEERS",
    "/desk/teams/": "a link that lives is lost",
    "/desk/held/": "more than ten refused",
    "/desk/messages/": "what was read cannot be taken back",
    "/desk/clock/": "what is past its time is erased",
    "/desk/staff/": "somebody who is at work loses access",
}
PLAIN = {
    "/desk/sign-in/": "changes nothing",
    "/desk/sign-out/": "changes nothing",
    "/desk/password/": "asks for the one before",
    "/desk/wish/": "one order, which can be cancelled and corrected",
    "/desk/report/text/": "can be written again",
    "/desk/sheets/": "only stages: the next page says what will be done",
    "/desk/import/": "is that page",
    **dict.fromkeys(
        [
            *("/desk/sheets/orders.xlsx", "/desk/sheets/ratings.xlsx", "/desk/sheets/report.xlsx"),
            *("/desk/sheets/volunteers.xlsx", "/desk/sheets/report.docx"),
        ],
        "changes nothing; who exported is recorded",
    ),
}
"""All posts of the desk: those that ask, and those that need not, with the reason."""
STEPS = {
    "erased": "always",
    "merged": "always",
    "answered": "where everybody can read it",
    "cancelled": "where others were merged into it",
    "rejected": "where others were merged into it",
}
WITH_A_WAY_BACK = {
    *("triaged", "consulted", "progressed", "dispatched", "recalled", "accepted", "assigned"),
    *("declined", "returned", "paused", "resumed", "done", "undone", "reopened", "closed"),
    *("retaken", "restored", "unmerged", "corrected", "released", "withdrawn", "noted", "handled"),
    *("cleared", "unrated", "vacated"),
    "relinked",  # Who has the number and the phone's last digits is let in again.
}
ON_PAPER = {"submitted", "rated"}
"""What staff write down for a resident, whose words it is."""
OF_VOLUNTEERS = {"erased", "deactivated"}


def test_every_post_of_the_desk_asks_or_says_why_it_need_not() -> None:
    posts = {path for path, actions in ROUTES.items() if "POST" in actions}
    assert posts == ASKED.keys() | PLAIN.keys()
    steps = {kind for kind, row in TABLE.items() if STAFF in row.by}
    assert steps == STEPS.keys() | WITH_A_WAY_BACK | ON_PAPER
    assert volunteers.TABLE.keys() - OF_VOLUNTEERS == {
        *("applied", "held", "cleared", "approved", "moved", "corrected", "linked"),
    }


def test_an_account_is_disabled_or_reset_after_asking(client: Client) -> None:
    head = Desk(client, "李主任", accounts.ADMINISTRATOR)
    account(client.app, "小陈")
    for do, said in (("disable", "不能再登录"), ("reset", "只显示一次")):
        asked = head.asked("/desk/staff/", {"do": do, "name": "小陈"})
        assert said in asked.text
        assert Accounts(client.app.store, client.app.clock).current("小陈", 1, client.app.clock.now)
    assert "已停用" in head.post("/desk/staff/", {"do": "disable", "name": "小陈"}).text


def test_a_link_is_renewed_or_taken_back_after_saying_who_loses_it(
    client: Client, desk: Desk
) -> None:
    first = desk.asked("/desk/teams/", {"team": "barbers", "do": "issue"})
    assert "key=" in first.body, "nobody has a link to lose"
    link, no = Team(client), wish(client).no
    desk.dispatched(no)
    for do, said in (("revoke", "打不开"), ("issue", "旧链接马上不能用")):
        asked = desk.asked("/desk/teams/", {"team": "barbers", "do": do})
        assert said in asked.text
        assert "手上有 1 单" in asked.text
        assert link.get().status == 200
    assert desk.post("/desk/teams/", {"team": "barbers", "do": "revoke"}).location
    assert link.get().status == 403


def test_an_order_is_erased_after_asking(client: Client, desk: Desk) -> None:
    no = wish(client).no
    desk.do(no, "cancelled")
    sent = {"no": no, "do": "erased", "version": str(found(client.app, no).version)}
    desk.do(no, "noted", note="她打电话来说都删掉")  # Which does not spare the question.
    assert "不能恢复" in desk.asked("/desk/order/", sent).text
    assert not found(client.app, no).erased_at
    assert desk.post("/desk/order/", sent).location
    assert found(client.app, no).erased_at


def test_merging_shows_the_order_that_goes_on_and_calling_it_off_those_that_come_back(
    client: Client, desk: Desk
) -> None:
    no, into = wish(client).no, wish(client, service="mending").no
    sent = {"no": no, "do": "merged", "version": "1", "into": into}
    asked = desk.asked("/desk/order/", sent)
    assert "修理" in asked.text
    assert "已收到" in asked.text
    assert desk.post("/desk/order/", sent).location
    sent = {"no": into, "do": "cancelled", "version": "2"}
    assert "有 1 单合在这一单里办" in desk.asked("/desk/order/", sent).text
    assert desk.post("/desk/order/", sent).location
    assert found(client.app, no).state == "submitted"


def test_what_is_refused_anyway_is_told_without_asking(client: Client, desk: Desk) -> None:
    no = wish(client).no
    late = {"no": no, "do": "merged", "version": "0", "into": wish(client, name="李").no}
    assert desk.asked("/desk/order/", late).status == 409
    itself = {"no": no, "do": "merged", "version": "1", "into": "1234567890"}
    assert desk.asked("/desk/order/", itself).errors["into"]
    assert desk.asked("/desk/order/", {**itself, "into": no}).errors["into"]
    rated = wish(client, name="赵").no
    move(client.app, rated, *DONE)
    assert desk.asked("/desk/order/", {**itself, "into": rated}).errors["into"]
    into = wish(client, name="钱").no
    desk.do(into, "merged", into=no)
    sent = {**itself, "version": str(found(client.app, no).version), "into": into}
    assert desk.asked("/desk/order/", sent).errors["into"]


def test_an_answer_that_names_the_resident_is_refused_without_asking_whether_to_publish_it(
    client: Client, desk: Desk
) -> None:
    answer = wish(client, name="李奶奶")
    move(client.app, answer.no, *DONE)
    rating = {**client.get(answer.location).form("/api/rating"), **RATING, "problems": "剪短了"}
    assert client.post("/api/rating", rating).location
    sent = {"no": answer.no, "do": "answered", "how": "public", "text": "李奶奶的头发重剪了"}
    sent["version"] = str(found(client.app, answer.no).version)
    asked = desk.asked("/desk/order/", sent)
    assert "李奶奶" in asked.errors["text"]
    assert "公开这句答复" not in asked.text


def test_a_step_with_a_way_back_does_not_ask(client: Client, desk: Desk) -> None:
    no = wish(client).no
    sent = {"no": no, "do": "cancelled", "version": "1"}
    assert desk.asked("/desk/order/", sent).location


def test_many_volunteers_are_approved_after_saying_how_many(client: Client, desk: Desk) -> None:
    for n in range(11):
        client.post("/api/volunteer", {**JOIN, "phone": f"138123456{n:02}"})
    boxes = desk.get("/desk/people/").page.css('input[name="no"]')
    numbers = [box.attributes["value"] or "" for box in boxes]
    sent = {"no": numbers, "into": "barbers"}
    assert "一次通过 11 人" in desk.asked("/desk/people/", sent).text
    assert "通过了 11 人" in desk.post("/desk/people/", sent).text


def test_a_volunteer_is_erased_after_asking(client: Client, desk: Desk) -> None:
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    asked = desk.asked("/desk/person/", {"no": head.no, "do": "erased"})
    assert "王女士" in asked.text
    assert desk.post("/desk/person/", {"no": head.no, "do": "erased"}).location


@pytest.mark.parametrize("bulk", [TRIAGE, DISPATCH], ids=lambda bulk: bulk.kind)
def test_many_orders_are_moved_after_saying_how_many_and_where_to(
    client: Client, desk: Desk, bulk: Bulk
) -> None:
    address = {"triaged": "/desk/triage/", "dispatched": "/desk/dispatch/"}[bulk.kind]
    numbers = [wish(client, phone=f"1390000{n:04}", address=f"路 {n}").no for n in range(11)]
    if bulk is DISPATCH:
        Team(client)
        for no in numbers:
            move(client.app, no, "triaged")
    form = desk.get(address).form(address)
    few = {**form, "no": numbers[:10]}
    asked = desk.asked(address, {**form, "no": numbers})
    assert "11 单" in asked.text
    assert {"triaged": "常规 11 单", "dispatched": "理发队 11 单"}[bulk.kind] in asked.text
    assert {found(client.app, no).state for no in numbers} == {bulk.state}
    back = client.post(address, {**asked.form(address), "back": "yes"}, cookie=desk.cookie)
    assert len(back.page.css("[name=no][checked]")) == 11
    assert {found(client.app, no).state for no in numbers} == {bulk.state}
    assert desk.asked(address, few).page.css_first("form.sure") is None
    assert [found(client.app, no).state for no in numbers].count(bulk.kind) == 10


def test_who_triages_many_is_told_how_many_are_overdue_at_once(client: Client, desk: Desk) -> None:
    paper = {"source": "paper", "again": "yes", "received": "2026-10-12"}
    for n in range(11):
        own = {**WISH, "phone": f"1390000{n:04}", "address": f"路 {n}"}
        sent = own | (paper if n < 3 else {"source": "phone", "again": "yes"})
        assert desk.post("/desk/wish/", sent).location
    form = desk.get("/desk/triage/").form("/desk/triage/")
    numbers = [name.removeprefix("version-") for name in form if name.startswith("version-")]
    asked = desk.asked("/desk/triage/", {**form, "no": numbers})
    assert "11 单" in asked.text
    assert "其中 3 单这样算，一受理就已经过期" in asked.text
    desk.post("/desk/triage/", {**form, "no": numbers})
    late = [no for no in numbers if found(client.app, no).due < "2026-11-23"]
    assert len(late) == 3


@pytest.mark.parametrize("hour", [10, 21])
def test_who_dispatches_many_is_told_who_gets_a_message_and_who_sees_nothing(
    client: Client, clock: Clock, hour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [wish(client, phone=f"1390000{n:04}", address=f"路 {n}").no for n in range(11)]
    for no in numbers:
        move(client.app, no, "triaged")
    clock.forward(hours=hour - clock.now.hour)
    desk = Desk(client)
    form = desk.get("/desk/dispatch/").form("/desk/dispatch/")
    chosen = {f"team-{no}": "menders" if n else "barbers" for n, no in enumerate(numbers)}
    sent = {**form, **chosen, "no": numbers}
    asked = desk.asked("/desk/dispatch/", sent).text
    assert "不会收到消息" in asked
    assert "其中 11 单派给了没有能用的链接的队" in asked
    Team(client, "menders")
    channel = {"to": "barbers", "kind": "webhook", "url": "https://example.org", "address": ""}
    monkeypatch.setitem(client.app.bundle.site, "notify", [channel])
    asked = desk.asked("/desk/dispatch/", sent).text
    assert "其中 1 单派给了没有能用的链接的队" in asked
    assert "1 单会发消息给服务队" in asked
    assert ("早上 8 点以后发" in asked) == (hour == 21)


def test_an_answer_that_everybody_can_read_is_published_after_asking(
    client: Client, desk: Desk
) -> None:
    answer = wish(client)
    move(client.app, answer.no, *DONE)
    rating = client.get(answer.location).form("/api/rating")
    client.post("/api/rating", {**rating, **RATING, "problems": "来晚了"})
    no, version = answer.no, str(found(client.app, answer.no).version)
    sent = {"no": no, "do": "answered", "version": version, "text": "以后准时"}
    asked = desk.asked("/desk/order/", {**sent, "how": "public"})
    assert "以后准时" in asked.text
    assert "收不回来" in asked.text
    back = client.post(
        "/desk/order/", {**asked.form("/desk/order/"), "back": "yes"}, cookie=desk.cookie
    )
    assert "以后准时" in back.body
    assert found(client.app, no).problem == "raised"
    assert desk.asked("/desk/order/", {**sent, "how": "private"}).location


def test_a_volunteer_is_deactivated_after_saying_what_is_left_to_do(
    client: Client, desk: Desk
) -> None:
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find("volunteer")
    sent = {"no": head.no, "do": "deactivated"}
    assert "手上" not in desk.asked("/desk/person/", sent).text
    desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
    no = wish(client).no
    desk.dispatched(no)
    Team(client).do(no, "accepted", volunteer=head.no)
    assert "王女士手上正在办的有 1 单" in desk.asked("/desk/person/", sent).text
    assert client.app.volunteers.find(head.no).head.state == "active"  # type: ignore[union-attr]
    assert desk.post("/desk/person/", sent).location


def test_a_day_is_confirmed_after_saying_what_is_erased_by_it(client: Client) -> None:
    head = Desk(client, "李主任", accounts.ADMINISTRATOR)
    asked = head.asked("/desk/clock/", {})
    assert "2026年11月23日" in asked.text
    assert "不能恢复" in asked.text
    assert head.post("/desk/clock/", {}).location
