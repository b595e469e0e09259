"""The community's figures on the site: what pages and tables say, and what they are made from."""

import csv
import io
import json
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from functions.orders import counters
from functions.orders.figures import disclosure, summary
from functions.orders.lifecycle.order import Order
from generator.build import incremental
from generator.files.output import Report
from tests.support.site import MADE, SITE

pytestmark = pytest.mark.slow

MONTH = "2026-11"
TODAY = date(2026, 12, 2)


def order(number: int, service: str = "haircut", team: str = "barbers", **more: Any) -> Order:
    at = f"{MONTH}-{number % 28 + 1:02}T10:00:00+08:00"
    steps = dict.fromkeys(("dispatched_at", "accepted_at", "done_at", "rated_at"), at)
    stars = {"attitude": 5, "skill": 4, "timeliness": 5, "solved": "solved", "rated_team": team}
    facts = {"state": "rated", "filed_at": at, "due": f"{MONTH}-30", **steps, **stars, **more}
    return Order(f"N{number}", service=service, team=team, **facts)


def two_months() -> dict[str, Any]:
    orders = [order(n) for n in range(6)]
    orders += [order(n, "mending", "menders", problem="answered") for n in range(6, 11)]
    orders += [Order("O", state="submitted", service="other", filed_at=f"{MONTH}-23T10:00:00")]
    orders += [order(n, filed_at="2025-11-30T10:00:00+08:00") for n in range(12, 18)]
    months: dict[str, dict[str, int]] = defaultdict(dict)
    for one in orders:
        for (month, name), count in counters.of_order(one).items():
            months[month][name] = months[month].get(name, 0) + count
    del months[counters.NOW]
    told = {month: disclosure.published(counted, TODAY) for month, counted in months.items()}
    wishes = [
        {
            "text": f"想理发 {n}",
            "service": "haircut",
            "state": "done",
            "date": f"{MONTH}-{n + 1:02}",
        }
        for n in range(21)
    ]
    wishes[0]["service"] = "other"
    answers = [{"text": "灯修好了。", "service": "mending", "month": MONTH}]
    return {"made": TODAY.isoformat(), "months": told, "wishes": wishes, "answers": answers}


@pytest.fixture
def snapshot() -> dict[str, Any]:
    return two_months()


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small site with these figures, for tests that only read it."""
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("reported") / "root", ignore=MADE)
    built(root, two_months())
    return root


def built(root: Path, snapshot: dict[str, Any] | None = None) -> Report:
    return incremental.build(root, root / "public", figures=snapshot)


def page(root: Path, address: str) -> LexborHTMLParser:
    return LexborHTMLParser((root / f"public{address}index.html").read_text())


def cells(root: Path, address: str) -> dict[str, list[str]]:
    """The tables of a page: what stands in each row, by the row's head."""
    found: dict[str, list[str]] = {}
    for row in page(root, address).css("tbody tr"):
        head = row.css_first("th")
        assert head is not None
        found.setdefault(head.text(), []).extend(cell.text() for cell in row.css("td"))
    return found


