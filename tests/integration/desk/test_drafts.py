"""What staff see of a site before the public does."""

from pathlib import Path

import pytest
from PIL import Image

from functions.app import App
from generator.build.incremental import Builder
from generator.serve.drafts import LocalDrafts
from generator.serve.reload import Shown
from tests.support.client import Client
from tests.support.orders import Desk
from tests.support.site import tree

pytestmark = pytest.mark.slow

DRAFT = """title: 重阳节的"饭" & 戏
draft: true
date: 2026-10-18
tags: [敬老]
cover: photos/feast.jpg
body: |
  看图：![桌子](photos/table.png)
"""
NAME = "news/chongyang"
PAGE = f"/desk/drafts/page/?of={NAME}"


@pytest.fixture
def builder(root: Path) -> Builder:
    photos = root / "static/photos"
    photos.mkdir()
    Image.new("RGB", (900, 600), "red").save(photos / "feast.jpg")
    Image.new("RGBA", (300, 200), "blue").save(photos / "table.png")
    (root / f"content/{NAME}.yaml").write_text(DRAFT)
    (root / "content/fairs/spring.yaml").write_text(
        "title: 春风招聘会\npublish_on: 2199-02-01\ndate: 2199-02-08\nplace: 广场\n"
    )
    builder = Builder(root, root / "public")
    builder.build()
    return builder


@pytest.fixture
def desk(app: App, builder: Builder) -> Desk:
    app.drafts = LocalDrafts(builder, Shown())
    return Desk(Client(app))


def test_drafts_and_planned_items_are_listed_with_their_day(desk: Desk) -> None:
    rows = [each.text(separator=" ") for each in desk.get("/desk/drafts/").page.css("tbody tr")]
    assert len(rows) == 2
    assert "重阳节" in rows[0]
    assert "等您删去 draft" in rows[0]
    assert "2199年2月1日" in rows[1]
    assert '<a href="/desk/drafts/">草稿</a>' in desk.get("/desk/").body


def test_a_preview_is_the_page_that_will_be_published(desk: Desk, builder: Builder) -> None:
    before = tree(builder.out)
    shown = desk.get(PAGE)
    assert "这是预览" in shown.text
    assert tree(builder.out) == before
    file = builder.root / f"content/{NAME}.yaml"
    file.write_text(DRAFT.replace("draft: true\n", ""))
    builder.build()
    published = (builder.out / f"{NAME}/index.html").read_text()
    note = shown.page.css_first("p[role=note]")
    assert note is not None
    preview = shown.body.replace("/desk/drafts/picture/?file=", "/static/pictures/")
    assert preview.replace(f"{note.html}\n", "") == published


def test_pictures_of_a_preview_are_shown_at_the_desk_and_nowhere_else(
    desk: Desk, builder: Builder
) -> None:
    sources = [each.attributes["src"] or "" for each in desk.get(PAGE).page.css("img")]
    assert len(sources) == 2
    for source in sources:
        answer = desk.get(source)
        assert answer.status == 200
        assert answer.headers["content-type"] in ("image/jpeg", "image/png")
        file = source.partition("=")[2]
        assert answer.raw == (builder.root / ".wudan/pictures" / file).read_bytes()
        assert file not in "".join(tree(builder.out))
        assert desk.client.get(source).status == 403
    for odd in ("", "index", "../cache.db", "%2e%2e/cache.db", "none-800.jpg"):
        assert desk.get(f"/desk/drafts/picture/?file={odd}").status == 404


def test_nobody_sees_a_draft_without_signing_in(desk: Desk) -> None:
    for path in ("/desk/drafts/", PAGE):
        answer = desk.client.get(path)
        assert (answer.status, "重阳节" in answer.body) == (403, False)


@pytest.mark.parametrize(
    "name", ["", "news", "news/", "news/none", "forms/wish", "none/x", "../site", "news/../x"]
)
def test_a_preview_of_what_is_not_there_is_told(desk: Desk, name: str) -> None:
    assert desk.get(f"/desk/drafts/page/?of={name}").status == 404


def test_what_is_wrong_is_told_in_place_of_the_preview(desk: Desk, builder: Builder) -> None:
    (builder.root / f"content/{NAME}.yaml").write_text("titel: 一\n")
    for path in (PAGE, "/desk/drafts/"):
        answer = desk.get(path)
        assert answer.status == 422
        assert f"content/{NAME}.yaml:1:1: 不认识“titel”。是不是“title”？" in answer.text


def test_every_page_of_the_desk_says_that_the_content_has_mistakes(
    app: App, builder: Builder
) -> None:
    shown = Shown()
    app.drafts = LocalDrafts(builder, shown)
    desk = Desk(Client(app))
    shown.now(
        ("content/news/a.yaml:1:1: 缺少必填的“title”。", "content/news/b.yaml:1:1: 文件是空的。")
    )
    link = desk.get("/desk/").page.css_first('nav a[href="/desk/drafts/"]')
    assert link is not None
    assert link.text() == "草稿 2"
    assert "news/b.yaml:1:1: 文件是空的。" in desk.get("/desk/drafts/").text
    shown.now(())
    assert "草稿 2" not in desk.get("/desk/").body


def test_where_no_site_is_built_there_is_no_list_of_drafts(client: Client) -> None:
    desk = Desk(client)
    assert "/desk/drafts/" not in desk.get("/desk/").body
    answer = desk.get("/desk/drafts/")
    assert answer.status == 404
    assert "草稿不在这里" in answer.text
