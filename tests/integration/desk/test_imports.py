"""What staff bring in as a table: looked at first, then taken whole, and nothing told untruly."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from functions.app import App
from functions.context.clock import Stopped
from functions.forms import columns, order_number
from functions.imports import staging
from functions.ops import consistency
from functions.orders import repository
from functions.people import volunteers
from functions.scheduled import tick
from tests.support.client import Client
from tests.support.orders import DONE, JOIN, WISH, Desk, Team, found, move, wish
from tests.support.workbooks import bring, confirm, upload, workbook

WISHES = ["服务", "情况", "姓名", "电话", "住址", "怎么来的", "本人同意", "收到日期", "希望哪天"]
HAIRCUT = ["理发", "上门理发", "韦奶奶", "13977312345", "1 栋", "写在纸上的", "是", "", ""]
ROSTER = ["序号", "姓名", "性别", "年龄", "联系电话", "特长", "所属服务队"]


@pytest.fixture
def app(app_on_each_engine: App) -> App:
    """What people bring in and what is merged has to hold in DynamoDB as well."""
    return app_on_each_engine


def orders(client: Client) -> list[Any]:
    return client.app.store.find(repository.KIND, limit=100)


def people(client: Client) -> list[Any]:
    return client.app.store.find(volunteers.KIND, limit=100)


@pytest.mark.slow
def test_nothing_is_taken_before_somebody_has_seen_what_will_be(client: Client, desk: Desk) -> None:
    looked = upload(desk, "wishes", workbook(WISHES, HAIRCUT))
    page = desk.get(looked.location)
    assert "还没有收。新的 1 行" in page.text
    assert orders(client) == []
    assert "收下了 1 行。" in confirm(desk, page).text
    assert len(orders(client)) == 1
    assert "收下了 1 行。" in confirm(desk, page).text, "pressed twice"
    assert len(orders(client)) == 1


@pytest.mark.slow
def test_two_equal_rows_are_asked_about_and_taken_twice_only_on_purpose(
    client: Client, desk: Desk
) -> None:
    book = workbook(WISHES, HAIRCUT, HAIRCUT)
    taken = bring(desk, "wishes", book)
    assert "收下了 1 行。有 1 行是重复的" in taken.text
    assert len(orders(client)) == 1
    page = desk.get(upload(desk, "wishes", book).location)
    assert "和第 2 行一样" in page.text or "这个月收过一样的" in page.text
    assert "收下了 1 行。" in confirm(desk, page, again=["3"]).text
    assert len(orders(client)) == 2


@pytest.mark.slow
def test_a_row_of_another_month_is_a_new_wish(client: Client, desk: Desk) -> None:
    assert "收下了 1 行。" in bring(desk, "wishes", workbook(WISHES, HAIRCUT)).text
    earlier = [*HAIRCUT[:7], "2026-10-28", ""]
    assert "收下了 1 行。" in bring(desk, "wishes", workbook(WISHES, earlier)).text
    assert {head.begun[:7] for head in orders(client)} == {"2026-10", "2026-11"}


@pytest.mark.slow
def test_the_day_a_paper_came_counts_for_the_month_and_for_the_wished_day(
    client: Client, desk: Desk
) -> None:
    row = [*HAIRCUT[:7], "46328", "2026-11-03"]  # 46328 is 2 November 2026.
    assert "收下了 1 行。" in bring(desk, "wishes", workbook(WISHES, row)).text
    (head,) = orders(client)
    assert head.begun[:10] == "2026-11-02"
    assert client.app.store.events(head.no)[0].data["date"] == "2026-11-03"


def test_each_wrong_cell_is_told_with_its_row_its_column_and_what_stood_there(
    client: Client, desk: Desk
) -> None:
    bad = [*HAIRCUT[:3], "12", "1 栋", "写在纸上的", "", "", ""]
    told = upload(desk, "wishes", workbook(WISHES, HAIRCUT, bad))
    assert told.status == 422
    assert "第 3 行，“电话”写的是“12”：请写 11 位手机号" in told.text
    assert "第 3 行，“本人同意”空着：本人同意过的写“是”" in told.text
    assert orders(client) == []


@pytest.mark.parametrize(
    ("heading", "text", "told"),
    [
        ("希望哪天", "11月20日", "已经过去了。要是第二年的，请写成 2027-11-20"),
        ("希望哪天", "11月25日周一", "日期和星期几对不上：那一天是"),
        ("希望哪天", "11月31日", "没有11月31日这一天"),
        ("收到日期", "10月28日周五", "日期和星期几对不上：那一天是"),
        ("情况", "字" * 2001, "最多写 1000 个字，现在是 2001 个字"),
        ("本人同意", "", "本人同意过的写“是”"),
        ("服务", "飞", "请写这里面的一项"),
    ],
)
def test_a_wrong_cell_is_told_what_is_wrong_with_it_and_not_only_what_it_takes(
    desk: Desk, heading: str, text: str, told: str
) -> None:
    row = [text if head == heading else cell for head, cell in zip(WISHES, HAIRCUT, strict=True)]
    assert told in upload(desk, "wishes", workbook(WISHES, row)).text


def sheets(**tables: list[list[str]]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for title, rows in tables.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


def test_no_sheet_with_rows_is_passed_over(desk: Desk) -> None:
    table = [WISHES, HAIRCUT]
    told = upload(desk, "wishes", sheets(十月=table, 十一月=table))
    assert told.status == 422
    assert "“十月”、“十一月” 几张表都有要收的行，一行也没有收" in told.text
    book = sheets(说明=[["怎么填"], ["服务：写服务的名字"]], 心愿=table, 空的=[])
    assert "新的 1 行" in desk.get(upload(desk, "wishes", book).location).text


def test_what_excel_makes_of_cells_is_understood_and_shown_as_it_is_understood(
    client: Client, desk: Desk
) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(WISHES)
    sheet.append(["其他", "换灯泡", "韦奶奶", 7732345678, "1 栋", "打电话", True, 46328, "12月3日"])
    sheet.append([*HAIRCUT[:7], datetime(2026, 11, 2), None])
    sheet.append(["合  计", 2])
    sheet.append(["填表人：王芳"])
    file = io.BytesIO()
    book.save(file)
    page = desk.get(upload(desk, "wishes", file.getvalue()).location)
    assert "新的 2 行" in page.text
    assert "第 4、5 行是合计或说明，不算" in page.text
    cells = [cell.text() for cell in page.page.css("tbody tr")[0].css("td")]
    assert {"07732345678", "2026年11月2日（周一）", "2026年12月3日（周四）", "是"} <= {*cells}
    assert not {"7732345678", "46328", "True"} & {*cells}
    assert "收下了 2 行。" in confirm(desk, page).text


def test_who_is_in_a_team_already_is_in_one_of_them(client: Client, desk: Desk) -> None:
    heads = ["姓名", "电话", "服务队", "本人同意"]
    team = next(iter(client.app.bundle.teams.values()))
    rows = [["李四", "13977312345", "都行", "是"], ["张三", "13977312346", team, "是"]]
    told = upload(desk, "members", workbook(heads, *rows))
    assert told.status == 422
    assert "第 2 行，“服务队”写的是“都行”：请写这里面的一项" in told.text
    assert told.text.count("都行") == 1, "what is refused is not offered"


def test_the_roster_that_a_community_keeps_is_taken_after_its_columns_are_confirmed(
    client: Client, desk: Desk
) -> None:
    team = next(iter(client.app.bundle.teams.values()))
    title = ["2026 年志愿者花名册", *[""] * 6]
    rows = [["1", "李四", "男", "66", "7732812345", "修车", team]]
    looked = upload(desk, "members", workbook(title, ROSTER, *rows))
    page = desk.get(looked.location)
    assert "哪一列" in page.text
    form = client.app.bundle.actions["applied"]["fields"]
    columns = {"name": 1, "phone": 4, "message": 5, "team": 6}
    sent = {f"column-{name}": str(column) for name, column in columns.items()}
    for field in form:
        if field["required"] and field["name"] not in columns:
            value = "yes" if field["kind"] == "consent" else field["choices"][0]["value"]
            sent[f"always-{field['name']}"] = value
    no = looked.location.partition("no=")[2]
    shown = desk.post("/desk/import/", {"no": no, "do": "check", **sent})
    assert "新的 1 行" in shown.text, shown.text
    assert "收下了 1 行。" in confirm(desk, shown).text
    (head,) = people(client)
    assert head.state == "active"
    person = client.app.volunteers.opened(head)
    assert person.typed["phone"] == "+867732812345"
    again = desk.post("/desk/import/", {"no": no, "do": "check", **sent})
    assert "收下了 1 行。" in again.text
    looked = upload(desk, "members", workbook(title, ROSTER, *rows))
    no = looked.location.partition("no=")[2]
    shown = desk.post("/desk/import/", {"no": no, "do": "check", **sent})
    assert f"李四（在队，{team}）" in shown.text
    assert "收下了 0 行。" in confirm(desk, shown).text
    assert len(people(client)) == 1


def test_who_signed_up_and_stands_in_the_roster_is_taken_into_the_team_and_not_dropped(
    client: Client, desk: Desk
) -> None:
    heads = ["姓名", "电话", "服务队", "本人同意"]
    key, team = next(iter(client.app.bundle.teams.items()))
    client.post("/api/volunteer", JOIN)
    (waiting,) = people(client)
    rows = [[JOIN["name"], JOIN["phone"], team, "是"], ["她丈夫", JOIN["phone"], team, "是"]]
    page = desk.get(upload(desk, "members", workbook(heads, *rows)).location)
    assert "新的 1 行" in page.text
    assert "收下了 1 行。" in confirm(desk, page).text
    (head,) = people(client)
    assert (head.no, head.state, head.data["team"]) == (waiting.no, "active", key)
    page = desk.get(upload(desk, "members", workbook(heads, *rows)).location)
    assert "新的 0 行" in page.text


@pytest.mark.slow
def test_a_rating_that_may_not_be_taken_is_told_with_its_row(client: Client, desk: Desk) -> None:
    no = wish(client).no
    desk.dispatched(no)
    assert Team(client).do(no, "accepted", volunteer="team").location
    assert desk.do(no, "done").location
    form = client.app.bundle.actions["rated_on_paper"]["fields"]
    values = {"stars": "5星", "consent": "是"}
    names = staging.names(client.app, "ratings")
    asked = [f for f in form if f["required"]]
    heads = [[*names[f["name"]], ""][1] or f["label"] for f in asked]

    def row(number: str) -> list[str]:
        return [
            number if f["kind"] == "order" else values.get(f["kind"]) or f["choices"][0]["label"]
            for f in asked
        ]

    book = workbook(heads, row(no))
    page = desk.get(upload(desk, "ratings", book).location)
    assert "第 2 行" in page.text
    assert "这一单是您报告办完的" in page.text
    assert "收下了 0 行。" in confirm(desk, page).text
    assert found(client.app, no).state == "done"
    colleague = Desk(client, "李梅")
    assert "收下了 1 行。" in bring(colleague, "ratings", book).text
    assert found(client.app, no).rated_at


def test_a_paper_that_is_brought_again_is_no_rating_of_a_later_round(
    client: Client, desk: Desk
) -> None:
    no = wish(client).no
    move(client.app, no, *DONE)
    heads = ["怎么来的", "单号", "态度", "手艺", "及时", "解决了吗", "问题"]
    book = workbook(heads, ["写在纸上的", no, "2", "3", "1", "没有", "还漏水"])
    assert "收下了 1 行。" in bring(desk, "ratings", book).text
    for kinds in ((), DONE):
        move(client.app, no, *kinds)
        page = desk.get(upload(desk, "ratings", book).location)
        assert "新的 0 行，以前收过的 1 行" in page.text
        before = found(client.app, no).version
        assert "收下了 0 行。" in confirm(desk, page).text
        assert found(client.app, no).version == before
    page = desk.get(upload(desk, "ratings", book).location)
    assert "收下了 1 行。" in confirm(desk, page, again=["2"]).text, "on purpose"


def test_a_wish_that_was_filed_otherwise_is_known_and_taken_again_on_purpose_only(
    client: Client, desk: Desk
) -> None:
    answer = wish(client)
    row = ["理发", WISH["detail"], WISH["name"], WISH["phone"], WISH["address"], "", "是", "", ""]
    row[5] = "打电话"
    page = desk.get(upload(desk, "wishes", workbook(WISHES, row)).location)
    assert "新的 0 行，以前收过的 1 行" in page.text
    assert order_number.spell(answer.no) in page.text
    assert "收下了 0 行。" in confirm(desk, page).text
    page = desk.get(upload(desk, "wishes", workbook(WISHES, row)).location)
    assert "收下了 1 行。" in confirm(desk, page, again=["2"]).text
    assert len(orders(client)) == 2


def test_what_was_exported_is_known_by_its_number_in_any_month(client: Client) -> None:
    answer = wish(client)
    later = datetime.fromisoformat(orders(client)[0].begun) + timedelta(days=40)
    client.app.clock = Stopped(later)
    desk = Desk(client, "李梅")
    heads, row = ["单号", *WISHES], [answer.no, *HAIRCUT]
    row[2] = "改过的字"
    page = desk.get(upload(desk, "wishes", workbook(heads, row)).location)
    assert "新的 0 行，以前收过的 1 行" in page.text
    assert "这些列不看" not in page.text
    assert "收下了 0 行。" in confirm(desk, page).text


def test_a_member_who_signs_up_once_more_and_stands_in_the_roster_is_kept_once(
    client: Client, desk: Desk
) -> None:
    heads = ["姓名", "电话", "服务队", "本人同意"]
    team, other = [*client.app.bundle.teams.values()][:2]
    rows = [[JOIN["name"], JOIN["phone"], each, "是"] for each in (team, other)]
    assert "收下了 1 行。" in bring(desk, "members", workbook(heads, rows[0])).text
    month = people(client)[0].begun[:7]
    assert client.app.store.tally(month).get("volunteers applied", 0) == 0, "nobody signed up"
    client.post("/api/volunteer", {**JOIN, "again": "yes"})
    assert client.app.store.tally(month)["volunteers applied"] == 1
    page = desk.get(upload(desk, "members", workbook(heads, rows[1])).location)
    assert "新的 0 行，以前收过的 1 行" in page.text
    assert f"{JOIN['name']}（在队，{team}）" in page.text
    assert consistency.examine(client.app).healthy


def test_who_left_and_stands_in_the_roster_is_taken_in_again_with_what_was_not_answered(
    client: Client, desk: Desk
) -> None:
    heads = ["姓名", "电话", "服务队", "有空的时间", "本人同意"]
    key, team = next(iter(client.app.bundle.teams.items()))
    client.post("/api/volunteer", JOIN)
    (head,) = people(client)
    book = workbook(heads, [JOIN["name"], JOIN["phone"], team, "周末", "是"])
    for state, told in (("applied", "新报名"), ("inactive", "已停用")):
        assert people(client)[0].state == state
        page = desk.get(upload(desk, "members", book).location)
        assert f"{JOIN['name']}（{told}）" in page.text
        assert ("补上有空的时间" in page.text) == (state == "applied"), "it is there by now"
        assert "收下了 1 行。" in confirm(desk, page).text
        person = client.app.volunteers.find(head.no)
        assert person
        assert (person.head.state, person.head.data["team"]) == ("active", key)
        assert person.answers["times"] == ["weekend"]
        assert client.app.store.tally("")[f"team:{key} members"] == 1
        page = desk.get(upload(desk, "members", book).location)
        assert f"{JOIN['name']}（在队，{team}）" in page.text
        client.app.volunteers.move(person.head, "deactivated")


@pytest.mark.slow
def test_an_import_that_is_killed_between_its_rows_is_none_or_is_taken_whole(
    client: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[*HAIRCUT[:1], f"第 {n} 次", *HAIRCUT[2:]] for n in range(4)]
    page = desk.get(upload(desk, "wishes", workbook(WISHES, *rows)).location)
    take, count = staging._take, [0]

    def killed(*args: Any) -> bool:
        count[0] += 1
        if count[0] == 3:
            raise KeyboardInterrupt
        return take(*args)

    monkeypatch.setattr(staging, "_take", killed)
    with pytest.raises(KeyboardInterrupt):
        confirm(desk, page)
    monkeypatch.undo()
    taken = len(orders(client))
    assert taken == (0 if client.app.store.local else 2)
    assert not tick(client.app)["broken"]
    assert len(orders(client)) == (0 if client.app.store.local else 4)


def test_rows_that_nobody_confirms_are_forgotten(client: Client, desk: Desk) -> None:
    no = upload(desk, "wishes", workbook(WISHES, HAIRCUT)).location.partition("no=")[2]
    assert client.app.store.personal(no)
    (head,) = client.app.store.waiting(staging.KIND, staging.STAGED)
    later = datetime.fromisoformat(head.begun) + timedelta(days=3)
    client.app.clock = Stopped(later)
    tick(client.app)
    assert client.app.store.personal(no) == {}
    assert client.app.store.head(no).state == staging.DISCARDED  # type: ignore[union-attr]


@pytest.mark.slow
def test_new_volunteers_are_approved_together_each_into_the_team_they_asked_for(
    client: Client, desk: Desk
) -> None:
    team = next(iter(client.app.bundle.teams))
    form = client.app.bundle.actions["applied"]["fields"]
    heads = [f["label"] for f in form if f["required"]]
    for name in ("甲", "乙"):
        given = {"name": name, "phone": f"1390000111{'甲乙'.index(name)}"}
        given |= {"consent": "是", "team": client.app.bundle.teams[team]}
        row = [given.get(f["name"]) or f["choices"][0]["label"] for f in form if f["required"]]
        assert "收下了 1 行。" in bring(desk, "volunteers", workbook(heads, row)).text
    page = desk.post("/desk/people/", {"no": [h.no for h in people(client)], "into": team})
    assert "通过了 2 人" in page.text
    assert {head.state for head in people(client)} == {"active"}


@pytest.mark.parametrize("kind", [*staging.FORMS])
def test_a_table_to_fill_in_has_the_columns_that_its_import_reads(
    client: Client, desk: Desk, kind: str
) -> None:
    raw = desk.get(f"/desk/sheets/template.xlsx?kind={kind}").raw
    heads = [cell.value for cell in load_workbook(io.BytesIO(raw)).worksheets[0][1]]
    found, sure = columns.guess([*map(str, heads)], staging.names(client.app, kind))
    assert sure
    assert len(found) == len(staging.form(client.app, kind)["fields"])


def test_a_rating_of_a_merged_order_on_paper_is_judged_by_the_order_that_it_is_done_with(
    client: Client, desk: Desk
) -> None:
    merged, other = wish(client, phone="13900005678"), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    heads = ["怎么来的", "单号", "态度", "手艺", "及时", "解决了吗", "问题"]
    book = workbook(heads, ["写在纸上的", merged.no, "2", "3", "1", "一部分", "还漏水"])
    page = desk.get(upload(desk, "ratings", book).location)
    assert "那一单还没有办完，办完才能评" in page.text
    assert "新的 0 行" in page.text
    move(client.app, other.no, *DONE)
    assert "收下了 1 行。" in bring(desk, "ratings", book).text
    more = workbook(heads, ["写在纸上的", merged.no, "5", "5", "5", "解决了", ""])
    page = desk.get(upload(desk, "ratings", more).location)
    assert "这一单已经评过了" in page.text


def test_the_rating_of_a_merged_order_is_taken_before_one_that_begins_a_new_round(
    client: Client, desk: Desk
) -> None:
    merged, other = wish(client, phone="13900005678"), wish(client)
    assert desk.do(merged.no, "merged", into=other.no).location
    move(client.app, other.no, *DONE)
    heads = ["怎么来的", "单号", "态度", "手艺", "及时", "解决了吗", "问题"]
    rows = (
        ["写在纸上的", other.no, "2", "3", "1", "没有", "还漏水"],
        ["写在纸上的", merged.no, "2", "3", "1", "一部分", "窗没擦"],
    )
    assert "收下了 2 行。" in bring(desk, "ratings", workbook(heads, *rows)).text
    assert found(client.app, merged.no).problem == "raised"
