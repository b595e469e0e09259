"""Kinds of content: one that is registered is built, and an edit of any kind reaches the site."""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from generator.build import incremental
from generator.commands import scaffold, site
from generator.content.kinds import KINDS, Kind
from generator.content.models import Entry
from generator.content.reading.codec import Text
from generator.errors import ContentError
from generator.files.output import Report
from generator.site import plan
from generator.site.plan import PLANNERS
from generator.site.sections.page import Page, item_page
from tests.support.site import MADE, handed_over, tree

pytestmark = pytest.mark.slow


NOW = datetime(2026, 11, 26, tzinfo=UTC)


def built(root: Path) -> Report:
    return incremental.build(root, root / "public")


def check_against_a_clean_build(root: Path) -> None:
    anew = shutil.copytree(root, root.parent / "anew", ignore=MADE)
    incremental.build(anew, anew / "public")
    assert tree(root / "public") == tree(anew / "public")
    assert handed_over(root) == handed_over(anew)


def edit(file: Path) -> None:
    """Give the item in a file another title or name."""
    text = file.read_text()
    edited = re.sub(r"^(title|name): (.*)", r"\1: 新的\2", text, count=1, flags=re.MULTILINE)
    assert edited != text
    file.write_text(edited)


def test_an_edit_of_any_kind_reaches_the_site(root: Path) -> None:
    total = built(root).written
    for folder in KINDS:
        edit(sorted((root / "content" / folder).iterdir())[-1])
        assert 0 < built(root).written < total, folder
    check_against_a_clean_build(root)


class Quiz(Entry, frozen=True):
    title: Text


def quizzes(quizzes: Sequence[Quiz]) -> Iterator[Page]:
    for quiz in quizzes:
        yield item_page(quiz, {})


def test_a_new_kind_is_a_model_a_planner_and_templates(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the recipe in CONTRIBUTING.md says."""
    monkeypatch.setitem(KINDS, "quizzes", Kind(Quiz, "/quizzes/", "quiz.html", "quiz"))
    monkeypatch.setitem(PLANNERS, "quizzes", quizzes)
    page = root / "public/quizzes/yi/index.html"
    for name, text in (("quiz.html", "{{ item.title }}"), ("new/quiz.yaml", "title: {{ title }}")):
        template = root / "templates" / name
        template.parent.mkdir()
        template.write_text(text)
    file = scaffold.new(root, "quiz", "一", NOW)
    total = built(root).written
    assert page.read_text() == "一"
    assert "/quizzes/yi/" in (root / "public/sitemap.xml").read_text()
    edit(file)
    # Its own page; the map of the site was looked at, and is the same.
    assert built(root) == Report(written=1, skipped=total - 1, removed=0)
    assert page.read_text() == "新的一"
    check_against_a_clean_build(root)
    file.unlink()
    # Its page went, and the map of the site is written again.
    assert built(root) == Report(written=1, skipped=total - 2, removed=1)


def test_a_kind_without_a_planner_does_not_start() -> None:
    plan.check(KINDS)
    with pytest.raises(TypeError, match="quizzes"):
        plan.check([*KINDS, "quizzes"])


def test_the_map_of_the_site_leads_to_no_page_that_is_not_there(root: Path) -> None:
    built(root)
    text = (root / "public/sitemap.xml").read_text()
    places = re.findall(r"<loc>https?://[^/]+/(.*)</loc>", text)
    files = {place: root / "public" / unquote(place) / "index.html" for place in places}
    assert len(files) > 10
    assert [place for place, file in files.items() if not file.exists()] == []


def test_the_command_new_knows_every_kind_that_has_a_skeleton() -> None:
    told = CliRunner().invoke(site.new, ["--help"]).output
    assert "|".join(kind.skeleton for kind in KINDS.values() if kind.skeleton) in told


PHOTO = "static/photos/new.svg"


def show(root: Path) -> None:
    """Have a news item show the photo."""
    with (root / "content/news/winter.yaml").open("a") as file:
        file.write("cover: photos/new.svg\n")


def draw(root: Path, number: int) -> None:
    """Put a drawing in the place of the photo."""
    (root / PHOTO).parent.mkdir(exist_ok=True)
    (root / PHOTO).write_text(f"<svg><!-- {number} --></svg>")


def test_a_new_photo_is_written_with_the_pages_that_show_it(root: Path) -> None:
    total = built(root).written
    bundle = (incremental.bundle_folder(root) / "bundle.json").stat()
    draw(root, 1)
    assert built(root) == Report(written=0, skipped=total, removed=0), "nothing shows it"
    show(root)
    # The picture, the page of the item, and the feed.
    assert built(root) == Report(written=3, skipped=total - 2, removed=0)
    draw(root, 2)
    assert built(root) == Report(written=3, skipped=total - 2, removed=1)
    assert (incremental.bundle_folder(root) / "bundle.json").stat() == bundle
    check_against_a_clean_build(root)


def test_a_photo_that_goes_is_missed_by_the_item_that_shows_it(root: Path) -> None:
    draw(root, 1)
    show(root)
    built(root)
    (root / PHOTO).unlink()
    for _ in range(2):
        with pytest.raises(ContentError, match=r"winter\.yaml:\d+:8: .*photos/new\.svg"):
            incremental.build(root, root / "public")
    draw(root, 1)
    built(root)
    check_against_a_clean_build(root)


def test_a_file_that_a_template_names_is_part_of_every_page(root: Path) -> None:
    built(root)
    template = root / "templates/404.html"
    template.parent.mkdir()
    template.write_text("{% set logo = 'photos/new.svg' %}{{ assets.get(logo, 'none') }}")
    total = built(root).written
    draw(root, 1)
    assert built(root).written > total // 2
    assert (root / "public/404.html").read_text() == "/static/photos/new.svg"
