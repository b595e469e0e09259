"""Orders are found by any part of a phone, a name or an address, and by nothing once erased."""

from urllib.parse import quote

import pytest

from functions import scheduled
from functions.app import App
from functions.forms import order_number
from functions.ops import consistency
from functions.orders import upkeep
from functions.orders.privacy import PIECES, pieces
from tests.integration.desk.test_lists import followed, numbers
from tests.support.client import Client
from tests.support.orders import JOIN, TOLD, Desk, move, wish

ONE = {"name": "李桂兰", "phone": "138 1234 5678", "address": "光明路 3 栋 2 单元 401"}
OTHER = {"name": "王建国", "phone": "0773-2867890", "address": "东街 5 号"}
PARTS = ["1234", "8123", "1381234", "２３４５６", "桂兰", "李桂兰", "2单元401", "401", "３栋"]
AT_ONCE = ["5678", "13812345678", "尾号5678", "光明路3栋2单元401"]


def search(desk: Desk, text: str) -> list[str]:
    return numbers(desk.get(f"/desk/find/?q={quote(text)}"))


@pytest.fixture
def client(app_on_each_engine: App) -> Client:
    return Client(app_on_each_engine)


@pytest.fixture
def nos(client: Client) -> tuple[str, str]:
    return wish(client, **ONE).no, wish(client, **OTHER).no


def test_any_part_of_phone_name_and_address_finds_after_the_schedules_next_round(
    client: Client, desk: Desk, nos: tuple[str, str]
) -> None:
    assert not search(desk, "桂兰")
    assert not scheduled.tick(client.app)["broken"]
    for text in (*PARTS, *AT_ONCE):
        assert search(desk, text) == [nos[0]], text
    for text in ("286789", "7732867890", "0773-2867890", "0773", "0773286", "07732", "东街"):
        assert search(desk, text) == [nos[1]], text
    for text in ("9999", "桂花", "李国", "12 号楼"):
        assert not search(desk, text), text
    assert consistency.examine(client.app).healthy


def test_whole_phones_and_addresses_find_at_once(desk: Desk, nos: tuple[str, str]) -> None:
    for text in AT_ONCE:
        assert search(desk, text) == [nos[0]], text


def test_what_staff_write_down_or_correct_is_found_at_once(
    client: Client, desk: Desk, nos: tuple[str, str]
) -> None:
    sent = {**TOLD, **ONE, "phone": "139 8765 4321", "source": "phone", "once": "x"}
    filed = desk.post("/desk/wish/", sent).no
    assert search(desk, "8765") == [filed]
    assert desk.do(nos[1], "corrected", **{**TOLD, **OTHER, "name": "赵大妈"}).location
    assert search(desk, "赵大") == [nos[1]]
    assert search(desk, "大妈") == [nos[1]]


def test_parts_that_do_not_stand_side_by_side_do_not_find(client: Client, desk: Desk) -> None:
    wish(client, **ONE, detail="x")
    no = wish(client, **{**ONE, "phone": "13812341234"}).no
    scheduled.tick(client.app)
    assert search(desk, "12341234") == [no]
    assert not search(desk, "34123412")


def test_a_search_goes_with_filters(client: Client, desk: Desk, nos: tuple[str, str]) -> None:
    other = wish(client, **ONE).no
    scheduled.tick(client.app)
    desk.dispatched(other)
    page = desk.get(f"/desk/find/?q={quote('桂兰')}&state=submitted")
    assert numbers(page) == [nos[0]]


def test_nothing_finds_what_was_erased(client: Client, desk: Desk, nos: tuple[str, str]) -> None:
    scheduled.tick(client.app)
    move(client.app.current(), nos[0], "cancelled", "erased")
    assert not client.app.store.traces(nos[0])
    scheduled.tick(client.app)
    assert not client.app.store.traces(nos[0])
    for text in (*PARTS, *AT_ONCE):
        assert not search(desk, text), text


