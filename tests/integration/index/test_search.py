"""Whoever looks for a word finds the public pages that have it, and always gets a page."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.app import App
from functions.context.bundle import INDEX
from functions.context.frequency import MOST
from functions.index.lookup import LONGEST, SCHEMA, Row, add, find
from functions.site_search import PER_PAGE
from generator.build import incremental
from generator.content.kinds import KINDS
from tests.support.client import Answer, Client
from tests.support.community import SECRET, Clock
from tests.support.servers import PRODUCT
from tests.support.site import SITE, rows

ODD = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("志愿剃頭ＡaİßﬁE“五单”-—"))
HOSTILE = (
    *('"', "'", "\0", "*", "NEAR(a b)", "title:x", "a AND", "NOT", '"a" OR "', "%", "_", "\\", "("),
    *(
        "a" * 10_000_000,
        "磨刀 " * 100_000,
        "{0.__class__}",
        "'; DROP TABLE pages; --",
        "\u202e",
        "🎉",
    ),
)


def search(client: Client, q: str, **more: str | int) -> Answer:
    return client.get(f"/api/search?{urlencode({'q': q, **more})}")


def found(answer: Answer) -> list[str]:
    return [each.attributes["href"] or "" for each in answer.page.css(".items h2 a")]


@pytest.fixture
def edited(root: Path) -> Callable[..., Client]:
    """Builds the small site with these files of content, and asks its search."""
    app = App(incremental.bundle_folder(root), lambda: pytest.fail("no store"), SECRET, Clock())

    def write(files: dict[str, str]) -> Client:
        for name, text in files.items():
            (root / "content" / name).write_text(text)
        incremental.build(root, root / "public")
        return Client(app)

    return write


def indexed(folder: Path, titles: list[str], texts: list[str]) -> Path:
    file = folder / INDEX
    file.unlink(missing_ok=True)
    db = sqlite3.connect(file)
    db.executescript(SCHEMA)
    for number, (title, text) in enumerate(zip(titles, texts, strict=True)):
        add(db, str(number).encode(), Row(f"/{number}/", "news", "", title, text))
    db.commit()
    db.close()
    return file


def is_found(file: Path, typed: str, address: str) -> bool:
    return address in [row.address for row in find(file, typed, 0, 10_000).rows]


@pytest.mark.slow
def test_each_title_and_each_two_characters_of_it_are_found(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for name in ("content", "static"):
        shutil.copytree(PRODUCT / name, root / name)
    for name in ("site.yaml", "calendar.yaml"):
        shutil.copy(PRODUCT / name, root)
    incremental.build(root, root / "public")
    file = incremental.bundle_folder(root) / INDEX
    entries = find(file, "的", 0, 10_000).rows
    assert len(entries) > 40
    for row in entries:
        assert is_found(file, row.title, row.address)
        for at in range(len(row.title) - 1):
            assert is_found(file, row.title[at : at + 2], row.address) or row.title[at].isspace()
        for word in row.text.split():
            assert is_found(file, word[:LONGEST], row.address)


@given(st.lists(ODD.filter(str.strip), min_size=1, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_so_is_each_piece_of_whatever_is_written(tmp_path: Path, texts: list[str]) -> None:
    file = indexed(tmp_path, texts, [*reversed(texts)])
    for number, (title, text) in enumerate(zip(texts, reversed(texts), strict=True)):
        for each in (title, text):
            for at in range(len(each)):
                if (piece := each[at : at + 2]).strip():
                    assert is_found(file, piece, f"/{number}/")


def test_words_of_all_kinds_of_content_are_found(client: Client) -> None:
    assert {row[1] for row in rows(client.app.index)} == {*KINDS}
    assert {*client.app.bundle.words["search"]["kinds"]} == {*KINDS}
    for q, address in {
        "春天 服务日": "/news/spring/",
        "一张照片": "/news/spring/",
        "保暖": "/news/winter/",
        "理发": "/menu/haircut/",
    }.items():
        assert address in found(search(client, q)), q


def test_width_case_and_traditional_characters_do_not_matter(
    edited: Callable[..., Client],
) -> None:
    client = edited({"news/led.yaml": "title: 修LED灯\ndate: 2026-02-03\nbody: 剃头和义诊\n"})
    for q in ("led灯", "ＬＥＤ燈", "修 Led", "義診", "剃頭", "led　剃头", "灯"):
        assert found(search(client, q)) == ["/news/led/"], q


def test_all_words_have_to_be_there(client: Client) -> None:
    assert "/news/spring/" in found(search(client, "磨刀 春天"))
    assert found(search(client, "磨刀 天冷")) == []


def test_what_nobody_wrote_quite_so_is_found_nearly(edited: Callable[..., Client]) -> None:
    client = edited(
        {
            "news/knives.yaml": "title: 磨刀\ndate: 2026-02-03\nbody: 本周六有这项服务\n",
            "news/phones.yaml": "title: 电话\ndate: 2026-02-03\nbody: 13800138000\n",
        }
    )
    answer = search(client, "磨刀服务")
    assert "/news/knives/" in found(answer)
    assert "相近" in answer.text
    assert {each.text() for each in answer.page.css("mark")} == {"磨刀", "服务"}
    assert found(search(client, "磨刀服务 天冷")) == [], "each word has to be near"
    assert found(search(client, "13800138001")) == [], "a number is right or wrong"
    assert "相近" not in search(client, "磨刀").text


def test_titles_come_before_texts_and_the_newer_before_the_older(
    edited: Callable[..., Client],
) -> None:
    news = "title: {}\ndate: {}\nbody: {}\n"
    client = edited(
        {
            "news/a.yaml": news.format("送煤油灯", "2020-01-01", "好"),
            "news/b.yaml": news.format("送煤油灯", "2025-01-01", "好"),
            "news/c.yaml": news.format("晚会", "2026-01-01", "点了煤油灯"),
            "teams/lamps.yaml": "name: 煤油灯服务队\n",
            "menu/lamps.yaml": "name: 煤油灯\ncategory: 生活\n",
        }
    )
    order = ["/menu/lamps/", "/teams/lamps/", "/news/b/", "/news/a/", "/news/c/"]
    assert found(search(client, "煤油灯")) == order
    answer = search(client, "煤油灯")
    assert [each.text() for each in answer.page.css(".items .kind")][:3] == [
        "服务",
        "服务队",
        "新闻",
    ]
    assert answer.page.css_matches(".items time[datetime='2025-01-01']")
    assert {each.text() for each in answer.page.css("mark")} == {"煤油灯"}


def test_long_lists_have_pages(edited: Callable[..., Client]) -> None:
    news = {
        f"news/n-{number}.yaml": f"title: 第{number}回\ndate: 2026-01-01\nbody: 一样的话\n"
        for number in range(PER_PAGE + 1)
    }
    client = edited(news)
    first = search(client, "一样的话")
    assert len(found(first)) == PER_PAGE
    following = first.page.css_first("a[rel=next]")
    assert following
    last = client.get(following.attributes["href"] or "")
    assert len({*found(first), *found(last)}) == PER_PAGE + 1
    for page in ("99", "100000", "2"):
        assert found(search(client, "一样的话", page=page)) == found(last) or page == "100000"
    for page in ("0", "-1", "x", "", "²", "100000"):
        assert found(search(client, "一样的话", page=page)) == found(first)


@pytest.mark.slow
def test_what_is_not_public_or_not_any_more_is_not_found(
    edited: Callable[..., Client], root: Path
) -> None:
    text = "title: 老灯会\ndate: 2026-02-03\nbody: 看灯\n"
    client = edited({"news/lamps.yaml": text})
    assert found(search(client, "看灯")) == ["/news/lamps/"]
    for line in (
        *("ended: 2020-03-01", "draft: true"),
        *("publish_on: 2099-01-01", "expires_on: 2020-03-01"),
    ):
        edited({"news/lamps.yaml": f"{line}\n{text}"})
        assert found(search(client, "看灯")) == [], line
        edited({"news/lamps.yaml": text})
        assert found(search(client, "看灯")) == ["/news/lamps/"]
    (root / "content/news/lamps.yaml").unlink()
    edited({})
    assert found(search(client, "看灯")) == []


def test_a_service_is_found_by_its_teams_whatever_they_are_called(
    edited: Callable[..., Client],
) -> None:
    team = (SITE / "content/teams/barbers.yaml").read_text()
    name = next(line for line in team.splitlines() if line.startswith("name:"))
    client = edited({"teams/barbers.yaml": team.replace(name, "name: 银剪子队")})
    assert found(search(client, "银剪子")) == ["/teams/barbers/", "/menu/haircut/"]


def test_nothing_found_leads_on(client: Client) -> None:
    for q in ("龘靐齉", "", "   "):
        answer = search(client, q)
        assert answer.status == 200
        links = {each.attributes["href"] for each in answer.page.css("main a")}
        phone = client.app.bundle.site["phone"]
        assert {"/menu/", "/news/", "/wish/", f"tel:{phone}"} <= links


@pytest.mark.parametrize("q", HOSTILE, ids=lambda q: ascii(q[:12]))
def test_whatever_is_typed_gets_a_page(client: Client, q: str) -> None:
    for query in (urlencode({"q": q}), f"q={quote(q)}&q=x", f"page={quote(q[:10])}&q=x"):
        answer = client.get(f"/api/search?{query}")
        assert (answer.status, bool(answer.page.css_first("h1"))) == (200, True)
    if len(q) > LONGEST:
        assert "太长" in search(client, q).text
        assert len(search(client, q).body) < 50_000


def test_markup_is_shown_as_it_was_typed(client: Client) -> None:
    answer = search(client, "<script>alert(1)</script>")
    assert not answer.page.css("main script")
    assert "<script>" in answer.text


def test_results_are_for_nobody_else(client: Client) -> None:
    headers = search(client, "理发").headers
    assert headers["x-robots-tag"] == "noindex"
    assert headers["cache-control"].startswith("no-store")
    assert headers["content-security-policy"]


def test_where_there_is_no_index_other_ways_are_shown(built: Path) -> None:
    folder = incremental.bundle_folder(built)
    client = Client(App(folder, lambda: pytest.fail("no store"), SECRET, Clock()))
    for spoil in (lambda: (folder / INDEX).write_bytes(b"x" * 5000), (folder / INDEX).unlink):
        spoil()
        answer = search(client, "理发")
        assert (answer.status, "搜不了" in answer.text) == (503, True)
        assert answer.page.css("main a[href='/menu/']")
    incremental.build(built, built / "public")
    assert "/menu/haircut/" in found(search(client, "理发"))


def test_who_asks_too_often_waits_a_minute_and_nobody_else_does(app: App, clock: Clock) -> None:
    client, other = Client(app), Client(app)
    other.sender = "198.51.100.7"
    assert {search(client, "理发").status for _ in range(MOST)} == {200}
    refused = search(client, "理发")
    assert (refused.status, refused.headers["retry-after"]) == (429, "60")
    assert search(other, "理发").status == 200
    clock.forward(minutes=1)
    assert search(client, "理发").status == 200


def test_every_public_page_has_the_field_and_no_page_of_staff(
    client: Client, small_site: Path
) -> None:
    pages = [*(small_site / "public").rglob("*.html")]
    assert len(pages) > 20
    for page in pages:
        text = page.read_text()
        is_whole = "<header" in text  # Addresses that moved lead on at once.
        assert ('action="/api/search"' in text) == is_whole, page
    for address in ("/wish/", "/join/", "/track/", "/rate/"):
        assert 'action="/api/search"' in client.get(address).body
    assert 'action="/api/search"' not in client.get("/desk/sign-in/").body
    assert "/api/" not in (small_site / "public/sitemap.xml").read_text()


def test_an_edit_reads_and_writes_its_own_row(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = incremental.bundle_folder(built) / INDEX
    incremental.build(built, built / "public")
    before, inode = rows(file), file.stat().st_ino
    news = built / "content/news/winter.yaml"
    news.write_text(news.read_text().replace("天冷", "天热"))
    incremental.build(built, built / "public")
    after = rows(file)
    assert [each[5] for each in after if each not in before] == ["2026-01-10"]
    assert len(before) == len(after)
    assert file.stat().st_ino == inode, "changed where it is"


def test_a_build_that_changes_no_row_leaves_the_file(built: Path) -> None:
    file = incremental.bundle_folder(built) / INDEX
    incremental.build(built, built / "public")
    before = file.stat().st_mtime_ns
    settings = built / "site.yaml"
    settings.write_text(f"{settings.read_text()}\n# changed\n")
    shutil.copytree(PRODUCT / "templates", built / "templates", dirs_exist_ok=True)
    incremental.build(built, built / "public")
    assert file.stat().st_mtime_ns == before


def test_an_index_that_is_gone_comes_again_though_nothing_else_changed(built: Path) -> None:
    file = incremental.bundle_folder(built) / INDEX
    incremental.build(built, built / "public")
    before = rows(file)
    file.unlink()
    incremental.build(built, built / "public")
    assert rows(file) == before
