"""Fifty photos as phones take them, in the news: one build of them, looked at from all sides."""

import io
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import exifread
import pytest
from playwright.sync_api import Browser, Response, expect

from bench.runs import together
from generator.build import incremental
from generator.files import pictures, shown_files
from tests.browser.conftest import serving
from tests.support import phone_photos
from tests.support.servers import PRODUCT
from tests.support.site import MADE, SITE, tree

pytestmark = pytest.mark.slow

PHOTOS, ON_ONE_PAGE = 50, 30
EIGHT_MEGABYTES = 8_000_000
LIGHT = 1_500_000
"""Bytes that a page may load before anybody scrolls."""
MOST_MEMORY = 1024
"""MiB that all processes of a build may take together."""


class Album(NamedTuple):
    """A site with such photos, and the most memory that its build took, in MiB."""

    root: Path
    memory: float


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    root = shutil.copytree(SITE, tmp_path_factory.mktemp("album") / "root", ignore=MADE)
    names = [*phone_photos.write(root / "static/photos", PHOTOS)]
    head, news = "title: 合影\ndate: 2026-01-05\nbody: |\n  看图。\n", root / "content/news"
    photos = [f"  - src: photos/{name}\n    caption: 合影\n" for name in names[:ON_ONE_PAGE]]
    (news / "album.yaml").write_text(f"{head}photos:\n{''.join(photos)}")
    inside = [f"  ![合影](/static/photos/{name})\n" for name in names[ON_ONE_PAGE:]]
    (news / "more.yaml").write_text(f"{head}\n{''.join(inside)}")
    memory = together([sys.executable, PRODUCT / "build.py", "build", "--root", root], PRODUCT)
    return Album(root, memory)


def test_fifty_photos_of_phones_are_made_within_a_gibibyte(album: Album) -> None:
    taken = [*(album.root / "static/photos").iterdir()]
    assert len(taken) == PHOTOS
    assert min(path.stat().st_size for path in taken) >= EIGHT_MEGABYTES
    versions = [*(album.root / "public/static/pictures").glob("*.webp")]
    assert len(versions) == PHOTOS * len(pictures.WIDTHS)
    assert album.memory < MOST_MEMORY


def test_neither_place_nor_phone_nor_time_is_in_a_published_file(album: Album) -> None:
    original = (album.root / "static/photos/IMG_0001.jpg").read_bytes()
    assert [each for each in phone_photos.TELLING if each not in original] == []
    assert exifread.process_file(io.BytesIO(original))["GPS GPSLatitude"]
    published = tree(album.root / "public")
    assert [
        (name, each)
        for name, data in published.items()
        for each in phone_photos.TELLING
        if each in data
    ] == []
    made = [data for name, data in published.items() if name.endswith((".webp", ".jpg"))]
    assert len(made) == PHOTOS * 4
    assert [exifread.process_file(io.BytesIO(data)) for data in made] == [{}] * len(made)


def test_a_page_of_thirty_photos_is_light_until_somebody_scrolls(
    album: Album, chromium: Browser
) -> None:
    phone = {"width": 390, "height": 844}
    context = chromium.new_context(viewport=phone, device_scale_factor=3, is_mobile=True)  # type: ignore[arg-type]
    page, loaded = context.new_page(), list[Response]()
    page.on("response", lambda response: loaded.append(response))
    with serving(album.root / "public") as address:
        page.goto(f"{address}/news/album/", wait_until="networkidle")
        weight = sum(len(each.body()) for each in loaded)
        photos = [each for each in loaded if pictures.ADDRESS in each.url]
        last = page.locator("figure img").last
        last.scroll_into_view_if_needed()
        expect(last).to_have_js_property("complete", True)
    context.close()
    assert photos, "the first ones are there when somebody comes to them"
    assert weight < LIGHT


def test_what_was_made_of_photos_is_made_once(album: Album) -> None:
    def made() -> dict[str, int]:
        folder = album.root / shown_files.FOLDER
        return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.*")}

    first = made()
    report = incremental.build(album.root, album.root / "public")
    assert (report.written, report.removed) == (0, 0)
    incremental.build(album.root, album.root / "elsewhere", clean=True)
    assert made() == first
    assert tree(album.root / "elsewhere") == tree(album.root / "public")
