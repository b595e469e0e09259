"""The service day as it was decided: moved, cancelled, or held although it is a holiday."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from selectolax.lexbor import LexborHTMLParser

from functions.app import App
from functions.context.workdays import CHINA, today
from functions.storage.connect import connect
from generator.build import incremental
from generator.build.incremental import Builder
from generator.commands import site
from generator.content import library
from generator.errors import ContentError
from tests.support.client import Client
from tests.support.community import SECRET
from tests.support.orders import Desk, wish
from tests.support.site import MADE, edit, handed_over, tree

pytestmark = pytest.mark.slow

TODAY = date(2027, 1, 20)
NOW = datetime.combine(TODAY, time(9), CHINA)
SUMMARY = "  place: 大厅\n"
DECIDED = """\
  updated: 2027-01-10
  exceptions:
    - date: 2027-02-15
      moved_to: 2027-02-27
      reason: 春节放假
    - date: 2027-03-15
      cancelled: true
      reason: 大厅修水管
"""


@pytest.fixture
def decided(root: Path) -> Path:
    edit("site.yaml", SUMMARY, SUMMARY + DECIDED)(root)
    return root


def built(root: Path, day: date = TODAY) -> Path:
    Builder(root, root / "public", lambda: day).build()
    return root / "public"


@pytest.fixture
def client(decided: Path) -> Iterator[Client]:
    built(decided)
    folder, store = incremental.bundle_folder(decided), f"sqlite:{decided}/wudan.db"
    app = App(folder, lambda: connect(store), SECRET, lambda: NOW)
    yield Client(app)
    app.close()


MOVED = "2027年2月15日的服务日改到 2027年2月27日（周六）：春节放假"
CANCELLED = "2027年3月15日的服务日取消：大厅修水管"


def events(out: Path) -> list[Any]:
    """What the calendar file of the service day has."""
    return [*Calendar.from_ical((out / "service-day.ics").read_bytes()).walk("VEVENT")]


def text(file: Path) -> str:
    return " ".join(LexborHTMLParser(file.read_text()).text().split())


def test_pages_say_what_was_decided_until_it_is_over(decided: Path) -> None:
    out = built(decided)
    for page in ("index.html", "menu/index.html", "menu/mending/index.html"):
        assert MOVED in text(out / page), page
        assert CANCELLED in text(out / page), page
    assert "改到" not in text(out / "menu/haircut/index.html"), "it is on any day"
    home = (out / "index.html").read_text()
    assert [line[:10] for line in home.split('data-until="')[1:]] == ["2027-02-27", "2027-04-15"]
    out = built(decided, date(2027, 2, 28))
    assert MOVED not in text(out / "index.html")
    assert CANCELLED in text(out / "index.html")


def test_a_holiday_is_told_of_until_somebody_decides(root: Path) -> None:
    day = next(day for n in range(1, 13) if (day := date(today().year + 1, n, 15)) > today())
    edit("calendar.yaml", "holidays:\n", f"holidays:\n  - {day}\n")(root)
    line = f"{day.year}年1月15日（周{'一二三四五六日'[day.weekday()]}）"
    build = ["--root", str(root), "--out", str(root / "public")]
    for command, args in ((site.build, build), (site.check, build[:2])):
        told = CliRunner().invoke(command, args).output
        assert f"{line}是志愿服务日，可是那天放假" in told
        assert "as_usual: true" in told
    asked = "那天放假，来之前请先打电话问问"
    assert asked in text(built(root, day.replace(day=1)) / "index.html")
    kept = f"  exceptions:\n    - {{date: {day}, as_usual: true, reason: 照常开门}}\n"
    edit("site.yaml", SUMMARY, SUMMARY + kept)(root)
    assert "那天放假" not in CliRunner().invoke(site.check, build[:2]).output
    assert asked not in (home := text(built(root, day.replace(day=1)) / "index.html"))
    assert f"{day.year}年1月15日的服务日照常：照常开门" in home


def test_who_wishes_for_a_day_that_was_moved_or_cancelled_is_told(client: Client) -> None:
    told: dict[str, Any] = {}
    for day in ("2027-02-15", "3月15日", "2027-02-27", "2027-02-16"):
        answer = wish(client, service="mending", date=day)
        told[day] = answer.errors.get("date", "") if answer.status == 422 else answer.status
    coming = "接下来的日子是2月27日（周六）、4月15日（周四）"
    assert (
        f"2027年2月15日（周一）的服务日改到了2027年2月27日（周六）（春节放假）。{coming}"
        in told["2027-02-15"]
    )
    assert f"2027年3月15日（周一）的服务日取消了（大厅修水管）。{coming}" in told["3月15日"]
    assert told["2027-02-27"] == 303
    assert "这项服务在每月 15 日办" in told["2027-02-16"]
    assert wish(client, service="haircut", date="2027-02-15").status == 303, "it is on any day"


def test_an_order_says_what_became_of_the_day_that_was_wished_for(root: Path) -> None:
    built(root)
    folder, store = incremental.bundle_folder(root), f"sqlite:{root}/wudan.db"
    app = App(folder, lambda: connect(store), SECRET, lambda: NOW)
    client = Client(app)
    filed = [wish(client, service="mending", date=day) for day in ("2027-02-15", "2027-03-15")]
    other = wish(client, service="haircut", date="2027-02-15")
    edit("site.yaml", SUMMARY, SUMMARY + DECIDED)(root)
    built(root)
    told = ("那天的服务日改到了2027年2月27日（周六）：春节放假", "那天的服务日取消了：大厅修水管")
    desk = Desk(client)
    for answer, change in zip(filed, told, strict=True):
        assert change in client.get(answer.location).text
        assert change in desk.get(f"/desk/order/?no={answer.no}").text
    assert "那天的服务日" not in client.get(other.location).text
    app.close()


def test_the_form_names_the_days_that_are_held(client: Client) -> None:
    page = client.get("/wish/?service=mending").text
    assert "2月27日（周六）" in page
    assert "2月15日" not in page


def test_calendars_follow_what_was_decided(decided: Path) -> None:
    always, moved = events(built(decided))
    assert [each.dt for each in always["exdate"].dts] == [always["dtstart"].dt.replace(2027, 3, 15)]
    assert moved["recurrence-id"].dt == always["dtstart"].dt.replace(2027, 2, 15)
    assert moved["dtstart"].dt == always["dtstart"].dt.replace(2027, 2, 27)
    assert moved["uid"] == always["uid"]
    assert "春节放假" in moved["description"]
    for event in (always, moved):
        (alarm,) = event.walk("VALARM")
        assert (event["dtstart"].dt + alarm["trigger"].dt).hour == 18
        assert event["last-modified"].dt.date() == date(2027, 1, 10)
    before = always["sequence"]
    edit("site.yaml", "updated: 2027-01-10", "updated: 2027-01-12")(decided)
    assert events(built(decided))[0]["sequence"] > before


def test_a_build_of_another_day_or_decision_equals_a_clean_one(decided: Path) -> None:
    for number, day in enumerate((date(2027, 1, 20), date(2027, 2, 16), date(2027, 3, 16))):
        built(decided, day)
        clean = shutil.copytree(decided, decided.parent / f"clean{number}", ignore=MADE)
        assert tree(built(clean, day)) == tree(decided / "public")
        assert handed_over(clean) == handed_over(decided)
        edit("site.yaml", f"date: 2027-0{3 + number}-15", f"date: 2027-0{4 + number}-15")(decided)


BOTH = "cancelled: true\n      as_usual: true"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("      cancelled: true\n", "", "    - date: 2027-03-15", "怎么办没有写清楚"),
        ("cancelled: true", BOTH, "    - date: 2027-03-15", "只能写一样"),
        ("date: 2027-03-15", "date: 2027-03-16", "    - date: 2027-03-16", "不是志愿服务日"),
        ("date: 2027-03-15", "date: 2027-02-15", "    - date: 2027-02-15", "写了两次"),
        ("02-27", "04-15", "      moved_to: 2027-04-15", "已经是志愿服务日"),
        ("      reason: 春节放假\n", "", "    - date: 2027-02-15", "缺少必填的“reason”"),
    ],
)
def test_what_was_decided_wrong_is_told_with_its_line(
    decided: Path, old: str, new: str, line: str, said: str
) -> None:
    edit("site.yaml", old, new)(decided)
    with pytest.raises(ContentError) as error:
        library.load(decided)
    (problem,) = error.value.problems
    assert said in str(problem)
    assert (decided / "site.yaml").read_text().splitlines()[problem.line - 1] == line


def test_exceptions_without_the_day_of_the_decision_are_advised_on(decided: Path) -> None:
    told = "没有写哪天定的"
    assert not any(told in str(each) for each in incremental.check(decided).advice)
    edit("site.yaml", "  updated: 2027-01-10\n", "")(decided)
    assert any(told in str(each) for each in incremental.check(decided).advice)
