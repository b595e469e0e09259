"""The month's report for the street office: at the desk, on paper, in Word and Excel."""

import io
import re
from zipfile import ZipFile

import pytest
from docx import Document
from docx.document import Document as Opened
from lxml import etree
from openpyxl import load_workbook

from functions.forms.document import Paper, PaperTable, docx
from functions.ops import rotation
from tests.support.client import Answer, Client
from tests.support.community import Clock
from tests.support.orders import DONE, JOIN, PASSWORD, RATING, Desk, move, wish

MONTH = "2026-11"
TEXT = "本月上门理发 3 次。\n<b>下月</b>办“邻里节”，请街道支持。"


def keep(desk: Desk, text: str, **more: str) -> Answer:
    form = desk.get(f"/desk/report/?month={MONTH}").form("/desk/report/text/")
    return desk.post("/desk/report/text/", {**form, "text": text, **more})


def opened(desk: Desk, month: str = MONTH) -> Opened:
    answer = desk.post("/desk/sheets/report.docx", {"month": month})
    assert answer.status == 200
    return Document(io.BytesIO(answer.raw))


def read(document: Opened) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in t.rows] for t in document.tables]


def test_a_report_says_how_there_can_be_more_ratings_than_orders_that_were_done(
    client: Client, desk: Desk
) -> None:
    filed = wish(client)
    move(client.app, filed.no, *DONE)
    rating = client.get(filed.location).form("/api/rating") | RATING
    client.post("/api/rating", {**rating, "solved": "unsolved"})
    counted = {row[0].text: row[1].text for row in (r.cells for r in opened(desk).tables[0].rows)}
    assert (counted["办完"], counted["评价"]) == ("0", "1")
    said = "评价算在评的那个月，所以评价可能比办完多"
    assert said in "".join(line.text for line in opened(desk).paragraphs)
    for page in ("", "paper/"):
        assert said in desk.get(f"/desk/report/{page}?month={MONTH}").text


def test_word_has_the_figures_of_the_paper_and_of_the_workbook(
    client: Client, clock: Clock
) -> None:
    wish(client)
    clock.forward(days=31)
    desk = Desk(client, "李平")  # Sessions end with the day.
    for _ in range(2):
        no = wish(client).no
    move(client.app, no, "triaged", "dispatched")
    client.post("/api/volunteer", JOIN)
    month = clock().date().isoformat()[:7]
    word = read(opened(desk, month))
    page = desk.get(f"/desk/report/paper/?month={month}").page
    paper = [
        [[cell.text(strip=True) for cell in row.css("th, td")] for row in table.css("tr")]
        for table in page.css("table")
    ]
    assert word == paper
    whole, services, *_ = word
    assert whole[0] == ["指标", "2026年12月", "2026年11月"]
    assert whole[1] == ["点单", "2", "1"]
    assert ["派单", "1", "0"] in whole
    assert whole[-1] == ["新报名志愿者", "1", "0"]
    assert [row[:3] for row in services[1:]] == [["理发", month, "2"], ["理发", "2026-11", "1"]]
    book = load_workbook(
        io.BytesIO(desk.post("/desk/sheets/report.xlsx", {"month": month}).raw), read_only=True
    )
    rows = [*book["合计"].iter_rows(values_only=True)]
    assert [[str("—" if c is None else c) for c in row] for row in rows] == [
        [cell.replace(".0", "") if cell.endswith(".0") else cell for cell in row] for row in whole
    ]
    lines = [row[:4] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert (month, "服务", "理发", 2) in lines
    assert ("2026-11", "服务", "理发", 1) in lines


def test_last_month_and_the_same_of_last_year_stand_beside_it(client: Client, clock: Clock) -> None:
    for days in (0, 335, 30):
        clock.forward(days=days)
        wish(client)
    desk = Desk(client)
    assert read(opened(desk, "2027-11"))[0][0] == ["指标", "2027年11月", "2027年10月", "2026年11月"]


def test_what_staff_wrote_stands_in_all_three_as_it_was_typed(desk: Desk) -> None:
    assert keep(desk, TEXT).location == f"/desk/report/?month={MONTH}"
    kept = desk.get(f"/desk/report/?month={MONTH}")
    assert [line.strip() for line in kept.form("/desk/report/text/")["text"][0].splitlines()][
        :2
    ] == [*TEXT.splitlines()]
    assert "王芳 2026年" in kept.text
    paper = desk.get(f"/desk/report/paper/?month={MONTH}")
    assert "&lt;b&gt;下月&lt;/b&gt;办“邻里节”" in paper.body
    assert {*TEXT.splitlines()} <= {each.text for each in opened(desk).paragraphs}
    raw = desk.post("/desk/sheets/report.xlsx", {"month": MONTH}).raw
    sheet = load_workbook(io.BytesIO(raw), read_only=True)["情况说明"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)][1:] == TEXT.splitlines()


