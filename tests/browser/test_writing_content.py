"""A clerk writes content in a real browser against the real program, with JavaScript and without,
counted.

    python -m pytest -s tests/browser/test_writing_content.py

prints the clicks of each task for ``bench/RESULTS.md``.
"""

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.request import urlopen

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.support.own_password import chosen
from tests.support.program import Server, run

pytestmark = pytest.mark.slow
SHOTS = os.environ.get("WUDAN_SHOTS", "")
"""A folder for pictures of the pages, for whoever looks at them."""


def photo(colour: str) -> bytes:
    data, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (4000, 3000), colour).save(data, "JPEG", exif=exif)
    return data.getvalue()


PHOTOS: list[FilePayload] = [
    {"name": f"IMG_{n}.jpg", "mimeType": "image/jpeg", "buffer": photo(colour)}
    for n, colour in enumerate(("orange", "teal", "brown"))
]


class Writer:
    """A clerk at a page, whose clicks are counted; to choose files is one, too."""

    def __init__(self, page: Page, address: str):
        self.page, self.address, self.clicks = page, address, 0

    def press(self, text: str) -> None:
        self.clicks += 1
        self.page.get_by_role("button", name=text, exact=True).first.click()

    def follow(self, text: str) -> None:
        self.clicks += 1
        self.page.get_by_role("link", name=text, exact=True).first.click()

    def write(self, name: str, text: str) -> None:
        self.clicks += 1
        self.page.locator(f'[name="{name}"]').fill(text)

    def choose(self, name: str, files: list[FilePayload]) -> None:
        self.clicks += 1
        self.page.locator(f'[name="{name}"]').set_input_files(files)

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)
        self.shot(text)

    def shot(self, name: str) -> None:
        if SHOTS:
            for width in (390, 1366):
                self.page.set_viewport_size({"width": width, "height": 768})
                file = Path(SHOTS) / f"{name}-{width}.png"
                self.page.screenshot(path=file, full_page=True)


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def writer(
    request: pytest.FixtureRequest, chromium: Browser, root: Path, tmp_path: Path, server: Server
) -> Iterator[Writer]:
    data = ("--root", str(root), "--data", str(tmp_path / "data"))
    added = run("staff", *data, "add", "王芳")
    password = chosen(server.address, "王芳", added.strip().rpartition("：")[2])
    context = chromium.new_context(java_script_enabled=request.param)
    page = context.new_page()
    page.goto(f"{server.address}/desk/sign-in/")
    page.fill("[name=name]", "王芳")
    page.fill("[name=password]", password)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_be_visible()
    yield Writer(page, server.address)
    context.close()


def site(writer: Writer, path: str) -> str:
    with urlopen(f"{writer.address}{path}") as answer:
        return str(answer.read().decode())


def news_with_three_photos(writer: Writer) -> None:
    writer.follow("网站内容")
    writer.shot("list")
    writer.follow("写新的新闻")
    writer.write("title", "重阳节，邻里一起包饺子")
    writer.write("body", "重阳节这天，居民和志愿者在大厅包饺子。")
    writer.choose("photos:files", PHOTOS)
    writer.press("放进来")
    thumbs = writer.page.locator("img.thumb")
    expect(thumbs).to_have_count(3)
    for n in range(3):
        thumbs.nth(n).evaluate("image => image.decode()")
    writer.shot("photos")
    for n in range(3):
        writer.write(f"photos.{n}.caption", f"包饺子的第 {n + 1} 张")
    writer.press("发布")
    writer.sees("发布好了")
    html = site(writer, "/news/chong-yang-jie-lin-li-yi-qi-bao-jiao-zi/")
    assert html.count("包饺子的第") >= 3


def typo(writer: Writer) -> None:
    writer.follow("网站内容")
    writer.follow("重阳节，邻里一起包饺子")
    writer.write("title", "")
    writer.press("发布")
    writer.sees("缺少必填的“title”")
    writer.write("title", "重阳节，街坊一起包饺子")
    writer.press("发布")
    writer.sees("发布好了")
    assert "街坊一起" in site(writer, "/news/")


def down_and_up(writer: Writer) -> None:
    writer.follow("从前的版本，撤下，恢复")
    writer.shot("versions")
    writer.press("从网站上撤下")
    writer.press("撤下")
    writer.sees("撤下了")
    assert "街坊一起" not in site(writer, "/news/")
    writer.follow("从前的版本，撤下，恢复")
    writer.press("重新放上网站")
    writer.press("放上")
    writer.sees("放上了")
    assert "街坊一起" in site(writer, "/news/")


def new_service(writer: Writer) -> None:
    writer.follow("网站内容")
    writer.follow("服务")
    writer.follow("写新的服务")
    writer.write("name", "修雨伞")
    writer.write("category", "便民")
    writer.press("存下，看看样子")
    expect(writer.page.locator("main")).to_contain_text("修雨伞")
    assert "修雨伞" not in site(writer, "/menu/")
    writer.page.go_back()
    writer.follow("网站内容")
    writer.follow("修雨伞")
    writer.press("发布")
    writer.sees("发布好了")
    assert "修雨伞" in site(writer, "/menu/")


MOST = {news_with_three_photos: 12, typo: 6, down_and_up: 6, new_service: 9}
"""Clicks, each field that is filled in being one."""


def test_a_clerk_writes_news_corrects_takes_down_and_adds_a_service(
    writer: Writer, request: pytest.FixtureRequest
) -> None:
    counts = {}
    for task, most in MOST.items():
        writer.clicks = 0
        task(writer)
        counts[task.__name__] = writer.clicks
        assert writer.clicks <= most
    sys.stdout.write(f"\n{request.node.name}: {counts}\n")
