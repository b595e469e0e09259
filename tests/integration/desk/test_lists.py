"""What lists of orders at the desk show, and what can be chosen of them."""

from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborNode

from functions.desk import board
from functions.orders.privacy import masked
from functions.orders.repository import Step
from functions.people import accounts
from functions.storage.history import Event
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import DONE, RATING, TOLD, Desk, found, move, wish

EAST, WEST = "东网格", "西网格"


def row(answer: Answer, no: str) -> LexborNode:
    for each in answer.page.css("tr"):
        link = each.css_first("a")
        if link and f"no={no}" in (link.attributes["href"] or ""):
            return each
    raise AssertionError(answer.text)


def numbers(answer: Answer) -> list[str]:
    links = [a.attributes["href"] or "" for a in answer.page.css(".orders tbody a")]
    return [link.partition("no=")[2].partition("&")[0] for link in links]


def chosen(answer: Answer, name: str) -> dict[str, str]:
    """The menu of a filter: what each value is called, with how many."""
    options = answer.page.css(f"select[name={name}] option")
    return {option.attributes["value"] or "": option.text() for option in options}


def triaged(client: Client, no: str, grid: str, **data: str) -> None:
    app = client.app.current()
    data = {"level": "routine", "due": "2026-12-01", "grid": grid, **data}
    event = Event("triaged", "staff", app.clock.now.isoformat(), data)
    app.orders.move(found(app, no), Step(event))


@pytest.mark.parametrize("page", ["/desk/", "/desk/?state=submitted", "/desk/find/"])
def test_a_list_shows_who_wished_what_but_neither_phone_nor_address(
    client: Client, desk: Desk, page: str
) -> None:
    detail = "请到1栋2单元401，打13812345678，帮我理发，谢谢你们了，我腿脚不方便，要上门"
    no = wish(client, detail=detail).no
    shown = row(desk.get(page), no).text().partition("理发")[2]
    for text in ("𠮷野先生", "帮我", "11月23日", "社区"):
        assert text in shown, text
    for text in ("13812345678", "1234 5678", "1 栋", "1栋", "2单元", "401", "要上门"):
        assert text not in shown, text
    assert not client.app.current().access_log.of(no)


@pytest.mark.parametrize("text", ["在3 栋 2单元 401室", "电话 138-1234-5678", "到光明路，8号院来"])
def test_words_of_a_list_hold_no_door_phone_or_address(text: str) -> None:
    known = {"phone": "13812345678", "address": "光明路 8 号院"}
    hidden = masked(text, known)
    assert not [digit for digit in "0123456789" if digit in hidden], hidden
    assert "光明路" not in hidden


def test_a_list_shows_a_wish_as_it_was_corrected_and_says_where_it_was_erased(
    client: Client, desk: Desk
) -> None:
    first, second = wish(client).no, wish(client, phone="139 0000 0000").no
    typed = {**TOLD, "detail": "修灯", "name": "李奶奶"}
    assert desk.do(first, "corrected", **typed).location
    shown = row(desk.get("/desk/"), first).text()
    assert "修灯" in shown
    assert "李奶奶" in shown
    move(client.app.current(), second, "cancelled", "erased")
    assert "个人信息已删" in row(desk.get("/desk/find/"), second).text()


def test_a_list_says_whom_each_order_waits_for(client: Client, desk: Desk) -> None:
    dispatched, waiting = wish(client).no, wish(client).no
    desk.dispatched(dispatched)
    triaged(client, waiting, "")
    assert desk.do(waiting, "paused", until="2026-11-27").location
    page = desk.get("/desk/find/")
    for no, whom in ((dispatched, "理发队"), (waiting, "居民")):
        cell = row(page, no).css_first('[data-label="等谁"]')
        assert cell is not None
        assert cell.text() == whom


def test_a_filter_is_true_for_the_whole_list_and_says_how_many_there_are(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "PAGE", 2)
    nos = [wish(client, phone=f"138 1234 100{n}").no for n in range(5)]
    for n, no in enumerate(nos):
        triaged(client, no, EAST if n in (0, 4) else WEST, level="complex" if n else "routine")
    page = desk.get("/desk/?state=triaged")
    assert "已受理（等派单） 5 单" in page.text
    assert len(numbers(page)) == 2
    assert chosen(page, "grid")[WEST] == f"{WEST}（3）"
    page = desk.get(f"/desk/?state=triaged&grid={quote(EAST)}")
    assert {*numbers(page)} == {nos[0], nos[4]}
    assert chosen(page, "level")["complex"] == "复杂（1）"
    page = desk.get(f"/desk/?state=triaged&grid={quote(EAST)}&level=complex")
    assert numbers(page) == [nos[4]]


def test_every_order_of_a_list_stands_on_one_of_its_pages(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "PAGE", 2)
    nos = {wish(client, phone=f"138 1234 100{n}").no for n in range(5)}
    seen, address = set[str](), "/desk/?state=submitted&sort=filed"
    for _ in range(3):
        page = desk.get(address)
        seen |= {*numbers(page)}
        for link in page.page.css("a.button"):
            address = link.attributes["href"] or "" if link.text() == "下一页" else address
    assert seen == nos


