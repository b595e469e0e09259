"""What single cells of a table come to, and rows that may be about the same person."""

import io

import pytest
from openpyxl import Workbook, load_workbook

from functions.forms import order_number
from functions.ops import consistency
from functions.orders import repository
from functions.people import volunteers
from tests.support.client import Client
from tests.support.orders import DONE, JOIN, RATING, WISH, Desk, found, move, wish
from tests.support.workbooks import bring, confirm, upload, workbook

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


def exported(desk: Desk, name: str) -> tuple[list[str], list[list[str]]]:
    """The heading and the rows of an export, as a spreadsheet shows them."""
    file = io.BytesIO(desk.post(f"/desk/sheets/{name}.xlsx", {}).raw)
    heads, *rows = load_workbook(file).worksheets[0].iter_rows(values_only=True)
    texts = [[str(cell or "").removesuffix(" 00:00:00") for cell in row] for row in rows]
    return [str(head) for head in heads], texts


def test_an_export_is_brought_in_again_with_rows_added_as_it_stands(
    client: Client, desk: Desk
) -> None:
    wish(client)
    heads, rows = exported(desk, "orders")
    assert "网上" in rows[0]
    added = dict(zip(heads, rows[0], strict=True)) | {"单号": "", "怎么来的": "打电话说的"}
    added |= {"电话": "13977312345"}
    book = workbook(heads, *rows, [added[head] for head in heads])
    page = desk.get(upload(desk, "wishes", book).location)
    assert "新的 1 行，以前收过的 1 行" in page.text
    # What cannot be read is not taken, even if somebody asks for it.
    assert [box.attributes["value"] for box in page.page.css("[name=again]")] == []
    assert "收下了 1 行。" in confirm(desk, page, again=["2"]).text
    assert len(client.app.store.find(repository.KIND, limit=9)) == 2
    # A number that is none is told as any other wrong cell.
    unknown = {**added, "单号": "234-567-8900", "怎么来的": "网上"}
    told = upload(desk, "wishes", workbook(heads, [unknown[head] for head in heads]))
    assert "“怎么来的”写的是“网上”" in told.text


def test_exported_ratings_are_brought_in_again_with_papers_added(
    client: Client, desk: Desk
) -> None:
    rated, other = wish(client), wish(client, detail="另一件")
    for each in (rated, other):
        move(client.app, each.no, *DONE)
    form = client.get(rated.location).form("/api/rating")
    assert client.post("/api/rating", {**form, **RATING}).location
    heads, rows = exported(desk, "ratings")
    assert "凭居民的链接" in rows[0]
    number = order_number.spell(other.no)
    paper = dict(zip(heads, rows[0], strict=True)) | {"单号": number, "怎么来的": "写在纸上的"}
    book = workbook(heads, *rows, [paper[head] for head in heads])
    page = desk.get(upload(desk, "ratings", book).location)
    assert "新的 1 行" in page.text
    assert "不能收的 1 行" in page.text
    assert "这一单已经评过了" in page.text
    assert "收下了 1 行。" in confirm(desk, page).text
    assert found(client.app, other.no).rated_at
    assert desk.do(rated.no, "reopened", note="还要办").location
    move(client.app, rated.no, *DONE)
    assert "以前收过的 2 行" in desk.get(upload(desk, "ratings", book).location).text


def test_a_link_that_came_with_a_sign_up_opens_nothing_of_the_member_whom_the_roster_joins_to_it(
    client: Client, desk: Desk
) -> None:
    """Whoever signed up may be a neighbour who knows the name and the phone."""
    team = next(iter(client.app.bundle.teams.values()))
    client.post("/api/volunteer", JOIN)
    (head,) = client.app.store.find(volunteers.KIND)
    book = workbook(MEMBERS, [JOIN["name"], JOIN["phone"], team, "是"])
    assert "收下了 1 行。" in bring(desk, "members", book).text
    joined = client.app.store.head(head.no)
    assert joined
    assert joined.state == "active"
    client.opened.clear()
    assert client.get(client.app.volunteers.address(head.no)).status == 404
    page = desk.get(f"/desk/person/?no={head.no}")
    assert "换了本人的链接，旧的作废 王芳" in page.text
    desk.post("/desk/person/", page.form("/desk/person/", do="linked"))
    link = client.app.volunteers.address(head.no, 2)
    assert client.get(link).status == 200
    assert desk.post("/desk/person/", {"no": head.no, "do": "deactivated"}).location
    again = workbook(MEMBERS, [JOIN["name"], JOIN["phone"], team, "是。"])
    bring(desk, "members", again)
    assert client.get(link).status == 200, "the station gave this one to the person"
    assert consistency.examine(client.app).healthy
