"""Grids: where they are shown and chosen, and what communities see that have none."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from functions.context.bundle import Bundle, Latest
from generator.build import incremental
from generator.errors import ContentError
from tests.support.site import tree

pytestmark = pytest.mark.slow

NAMES = ["第十一网格", "第二网格", "第一网格", "第十网格"]


@pytest.fixture
def grid(root: Path) -> Callable[..., Path]:
    """Writes a grid's file."""

    def write(slug: str, name: str, *lines: str) -> Path:
        file = root / f"content/grids/{slug}.yaml"
        file.write_text("\n".join([f"name: {name}", "area: 河西", *lines, ""]))
        return file

    shutil.rmtree(root / "content/grids")
    (root / "content/grids").mkdir()
    return write


def built(root: Path) -> dict[str, str]:
    incremental.build(root, root / "public")
    pages = tree(root / "public").items()
    return {name: data.decode() for name, data in pages if name.endswith(("html", "xml"))}


def bundle(root: Path) -> Bundle:
    return Latest(incremental.bundle_folder(root)).bundle()


def choices(root: Path) -> list[str]:
    fields = bundle(root).actions["triaged"]["fields"]
    return [
        each["value"] for field in fields if field["name"] == "grid" for each in field["choices"]
    ]


def test_grids_stand_as_people_count_and_are_what_the_desk_chooses_from(
    root: Path, grid: Callable[..., Path]
) -> None:
    for number, name in enumerate(NAMES):
        grid(f"g{number}", name)
    page = built(root)["grids/index.html"]
    shown = sorted(NAMES, key=page.index)
    assert shown == ["第一网格", "第二网格", "第十网格", "第十一网格"]
    assert choices(root) == bundle(root).grids == shown


def test_a_grid_leads_to_its_teams_and_services_and_they_lead_to_it(
    root: Path, grid: Callable[..., Path]
) -> None:
    """Whichever file says that the team looks after the grid."""
    grid("by-grid", "第一网格", "teams: [barbers]", "people: [{name: 周师傅, phone: 110}]")
    grid("by-team", "第二网格", "buildings: [河西路 3 号楼]")
    team = root / "content/teams/barbers.yaml"
    team.write_text(team.read_text() + "grids: [第二网格, 别处]\n")
    pages = built(root)
    for slug in ("by-grid", "by-team"):
        own = pages[f"grids/{slug}/index.html"]
        assert 'href="/teams/barbers/"' in own
        assert 'href="/menu/haircut/"' in own
        assert "修理队" not in own
        for other in ("teams/barbers", "menu/haircut", "teams", "grids"):
            assert f'href="/grids/{slug}/"' in pages[f"{other}/index.html"], other
        assert f"/grids/{slug}/" not in pages["teams/menders/index.html"]
        assert f"/grids/{slug}/" in pages["sitemap.xml"]
    assert 'href="tel:110"' in pages["grids/by-grid/index.html"]
    assert "河西路 3 号楼" in pages["grids/by-team/index.html"]
    assert "、别处" in pages["teams/barbers/index.html"], "it has no page, and is told all the same"


def test_where_there_is_no_grid_what_teams_say_is_chosen_and_nothing_is_missing(
    root: Path, grid: Callable[..., Path]
) -> None:
    team = root / "content/teams/barbers.yaml"
    team.write_text(team.read_text() + "grids: [第二网格, 第一网格]\n")
    pages = built(root)
    assert not [name for name in pages if name.startswith("grids")]
    assert not [name for name, page in pages.items() if "/grids/" in page]
    assert "第二网格、第一网格" in pages["teams/barbers/index.html"]
    assert choices(root) == ["第一网格", "第二网格"]


def test_a_grid_that_ended_keeps_its_page_and_its_name_and_is_not_chosen(
    root: Path, grid: Callable[..., Path]
) -> None:
    grid("old", "第一网格", "ended: 2026-11-01", "renamed_from: older")
    pages = built(root)
    assert "第一网格" in pages["grids/old/index.html"]
    assert 'url=/grids/old/"' in pages["grids/older/index.html"]
    assert 'href="/grids/"' in pages["grids/old/index.html"]
    assert "第一网格" not in pages["grids/index.html"]
    assert choices(root) == []
    assert bundle(root).names["grid"] == {"第一网格": "第一网格"}


def test_two_grids_of_one_name_are_refused_because_orders_could_not_tell_them_apart(
    root: Path, grid: Callable[..., Path]
) -> None:
    grid("a", "第一网格")
    grid("b", "第一网格")
    with pytest.raises(ContentError, match=r"grids/b\.yaml:1:1: a\.yaml 也叫“第一网格”") as caught:
        built(root)
    assert len(caught.value.problems) == 1


def test_the_teams_page_shows_the_teams_that_there_are_and_no_empty_cell(root: Path) -> None:
    page = built(root)["teams/index.html"]
    comb = page.partition('<ul class="comb"')[2].partition("</ul>")[0]
    assert comb.count("<li") == 2
    assert "登记" not in page.partition("<main")[2].partition("</main>")[0]