def test_what_is_overdue_can_be_chosen(client: Client, desk: Desk, clock: Clock) -> None:
    late = wish(client).no
    clock.forward(days=9)
    again = Desk(client, "李强")
    new = wish(client, phone="139 0000 0000").no
    assert numbers(again.get("/desk/?state=submitted&late=yes")) == [late]
    assert {*numbers(again.get("/desk/?state=submitted"))} == {late, new}


def test_a_list_is_sorted_as_people_order_what_they_sort_by(client: Client, desk: Desk) -> None:
    nos = [wish(client, phone=f"138 1234 100{n}").no for n in range(3)]
    for no, grid, service in zip(
        nos, [WEST, EAST, EAST], ["haircut", "mending", "haircut"], strict=True
    ):
        triaged(client, no, grid, service=service, due=f"2026-12-0{9 - nos.index(no)}")
    first, second, third = nos
    assert numbers(desk.get("/desk/?state=triaged")) == [third, second, first]
    assert numbers(desk.get("/desk/?state=triaged&sort=grid")) == [third, second, first]
    assert numbers(desk.get("/desk/?state=triaged&sort=service")) == [third, first, second]
    assert numbers(desk.get("/desk/?state=triaged&sort=wrong&page=x")) == [third, second, first]


def test_what_was_chosen_of_a_list_is_remembered_for_the_next_visit(
    client: Client, desk: Desk
) -> None:
    kept = desk.get("/desk/?state=submitted&sort=filed&late=yes").cookies[0].split(";")[0]
    again = client.get("/desk/?state=submitted", cookie=f"{desk.cookie}; {kept}")
    assert again.location == "/desk/?state=submitted&late=yes&sort=filed"
    # The whole list can be had back, and other lists are as they were.
    for address in ("/desk/?state=submitted&sort=due", "/desk/?state=triaged"):
        assert client.get(address, cookie=f"{desk.cookie}; {kept}").status == 200


def followed(answer: Answer) -> str:
    """Where the page of an order leads on to."""
    link = answer.page.css_first("a[rel=next]")
    return (link.attributes["href"] or "") if link else ""


def test_after_each_act_the_next_order_of_the_same_list_is_one_key_away(
    client: Client, desk: Desk
) -> None:
    for n in range(3):
        triaged(client, wish(client, phone=f"138 1234 100{n}").no, "", due=f"2026-12-0{n + 1}")
    page = desk.get("/desk/?state=triaged&level=routine")
    nos = numbers(page)
    address = row(page, nos[1]).css_first("a")
    assert address is not None
    order = desk.get(address.attributes["href"] or "")
    assert order.page.css("a[rel=next][accesskey]")
    assert f"no={nos[2]}" in followed(order)
    # One that was passed over does not come next; the list that was chosen stays.
    sent = order.form("/desk/order/", do="dispatched") | {"team": ["barbers"]}
    after = desk.get(desk.post("/desk/order/", sent).location)
    assert f"no={nos[2]}" in followed(after)
    assert "还有 2 单" in after.text
    assert "level%3Droutine" in followed(after)
    last = desk.get(followed(after))
    assert not followed(last)
    sent = last.form("/desk/order/", do="dispatched") | {"team": ["barbers"]}
    assert f"no={nos[0]}" in followed(desk.get(desk.post("/desk/order/", sent).location))


def test_an_order_that_was_found_otherwise_leads_to_no_next_one(client: Client, desk: Desk) -> None:
    no, _ = wish(client).no, wish(client, phone="139 0000 0000")
    for address in (f"/desk/order/?no={no}", f"/desk/order/?no={no}&list=state%3Dx&next=1"):
        assert not followed(desk.get(address))


def test_staff_take_an_order_on_or_give_it_to_a_colleague_until_it_ends(
    client: Client, desk: Desk
) -> None:
    colleague = Desk(client, "李强")
    no, other = wish(client).no, wish(client, phone="139 0000 0000").no
    form = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="handled")
    assert form["handler"] == ["王芳"]  # Whoever looks is likely to take it on.
    assert desk.post("/desk/order/", form).location
    assert "王芳在办" in row(desk.get("/desk/?state=submitted"), no).text()
    assert numbers(desk.get("/desk/?state=submitted&mine=yes")) == [no]
    assert numbers(desk.get("/desk/?state=mine")) == [no]
    assert "1 我在办的" in desk.get("/desk/").text
    assert desk.do(no, "handled", handler="李强").location
    assert not numbers(desk.get("/desk/?state=mine"))
    assert numbers(colleague.get("/desk/?state=mine")) == [no]
    assert "谁来办： 李强" in desk.get(f"/desk/order/?no={no}").text
    assert desk.do(other, "handled", handler="王芳").location
    assert desk.do(other, "handled", handler="nobody").location
    assert not numbers(desk.get("/desk/?state=mine"))
    assert desk.do(no, "cancelled").location
    assert not numbers(colleague.get("/desk/?state=mine"))


