"""The community's figures on the site: what pages and tables say, and what they are made from."""

import csv
import io
import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from functions.orders import counters, figures
from functions.orders.lifecycle import Order
from generator.build import incremental
from generator.files.output import Report
from tests.support.site import MADE, SITE

pytestmark = pytest.mark.slow

MONTH = "2026-11"


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
    now = months.pop(counters.NOW)
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
    return {"made": f"{MONTH}-23", "months": dict(months), "now": now, "wishes": wishes,
            "answers": answers}  # fmt: skip


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
    report = figures.report(MONTH, snapshot["months"][MONTH])
    shown = cells(reported, f"/report/{MONTH}/")
    assert shown["点单"] == [f"{report.total.wishes} 单"] == ["12 单"]
    assert shown["解决率"] == [f"{report.total.solved}%"]
    assert shown["态度"] == [f"{report.stars['attitude']} 星"]
    (haircut,) = (line for line in report.services if line.slug == "haircut")
    assert shown["理发"][:2] == [str(haircut.wishes), f"{haircut.share}%"] == ["6", "50.0%"]
    assert shown["理发队"][0] == "6"
    assert "菜单" not in "".join(shown), "one order alone is shown among the others"
    assert list(shown).index("修理队") < list(shown).index("理发队")


def test_the_table_has_the_same_digits(reported: Path, snapshot: dict[str, Any]) -> None:
    report = figures.report(MONTH, snapshot["months"][MONTH])
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
    assert links == [f"/report/{MONTH}/", "/report/2026-10/"]


def test_answers_are_shown_in_their_month(reported: Path) -> None:
    assert "修理家电：灯修好了。" in (reported / f"public/report/{MONTH}/index.html").read_text()
    assert "灯修好了" not in (reported / "public/report/2025-11/index.html").read_text()


def test_badges_count_the_last_twelve_months(root: Path, snapshot: dict[str, Any]) -> None:
    built(root, snapshot)
    for address in ("/menu/haircut/", "/teams/barbers/"):
        text = (root / f"public{address}index.html").read_text()
        assert "近一年点单 6 次 · 满意度 4.7 星（6 人评价）" in text
    snapshot["made"] = "2027-11-01"
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
    snapshot["made"] = f"{MONTH}-24"
    assert built(root, snapshot).written == 2, "this month and this year, which say until when"
