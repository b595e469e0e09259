"""Names that end: what a site shows of items that ended, were renamed or are gone."""

import json
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from functions.context.bundle import Bundle, Latest
from generator.build import incremental
from generator.content import library
from generator.errors import ContentError
from tests.support.site import FIGURES, ITEMS, MADE, SITE, tree

pytestmark = pytest.mark.slow


Pages = dict[str, str]
After = Callable[[Callable[[Path, str], None]], Pages]

kinds = pytest.mark.parametrize("folder", ITEMS)


@pytest.fixture
def site(root: Path) -> Path:
    """The small site, with a page that no other page needs."""
    (root / "content/pages/more.yaml").write_text("title: 另一页\nbody: 更多。\n")
    return root


def build(site: Path) -> Pages:
    """What a build wrote, by file."""
    incremental.build(site, site / "public")
    written = tree(site / "public").items()
    return {name: data.decode() for name, data in written if name.endswith(("html", "xml"))}


def handed(site: Path) -> Bundle:
    return Latest(incremental.bundle_folder(site)).bundle()


def keep(site: Path, folder: str) -> None:
    pass


def end(site: Path, folder: str) -> None:
    with (site / f"content/{folder}/{ITEMS[folder][0]}.yaml").open("a") as file:
        file.write("\nended: 2026-11-30\n")


def rename(site: Path, folder: str) -> None:
    """Rename the file of an item, as staff should; services follow their team."""
    old = ITEMS[folder][0]
    path = site / f"content/{folder}/{old}.yaml"
    path.with_stem("new").write_text(f"{path.read_text()}\nrenamed_from: [{old}, older]\n")
    path.unlink()
    if folder == "teams":
        name_teams(site, old, "new")


def remove(site: Path, folder: str) -> None:
    (site / f"content/{folder}/{ITEMS[folder][0]}.yaml").unlink()
    if folder == "teams":
        name_teams(site, ITEMS[folder][0], "")


def name_teams(site: Path, old: str, new: str) -> None:
    for service in (site / "content/menu").iterdir():
        service.write_text(service.read_text().replace(f"[{old}]", f"[{new}]"))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> After:
    """The pages of the small site after something happened to an item of every folder."""

    @cache
    def after(happened: Callable[[Path, str], None]) -> Pages:
        site = shutil.copytree(SITE, tmp_path_factory.mktemp("named") / "root", ignore=MADE)
        (site / "content/pages/more.yaml").write_text("title: 另一页\nbody: 更多。\n")
        for folder in ITEMS:
            happened(site, folder)
        return build(site)

    return after


def leading_to(address: str, pages: Pages) -> set[str]:
    return {name for name, text in pages.items() if f'href="{address}"' in text}


@kinds
def test_what_ended_keeps_its_page_and_nothing_else_leads_there(pages: After, folder: str) -> None:
    slug, base = ITEMS[folder]
    address, page = f"{base}{slug}/", f"{base}{slug}/index.html".lstrip("/")
    before, after = pages(keep), pages(end)
    assert leading_to(address, before) - {page}
    assert not leading_to(address, after) - {page}
    assert "2026年11月30日" in after[page]
    assert f"{address}</loc>" in after["sitemap.xml"]
    assert f"/wish/?service={slug}" not in "".join(after.values())


@kinds
def test_the_old_addresses_of_what_was_renamed_lead_to_the_new_one(
    pages: After, folder: str
) -> None:
    base, after = ITEMS[folder][1], pages(rename)
    assert f"{base}new/index.html".lstrip("/") in after
    assert f"{base}new/</loc>" in after["sitemap.xml"]
    for old in (ITEMS[folder][0], "older"):
        moved = after[f"{base}{old}/index.html".lstrip("/")]
        assert f'<link rel="canonical" href="https://test.example.cn{base}new/">' in moved
        assert f'<meta http-equiv="refresh" content="0; url={base}new/">' in moved
        assert "<script" not in moved
        assert f"{base}{old}/</loc>" not in after["sitemap.xml"]
        assert not leading_to(f"{base}{old}/", after)


@kinds
def test_what_is_removed_leaves_nothing_behind(pages: After, folder: str) -> None:
    slug, base = ITEMS[folder]
    after = pages(remove)
    assert not [name for name in after if name.startswith(f"{base}{slug}/".lstrip("/"))]
    assert not leading_to(f"{base}{slug}/", after)


