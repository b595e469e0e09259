"""Rosters as communities keep them: names that are aligned, cells that are merged, more columns."""

import io

import pytest
from openpyxl import Workbook

from functions.app import App
from functions.forms import columns
from functions.people import volunteers
from tests.support.client import Client
from tests.support.orders import JOIN, Desk
from tests.support.workbooks import bring, confirm, upload, workbook

HEADS = ["姓名", "电话", "服务队", "本人同意"]


@pytest.mark.parametrize(
    ("signed_up", "listed"), [("陈望", "陈　望"), ("陈 望", "陈望"), ("陳望", "陈望")]
)
def test_who_signed_up_is_known_by_a_name_that_is_aligned_or_traditional(
    client: Client, desk: Desk, signed_up: str, listed: str
) -> None:
    client.post("/api/volunteer", {**JOIN, "name": signed_up})
    team = client.app.bundle.teams[JOIN["team"]]
    rows = [[listed, JOIN["phone"], team, "是"], ["陈家旺", JOIN["phone"], team, "是"]]
    assert "收下了 1 行。" in bring(desk, "members", workbook(HEADS, rows[0])).text
    (head,) = client.app.store.find(volunteers.KIND, limit=9)
    assert head.state == "active"
    page = desk.get(upload(desk, "members", workbook(HEADS, *rows)).location)
    assert "新的 0 行" in page.text
    assert f"{signed_up}（在队" in page.text


def test_a_team_in_a_merged_cell_is_the_team_of_all_rows_beside_it(
    client: Client, desk: Desk
) -> None:
    first, second = list(client.app.bundle.teams.values())[:2]
    book, file = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026 年花名册"])
    sheet.append(HEADS)
    people = [("张三", first), ("李四", ""), ("王五", ""), ("赵六", second), ("钱七", "")]
    for n, (name, team) in enumerate(people):
        sheet.append([name, f"1397731234{n}", team, "是" if n == 0 else ""])
    sheet.append(["合计", "5 人"])
    for cells in ("A1:D1", "C3:C5", "C6:C7", "D3:D7", "A9:D12"):
        sheet.merge_cells(cells)
    book.save(file)
    page = desk.get(upload(desk, "members", file.getvalue()).location)
    assert "新的 5 行" in page.text
    assert "第 8 行是合计" in page.text
    assert "收下了 5 行。" in confirm(desk, page).text
    found = client.app.store.find(volunteers.KIND, limit=9)
    teams = {p.name: p.head.data["team"] for p in map(client.app.volunteers.opened, found)}
    labels = {name: client.app.bundle.teams[team] for name, team in teams.items()}
    assert labels == dict(
        zip([name for name, _ in people], [first] * 3 + [second] * 2, strict=True)
    )


def test_party_membership_is_taken_for_no_answer_of_another_question(app: App) -> None:
    # Most who are listed are 群众, which is no choice of 您是 and refused whole rosters.
    words = app.bundle.words["imports"]["columns"]
    assert "identity" not in columns.guess(["姓名", "政治面貌"], words)[0]
    assert columns.guess(["姓名", "身份"], words)[0]["identity"] == 1
