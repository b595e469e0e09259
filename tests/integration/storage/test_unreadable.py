"""A sealed part that does not open is told in its place and holds up nothing else."""

import io

import pytest
from openpyxl import load_workbook

from functions.app import App
from functions.forms import order_number
from functions.people import volunteers
from functions.storage.sqlite import SQLite
from functions.storage.vault import Vault
from tests.support.client import Client
from tests.support.orders import JOIN, RATING, Desk, Team, found, wish

LOST = "读不出来"
FOREIGN = b"the secret of another community, long enough"


def damage(app: App, no: str) -> None:
    """Turn a bit of the first sealed part of a history."""
    sealed = bytearray(app.store.personal(no)[1])
    sealed[20] ^= 1
    _keep(app, no, bytes(sealed))


def seal_elsewhere(app: App, no: str) -> None:
    """The same, sealed with the secret of somebody else."""
    _keep(app, no, Vault(FOREIGN).seal(no, app.personal.contact(no)))


def cut(app: App, no: str) -> None:
    _keep(app, no, b"short")


def _keep(app: App, no: str, sealed: bytes) -> None:
    assert isinstance(app.store, SQLite)
    with app.store._writer.transaction() as db:
        db.execute(
            "UPDATE personal SET sealed = ? WHERE seq = 1"
            " AND head = (SELECT id FROM heads WHERE no = ?)",
            (sealed, no),
        )


@pytest.mark.parametrize("lose", [damage, seal_elsewhere, cut])
def test_an_order_that_cannot_be_read_goes_every_step_and_its_page_says_so(
    client: Client, lose: object
) -> None:
    assert callable(lose)
    filed = wish(client)
    no, desk, team = filed.no, Desk(client), Team(client)
    lose(client.app, no)
    page = desk.get(f"/desk/order/?no={no}")
    assert (page.status, LOST in page.text, "已经删去" in page.text) == (200, True, False)
    assert client.app.access_log.of(no) == ()  # Nobody saw anything.
    assert desk.do(no, "triaged", level="difficult", service="haircut").location
    assert desk.do(no, "consulted", note="和物业商量好了").location
    assert desk.do(no, "released", text="独居老人想请人上门理发").location
    assert desk.do(no, "dispatched", team="barbers").location
    assert team.do(no, "accepted", volunteer="team", person="王女士").location
    shown = team.get(no)
    assert (shown.status, LOST in shown.text) == (200, True)
    assert "王女士" in shown.text  # What was sealed with another event can be read.
    assert team.do(no, "done").location
    mine = client.get(filed.location)
    assert mine.status == 200
    assert client.post("/api/rating", {**mine.form("/api/rating"), **RATING}).location
    assert desk.do(no, "closed").location
    assert desk.do(no, "erased").location
    assert found(client.app, no).state == "closed"
    assert "已经删去" in desk.get(f"/desk/order/?no={no}").text


def test_a_resident_with_the_key_takes_back_an_order_that_cannot_be_read(client: Client) -> None:
    filed = wish(client)
    damage(client.app, filed.no)
    page = client.get(filed.location)
    assert client.post("/api/order", {**page.form("/api/order"), "do": "cancel"}).location
    assert found(client.app, filed.no).state == "cancelled"


def test_looking_up_by_phone_finds_no_match_where_the_phone_cannot_be_read(
    client: Client,
) -> None:
    no = wish(client).no
    damage(client.app, no)
    answer = client.post("/api/order", {"no": no, "last4": "5678"})
    assert (answer.status, "对不上" in answer.errors["last4"]) == (422, True)


def test_exports_mark_what_cannot_be_read_and_have_everything_else(client: Client) -> None:
    desk = Desk(client)
    good, bad = wish(client).no, wish(client, name="李奶奶").no
    seal_elsewhere(client.app, bad)
    client.post("/api/volunteer", JOIN)
    client.post("/api/volunteer", {**JOIN, "name": "张三", "phone": "13900001111"})
    people_heads = client.app.store.find(volunteers.KIND)
    damage(client.app, people_heads[0].no)
    orders = rows(desk, "orders")
    assert len(orders) == 2
    (lost,) = [row for row in orders if "读不出" in row.values()]
    typed = {"想要什么", "称呼", "电话", "地址"}
    assert {head for head, cell in lost.items() if cell == "读不出"} == typed
    assert (lost["单号"], lost["服务"]) == (order_number.spell(bad), "理发")
    (whole,) = [row for row in orders if row is not lost]
    assert (whole["单号"], whole["称呼"]) == (order_number.spell(good), "𠮷野先生")
    people_rows = rows(desk, "volunteers")
    assert sorted(row["姓名"] == "读不出" for row in people_rows) == [False, True]


def rows(desk: Desk, name: str) -> list[dict[object, object]]:
    """The rows of an export, by the headings of its columns."""
    answer = desk.post(f"/desk/sheets/{name}.xlsx", {"month": ""})
    assert answer.status == 200
    heads, *found = load_workbook(io.BytesIO(answer.raw)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in found]


def test_a_volunteer_who_cannot_be_read_is_listed_and_can_be_chosen(client: Client) -> None:
    desk, team = Desk(client), Team(client)
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find(volunteers.KIND)
    damage(client.app, head.no)
    assert "读不出" in desk.get("/desk/people/").text
    assert LOST in desk.get(f"/desk/person/?no={head.no}").text
    desk.post("/desk/person/", {"no": head.no, "do": "approved", "team": "barbers"})
    no = wish(client).no
    damage(client.app, no)
    desk.dispatched(no)
    assert "读不出" in team.get(no).body
    assert team.do(no, "accepted", volunteer=head.no).location


def test_an_answer_to_the_resident_that_cannot_be_read_is_told_as_such(
    client: Client, app: App
) -> None:
    filed = wish(client)
    desk, team = Desk(client), Team(client)
    desk.dispatched(filed.no)
    team.do(filed.no, "accepted", volunteer="team", person="王女士")
    team.do(filed.no, "done")
    form = client.get(filed.location).form("/api/rating")
    client.post("/api/rating", {**form, **RATING, "problems": "来晚了"})
    assert desk.do(filed.no, "answered", how="private", text="对不起").location
    assert "对不起" in client.get(filed.location).text
    assert isinstance(app.store, SQLite)
    with app.store._writer.transaction() as db:
        db.execute("UPDATE personal SET sealed = zeroblob(40)")
    assert "社区的答复暂时读不出来" in client.get(filed.location).text
    assert LOST in desk.get(f"/desk/order/?no={filed.no}").text


@pytest.mark.slow
def test_a_damaged_head_is_in_its_list_and_breaks_no_page(client: Client) -> None:
    """Lists show what lies beside the damage; its history has all the rest."""
    app, desk, team = client.app, Desk(client), Team(client)
    broken, whole = wish(client).no, wish(client, name="李").no
    joined = client.post("/api/volunteer", JOIN)
    assert joined.status == 303
    desk.dispatched(broken)
    assert isinstance(app.store, SQLite)
    with app.store._writer.transaction() as db:
        db.execute("UPDATE heads SET data = 'xx' WHERE kind = 'volunteer' OR no = ?", (broken,))
    pages = ("", "?state=dispatched", "dispatch/", "find/?q=5678", f"order/?no={whole}", "people/")
    for page in pages:
        answer = desk.get(f"/desk/{page}")
        assert answer.status == 200, page
    assert order_number.spell(broken) in desk.get("/desk/").text
    assert team.get().status == 200
    answer = desk.post("/desk/sheets/orders.xlsx", {"month": ""})
    assert answer.status == 200
