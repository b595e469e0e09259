"""Job fairs and events: what is told of them, when they are over, and their calendar files."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from selectolax.lexbor import LexborHTMLParser

from generator.build.incremental import Builder
from generator.content import library
from generator.errors import ContentError
from tests.support.site import MADE, edit, tree

pytestmark = pytest.mark.slow

FILE = "content/fairs/jobs.yaml"
DAY = date(2026, 12, 18)
FAIR = """\
title: 冬季招聘会
date: 2026-12-18
start: 14:30
end: 17:00
place: 大厅
hosts: [居委会]
contact: 王主任 0773-2811111
apply: 直接来，带身份证
positions:
  - title: 收银员
    employer: 某商店
    schooling: 初中
    age_from: 18
    age_to: 55
    pay_from: 2800
    pay_to: 3500
    hours: 早晚两班
    place: 北门
    contact: 店长
    requirement: 会用电脑
  - title: 会计
    employer: 某公司
    schooling: 大专
"""


@pytest.fixture
def fair(root: Path) -> Path:
    (root / FILE).write_text(FAIR)
    return root


def built(root: Path, day: date) -> Path:
    Builder(root, root / "public", lambda: day).build()
    return root / "public"


def page(file: Path) -> LexborHTMLParser:
    return LexborHTMLParser(file.read_text())


def text(file: Path) -> str:
    """What somebody reads without scripts and styles."""
    parsed = page(file)
    for hidden in parsed.css("[hidden]"):
        hidden.decompose()
    return " ".join(parsed.text().split())


def event(file: Path) -> Any:
    (found,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
    return found


def test_a_fair_says_all_that_who_wants_to_come_has_to_know(fair: Path) -> None:
    told = text(built(fair, DAY) / "fairs/jobs/index.html")
    facts = [
        "2026年12月18日（周五） 14:30–17:00",
        "王主任 0773-2811111",
        "直接来，带身份证",
        "居委会",
    ]
    facts += [
        "初中以上，18–55 岁",
        "2800–3500 元/月",
        "早晚两班，北门",
        "会用电脑",
        "店长",
        "大专以上",
    ]
    assert [fact for fact in facts if fact not in told] == []


def test_every_number_of_positions_leads_to_these_on_the_page(fair: Path) -> None:
    parsed = page(built(fair, DAY) / "fairs/jobs/index.html")
    links = parsed.css(".matrix a, [aria-label=按工资看] a")
    assert len(links) == 2 * 4 + 2 * 5 + 1  # By schooling and age, and by pay.
    for link in links:
        name = (link.attributes["href"] or "").removeprefix("#")
        target = parsed.css_first(f"#{name}")
        assert target is not None
        rows = [row.css_first("th") for row in parsed.css(".positions tbody tr")]
        assert rows
        marked = parsed.css(f".positions tr.{name.replace('-', '.')}")
        assert f"{len(marked)} 个" in (target.text() or "")


def test_a_fair_is_on_the_home_page_until_it_is_over(fair: Path) -> None:
    for day, is_over in ((DAY, False), (DAY + timedelta(days=1), True)):
        out = built(fair, day)
        assert ("冬季招聘会" in text(out / "index.html")) != is_over
        for name in ("fairs/index.html", "fairs/jobs/index.html"):
            assert ("已结束" in text(out / name)) == is_over, name
        assert ("加到手机日历" in text(out / "fairs/jobs/index.html")) != is_over
        assert (out / "fairs/jobs/event.ics").exists()


def test_the_next_fair_is_the_one_on_the_home_page(fair: Path) -> None:
    later = FAIR.replace("2026-12-18", "2027-03-01").replace("冬季", "春季")
    (fair / "content/fairs/later.yaml").write_text(later)
    home = text(built(fair, DAY) / "index.html")
    assert "冬季招聘会" in home
    assert "春季招聘会" not in home


def test_a_build_after_a_fair_equals_a_clean_one(fair: Path) -> None:
    for number in range(3):
        day = DAY + timedelta(days=number)
        built(fair, day)
        clean = shutil.copytree(fair, fair.parent / f"clean{number}", ignore=MADE)
        assert tree(built(clean, day)) == tree(fair / "public")


def test_fairs_and_events_have_a_calendar_file_each(fair: Path) -> None:
    out = built(fair, DAY)
    jobs, spring = event(out / "fairs/jobs/event.ics"), event(out / "news/spring/event.ics")
    assert (jobs["summary"], jobs["location"]) == ("冬季招聘会", "大厅")
    assert [f"{jobs[name].dt:%m-%d %H:%M}" for name in ("dtstart", "dtend")] == [
        "12-18 14:30",
        "12-18 17:00",
    ]
    assert f"{spring['dtstart'].dt:%m-%d %H:%M}" == "03-15 09:00"
    for each in (jobs, spring):
        (alarm,) = each.walk("VALARM")
        assert f"{each['dtstart'].dt + alarm['trigger'].dt:%H:%M}" == "18:00"
    assert not (out / "news/winter/event.ics").exists()
    edit(FILE, "start: 14:30\nend: 17:00\n", "")(fair)
    assert event(built(fair, DAY) / "fairs/jobs/event.ics")["dtstart"].dt == DAY


def test_an_event_that_ends_as_it_starts_has_no_end_in_calendars(root: Path) -> None:
    edit("content/news/spring.yaml", "end: 2026-03-15 11:30", "end: 2026-03-15 09:00")(root)
    assert "dtend" not in event(built(root, DAY) / "news/spring/event.ics")


def test_a_calendar_file_tells_of_corrections_and_of_what_was_called_off(fair: Path) -> None:
    file = fair / "public/fairs/jobs/event.ics"
    built(fair, DAY)
    before = event(file)
    edit(FILE, "title: 冬季", "updated: 2026-12-01\ntitle: 冬季")(fair)
    built(fair, DAY)
    after = event(file)
    assert after["sequence"] > before["sequence"]
    assert before["last-modified"].dt < after["last-modified"].dt
    assert after["last-modified"].dt.date() == date(2026, 12, 1)
    assert after["uid"] == before["uid"]
    edit(FILE, "title: 冬季", "ended: 2026-12-10\ntitle: 冬季")(fair)
    built(fair, DAY)
    assert event(file)["status"] == "CANCELLED"
    assert "已于2026年12月10日结束" in text(fair / "public/fairs/jobs/index.html")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start: 14:30\n", "", "没有写开始的时间 start"),
        ("end: 17:00", "end: 14:00", "早于开始时间"),
        ("age_to: 55", "age_to: 17", "“到”比“从”小"),
        ("pay_to: 3500", "pay_to: 2000", "“到”比“从”小"),
        ("age_to: 55", "age_to: 55 岁", "“age_to”应当是整数"),
        ("age_from: 18", "age_from: 12", "请写 16 到 99 的整数"),
        ("schooling: 初中", "schooling: 中专", "可以用的有：不限、"),
    ],
)
def test_what_does_not_go_together_is_told_in_its_line(
    fair: Path, old: str, new: str, said: str
) -> None:
    edit(FILE, old, new)(fair)
    with pytest.raises(ContentError) as error:
        library.load(fair)
    (problem,) = error.value.problems
    assert said in str(problem)
    line = (fair / FILE).read_text().splitlines()[problem.line - 1].strip()
    assert line == (new or "end: 17:00")