def test_the_first_rounds_add_what_orders_of_earlier_versions_lack(
    client: Client, desk: Desk, nos: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MOST_TRACED", 1)
    scheduled.tick(client.app)
    found = [no for no in nos if search(desk, {nos[0]: "桂兰", nos[1]: "建国"}[no])]
    assert len(found) == 1
    scheduled.tick(client.app)
    scheduled.tick(client.app)
    assert search(desk, "桂兰") + search(desk, "建国") == [*nos]


def test_a_resident_who_files_does_not_wait_for_the_traces_of_parts(
    client: Client, nos: tuple[str, str]
) -> None:
    assert len(client.app.store.traces(nos[0])) == 3


def test_an_order_has_few_traces_however_much_was_typed() -> None:
    typed = {
        piece.question: "".join(chr(0x4E00 + n) for n in range(100)) for piece in PIECES.values()
    }
    assert len(pieces(typed)) == sum(piece.most for piece in PIECES.values()) <= 29


def test_what_is_too_short_to_search_for_is_said(desk: Desk) -> None:
    assert "太短了" in desk.get("/desk/find/?q=1").text


def test_what_was_found_is_gone_through_like_a_list(client: Client, desk: Desk) -> None:
    filed = {wish(client, phone="138 1234 5678", detail=f"第 {n} 件").no for n in range(3)}
    page = desk.get("/desk/find/?q=13812345678&state=submitted")
    first, second, third = numbers(page)
    assert {first, second, third} == filed
    link = page.page.css(".orders tbody a")[0].attributes["href"] or ""
    order = desk.get(link)
    assert f"no={second}" in followed(order)
    back = order.page.css_first(".buttons a.quiet")
    assert back is not None
    assert numbers(desk.get(back.attributes["href"] or "")) == [first, second, third]
    sent = order.form("/desk/order/", do="rejected") | {"to_resident": ["请找物业"]}
    after = desk.get(desk.post("/desk/order/", sent).location)
    assert f"no={second}" in followed(after)
    assert "回“查找结果”，还有 2 单" in after.text
    assert f"no={third}" in followed(desk.get(followed(after)))


def test_a_month_is_chosen_and_not_spelled(
    client: Client, desk: Desk, nos: tuple[str, str]
) -> None:
    page = desk.get("/desk/find/?month=2026-11")
    assert {*numbers(page)} == {*nos}
    (chosen,) = page.page.css("select[name=month] option[selected]")
    assert chosen.text() == "2026年11月"


def test_a_month_that_is_written_is_chosen(
    client: Client, desk: Desk, nos: tuple[str, str]
) -> None:
    for text in ("2026年11月", "11月", "11月份", "2026-11", "２０２６／１１"):
        assert (
            desk.get(f"/desk/find/?q={quote(text)}").location
            == "/desk/find/?month=2026-11&q=&before="
        ), text
    for text in ("2026-13", "2025年11月", "13月", "0月"):
        assert "写成“2026年11月”" in desk.get(f"/desk/find/?q={quote(text)}").text, text


def test_a_number_with_a_mistake_is_noticed(desk: Desk, nos: tuple[str, str]) -> None:
    no = nos[0]
    wrong = no[:-1] + str((int(no[-1]) + 1) % 10)
    for text in (wrong, f"单号 {wrong}。", no[:-1], f"{no}5", "2345BCDA"):
        said = desk.get(f"/desk/find/?q={quote(text)}").text
        assert "要是单号，就是里面写错了" in said, text
        assert "再核对" in said, text


def test_a_number_that_nothing_has_is_told_at_the_desk(desk: Desk) -> None:
    no = order_number.draw(lambda below: 0)
    assert f"没有 {order_number.spell(no)} 这个单号" in desk.get(f"/desk/find/?q={no}").text


def test_what_is_not_there_is_told_in_the_desks_frame(desk: Desk) -> None:
    for address in ("/desk/order/?no=2", "/desk/person/?no=2", "/desk/slip/?no=2"):
        answer = desk.get(address)
        assert answer.status == 404, address
        assert answer.page.css_first("body.desk nav"), address
        assert "没有这" in answer.text, address


def test_the_estate_finds_an_address_with_all_of_its_doors(client: Client, desk: Desk) -> None:
    no = wish(client, **{**ONE, "address": "桂林市象山区凯旋家园7栋2单元1103室"}).no
    other = wish(client, **{**ONE, "address": "凯旋路12号凯旋家园7栋2单元1103室"}).no
    scheduled.tick(client.app)
    for text in ("凯旋家园", "凯旋家园7栋", "凯旋家园 7 栋 2 单元", "凯旋", "1103"):
        assert {*search(desk, text)} == {no, other}, text


def test_volunteers_are_found_in_the_same_box(client: Client, desk: Desk) -> None:
    no = client.post("/api/volunteer", {**JOIN, "once": "x"}).no
    for text in ("王女士", "女士", "2345", "0773-2812345", "7732812345", "尾号2345"):
        page = desk.get(f"/desk/find/?q={quote(text)}")
        assert page.page.css_first(f'a[href="/desk/person/?no={no}"]'), text
    assert "looked_list" in [head.data["what"] for head in client.app.audit.find()]
    assert desk.get(f"/desk/find/?q={no}").location == f"/desk/person/?no={no}"
    assert not desk.get(f"/desk/find/?q={quote('女士')}&state=done").page.css_first("h2")


def test_volunteers_of_earlier_versions_get_their_traces_by_the_schedule(
    client: Client, desk: Desk
) -> None:
    app = client.app
    no = client.post("/api/volunteer", {**JOIN, "once": "x"}).no
    person = app.volunteers.find(no)
    assert person
    for stored in app.store.everything():
        if stored.no == no:
            app.store.renew(stored, person.head, {*app.personal.traces(person.typed)})
    address = f'a[href="/desk/person/?no={no}"]'
    assert not desk.get(f"/desk/find/?q={quote('女士')}").page.css_first(address)
    scheduled.tick(app)
    assert desk.get(f"/desk/find/?q={quote('女士')}").page.css_first(address)
