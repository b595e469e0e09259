"""What feeds and lists tell of news: corrections, pinned items, photos and events."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from generator.build import incremental

pytestmark = pytest.mark.slow

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://test.example.cn"
VISIT = """title: 走访
date: 2026-01-10
featured: true
updated: 2026-11-20
update_note: 集合地点改到"北门" & 提前半小时
cover: photos/a.jpg
event:
  start: 2026-12-12 09:00
  end: 2026-12-12 11:30
  place: 北门
  organiser: 居委会
photos:
  - src: photos/b.png
    caption: 合影 "一" & 二
body: |
  看[菜单](/menu/)、[上面](#s-1)、[别处](https://a.example.cn/x?b=1&c=2)和`src="/x"`。

  ![路](photos/b.png)
"""


@pytest.fixture
def out(root: Path) -> Path:
    photos = root / "static/photos"
    photos.mkdir()
    Image.new("RGB", (1600, 900), "red").save(photos / "a.jpg")
    Image.new("RGBA", (300, 200), "#00ff0080").save(photos / "b.png")
    (root / "content/news/visit.yaml").write_text(VISIT)
    incremental.build(root, root / "public")
    return root / "public"


@pytest.fixture
def entry(out: Path) -> ElementTree.Element:
    feed = ElementTree.parse(out / "feed.xml").getroot()  # noqa: S314 (our own file)
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T00:00:00+08:00"
    return next(
        each for each in feed.findall(f"{ATOM}entry") if each.findtext(f"{ATOM}title") == "走访"
    )


def content(entry: ElementTree.Element) -> LexborHTMLParser:
    return LexborHTMLParser(entry.findtext(f"{ATOM}content") or "")


def test_a_feed_tells_of_corrections(entry: ElementTree.Element) -> None:
    assert entry.findtext(f"{ATOM}published") == "2026-01-10T00:00:00+08:00"
    assert entry.findtext(f"{ATOM}updated") == "2026-11-20T00:00:00+08:00"
    told = content(entry).css_first("strong")
    assert told is not None
    assert told.text() == '更新于2026年11月20日：集合地点改到"北门" & 提前半小时'


def test_a_feed_tells_when_and_where_an_event_is(entry: ElementTree.Element) -> None:
    body = content(entry).body
    assert body is not None
    assert "时间：2026年12月12日 09:00 至 11:30" in body.text()
    assert "地点：北门" in body.text()
    assert "主办：居委会" in body.text()


def test_a_feed_says_of_an_event_that_it_is_over_from_the_next_day_on(root: Path) -> None:
    event = "event: {start: 2026-12-12 09:00, end: 2026-12-12 11:45}"
    (root / "content/news/visit.yaml").write_text(
        f"title: 走访\ndate: 2026-12-01\n{event}\nbody: 好\n"
    )

    def told(day: int, out: str) -> bool:
        incremental.Builder(root, root / out, lambda: date(2026, 12, day)).build()
        return "11:45（已结束）" in (root / out / "feed.xml").read_text()

    assert [told(day, "public") for day in (12, 13, 12)] == [False, True, False]
    assert told(13, "anew")


def test_a_feed_carries_photos_that_are_there(entry: ElementTree.Element, out: Path) -> None:
    enclosed = [each for each in entry.findall(f"{ATOM}link") if each.get("rel") == "enclosure"]
    assert [each.get("type") for each in enclosed] == ["image/jpeg", "image/png"]
    images = [each.attributes["src"] or "" for each in content(entry).css("img")]
    assert len(images) == 3
    for address in [*images, *(each.get("href", "") for each in enclosed)]:
        assert address.startswith(f"{URL}/static/pictures/")
        assert (out / urlsplit(address).path[1:]).is_file()
    captions = [each.text() for each in content(entry).css("figcaption")]
    assert captions == ['合影 "一" & 二']


def test_every_address_in_a_feed_is_whole_and_the_one_of_the_page(
    entry: ElementTree.Element,
) -> None:
    links = [each.attributes["href"] for each in content(entry).css("a")]
    here = f"{URL}/news/visit/"
    assert links == [f"{URL}/menu/", urljoin(here, "#s-1"), "https://a.example.cn/x?b=1&c=2"]
    code = content(entry).css_first("code")
    assert code is not None
    assert code.text() == 'src="/x"'


def test_pinned_news_come_first_on_the_home_page_and_in_the_list_alone(out: Path) -> None:
    for file, first in {
        "index.html": "走访",
        "news/index.html": "走访",
        "tags/服务日/index.html": "春天的服务日",
    }.items():
        page = LexborHTMLParser((out / file).read_text())
        (title, *_) = page.css("ul.items li a")
        assert title.text() == first, file
        assert ("置顶" in (page.html or "")) == (first == "走访")
    titles = re.findall(r"<title>(.*?)</title>", (out / "feed.xml").read_text())
    assert titles.index("春天的服务日") < titles.index("走访")


def test_readers_see_what_was_corrected_and_search_engines_when(out: Path, root: Path) -> None:
    page = LexborHTMLParser((out / "news/visit/index.html").read_text())
    (note,) = page.css("p.updated")
    assert note.text() == '更新于2026年11月20日：集合地点改到"北门" & 提前半小时'
    sitemap = (out / "sitemap.xml").read_text()
    assert f"<loc>{URL}/news/visit/</loc><lastmod>2026-11-20</lastmod>" in sitemap
    team = root / "content/teams/barbers.yaml"
    team.write_text(team.read_text() + "\nupdated: 2026-11-21\n")
    incremental.build(root, out)
    assert "更新于" in (out / "teams/barbers/index.html").read_text()
    sitemap = (out / "sitemap.xml").read_text()
    assert f"<loc>{URL}/teams/barbers/</loc><lastmod>2026-11-21</lastmod>" in sitemap


def test_a_correction_of_an_item_reaches_the_sitemap_on_top_of_a_build(
    out: Path, root: Path
) -> None:
    file = root / "content/news/visit.yaml"
    file.write_text(file.read_text().replace("updated: 2026-11-20", "updated: 2026-11-22"))
    incremental.build(root, out)
    assert "<lastmod>2026-11-22</lastmod>" in (out / "sitemap.xml").read_text()