def table(root: Path, period: str) -> list[dict[str, str]]:
    raw = (root / f"public/report/{period}/report.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_a_month_says_what_was_counted(reported: Path, snapshot: dict[str, Any]) -> None:
    report = summary.report(MONTH, snapshot["months"][MONTH], TODAY)
    shown = cells(reported, f"/report/{MONTH}/")
    assert shown["点单"] == [f"{report.total.wishes} 单"] == ["12 单"]
    assert shown["解决率"] == [f"{report.total.solved}%"]
    assert shown["态度"] == [f"{report.stars['attitude']} 星"]
    (haircut,) = (line for line in report.services if line.slug == "haircut")
    assert shown["理发"][:2] == [str(haircut.wishes), f"{haircut.share}%"] == ["6", "50.0%"]
    assert shown["理发队"] == ["5 单以上"], "one number, in fives"
    assert "菜单" not in "".join(shown), "one order alone is shown among the others"
    assert list(shown).index("修理队") < list(shown).index("理发队")
    assert shown["还没分到网格"] == ["10 单以上"]


def test_the_table_has_the_same_digits(reported: Path, snapshot: dict[str, Any]) -> None:
    report = summary.report(MONTH, snapshot["months"][MONTH], TODAY)
    rows = table(reported, MONTH)
    assert rows[0]["类别"] == "合计"
    assert rows[0]["点单"] == str(report.total.wishes)
    assert rows[0]["平均星"] == str(report.total.stars)
    shares = {row["名称"]: row["点单率%"] for row in rows if row["类别"] == "服务"}
    shown = cells(reported, f"/report/{MONTH}/")
    assert {name: shown[name][1] for name in shares} == {n: f"{s}%" for n, s in shares.items()}
    assert len(shares) == len(report.services)


def test_a_year_is_its_months_together(root: Path, snapshot: dict[str, Any]) -> None:
    snapshot["months"]["2026-10"] = snapshot["months"][MONTH]
    built(root, snapshot)
    assert cells(root, "/report/2026/")["点单"] == ["24 单"]
    assert table(root, "2026")[0]["点单"] == "24"
    links = [a.attributes["href"] for a in page(root, "/report/2026/").css(".report th a")]
    charts = page(root, "/report/2026/").css("svg[role=img]")
    assert [title.text() for chart in charts for title in chart.css("title")][:2] == [
        "五单：每一步还有多少单",
        "每个月的点单和办完",
    ]
    assert links == [f"/report/{MONTH}/", "/report/2026-10/"]


def test_a_year_says_beside_a_number_how_many_months_are_in_it(
    root: Path, snapshot: dict[str, Any]
) -> None:
    few = {"all wishes": 4, "all done": 1}
    once = {"all wishes": 11, "service:haircut wishes": 6, "service:mending wishes": 5}
    months = {"2026-09": few, "2026-10": once | {"all wishes": 16, "service:haircut wishes": 11}}
    snapshot["months"] |= {m: disclosure.published(of, TODAY) for m, of in months.items()}
    snapshot["months"]["2026-08"] = disclosure.published(once, TODAY)
    built(root, snapshot)
    shown = cells(root, "/report/2026/")
    assert (shown["理发"][0], shown["修理家电"][0]) == ("23（3 个月）", "10（2 个月）")
    assert shown["点单"][0] == "43 单"
    text = (root / "public/report/2026/index.html").read_text()
    assert "有 1 个月不足 5 单，那几个月只算进了点单" in text
    chart = page(root, "/report/2026/").css_first("[aria-labelledby^=months]")
    assert chart is not None
    assert len(chart.css("rect.untold")) == 1, "it is not drawn as if nothing was done"
    kinds = {row["类别"] for row in table(root, "2026")}
    assert "服务（只加单独公布的月份）" in kinds
    assert "只公布收到几单" in (root / "public/report/2026-09/index.html").read_text()


def test_answers_are_shown_in_their_month(reported: Path) -> None:
    assert "修理家电：灯修好了。" in (reported / f"public/report/{MONTH}/index.html").read_text()
    assert "灯修好了" not in (reported / "public/report/2025-11/index.html").read_text()


def test_badges_count_the_last_twelve_months(root: Path, snapshot: dict[str, Any]) -> None:
    built(root, snapshot)
    for address, says in (
        ("/menu/haircut/", "近一年公布的点单 6 次 · 满意度 4.7 星（12 人评价）"),
        ("/teams/barbers/", "近一年公布的办完 5 单以上</p>"),
    ):
        assert says in (root / f"public{address}index.html").read_text()
    snapshot["made"] = "2027-12-01"
    built(root, snapshot)
    assert "近一年" not in (root / "public/menu/haircut/index.html").read_text()


def test_wishes_are_listed_the_newest_first(reported: Path) -> None:
    first = page(reported, "/wishes/").css(".items > li")
    assert len(first) == 20
    assert "想理发 20" in first[0].text()
    assert "已完成" in first[0].text()
    assert [a.attributes["href"] for a in first[0].css("a")] == ["/menu/haircut/"]
    (last,) = page(reported, "/wishes/page/2/").css(".items > li")
    assert "想理发 0" in last.text()
    assert not last.css("a")


def test_without_figures_two_pages_say_so(root: Path) -> None:
    built(root)
    assert "还没有数据" in (root / "public/report/index.html").read_text()
    assert "还没有公开的心愿" in (root / "public/wishes/index.html").read_text()
    assert [p.name for p in (root / "public/report").iterdir()] == ["index.html"]
    assert not (root / incremental.FIGURES).exists()
    assert "近一年" not in (root / "public/menu/haircut/index.html").read_text()


def test_a_build_without_a_store_shows_the_last_figures(
    root: Path, snapshot: dict[str, Any]
) -> None:
    first = built(root, snapshot)
    assert json.loads((root / incremental.FIGURES).read_bytes()) == snapshot
    kept = (root / incremental.FIGURES).stat().st_mtime_ns
    for figures_again in (snapshot, None):
        again = built(root, figures_again)
        assert again == Report(written=0, skipped=first.written, removed=0)
    assert (root / incremental.FIGURES).stat().st_mtime_ns == kept


def test_a_check_knows_the_last_figures(root: Path, snapshot: dict[str, Any]) -> None:
    before = incremental.check(root).pages
    built(root, snapshot)
    # Two months, two years, each with its table; and the second page of the wishes.
    assert incremental.check(root).pages == before + 2 * 2 * 2 + 1


def test_new_figures_draw_only_what_shows_them(root: Path, snapshot: dict[str, Any]) -> None:
    built(root, snapshot)
    snapshot["made"] = "2026-12-03"
    assert built(root, snapshot).written == 0, "months that are over do not say until when"
    snapshot["wishes"][0]["text"] = "想修灯"
    assert built(root, snapshot).written == 1, "the page of the wish"


def test_a_chart_says_in_words_what_it_shows_and_has_its_table(reported: Path) -> None:
    for address in (f"/report/{MONTH}/", "/report/2026/", "/report/"):
        drawn = page(reported, address)
        charts = drawn.css("figure.chart > svg")
        assert charts
        for chart in charts:
            assert chart.attributes["role"] == "img"
            names = (chart.attributes["aria-labelledby"] or "").split()
            title, says = (drawn.css_first(f"#{name}") for name in names)
            assert title is not None
            assert says is not None
            assert (title.tag, says.tag) == ("title", "desc")
            assert says.text().strip()
        assert len(drawn.css("details table")) >= 1
        assert not drawn.css(".report script")
    said = page(reported, f"/report/{MONTH}/").css_first("#services-says")
    assert said is not None
    assert "理发，6 单，50.0%" in said.text()


def test_a_month_stands_beside_the_twelve_before_it(root: Path, snapshot: dict[str, Any]) -> None:
    snapshot["months"]["2025-06"] = {"all wishes": 9}
    built(root, snapshot)
    said = page(root, f"/report/{MONTH}/").css_first("#months-says")
    assert said is not None
    months = said.text().strip().split("；")
    assert len(months) == 12
    assert months[0].startswith("2025年12月点单 0 单")
    assert months[-1].startswith("2026年11月点单 12 单")


def test_the_home_page_has_the_last_month_that_is_over(reported: Path, root: Path) -> None:
    line = page(reported, "/").css_first(".together .lately")
    assert line is not None
    said = line.text()
    assert said.startswith("2026年11月：点单 12 单，办完 11 单，居民打 4.7 星。")
    link = line.css_first("a")
    assert link is not None
    assert link.attributes["href"] == f"/report/{MONTH}/"
    built(root)
    assert not page(root, "/").css(".lately")


def test_figures_of_an_earlier_version_tell_no_more_than_those_of_this_one(root: Path) -> None:
    of = {"all wishes": 3, "all rated": 1, "all asked": 1, "all attitude stars": 1}
    lonely = of | {"all attitude given": 1, "service:haircut wishes": 3, "team:barbers wishes": 3}
    known = {"made": "2026-12-02", "wishes": [], "answers": [], "now": {"all done": 1},
             "months": {MONTH: lonely, "2026-12": lonely}}  # fmt: skip
    (root / incremental.FIGURES).write_text(json.dumps(known))
    built(root)
    assert not (root / "public/report/2026-12").exists()
    (row,) = table(root, MONTH)
    assert (row["类别"], row["点单"], row["评价"], row["平均星"]) == ("合计", "3", "", "")