def test_what_is_in_the_hands_of_somebody_whose_account_was_closed_is_found(
    client: Client, desk: Desk
) -> None:
    head = Desk(client, "李主任", accounts.ADMINISTRATOR)
    Desk(client, "李雷")
    no, other = wish(client).no, wish(client, phone="139 0000 0000").no
    assert desk.do(no, "handled", handler="李雷").location
    assert desk.do(other, "handled", handler="王芳").location
    assert "没有人在办" not in desk.get("/desk/?state=submitted").text
    asked = head.asked("/desk/staff/", {"do": "disable", "name": "李雷"})
    assert "李雷在办的还有 1 单" in asked.text
    assert "已停用" in head.post("/desk/staff/", {"do": "disable", "name": "李雷"}).text
    listed = desk.get("/desk/?state=submitted")
    assert "李雷已停用，没有人在办" in row(listed, no).text()
    assert "王芳在办" in row(listed, other).text()
    assert "没有人在办" in desk.get("/desk/").text
    page = desk.get(f"/desk/order/?no={no}")
    assert "谁在办 李雷已停用，没有人在办" in page.text
    assert page.form("/desk/order/", do="handled")["handler"] == ["王芳"]
    assert numbers(desk.get("/desk/?state=submitted&left=yes")) == [no]


def test_an_order_can_be_given_only_to_somebody_who_can_sign_in(client: Client, desk: Desk) -> None:
    no = wish(client).no
    assert "请选谁来办" in desk.do(no, "handled", handler="路人").text
    assert found(client.app, no).handler == ""


def rated(client: Client, desk: Desk, no: str, **answers: str) -> None:
    move(client.app.current(), no, *DONE)
    if answers:
        assert desk.do(no, "rated", source="phone", **answers).location


def test_who_has_not_rated_or_was_not_content_is_called_longest_first(
    client: Client, desk: Desk, clock: Clock
) -> None:
    silent, content, low, partly = (wish(client, phone=f"138 1234 100{n}").no for n in range(4))
    rated(client, desk, silent)
    rated(client, desk, content, **RATING)
    rated(client, desk, low, **RATING | {"skill": "2"})
    rated(client, desk, partly, solved="partly")
    assert {*numbers(desk.get("/desk/?state=calls"))} == {silent, low, partly}
    clock.forward(days=1)
    late = wish(client, phone="138 1234 1009").no
    again = Desk(client, "李强")
    rated(client, again, late)
    called = numbers(again.get("/desk/?state=calls"))
    assert called.index(silent) < called.index(late)


def test_who_had_a_wish_done_with_another_one_is_called_too(client: Client, desk: Desk) -> None:
    first, second, last = (wish(client, phone=f"138 1234 300{n}").no for n in range(3))
    for no, into in ((first, second), (second, last)):
        assert desk.do(no, "merged", into=into, sure="yes").location
    assert not numbers(desk.get("/desk/?state=calls"))
    rated(client, Desk(client, "李强"), last)
    listed = desk.get("/desk/?state=calls")
    assert {*numbers(listed)} == {first, second, last}
    waits = "td[data-label=等谁], td[data-label=期限]"
    own, its = ([cell.text() for cell in row(listed, no).css(waits)] for no in (first, last))
    assert own == its != ["—", "—"]
    for no in (last, first, second):
        assert desk.do(no, "rated", source="phone", **RATING).location
        assert no not in numbers(desk.get("/desk/?state=calls"))


def test_a_rating_by_phone_may_lack_stars_and_figures_count_only_those_there_are(
    client: Client, desk: Desk
) -> None:
    plain, starred = (wish(client, phone=f"138 1234 200{n}").no for n in range(2))
    rated(client, desk, plain, solved="solved")
    rated(client, desk, starred, **RATING)
    assert found(client.app, plain).state == "rated"
    counted = client.app.store.tally("2026-11")
    assert counted["all rated"] == counted["all solved"] == 2
    assert (counted["all attitude given"], counted["all attitude stars"]) == (1, 5)
    move(client.app.current(), unsaid := wish(client, phone="138 1234 2009").no, *DONE)
    assert "solved" in desk.do(unsaid, "rated", source="phone").errors


def test_an_order_fits_on_a_sheet_to_sign_and_that_is_a_recorded_look(
    client: Client, desk: Desk
) -> None:
    no = wish(client).no
    desk.dispatched(no)
    looks = len(client.app.current().access_log.of(no))
    sheet = desk.get(f"/desk/slip/?no={no}")
    for text in ("家里有老人", "𠮷野先生", "1 栋 2 单元", "138 1234 5678", "理发队", "居民签名"):
        assert text in sheet.text or text.replace(" ", "") in sheet.text, text
    assert len(client.app.current().access_log.of(no)) == looks + 1
    assert desk.get("/desk/slip/?no=1").status == 404
