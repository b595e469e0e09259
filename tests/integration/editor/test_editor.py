"""Staff write content at the desk: drafts, checks, publishing, versions, two people at once."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from functions import asgi
from functions.app import App
from functions.people import accounts
from functions.web import http
from generator.build.incremental import Builder
from generator.editor.contents import Contents, FileName
from generator.editor.versions import VersionKind, Versions
from tests.support.community import Clock
from tests.support.editing import ITEM, VERSIONS, EditingClient, EditingDesk, contents
from tests.support.orders import PASSWORD
from tests.support.site import tree

pytestmark = pytest.mark.slow

SPRING = "news/spring"
OF_SPRING = f"{ITEM}?of={SPRING}"


@pytest.fixture
def builder(built: Path) -> Builder:
    builder = Builder(built, built / "public")
    builder.build()
    return builder


@pytest.fixture
def edited(builder: Builder, app: App) -> Contents:
    return contents(builder, app)


@pytest.fixture
def desk(app: App, edited: Contents) -> EditingDesk:
    return EditingDesk(EditingClient(app, edited))


def test_a_typo_is_corrected_and_nothing_else(desk: EditingDesk, builder: Builder) -> None:
    file = builder.root / f"content/{SPRING}.yaml"
    before = file.read_text().splitlines()
    answer = desk.written(SPRING, "publish", title="改好了的标题")
    assert answer.location == f"{OF_SPRING}&done=published"
    after = file.read_text().splitlines()
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [
        "title: 改好了的标题"
    ]
    assert "改好了的标题" in (builder.out / SPRING / "index.html").read_text()
    assert "发布好了" in desk.get(answer.location).text


def test_an_edit_waits_outside_the_content_until_it_is_published(
    desk: EditingDesk, builder: Builder, edited: Contents
) -> None:
    file = builder.root / f"content/{SPRING}.yaml"
    before = file.read_bytes()
    assert desk.written(SPRING, "save", title="还没想好").location.endswith("&done=saved")
    assert file.read_bytes() == before
    builder.build()
    assert "还没想好" not in (builder.out / SPRING / "index.html").read_text()
    page = desk.get(OF_SPRING)
    assert page.form(ITEM)["title"] == ["还没想好"]
    assert "还没有发布" in page.text
    assert "有没发布的修改" in desk.get("/desk/site/?kind=news").text
    shown = desk.written(SPRING, "preview")
    assert shown.location == f"/desk/site/preview/?of={SPRING}"
    assert "还没想好" in desk.get(shown.location).body
    assert desk.client.get(shown.location).status == 403
    assert desk.written(SPRING, "publish").location
    assert "还没想好" in (builder.out / SPRING / "index.html").read_text()
    assert edited.standing(FileName(*SPRING.split("/"))).edit is None


def test_what_check_refuses_is_handed_back_with_its_sentence_at_the_field(
    desk: EditingDesk, builder: Builder
) -> None:
    file = builder.root / f"content/{SPRING}.yaml"
    before = file.read_bytes()
    for do in ("save", "publish"):
        answer = desk.written(
            SPRING, do, title="", date="四月五日", tags="a/b", body="见<b>粗", author="  某人 "
        )
        assert answer.status == 422
        assert "缺少必填的“title”" in answer.errors["title"]
        assert "请写成 2026-04-05 的样子" in answer.errors["date"]
        assert "标签“a/b”不能用作网址" in answer.errors["tags"]
        form = answer.form(ITEM)
        assert (form["date"], form["author"], form["body"]) == (["四月五日"], ["某人"], ["见<b>粗"])
    answer = desk.written(SPRING, "publish", body="<b>粗")
    assert answer.status == 422
    assert answer.errors["body"]
    assert file.read_bytes() == before


def test_a_new_item_is_named_by_its_title_unless_somebody_names_it(
    desk: EditingDesk, builder: Builder
) -> None:
    of = f"{ITEM}?of=menu/"
    typed = {"name": "磨刀", "category": "便民"}
    answer = desk.written("menu", "publish", new=True, **typed)
    assert answer.location == f"{of}mo-dao&done=published"
    assert (builder.root / "content/menu/mo-dao.yaml").read_text() == (
        "# yaml-language-server: $schema=../../schemas/menu.schema.json\n"
        "name: 磨刀\ncategory: 便民\n"
    )
    assert "磨刀" in (builder.out / "menu/mo-dao/index.html").read_text()
    twice = desk.written("menu", "publish", new=True, **typed)
    assert twice.location == f"{of}mo-dao&done=saved", "the same form, sent twice"
    other = desk.written("menu", "save", new=True, name="磨刀", category="别的")
    assert other.location == f"{of}mo-dao-2&done=saved"
    assert "磨刀" in desk.get("/desk/site/?state=new").text
    named = desk.written("menu", "save", new=True, slug="knives", name="磨剪刀", category="便民")
    assert named.location == f"{of}knives&done=saved"
    for odd in ("../x", "A b", "..", "x/y", "."):
        answer = desk.written("menu", "save", new=True, slug=odd, name="逃", category="便民")
        assert answer.status == 422, odd
        assert "不能用作网址" in answer.text
    assert {path.name for path in (builder.root / "content/menu").iterdir()} == {
        *("haircut.yaml", "mending.yaml", "mo-dao.yaml")
    }


def test_the_second_of_two_sees_what_the_first_did_and_loses_nothing(
    app: App, desk: EditingDesk, edited: Contents, builder: Builder
) -> None:
    other = EditingDesk(EditingClient(app, edited), "李强")
    mine, theirs = desk.get(OF_SPRING), other.get(OF_SPRING)
    assert other.sent(theirs, "publish", author="李强写的", title="李强的标题").location
    answer = desk.sent(mine, "publish", title="王芳的标题")
    assert answer.status == 409
    assert "李强也改了这一页" in answer.text
    assert "李强的标题" in answer.text.replace(" ", "")
    form = answer.form(ITEM)
    assert (form["title"], form["author"]) == (["王芳的标题"], ["李强写的"])
    assert desk.sent(answer, "publish").location
    text = (builder.root / f"content/{SPRING}.yaml").read_text()
    assert "王芳的标题" in text
    assert "李强写的" in text
    assert "李强写的" in desk.get(f"{VERSIONS}?of={SPRING}").text


def test_a_file_that_was_edited_by_hand_meanwhile_is_not_overwritten(
    desk: EditingDesk, builder: Builder
) -> None:
    page = desk.get(OF_SPRING)
    file = builder.root / f"content/{SPRING}.yaml"
    file.write_text(file.read_text() + "community: 手写的\n")
    answer = desk.sent(page, "publish", title="王芳的标题")
    assert answer.status == 409
    assert "手写的" in answer.text
    assert desk.sent(answer, "publish").location
    assert "手写的" in file.read_text()
    assert "直接在文件里改的" in desk.get(f"{VERSIONS}?of={SPRING}").text


def test_an_item_is_taken_down_and_brought_back_and_an_old_version_restored(
    desk: EditingDesk, builder: Builder
) -> None:
    file, page = builder.root / f"content/{SPRING}.yaml", builder.out / SPRING / "index.html"
    first = file.read_text()
    assert desk.written(SPRING, "publish", title="第二版").location

    def act(do: str, **more: str) -> None:
        shown = desk.get(f"{VERSIONS}?of={SPRING}")
        form = shown.form(VERSIONS, do) | more | {"do": do}
        assert "？" in desk.asked(VERSIONS, form).text, "it asks"
        assert desk.post(VERSIONS, form).location.endswith(f"&done={do}")

    act("down")
    assert not page.exists()
    assert "草稿" in desk.get("/desk/site/?kind=news&state=draft").text
    act("up")
    assert "第二版" in page.read_text()
    assert "draft" not in file.read_text()
    versions = desk.get(f"{VERSIONS}?of={SPRING}")
    oldest = versions.page.css('[name="no"]')[-1].attributes["value"] or ""
    act("restore", no=oldest)
    assert file.read_text() == first
    late = versions.form(VERSIONS, "down") | {"do": "down"}
    assert desk.post(VERSIONS, late).status == 409
    assert page.exists()


def test_settings_are_for_administrators_and_the_calendar_for_everybody(
    app: App, desk: EditingDesk, edited: Contents, builder: Builder
) -> None:
    assert desk.get(f"{ITEM}?of=site").status == 403
    assert desk.asked(ITEM, {"of": "site", "do": "publish"}).status == 403
    assert desk.asked(VERSIONS, {"of": "site", "do": "down", "sure": "yes"}).status == 403
    assert desk.written("calendar", "publish", holidays="2026-10-01\r\n2026-10-02").location
    head = EditingDesk(EditingClient(app, edited), "李主任", accounts.ADMINISTRATOR)
    assert head.written("site", "publish", hours="每天 9 点到 17 点").location
    assert "每天 9 点到 17 点" in (builder.out / "index.html").read_text()


@pytest.mark.parametrize(
    "of", ["", "news", "news/", "news/none", "none/x", "../site", "news/../../x", "news/Spring"]
)
def test_what_is_not_there_is_told(desk: EditingDesk, of: str) -> None:
    for path in (ITEM, "/desk/site/preview/", VERSIONS, "/desk/site/photo/"):
        assert desk.get(f"{path}?of={of}").status == 404, path


def test_what_was_done_stands_in_the_audit(desk: EditingDesk, app: App) -> None:
    assert desk.written(SPRING, "save", title="一").location
    assert desk.written(SPRING, "publish", title="二").location
    found = [(each.data["what"], each.data.get("file")) for each in app.audit.find()]
    assert {
        ("content_published", f"content/{SPRING}.yaml"),
        ("content_saved", f"content/{SPRING}.yaml"),
    } <= {*found}


def test_a_file_with_mistakes_is_told_and_can_be_put_back(
    desk: EditingDesk, builder: Builder
) -> None:
    file = builder.root / f"content/{SPRING}.yaml"
    first = file.read_text()
    assert desk.get(OF_SPRING).status == 200
    file.write_text("title: a: b\n")
    answer = desk.get(OF_SPRING)
    assert answer.status == 422
    assert "这里的冒号让一行有了两个意思" in answer.text
    assert "有错" in desk.get("/desk/site/?kind=news&state=wrong").text
    shown = desk.get(f"{VERSIONS}?of={SPRING}")
    form = shown.form(VERSIONS, "restore") | {"do": "restore"}
    assert desk.post(VERSIONS, form).location
    assert file.read_text() == first


def test_mistakes_elsewhere_keep_from_publishing_and_not_from_saving(
    desk: EditingDesk, builder: Builder
) -> None:
    (builder.root / "content/news/winter.yaml").write_text("title: 一\n")
    answer = desk.written(SPRING, "publish", title="新的")
    assert answer.status == 422
    assert "content/news/winter.yaml:1:1: 缺少必填的“date”" in answer.text
    assert desk.written(SPRING, "save", title="新的").location


@pytest.mark.parametrize("after", ["saved", "replaced"])
def test_killed_while_publishing_nothing_is_lost(
    desk: EditingDesk, builder: Builder, edited: Contents, after: str
) -> None:
    """What a process leaves that ends right after it stored the version, or after it replaced the
    file: the next one goes on from there."""
    name, file = FileName(*SPRING.split("/")), builder.root / f"content/{SPRING}.yaml"
    page = builder.out / SPRING / "index.html"
    shown, standing = page.read_bytes(), edited.standing(name)
    text = file.read_text().replace("title: 春天的服务日", "title: 没说完")
    assert text != file.read_text()
    edited.save(name, text, "王芳", standing.no)
    if after == "replaced":
        file.write_text(text)
    assert page.read_bytes() == shown
    now = edited.standing(name)
    assert text in [each.text for each in now.versions]
    assert standing.text in [each.text for each in now.versions]
    kinds = [each.kind for each in now.versions]
    if after == "saved":
        assert (now.published, now.text, kinds) == (standing.text, text, ["saved", "found"])
    else:
        assert (now.published, now.edit) == (text, None)
        assert kinds == ["published", "saved", "found"]
        assert now.versions[0].who == "王芳"
    builder.build()
    assert ("没说完" in page.read_text()) == (after == "replaced")


def photo(colour: str, side: int = 1600) -> bytes:
    """A photo as a phone makes one, lying on its side and with the place where it was taken."""
    image, data = Image.new("RGB", (side, side // 2), colour), BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    image.save(data, "JPEG", exif=exif)
    return data.getvalue()


def test_news_with_three_photos_go_online_without_what_the_camera_wrote(
    desk: EditingDesk, builder: Builder
) -> None:
    page = desk.get(f"{ITEM}?new=news")
    assert "最多 40 MB" in page.text
    photos = [photo(each) for each in ("red", "green", "blue")]
    typed = {"title": "重阳节包饺子", "body": "大家一起包饺子。"}
    answer = desk.with_files(page, "send photos", {"photos:files": photos}, **typed)
    assert answer.status == 200
    form = answer.form(ITEM)
    names = [form[f"photos.{n}.src"][0] for n in range(3)]
    assert form["title"] == ["重阳节包饺子"]
    for name in names:
        assert (builder.root / "static" / name).is_file()
        shown = desk.get(f"/desk/site/photo/?of={name}")
        assert (shown.status, shown.headers["content-type"]) == (200, "image/webp")
    refused = desk.sent(answer, "publish")
    assert {*refused.errors} == {f"photos.{n}.caption" for n in range(3)}
    captions = {f"photos__{n}__caption": f"第 {n} 张" for n in range(3)}
    done = desk.sent(refused, "publish", **captions)
    assert done.location.endswith("chong-yang-jie-bao-jiao-zi&done=published")
    html = (builder.out / "news/chong-yang-jie-bao-jiao-zi/index.html").read_text()
    assert all(f"第 {n} 张" in html for n in range(3))
    published = [*(builder.out / "static/pictures").iterdir()]
    assert published
    assert not any(b"Exif" in each.read_bytes() for each in published)
    again = desk.with_files(
        desk.get(f"{ITEM}?new=news"), "send photos", {"photos:files": photos[:1]}, **typed
    )
    assert again.form(ITEM)["photos.0.src"] == names[:1], "the same photo, sent again"


@pytest.mark.parametrize(
    "sent", [b"GIF89a broken", b"<svg onload='x'/>", b"MZ\x90 program", b"\xff\xd8\xff"]
)
def test_what_is_no_picture_is_refused_with_the_sentence_of_check(
    desk: EditingDesk, builder: Builder, sent: bytes
) -> None:
    before = {*(builder.root / "static").rglob("*")}
    page = desk.get(f"{ITEM}?of={SPRING}")
    for field in ("photos:files", "cover:files", "../../x:files"):
        answer = desk.with_files(page, "save", {field: [sent]}, title="还在")
        assert answer.status == 422
        assert "图片“" in answer.text or "名字像图片" in answer.text
        assert answer.form(ITEM)["title"] == ["还在"]
    assert {*(builder.root / "static").rglob("*")} - {builder.root / "static/photos"} == before


def test_no_text_runs_in_the_browser_of_another_person(desk: EditingDesk) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    assert desk.written(SPRING, "save", title=evil, author=evil).location
    for address in (OF_SPRING, "/desk/site/", f"{VERSIONS}?of={SPRING}"):
        assert "<script>alert" not in desk.get(address).body
        assert "<img src=x" not in desk.get(address).body


def test_photos_are_read_only_from_who_is_signed_in(app: App, desk: EditingDesk) -> None:
    def longest(cookie: str, path: str = ITEM) -> int:
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(b"cookie", cookie.encode())],
            "client": ("192.0.2.1", 1),
        }
        return asgi.longest(scope, app)  # type: ignore[arg-type]

    assert longest(desk.cookie) == http.LONGEST_PHOTOS
    assert longest("") == longest("wudan_desk=x.y") == http.LONGEST_ENCODED
    assert longest("", http.UPLOADS) == http.LONGEST_UPLOAD


@pytest.mark.parametrize("path", [ITEM, VERSIONS])
def test_nothing_is_written_without_a_sign_in_or_its_token(
    desk: EditingDesk, builder: Builder, path: str
) -> None:
    file = builder.root / f"content/{SPRING}.yaml"
    before = file.read_bytes()
    typed = {**desk.get(OF_SPRING).form(ITEM), "do": "publish", "title": "外人", "sure": "yes"}
    assert desk.client.post(path, typed).status == 403
    forged = {**typed, "token": "x"}
    assert desk.client.post(path, forged, cookie=desk.cookie).status == 403
    foreign = {"sec-fetch-site": "cross-site", "cookie": desk.cookie}
    assert desk.client.post(path, typed, **foreign).status == 403
    assert file.read_bytes() == before


def test_what_was_typed_outlives_the_session(desk: EditingDesk, app: App, clock: Clock) -> None:
    page = desk.get(OF_SPRING)
    clock.forward(hours=11)
    answer = desk.sent(page, "publish", title="下班前写的")
    assert answer.status == 403
    entered = desk.client.post(
        "/desk/sign-in/", {**answer.form("/desk/sign-in/"), "name": "王芳", "password": PASSWORD}
    )
    assert entered.status == 200
    assert entered.form(ITEM)["title"] == ["下班前写的"]


class Watched(Versions):
    """Calls ``look``, beside, right before it is noted that a file is published."""

    look: Callable[[], Any]

    def __init__(self, folder: Path):
        super().__init__(folder)
        self.looks: list[Future[Any]] = []
        self._other = ThreadPoolExecutor(1)

    def add(self, file: str, kind: VersionKind, who: str, at: str, text: str, after: int) -> int:
        if kind == "published":
            self.looks.append(self._other.submit(self.look))
        return super().add(file, kind, who, at, text, after)


def test_a_look_while_somebody_publishes_takes_nothing_for_written_by_hand(
    app: App, builder: Builder
) -> None:
    versions = Watched(builder.root / "var")
    edited = contents(builder, app, versions)
    name = FileName(*SPRING.split("/"))
    versions.look = lambda: edited.standing(name)
    desk = EditingDesk(EditingClient(app, edited))
    assert desk.written(SPRING, "publish", title="同时").location
    kinds = [[each.kind for each in look.result(60).versions] for look in versions.looks]
    assert kinds == [["published", "saved", "found"]]


def test_no_name_reaches_a_file_outside_the_content(
    desk: EditingDesk, edited: Contents, builder: Builder
) -> None:
    before = tree(builder.root / "content"), (builder.root / "site.yaml").read_bytes()
    page = desk.get(f"{ITEM}?new=news")
    for slug in ("../../site", "..", "/etc/passwd", "x/../../../site", "a\0b", "%2e%2e"):
        answer = desk.sent(page, "publish", slug=slug, title="逃", body="逃")
        assert answer.status == 422, slug
        assert answer.form(ITEM)["title"] == ["逃"]
    assert {*edited.versions.last()} == set()
    assert (tree(builder.root / "content"), (builder.root / "site.yaml").read_bytes()) == before