def test_no_text_is_lost_when_two_write_at_the_same_time(client: Client, desk: Desk) -> None:
    other = Desk(client, "李平")
    form = desk.get(f"/desk/report/?month={MONTH}").form("/desk/report/text/")
    keep(other, "李平写的")
    late = desk.post("/desk/report/text/", {**form, "text": "王芳写的"})
    assert (late.status, "李平写的" in late.text, "还没有存下" in late.text) == (409, True, True)
    again = late.form("/desk/report/text/")
    assert "王芳写的" in again["text"][0]
    assert desk.post("/desk/report/text/", {**again, "text": "两人写的"}).location
    assert "两人写的" in desk.get(f"/desk/report/paper/?month={MONTH}").text


@pytest.mark.parametrize("moved", [False, True])
def test_a_text_that_was_typed_while_the_session_ended_comes_back_after_signing_in(
    client: Client, desk: Desk, moved: bool
) -> None:
    form = desk.get(f"/desk/report/?month={MONTH}").form("/desk/report/text/")
    if moved:
        keep(Desk(client, "李平"), "李平写的")
    asked = client.post("/desk/report/text/", {**form, "text": "写了半天"})
    sent = {**asked.form("/desk/sign-in/"), "name": "王芳", "password": PASSWORD}
    page = client.post("/desk/sign-in/", sent)
    assert page.form("/desk/report/text/")["text"] == ["写了半天"]
    assert ("李平写的" in page.text) == moved


def test_a_text_that_cannot_be_kept_comes_back_with_the_reason(desk: Desk) -> None:
    wrong = keep(desk, "很长" * 2000)
    assert (wrong.status, "text" in wrong.errors) == (422, True)
    assert "很长很长" in wrong.form("/desk/report/text/")["text"][0]


def test_a_text_that_is_sent_twice_is_kept_once(client: Client, desk: Desk) -> None:
    form = desk.get(f"/desk/report/?month={MONTH}").form("/desk/report/text/")
    for _ in range(2):
        assert desk.post("/desk/report/text/", {**form, "text": "一稿"}).location
    assert len(client.app.store.events(f"report:{MONTH}")) == 1


def test_the_text_is_sealed_and_only_the_last_is_kept(client: Client, desk: Desk) -> None:
    keep(desk, "第一稿")
    keep(desk, "第二稿")
    store = client.app.store
    assert "稿" not in str(store.events(f"report:{MONTH}"))
    assert [*store.personal(f"report:{MONTH}")] == [2]
    assert f"report:{MONTH}" in rotation.numbers(client.app)


def test_a_month_that_is_none_is_not_there(desk: Desk) -> None:
    for month in ("2026-13", "abc", "0000-01", "2026-1", "２０２６-11"):
        assert desk.get(f"/desk/report/?month={month}").status == 404
    assert desk.get("/desk/report/?month=2030-05").status == 200


def test_a_word_file_holds_no_character_that_word_refuses(desk: Desk) -> None:
    """XML 1.0, production 2: neither control characters, nor U+FFFE and U+FFFF."""
    odd = "a\ufffeb\uffffc\x0bd\x00e\ud800f<r>𠮷&"
    paper = Paper(
        odd,
        [odd],
        [odd],
        [PaperTable(odd, [odd, "x"], [[odd, None], ["", 5]])],
        [odd],
        "{page}/{pages}",
    )
    file = docx(paper)
    with ZipFile(file) as parts:
        for name in parts.namelist():
            if name.endswith((".xml", ".rels")):
                text = parts.read(name).decode()
                assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text), name
                etree.fromstring(text.encode())
    file.seek(0)
    document = Document(file)
    assert document.paragraphs[0].text == "abcdef<r>𠮷&"
    assert read(document)[0] == [["abcdef<r>𠮷&", "x"], ["abcdef<r>𠮷&", "—"], ["", "5"]]


def test_a_word_file_is_a4_with_numbered_pages_and_lines_to_sign(desk: Desk) -> None:
    document = opened(desk)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
    footer = section.footer._element.xml
    assert 'w:instr="PAGE"' in footer
    assert 'w:instr="NUMPAGES"' in footer
    last = " ".join(paragraph.text for paragraph in document.paragraphs[-3:])
    assert "签字" in last
    assert "盖章" in last


def test_who_took_the_word_file_is_recorded(client: Client, desk: Desk) -> None:
    opened(desk)
    (entry,) = client.app.current().audit.find(["who:王芳", "what:exported"])
    assert (entry.data["sheet"], entry.data["month"]) == ("report", MONTH)
