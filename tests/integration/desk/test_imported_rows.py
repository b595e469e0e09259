"""What single cells of a table come to, and rows that may be about the same person."""

import io

import pytest
from openpyxl import Workbook

from functions.orders import repository
from functions.people import volunteers
from tests.support.client import Client
from tests.support.orders import DONE, JOIN, WISH, Desk, found, move, wish
from tests.support.workbooks import bring, upload, workbook

WISHES = ["服务", "情况", "姓名", "电话", "住址", "怎么来的", "本人同意"]
MEMBERS = ["姓名", "电话", "服务队", "本人同意"]


def wished(phone: str) -> bytes:
    return workbook(WISHES, ["理发", "上门理发", "韦奶奶", phone, "1 栋", "写在纸上的", "是"])


@pytest.mark.parametrize(
    ("phone", "number", "beside"),
    [
        ("13812345678 / 07712345678", "+8613812345678", "07712345678"),
        ("13812345678或13987654321", "+8613812345678", "或13987654321"),
        ("儿子 13912345678", "+8613912345678", "儿子"),
        ("0773-2812345 转 8001", "+867732812345", "转 8001"),
    ],
)
def test_what_stands_beside_a_phone_is_kept_with_what_the_wish_is_about(
    client: Client, desk: Desk, phone: str, number: str, beside: str
) -> None:
    page = desk.get(upload(desk, "wishes", wished(phone)).location)
    kept = f"“电话”那里还写着：{beside}"
    assert kept in page.text, "somebody looks before it is taken"
    assert "收下了 1 行。" in bring(desk, "wishes", wished(phone)).text
    (head,) = client.app.store.find(repository.KIND)
    typed = client.app.personal.contact(head.no)
    assert (typed["phone"], typed["detail"]) == (number, f"上门理发\n{kept}")


def test_the_form_at_the_desk_keeps_it_too_and_the_residents_asks_where_to_write_it(
    client: Client, desk: Desk
) -> None:
    typed = {**WISH, "phone": "13812345678 / 13987654321"}
    refused = client.post("/api/wish", typed)
    assert (refused.status, "写到说情况的那一格里" in refused.errors["phone"]) == (422, True)
    drawn = desk.get("/desk/wish/").form("/desk/wish/")
    no = desk.post("/desk/wish/", {**drawn, **typed, "source": "phone"}).no
    assert client.app.personal.contact(no)["phone"] == "+8613812345678"
    assert "还写着：13987654321" in desk.get(f"/desk/order/?no={no}").text
    correct = desk.get(f"/desk/order/?no={no}").form("/desk/order/", do="corrected")
    assert desk.post("/desk/order/", {**correct, "phone": "13712345678 女儿"}).location
    typed_now = client.app.personal.contact(no)
    assert typed_now["phone"] == "+8613712345678"
    assert typed_now["detail"].endswith("还写着：女儿")


def test_a_form_without_room_for_it_says_so_as_before(client: Client, desk: Desk) -> None:
    team = next(iter(client.app.bundle.teams.values()))
    row = ["韦大姐", "13977312345 / 13877312345", team, "是"]
    told = upload(desk, "members", workbook(MEMBERS, row))
    assert (told.status, "这一格只写一个号码：13977312345" in told.text) == (422, True)


@pytest.mark.parametrize("kind", ["volunteers", "members"])
def test_two_rows_with_one_phone_are_told_with_both_numbers_before_they_are_taken(
    client: Client, desk: Desk, kind: str
) -> None:
    team = next(iter(client.app.bundle.teams.values()))
    rows = [[name, "13977312345", team, "是"] for name in ("韦大姐", "韦大哥")]
    page = desk.get(upload(desk, kind, workbook(MEMBERS, *rows)).location)
    assert "表里有同一个电话的：是两个人吗？" in page.text
    assert "第 3 行 和第 2 行是同一个电话 韦大哥" in page.text
    assert client.app.store.find(volunteers.KIND) == []


def test_they_are_told_also_where_somebody_has_that_phone_already(
    client: Client, desk: Desk
) -> None:
    client.post("/api/volunteer", JOIN)
    team = next(iter(client.app.bundle.teams.values()))
    rows = [[name, JOIN["phone"], team, "是"] for name in ("王大姐", "王大哥")]
    page = desk.get(upload(desk, "members", workbook(MEMBERS, *rows)).location)
    assert "以前收过的 2 行" in page.text
    assert "王女士（新报名） ；和第 2 行是同一个电话" in page.text


def test_a_day_whose_last_0_excel_dropped_is_asked_about(client: Client, desk: Desk) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append([*WISHES, "收到日期"])
    sheet.append(["理发", "上门理发", "韦奶奶", "13977312345", "1 栋", "写在纸上的", "是", 11.20])
    with io.BytesIO() as file:
        book.save(file)
        told = upload(desk, "wishes", file.getvalue())
    assert told.status == 422
    assert "看不出是11月2日还是11月20日：Excel 会去掉末尾的 0" in told.text


@pytest.mark.parametrize(
    ("text", "solved"),
    [("是", "solved"), ("是的。", "solved"), ("否", "unsolved"), ("没", "unsolved")],
)
def test_whether_it_was_solved_is_answered_with_yes_and_no(
    client: Client, desk: Desk, text: str, solved: str
) -> None:
    no = wish(client).no
    move(client.app, no, *DONE)
    heads = ["怎么来的", "单号", "态度", "手艺", "及时", "解决了吗"]
    book = workbook(heads, ["写在纸上的", no, "5", "5", "5", text])
    page = bring(desk, "ratings", book)
    assert "收下了 1 行。" in page.text
    assert found(client.app, no).solved == solved