@kinds
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("renamed_from: other", "“other”还有自己的文件"),
        ("renamed_from: [gone, {}]", "“{}”还有自己的文件"),
        ("renamed_from: taken", "“taken”已经写成 other.yaml 以前的名字了"),
        ("renamed_from: 旧名", "“旧名”不会是以前的文件名"),
        ("renamed_from: [a.yaml]", "“a.yaml”不会是以前的文件名"),
        ("renamed_from: {{a: b}}", "“renamed_from”应当是文字"),
        ("ended: 去年", "“ended”应当是日期"),
    ],
)
def test_a_name_that_cannot_be_an_old_one_is_told_with_its_place(
    site: Path, folder: str, line: str, said: str
) -> None:
    slug = ITEMS[folder][0]
    path = site / f"content/{folder}/{slug}.yaml"
    text = path.read_text().rstrip()
    other = text.replace("name: ", "name: 别的", 1)  # No two grids are called the same.
    path.with_stem("other").write_text(f"{other}\nrenamed_from: [taken]\n")
    if "taken" in said:  # Of two files the later one is told.
        path, text = path.with_stem("zz"), text.replace("name: ", "name: 又", 1)
    number = text.count("\n") + 2
    path.write_text(f"{text}\n{line.format(slug)}\n")
    with pytest.raises(ContentError) as error:
        library.load(site)
    (problem,) = str(error.value).splitlines()
    assert problem.startswith(f"content/{folder}/{path.name}:{number}:")
    assert said.format(slug) in problem


def test_a_form_neither_ends_nor_is_renamed(site: Path) -> None:
    with (site / "content/forms/wish.yaml").open("a") as file:
        file.write("\nended: 2026-11-30\n")
    with pytest.raises(ContentError, match="不认识“ended”"):
        library.load(site)


def test_what_ended_is_offered_to_nobody_and_keeps_its_name_for_records(site: Path) -> None:
    end(site, "teams")
    end(site, "menu")
    build(site)
    made = handed(site)
    assert (made.teams, made.offers) == ({"menders": "修理队"}, {"mending": ["menders"]})
    assert "haircut" not in made.services
    assert (made.names["service"]["haircut"], made.names["team"]["barbers"]) == ("理发", "理发队")
    offered = json.dumps([made.forms, made.actions])
    assert "haircut" not in offered
    assert "barbers" not in offered


def test_a_team_that_ended_is_no_longer_said_to_do_a_service(site: Path) -> None:
    end(site, "teams")
    pages = build(site)
    assert "理发队" not in pages["menu/index.html"]
    assert "理发队" not in pages["menu/haircut/index.html"]
    assert handed(site).offers["haircut"] == []


def test_a_choice_that_was_renamed_knows_its_former_values(site: Path) -> None:
    rename(site, "menu")
    build(site)
    made = handed(site)
    assert made.renamed == {"service": {"haircut": "new", "older": "new"}, "team": {}}
    (choice,) = (c for c in made.forms["wish"]["fields"][0]["choices"] if c["value"] == "new")
    assert choice["former"] == ["haircut", "older"]


def figures(**more: int) -> dict[str, Any]:
    """Figures in which both names of the service have orders, enough of them to be shown."""
    counted = {"all wishes": 17, "service:haircut wishes": 5, "service:new wishes": 7}
    counted |= {"service:other wishes": 5, **more}
    return {**FIGURES, "months": {"2026-11": counted}}


def test_figures_of_before_go_to_the_new_name(site: Path) -> None:
    (site / incremental.FIGURES).write_text(json.dumps(figures()))
    rename(site, "menu")
    pages = build(site)
    report = re.sub(r"<[^>]*>|\s+", " ", pages["report/2026-11/index.html"])
    assert re.search(r"理发 +12 ", report), report
    assert "haircut" not in report
    assert 'href="/menu/new/"' in pages["wishes/index.html"]


@pytest.mark.parametrize("gone", [False, True])
def test_a_report_names_services_that_are_no_longer_offered(site: Path, gone: bool) -> None:
    known = {"names": {"service": {"haircut": "理发"}}} if gone else {}
    (site / incremental.FIGURES).write_text(json.dumps(figures() | known))
    end(site, "menu")
    if gone:
        (site / "content/menu/haircut.yaml").unlink()
    pages = build(site)
    assert "理发" in pages["report/2026-11/index.html"]
    assert "理发" in pages["wishes/index.html"]
    assert 'href="/menu/haircut/"' not in pages["wishes/index.html"]
