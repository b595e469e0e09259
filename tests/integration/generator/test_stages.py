"""Drafts, items that are planned for a day and items that expired: what the public sees and when.

Each is made of an item of every folder whose items have pages, so a kind that is added later has to
be added to ``ITEMS``.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from functions.context.bundle import INDEX, Latest
from generator.build import incremental
from generator.build.incremental import Builder
from generator.content import library
from generator.content.kinds import KINDS
from generator.errors import ContentError
from tests.support.site import ITEMS, MADE, tree

pytestmark = pytest.mark.slow

DAY = date(2026, 12, 1)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


@pytest.fixture
def site(root: Path) -> Path:
    """The small site with a page that no other page needs, and a photo in one of its news."""
    (root / "content/pages/more.yaml").write_text("title: 另一页\nbody: 更多。\n")
    Image.new("RGB", (900, 600), "red").save(root / "static/visit.jpg")
    add(root, "news", "photos:\n  - src: visit.jpg\n    caption: 走访\n")
    return root


def add(root: Path, folder: str, text: str) -> None:
    """Add lines to an item's file."""
    with (root / f"content/{folder}/{ITEMS[folder][0]}.yaml").open("a") as file:
        file.write(f"\n{text}\n")


def built(root: Path, today: date = DAY) -> dict[str, bytes]:
    Builder(root, root / "public", lambda: today).build()
    return tree(root / "public")


def handed(root: Path) -> str:
    return (incremental.bundle_folder(root) / "bundle.json").read_text()


def searched(root: Path) -> set[str]:
    """The addresses that a search can find."""
    with closing(sqlite3.connect(incremental.bundle_folder(root) / INDEX)) as db:
        return {address for (address,) in db.execute("SELECT address FROM pages")}


def naming(folder: str, files: dict[str, bytes]) -> list[str]:
    """The files that lead to the item of this folder, or are its page."""
    slug, base = ITEMS[folder]
    address = f"{base}{slug}/"
    return [
        name
        for name, data in files.items()
        if name.startswith(address[1:]) or f"{address}".encode() in data
    ]


def test_every_kind_with_pages_is_tried() -> None:
    assert {*ITEMS} == {folder for folder, kind in KINDS.items() if kind.base}


@pytest.mark.parametrize("line", ["draft: true", f"publish_on: {AFTER}"])
def test_what_is_not_published_is_in_no_public_file(site: Path, line: str) -> None:
    before = built(site)
    for folder in ITEMS:
        assert naming(folder, before), folder
        add(site, folder, line)
    found = searched(site)
    after = built(site)
    assert found - searched(site) == {f"{base}{slug}/" for slug, base in ITEMS.values()}
    assert not any(naming(folder, after) for folder in ITEMS)
    assert any(name.endswith(".webp") for name in before)
    assert not any(name.endswith(".webp") for name in after)
    bundle = Latest(incremental.bundle_folder(site)).bundle()
    assert "haircut" not in bundle.services
    assert "barbers" not in bundle.teams
    assert bundle.names["team"]["barbers"]  # Orders of before may name it.


def test_an_item_comes_and_expires_at_its_days(site: Path) -> None:
    for folder in ITEMS:
        add(site, folder, f"publish_on: {DAY}\nexpires_on: {AFTER}")
    assert not any(naming(folder, built(site, BEFORE)) for folder in ITEMS)
    there = built(site, DAY)
    gone = built(site, AFTER)
    for folder, (slug, base) in ITEMS.items():
        page = f"{base}{slug}/index.html".lstrip("/")
        assert len(naming(folder, there)) > 1, folder
        assert "本页已过期" not in there[page].decode()
        own = [name for name in gone if name.startswith(f"{base}{slug}/"[1:])]
        assert naming(folder, gone) == own, folder
        assert "本页已过期" in gone[page].decode()


@pytest.mark.parametrize("first", [BEFORE, DAY, AFTER])
def test_a_build_of_another_day_equals_a_clean_one(site: Path, first: date) -> None:
    for folder in ITEMS:
        add(site, folder, f"publish_on: {DAY}\nexpires_on: {AFTER}")
    built(site, first)
    for today in (AFTER, BEFORE, DAY):
        on_top = built(site, today)
        clean = shutil.copytree(site, site.parent / f"{first}{today}", ignore=MADE)
        assert built(clean, today) == on_top
        assert handed(clean) == handed(site)


def test_a_new_day_writes_nothing_where_no_item_comes_or_goes(site: Path) -> None:
    built(site, BEFORE)
    report = Builder(site, site / "public", lambda: DAY).build()
    assert (report.written, report.removed) == (0, 0)


def test_an_old_name_leads_nowhere_while_the_item_is_a_draft(site: Path) -> None:
    add(site, "news", "renamed_from: snow\ndraft: true")
    assert not any("snow" in name for name in built(site))


def test_what_leads_to_a_draft_is_told(site: Path) -> None:
    add(site, "teams", "draft: true")
    add(site, "news", "draft: true")
    spring = site / "content/news/spring.yaml"
    spring.write_text(spring.read_text().replace("body: |\n", "body: |\n  [看](/news/winter/)\n"))
    told = "\n".join(map(str, incremental.check(site).advice))
    assert "content/menu/haircut.yaml:" in told
    assert "服务队“barbers”是草稿，或者还没到发布的日子" in told
    assert "“/news/winter/”是草稿，或者还没到发布的日子" in told


def test_a_draft_is_looked_at_before_it_is_published(site: Path) -> None:
    add(site, "news", "draft: true")
    file = site / "content/news/winter.yaml"
    file.write_text(file.read_text().replace("天冷", "看[天冷](/nowhere/)"))
    (told,) = [each for each in incremental.check(site).advice if "nowhere" in str(each)]
    assert told.file == "content/news/winter.yaml"


def test_a_page_that_all_others_link_to_cannot_be_withheld(site: Path) -> None:
    with (site / "content/pages/about.yaml").open("a") as file:
        file.write("\npublish_on: 2199-01-01\n")
    with pytest.raises(ContentError, match=r"about\.yaml:\d+:1: “about”这一页不能不公开"):
        library.load(site)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("publish_on: 2026-12-02\nexpires_on: 2026-12-02", "这一页永远看不到"),
        ("update_note: 改了地点", "却没有写哪天改的"),
        ("updated: 1999-01-01", "更新的日子 updated 早于 date"),
        ("draft: 是", "“draft”应当是"),
    ],
)
def test_days_that_do_not_go_together_are_told_in_their_line(
    site: Path, lines: str, said: str
) -> None:
    add(site, "news", lines)
    with pytest.raises(ContentError) as error:
        library.load(site)
    (problem,) = error.value.problems
    text = (site / problem.file).read_text().splitlines()
    assert text[problem.line - 1] == lines.splitlines()[-1]
    assert said in str(problem)


def test_a_service_that_expired_can_be_chosen_no_more(site: Path) -> None:
    add(site, "menu", f"expires_on: {DAY}")
    built(site)
    bundle = json.loads(handed(site))
    assert "haircut" not in bundle["services"]
    assert bundle["names"]["service"]["haircut"]
    assert "点这项服务" not in (site / "public/menu/haircut/index.html").read_text()
