"""A build: what it writes, what it leaves alone, and the law of incremental builds."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.build import incremental
from generator.errors import ContentError, WudanError
from generator.files import parallel
from generator.files.output import Report
from tests.support.depth import tried
from tests.support.site import NEWS, edit, tree


def built(root: Path) -> Report:
    return incremental.build(root, root / "public")


@pytest.fixture
def standing(built: Path) -> Path:
    """The small site, after a first build."""
    return built


def test_a_second_build_writes_nothing(root: Path) -> None:
    first = built(root)
    before = tree(root / "public")
    assert built(root) == Report(written=0, skipped=first.written, removed=0)
    assert tree(root / "public") == before


def test_broken_content_writes_nothing_at_all(root: Path) -> None:
    (root / NEWS).write_text("title: x\n")
    with pytest.raises(ContentError):
        built(root)
    assert not (root / "public").exists()
    assert not incremental.bundle_folder(root).exists()


def test_a_mistake_leaves_the_old_site_whole(standing: Path) -> None:
    before = tree(standing / "public"), tree(incremental.bundle_folder(standing))
    (standing / NEWS).write_text("title: x\n")
    with pytest.raises(ContentError):
        built(standing)
    assert (tree(standing / "public"), tree(incremental.bundle_folder(standing))) == before


def add(file: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)

    return change


def remove(file: str) -> Callable[[Path], None]:
    return lambda root: (root / file).unlink()


def rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / old).rename(root / new)


def swap(old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        shutil.rmtree(root / old) if (root / old).is_dir() else (root / old).unlink()
        add(new, "?")(root)

    return change


def forget(how: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for path in (root / incremental.MADE).glob("cache.db*"):
            how(path)

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "a body": edit(NEWS, "大家来了", "大家都来了"),
    "a title": edit(NEWS, "春天的服务日", "春日"),
    "a tag": edit(NEWS, "春天]", "花]"),
    "a date": edit(NEWS, "date: 2026-03-15", "date: 2025-03-15"),
    "the settings": edit("site.yaml", "试验社区", "新社区"),
    "a new item": add("content/news/new.yaml", "title: 新\ndate: 2026-05-01\nbody: 新的\n"),
    "a new team": add("content/teams/cooks.yaml", "name: 厨师队\n"),
    "a removed item": remove("content/news/winter.yaml"),
    "a removed folder": remove("content/partners/clinic.yaml"),
    "a renamed item": rename(NEWS, "content/news/chun.yaml"),
    "a service that ended": edit("content/menu/haircut.yaml", "name:", "ended: 2026-11-30\nname:"),
    "a team that ended": edit("content/teams/menders.yaml", "name:", "ended: 2026-11-30\nname:"),
    "news that ended": edit(NEWS, "title:", "ended: 2026-11-30\ntitle:"),
    "an old name": edit("content/menu/haircut.yaml", "name:", "renamed_from: old\nname:"),
    "a form": edit("content/forms/wish.yaml", "想要什么", "您想要什么"),
    "a static file": add("static/new/more.txt", "more"),
    "a changed static file": add("static/photo.svg", "<svg/>"),
    "a stylesheet of their own": add("static/style.css", "body{}"),
    "a template of their own": add("templates/404.html", "<!doctype html><title>404</title>"),
    "a page cut short": add("public/index.html", "<!doct"),
    "a page removed by hand": remove("public/news/index.html"),
    "a page that became a folder": swap("public/robots.txt", "public/robots.txt/x"),
    "a folder that became a page": swap("public/news", "public/news"),
    "a lost memory": forget(Path.unlink),
    "a torn memory": forget(lambda path: path.write_bytes(path.read_bytes()[:5000])),
    "no memory at all": forget(lambda path: path.write_bytes(b"{")),
    "a lost bundle": lambda root: shutil.rmtree(incremental.bundle_folder(root)),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", CHANGES)
def test_building_on_gives_what_building_anew_gives(
    standing: Path, tmp_path: Path, what: str
) -> None:
    CHANGES[what](standing)
    built(standing)
    anew = shutil.copytree(
        standing, tmp_path / "anew", ignore=shutil.ignore_patterns("public", ".wudan")
    )
    incremental.build(anew, anew / "public")
    assert tree(standing / "public") == tree(anew / "public")
    assert tree(incremental.bundle_folder(standing)) == tree(incremental.bundle_folder(anew))


@pytest.mark.slow
def test_only_what_reads_a_body_is_written_again(root: Path) -> None:
    total = built(root).written
    edit(NEWS, "大家来了", "大家都来了")(root)
    report = built(root)
    # The item, the home page, the list, two tags and the feed.
    assert report.written == 6
    assert report.skipped == total - 6


def test_a_removed_item_takes_its_page_along(standing: Path) -> None:
    (standing / "content/news/winter.yaml").unlink()
    assert built(standing).removed == 1
    assert not (standing / "public/news/winter").exists()


def test_a_folder_of_others_is_never_touched(root: Path) -> None:
    mine = root / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(WudanError, match="mine"):
        incremental.build(root, mine)
    assert tree(mine) == {"letter.txt": b"dear"}


@pytest.mark.slow
def test_clean_writes_everything_anew(root: Path) -> None:
    first = built(root)
    add("public/stray/index.html", "?")(root)
    again = incremental.build(root, root / "public", clean=True)
    assert again == Report(written=first.written, skipped=0, removed=1)


def test_two_pages_at_one_address_are_told(root: Path) -> None:
    (root / "content/pages/news.yaml").write_text("title: 新闻\nbody: 新闻\n")
    with pytest.raises(
        ContentError, match=r"content/pages/news\.yaml:1:1: 网址 /news/ 已经被 网站本身 用了"
    ):
        built(root)


@pytest.mark.slow
def test_lists_have_twenty_to_a_page(root: Path) -> None:
    for n in range(43):
        text = f"title: 新闻{n}\ndate: 2026-01-01\ntags: [多]\nbody: 正文\n"
        (root / f"content/news/n{n}.yaml").write_text(text)
    built(root)
    pages = sorted(p.parent.name for p in (root / "public/news/page").rglob("index.html"))
    assert pages == ["2", "3"]
    assert (root / "public/tags/多/page/3/index.html").exists()
    assert not (root / "public/news/page/1").exists()


@pytest.mark.slow
def test_a_mistake_in_a_template_is_told_with_its_place(root: Path) -> None:
    add("templates/404.html", "<p>\n{{ nobody }}\n")(root)
    with pytest.raises(WudanError, match=r"404\.html.*2"):
        built(root)


@pytest.mark.slow
def test_the_wording_of_a_form_has_a_version_that_changes_with_its_words(root: Path) -> None:
    from functions.context.bundle import Latest

    def versions() -> dict[str, str]:
        built(root)
        forms = Latest(incremental.bundle_folder(root)).bundle().forms
        return {name: form["version"] for name, form in forms.items()}

    before = versions()
    edit("content/forms/wish.yaml", "purpose: 办理", "purpose: 办理和回访")(root)
    after = versions()
    assert {name for name in before if before[name] != after[name]} == {"wish"}


ON_ALL = """
import multiprocessing
import sys
from pathlib import Path
from generator.build import incremental
from generator.files import parallel
forked = []
parallel.MANY, get_context = 1, multiprocessing.get_context
multiprocessing.get_context = lambda how: forked.append(how) or get_context(how)
root = Path(sys.argv[1])
incremental.build(root, root / "public")
print(forked)
"""


@pytest.mark.slow
def test_many_processes_write_what_one_does(root: Path, tmp_path: Path) -> None:
    anew = shutil.copytree(root, tmp_path / "anew")
    built(root)
    if len(os.sched_getaffinity(0)) == 1:
        pytest.skip("needs two processors")
    ran = subprocess.run(
        [sys.executable, "-c", ON_ALL, str(anew)], capture_output=True, text=True, check=True
    )
    assert "fork" in ran.stdout
    assert tree(root / "public") == tree(anew / "public")


@pytest.mark.slow
def test_a_large_site_is_checked_without_a_memory(root: Path) -> None:
    before = incremental.check(root).pages
    for n in range(parallel.MANY + 1):
        (root / f"content/partners/p{n}.yaml").write_text("name: 单位\nbody: 正文\n")
    command = "import sys; from pathlib import Path; from generator.build import incremental"
    command += "; print(incremental.check(Path(sys.argv[1])).pages)"
    ran = subprocess.run(
        [sys.executable, "-c", command, str(root)], capture_output=True, text=True, check=True
    )
    assert int(ran.stdout) > before + parallel.MANY


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(tried(4, 12)))
def test_a_damaged_memory_costs_time_and_changes_nothing(
    standing: Path, tmp_path: Path, seed: int
) -> None:
    before = tree(standing / "public")
    file = standing / incremental.MADE / "cache.db"
    damaged, chance = bytearray(file.read_bytes()), random.Random(seed)
    for _ in range(30):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    file.write_bytes(damaged)
    add("templates/robots.txt", "User-agent: *\n")(standing)  # So that every page is drawn again.
    built(standing)
    after = tree(standing / "public")
    assert {name for name in after if after[name] != before.get(name)} == {"robots.txt"}
    assert after.keys() == before.keys()
